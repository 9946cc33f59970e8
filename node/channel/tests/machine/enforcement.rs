//! The chain decides: unilateral closes, breaches, reorganisations.

use bitcoin::{OutPoint, ScriptBuf, Sequence, Transaction, TxIn, Witness};
use leyden_channel::{Channel, Command, Event, FeeNeed, Reacts, Standing, StateName};
use leyden_labels::{Dialect, Side};

use crate::common::{BALANCE, DELAY, Duo, label, sat};

fn opened(dialect: Dialect, reacts: Reacts) -> Duo {
    let mut duo = Duo::with(dialect, false, |config| {
        // All that cheat are a.
        config.keep_revoked = config.side == Side::A;
        config.reacts = reacts;
    });
    duo.open();
    duo.pay(Side::A, 10_000_000);
    duo.pump();
    duo
}

fn broadcast(duo: &mut Duo, side: Side, name: &str) -> Transaction {
    duo.command(side, Command::Broadcast(label(name))).unwrap();
    duo.party(side).broadcast(name)
}

fn saw(duo: &Duo, side: Side, name: &str, standing: Standing) -> bool {
    duo.party(side).events.iter().any(|event| {
        matches!(event, Event::CommitmentSeen { label: seen, standing: found, .. }
            if *seen == label(name) && *found == standing)
    })
}

/// Figures 5 and 6: the other side is paid at once, the broadcaster after the delay.
#[test]
fn unilateral_close() {
    for dialect in Dialect::BOTH {
        let mut duo = opened(dialect, Reacts::Blocks);
        let commitment = broadcast(&mut duo, Side::B, "C1b");
        duo.mine(vec![commitment]);
        assert!(saw(&duo, Side::A, "C1b", Standing::Current));
        assert_eq!(duo.party(Side::A).claims(), ["D1b"]);
        let delivery = duo.party(Side::A).broadcast("D1b");
        assert_eq!(delivery.output[0].value, sat(BALANCE - 10_000_000));

        let mature = duo.height() + u32::from(DELAY);
        assert_eq!(duo.channel(Side::B).next_deadline(), Some(mature));
        let early = duo
            .command(Side::B, Command::Broadcast(label("RD1b")))
            .unwrap_err();
        assert_eq!(early.name(), "not-mature");
        duo.mine(vec![delivery]);
        assert_eq!(duo.channel(Side::A).state(), StateName::Closed);
        while duo.height() + 1 < mature {
            assert!(duo.party(Side::B).claims().is_empty());
            duo.mine(vec![]);
        }
        let revocable = duo.party(Side::B).broadcast("RD1b");
        assert_eq!(
            duo.channel(Side::A).label_of(&revocable),
            Some(label("RD1b"))
        );
        duo.mine(vec![revocable]);
        assert_eq!(duo.channel(Side::B).state(), StateName::Closed);
    }
}

/// Figure 9: a revoked commitment loses everything.
#[test]
fn breach_and_remedy() {
    for dialect in Dialect::BOTH {
        let mut duo = opened(dialect, Reacts::Blocks);
        let revoked = broadcast(&mut duo, Side::A, "C0a");
        duo.mine(vec![revoked]);
        assert!(saw(&duo, Side::B, "C0a", Standing::Revoked));
        assert_eq!(duo.party(Side::B).claims(), ["BR0a", "D0a"]);
        let (remedy, delivery) = (
            duo.party(Side::B).broadcast("BR0a"),
            duo.party(Side::B).broadcast("D0a"),
        );
        let total = remedy.output[0].value + delivery.output[0].value;
        assert_eq!(total, sat(2 * BALANCE));
        assert_eq!(duo.channel(Side::A).label_of(&remedy), Some(label("BR0a")));
        duo.mine(vec![remedy]);
        assert_eq!(
            duo.channel(Side::A).state(),
            StateName::Closed,
            "the cheat has lost"
        );
        assert_eq!(duo.party(Side::B).claims(), ["D0a"]);
        duo.mine(vec![delivery]);
        assert_eq!(duo.channel(Side::B).state(), StateName::Closed);
    }
}

/// The commitment is still unconfirmed: one child, with the anchor; the other one later.
#[test]
fn remedy_from_the_mempool() {
    let mut duo = opened(Dialect::Noinput, Reacts::Mempool);
    let revoked = broadcast(&mut duo, Side::A, "C0a");
    duo.mempool(Side::B, &revoked);
    let claims = duo.channel(Side::B).claims();
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].label, label("BR0a"));
    let FeeNeed::Attach {
        parent: Some(parent),
    } = &claims[0].fee
    else {
        panic!("the child pays for its parent");
    };
    assert_eq!(parent.anchor.txid, revoked.compute_txid());
    let remedy = claims[0].tx().clone();
    duo.mine(vec![revoked, remedy]);
    assert_eq!(duo.party(Side::B).claims(), ["D0a"]);
    assert_eq!(
        duo.party(Side::B).broadcasts.last().unwrap().fee,
        FeeNeed::Attach { parent: None }
    );
    // Back in the mempool, which the driver has told already.
    duo.disconnect();
    assert_eq!(duo.channel(Side::B).claims(), claims);
}

/// Each disconnected block takes back what it proved, and everything is done again.
#[test]
fn reorganisation() {
    for dialect in Dialect::BOTH {
        let mut duo = opened(dialect, Reacts::Blocks);
        let funding = duo.party(Side::A).broadcast("F");
        duo.mine_empty(2);
        let commitment = broadcast(&mut duo, Side::A, "C1a");
        duo.mine(vec![commitment.clone()]);
        let delivery = duo.party(Side::B).broadcast("D1a");
        duo.mine(vec![delivery.clone()]);
        assert_eq!(duo.channel(Side::B).state(), StateName::Closed);

        duo.disconnect();
        assert_eq!(duo.channel(Side::B).state(), StateName::Closing);
        assert_eq!(duo.party(Side::B).claims(), ["D1a"]);
        duo.disconnect();
        assert!(duo.party(Side::B).claims().is_empty());
        assert_eq!(duo.party(Side::A).claims(), ["C1a"], "own commitment again");
        while duo.party(Side::A).claims() == ["C1a"] {
            duo.disconnect();
        }
        for side in Side::BOTH {
            assert_eq!(duo.party(side).claims(), ["F"]);
        }
        for side in Side::BOTH {
            duo.crash(side);
        }

        duo.mine(vec![funding, commitment]);
        duo.mine(vec![delivery]);
        assert_eq!(duo.channel(Side::B).state(), StateName::Closed);
        duo.mine_empty(u32::from(DELAY) - 2);
        let revocable = duo.party(Side::A).broadcast("RD1a");
        duo.mine(vec![revocable]);
        assert_eq!(duo.channel(Side::A).state(), StateName::Closed);
    }
}

/// A NOINPUT signature lets anyone add inputs: another txid, another index, the same commitment.
#[test]
fn a_commitment_with_added_inputs() {
    let mut duo = opened(Dialect::Noinput, Reacts::Blocks);
    let mut revoked = broadcast(&mut duo, Side::A, "C0a");
    let added = TxIn {
        previous_output: OutPoint::new(bitcoin::hashes::Hash::hash(b"somebody"), 3),
        script_sig: ScriptBuf::new(),
        sequence: Sequence::MAX,
        witness: Witness::from_slice(&[vec![1u8; 71], vec![2u8; 33]]),
    };
    revoked.input.insert(0, added);
    duo.mine(vec![revoked.clone()]);
    assert!(saw(&duo, Side::B, "C0a", Standing::Revoked));
    for name in ["BR0a", "D0a"] {
        let claim = duo.party(Side::B).broadcast(name);
        assert_eq!(claim.input[0].previous_output.txid, revoked.compute_txid());
    }
}

/// Somebody pays the same amount to the same script again, and a spends that one. F is still there, and
/// b's commitment is still good for it: it must not count as closed.
#[test]
fn a_spend_of_a_second_funding_output() {
    let mut duo = opened(Dialect::Noinput, Reacts::Blocks);
    let mut second = duo.party(Side::A).broadcast("F");
    second.input[0].previous_output.vout = 7;
    let mut rebound = duo.channel(Side::A).commitment(1).unwrap().tx;
    rebound.input[0].previous_output = OutPoint::new(second.compute_txid(), 0);
    duo.mine(vec![second, rebound]);
    assert_eq!(duo.party(Side::B).claims(), ["D1a"]);
    let delivery = duo.party(Side::B).broadcast("D1a");
    duo.mine(vec![delivery]);
    assert_eq!(duo.channel(Side::B).state(), StateName::Closing);

    let own = broadcast(&mut duo, Side::B, "C1b");
    let funding = duo.channel(Side::B).funding_outpoint().unwrap();
    assert_eq!(own.input[0].previous_output, funding);
    duo.mine(vec![own]);
    duo.mine_empty(u32::from(DELAY) - 1);
    let revocable = duo.party(Side::B).broadcast("RD1b");
    duo.mine(vec![revocable]);
    assert_eq!(duo.channel(Side::B).state(), StateName::Closed);
}

/// The added input's witness ends with F's script, as an anchor's may: it must not be taken for F's and
/// hide the number, or a cheat with a miner keeps everything.
#[test]
fn an_added_input_that_looks_like_the_funding() {
    for high in [0x8000_0000, 0x80ab_cdef, 0xffff_ffff] {
        let mut duo = opened(Dialect::Noinput, Reacts::Blocks);
        let mut revoked = broadcast(&mut duo, Side::A, "C0a");
        let script = revoked.input[0].witness.last().unwrap().to_vec();
        let added = TxIn {
            previous_output: OutPoint::new(bitcoin::hashes::Hash::hash(b"anchor"), 0),
            script_sig: ScriptBuf::new(),
            sequence: Sequence(high),
            witness: Witness::from_slice(&[script]),
        };
        revoked.input.insert(0, added);
        duo.mine(vec![revoked]);
        assert!(saw(&duo, Side::B, "C0a", Standing::Revoked), "{high:#x}");
        assert_eq!(duo.party(Side::B).claims(), ["BR0a", "D0a"]);
    }
}

/// The proposal that lost a collision: b has signed a C1a that a should have forgotten.
#[test]
fn the_commitment_of_a_lost_proposal() {
    for dialect in Dialect::BOTH {
        let mut duo = Duo::opened(dialect);
        duo.pay(Side::B, 2_000_000);
        let mut dishonest = duo.clone();
        dishonest.deliver(Side::A).unwrap().unwrap();
        let lost = dishonest.channel(Side::A).commitment(1).unwrap().tx;

        duo.pay(Side::A, 1_000_000);
        duo.deliver(Side::A).unwrap().unwrap_err();
        let mut early = duo.clone();
        for _ in 0..2 {
            early.deliver(Side::B).transpose().unwrap();
            early.deliver(Side::A).transpose().unwrap();
        }
        // a has revoked C0a, not C1a: b gets what it had, less what it offered.
        let (least, unsettled) = (BALANCE - 2_000_000, early.channel(Side::B).unsettled());
        assert_eq!(unsettled, sat(1_000_000));
        early.mine(vec![lost.clone()]);
        assert!(saw(&early, Side::B, "C1a", Standing::Current));
        assert_eq!(
            early.party(Side::B).broadcast("D1a").output[0].value,
            sat(least)
        );

        duo.pump();
        duo.mine(vec![lost]);
        assert!(saw(&duo, Side::B, "C1a", Standing::Revoked));
        assert_eq!(duo.party(Side::B).claims(), ["BR1a", "D1a"]);
    }
}

/// Lost data: the delivery needs no key but the constant one.
#[test]
fn a_commitment_newer_than_any_known() {
    for dialect in Dialect::BOTH {
        let mut duo = opened(dialect, Reacts::Blocks);
        let old = duo.party(Side::A).log.clone();
        for _ in 0..3 {
            duo.pay(Side::B, 1_000_000);
            duo.pump();
        }
        let party = duo.parties.get_mut(Side::A);
        party.channel = Channel::replay(party.config.clone(), &party.seed, &old).unwrap();
        duo.drain(Side::A);
        let commitment = broadcast(&mut duo, Side::B, "C4b");
        duo.mine(vec![commitment]);
        assert!(duo.party(Side::A).events.contains(&Event::DataLoss {
            number: 4,
            known: 1
        }));
        let delivery = duo.party(Side::A).broadcast("D4b");
        assert_eq!(delivery.output[0].value, sat(BALANCE - 7_000_000));
    }
}

/// A balance below dust has no output, no child and no signature on one.
#[test]
fn a_balance_of_dust() {
    for dialect in Dialect::BOTH {
        let mut duo = Duo::opened(dialect);
        duo.pay(Side::A, BALANCE - 100);
        duo.pump();
        duo.check_agreement();
        let refused = duo
            .command(Side::A, Command::Pay { amount: sat(101) })
            .unwrap_err();
        assert_eq!(refused.name(), "overdraft");
        let commitment = broadcast(&mut duo, Side::A, "C1a");
        assert_eq!(commitment.output.len(), 2);
        duo.mine(vec![commitment]);
        assert_eq!(duo.channel(Side::A).state(), StateName::Closed);
        assert_eq!(duo.party(Side::B).claims(), ["D1a"]);
    }
}

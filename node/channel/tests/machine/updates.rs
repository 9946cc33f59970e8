//! Opening, paying, colliding, settling: the way through, in both dialects.

use crate::common::{BALANCE, Duo, label, sat};
use bitcoin::FeeRate;
use leyden_channel::{Command, Event, Message, Misuse, Order, StateName};
use leyden_labels::{Dialect, Side};

#[test]
fn opens_pays_and_settles() {
    for dialect in Dialect::BOTH {
        let mut duo = Duo::opened(dialect);
        duo.pay(Side::A, 10_000_000);
        duo.pump();
        duo.check_agreement();
        assert_eq!(duo.channel(Side::A).number(), 1);
        assert_eq!(duo.channel(Side::B).balances().b, sat(BALANCE + 10_000_000));
        assert!(duo.party(Side::B).events.contains(&Event::PaymentReceived {
            number: 1,
            amount: sat(10_000_000),
        }));

        let feerate = FeeRate::from_sat_per_vb(5).unwrap();
        duo.command(Side::B, Command::Close { feerate }).unwrap();
        duo.pump();
        let settlement = duo.party(Side::A).broadcast("ES");
        assert_eq!(settlement, duo.party(Side::B).broadcast("ES"));
        duo.mine(vec![settlement]);
        for side in Side::BOTH {
            assert_eq!(duo.channel(side).state(), StateName::Closed);
        }
    }
}

#[test]
fn payments_that_wait_go_in_one_batch() {
    let mut duo = Duo::opened(Dialect::Noinput);
    for amount in 1..=5 {
        duo.pay(Side::A, amount * 1_000);
    }
    duo.pump();
    duo.check_agreement();
    assert_eq!(
        duo.channel(Side::A).number(),
        2,
        "the first alone, then four together"
    );
    assert_eq!(duo.channel(Side::A).balances().a, sat(BALANCE - 15_000));
}

/// A payment that the other side has not answered is in no own commitment yet, and neither in the queue. A
/// payer that counts only those promises the same money twice, and its HTLC is refused again at every block.
#[test]
fn what_is_under_way_is_not_available() {
    for dialect in Dialect::BOTH {
        let mut duo = Duo::opened(dialect);
        let mut promised = 0;
        for amount in [7_000_000, 11_000_000] {
            duo.pay(Side::A, amount);
            promised += amount;
            let mut step = 0;
            loop {
                let available = duo.channel(Side::A).available();
                assert_eq!(available, sat(BALANCE - promised), "{dialect} {step}");
                let mut more = duo.clone();
                more.command(Side::A, Command::Pay { amount: available })
                    .unwrap();
                assert_eq!(more.channel(Side::A).available(), sat(0));
                let mut beyond = duo.clone();
                let amount = available + sat(1);
                let refused = beyond.command(Side::A, Command::Pay { amount });
                let misuse = Misuse::Overdraft {
                    available,
                    asked: amount,
                };
                assert_eq!(refused, Err(misuse.into()));
                step += 1;
                match duo.deliver(Side::B).or_else(|| duo.deliver(Side::A)) {
                    Some(result) => result.unwrap(),
                    None => break,
                }
            }
            assert!(step > 3, "{dialect}");
        }
    }
}

/// A batch is bounded; what does not fit goes into the next update.
#[test]
fn many_payments_go_in_several_batches() {
    let mut duo = Duo::opened(Dialect::Csv);
    for _ in 0..1_502 {
        duo.pay(Side::A, 1);
    }
    duo.pump();
    duo.check_agreement();
    assert_eq!(duo.channel(Side::A).number(), 3, "1, then 1000, then 501");
    assert_eq!(duo.channel(Side::A).balances().a, sat(BALANCE - 1_502));
}

/// One signature on the commitment each way; in `noinput` one more on the revocable delivery.
#[test]
fn signatures_per_update() {
    for (dialect, expected) in [(Dialect::Noinput, 2), (Dialect::Csv, 1)] {
        let mut duo = Duo::opened(dialect);
        duo.pay(Side::A, 1_000);
        let mut counted = Vec::new();
        while !duo.link.a.is_empty() || !duo.link.b.is_empty() {
            for side in Side::BOTH {
                let signatures = match duo.link.get(side).front() {
                    Some(Message::Propose(message)) => Some(&message.signatures),
                    Some(Message::Answer(message)) => Some(&message.signatures),
                    _ => None,
                };
                counted.extend(signatures.map(|s| 1 + usize::from(s.revocable_delivery.is_some())));
                duo.deliver(side).transpose().unwrap();
            }
        }
        assert_eq!(counted, [expected, expected], "{dialect}");
    }
}

/// What b receives by a colliding update is final only with a's revocation of n+1: until then a holds
/// b's signatures on a C1a without that payment.
#[test]
fn colliding_proposals() {
    for dialect in Dialect::BOTH {
        let mut duo = Duo::opened(dialect);
        duo.pay(Side::A, 1_000_000);
        duo.pay(Side::B, 2_000_000);
        let refused = duo.deliver(Side::A).unwrap().unwrap_err();
        assert_eq!(refused, Order::Collision.into());
        duo.deliver(Side::B).unwrap().unwrap();
        assert!(duo.party(Side::B).events.contains(&Event::PaymentRequeued {
            amount: sat(2_000_000)
        }));
        assert_eq!(duo.channel(Side::B).unsettled(), sat(1_000_000));
        duo.deliver(Side::A).unwrap().unwrap();
        // a's third message revokes C0a. The colliding C1a is still good.
        duo.deliver(Side::B).unwrap().unwrap();
        assert_eq!(duo.channel(Side::B).unsettled(), sat(1_000_000));
        assert_eq!(duo.channel(Side::B).state(), StateName::Proposed);
        duo.pump();
        assert_eq!(duo.channel(Side::B).unsettled(), sat(0));
        duo.check_agreement();
        assert_eq!(duo.channel(Side::A).balances().a, sat(BALANCE + 1_000_000));
    }
}

/// A side that has signed `ES` accepts no update: `ES` could be broadcast with the old balances.
#[test]
fn a_close_wins_against_a_proposal() {
    for closer in Side::BOTH {
        let mut duo = Duo::opened(Dialect::Noinput);
        let feerate = FeeRate::from_sat_per_vb(2).unwrap();
        duo.pay(closer.other(), 1_000);
        duo.command(closer, Command::Close { feerate }).unwrap();
        duo.pump();
        for side in Side::BOTH {
            assert_eq!(duo.channel(side).state(), StateName::Settled);
            assert_eq!(duo.channel(side).balances().a, sat(BALANCE));
        }
        assert!(
            duo.party(closer.other())
                .events
                .contains(&Event::PaymentDropped { amount: sat(1_000) })
        );
    }
}

#[test]
fn funding_is_replaced_until_it_confirms() {
    let mut duo = Duo::new(Dialect::Noinput);
    duo.start();
    duo.pump();
    let first = duo.party(Side::A).broadcast("F");
    let foreign = duo.party(Side::B).contribution(&[1]);
    let both = duo.party(Side::B).contribution(&[0, 1]);
    // b's coins alone may change: a's are in every F.
    duo.command(Side::B, Command::ReplaceFunding(foreign))
        .unwrap();
    duo.pump();
    duo.command(Side::B, Command::ReplaceFunding(both)).unwrap();
    duo.pump();
    let newest = duo.party(Side::A).broadcast("F");
    assert_ne!(first, newest);
    assert_eq!(newest.input.len(), 3);
    // The first one confirms all the same: the commitments do not care.
    duo.mine(vec![first.clone()]);
    duo.pump();
    duo.pay(Side::A, 1_000);
    duo.pump();
    duo.check_agreement();
    let outpoint = duo.channel(Side::B).funding_outpoint().unwrap();
    assert_eq!(outpoint.txid, first.compute_txid());
    let held = duo.channel(Side::B).commitment(1).unwrap();
    assert_eq!(held.tx.input[0].previous_output, outpoint);
    assert_eq!(held.label, label("C1b"));
}

/// A replacement that conflicts with no earlier F could confirm beside it.
#[test]
fn a_replacement_must_conflict() {
    let mut duo = Duo::with(Dialect::Noinput, false, |config| {
        config.contribution.b = sat(0);
    });
    duo.mine(vec![]);
    let coins = duo.party(Side::A).contribution(&[0]);
    duo.command(Side::A, Command::Fund(coins)).unwrap();
    duo.command(
        Side::B,
        Command::Fund(leyden_tx::FundingContribution::default()),
    )
    .unwrap();
    duo.command(Side::A, Command::Open).unwrap();
    duo.pump();
    let other = duo.party(Side::A).contribution(&[1]);
    let refused = duo
        .command(Side::A, Command::ReplaceFunding(other))
        .unwrap_err();
    assert_eq!(refused.name(), "keeps-no-input");
    let kept = duo.party(Side::A).contribution(&[0, 1]);
    duo.command(Side::A, Command::ReplaceFunding(kept)).unwrap();
    duo.pump();
    assert_eq!(duo.party(Side::B).channel.holdings()[0].tx.input.len(), 2);
}

/// Both sides replace F at once. A side cannot tell the signatures on the F that is given up from false
/// ones: they have the same revision, and are on their way. Nothing is wrong, so no reason to close.
#[test]
fn colliding_replacements() {
    let mut duo = Duo::new(Dialect::Noinput);
    duo.start();
    duo.pump();
    for side in Side::BOTH {
        let more = duo.party(side).contribution(&[0, 1]);
        duo.command(side, Command::ReplaceFunding(more)).unwrap();
    }
    let mut early = duo.clone();
    early.link.b.pop_front();
    assert_eq!(early.deliver(Side::B), Some(Err(Order::Collision.into())));

    for _ in ["funding-inputs", "funding-signatures"] {
        assert_eq!(duo.deliver(Side::A), Some(Err(Order::Collision.into())));
    }
    duo.pump();
    for side in Side::BOTH {
        let funding = &duo.channel(side).holdings()[0].tx;
        assert_eq!(funding.input.len(), 3, "a's replacement stands");
    }
}

/// b has signed an F of a's old coins and its own new ones. a's replacement has a's new coins and b's
/// old ones: if b signed it too, a could confirm both, and spend both with commitments that b signed once.
#[test]
fn colliding_replacements_that_could_both_confirm() {
    let mut duo = Duo::new(Dialect::Noinput);
    duo.start();
    duo.pump();
    let first = duo.party(Side::A).broadcast("F");
    for side in Side::BOTH {
        let others = duo.party(side).contribution(&[1]);
        duo.command(side, Command::ReplaceFunding(others)).unwrap();
    }
    assert_eq!(duo.deliver(Side::B), Some(Err(Order::Collision.into())));
    duo.pump();
    for side in Side::BOTH {
        assert_eq!(duo.channel(side).holdings()[0].tx, first);
    }
    duo.mine(vec![first]);
    duo.pump();
    duo.pay(Side::A, 1_000);
    duo.pump();
    duo.check_agreement();
}

/// An F that b signed and gave up counts like a complete one: a may have completed it.
#[test]
fn a_replacement_must_conflict_with_one_given_up() {
    let mut duo = Duo::new(Dialect::Noinput);
    duo.start();
    duo.pump();
    // Given up by b: a's coin 0, b's coin 1. Then, complete: a's coins 0 and 1, b's coin 0.
    let others = duo.party(Side::B).contribution(&[1]);
    duo.command(Side::B, Command::ReplaceFunding(others))
        .unwrap();
    let more = duo.party(Side::A).contribution(&[0, 1]);
    duo.command(Side::A, Command::ReplaceFunding(more)).unwrap();
    duo.pump();
    assert_eq!(duo.party(Side::A).broadcast("F").input.len(), 3);
    // b's coin 0 conflicts with both complete ones, but not with the one given up.
    let alone = duo.party(Side::A).contribution(&[1]);
    duo.command(Side::A, Command::ReplaceFunding(alone))
        .unwrap();
    assert_eq!(duo.deliver(Side::B), Some(Err(Order::Collision.into())));
    duo.crash(Side::B);
}

/// Appendix A: without NOINPUT a malleable F is refused; with it, legacy coins will do. The unsafe
/// order signs F first, and a malleated F then leaves the commitments without an input.
#[test]
fn malleable_funding() {
    let mut duo = Duo::with(Dialect::Csv, true, |_| {});
    let coins = duo.party(Side::A).contribution(&[0]);
    let refused = duo.command(Side::A, Command::Fund(coins)).unwrap_err();
    assert_eq!(refused.name(), "malleable-funding");

    let mut duo = Duo::with(Dialect::Noinput, true, |_| {});
    duo.open();
    duo.pay(Side::A, 5_000);
    duo.pump();
    duo.check_agreement();

    let mut duo = Duo::with(Dialect::Csv, true, |config| {
        config.allow_malleable_funding = true;
    });
    duo.start();
    duo.deliver(Side::B).unwrap().unwrap();
    duo.pump();
    assert_eq!(duo.channel(Side::B).state(), StateName::AwaitingFunding);
    let mut malleated = duo.party(Side::A).broadcast("F");
    let script_sig = malleated.input[0].script_sig.clone();
    malleated.input[0].script_sig = bitcoin::script::Builder::new()
        .push_opcode(bitcoin::opcodes::all::OP_PUSHDATA1)
        .into_script();
    malleated.input[0]
        .script_sig
        .extend(script_sig.instructions().map(Result::unwrap));
    duo.mine(vec![malleated]);
    assert_eq!(
        duo.channel(Side::B).state(),
        StateName::AwaitingFunding,
        "lost for good"
    );
    assert!(
        duo.party(Side::B)
            .events
            .iter()
            .any(|event| matches!(event, Event::FundingConflict { .. }))
    );
}

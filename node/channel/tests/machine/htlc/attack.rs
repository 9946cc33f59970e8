//! What a side that does not keep to the rules could try in an update.

use bitcoin::absolute::Height;
use leyden_channel::{Change, Command, Consent, HtlcState, Message, Reaction, StateName};
use leyden_labels::{Dialect, PerSide, Side};
use leyden_tx::{Htlc, output_script, script_htlc};

use crate::common::{BALANCE, Duo, add, pay, preimage, sat};

/// The expiry is in no script. a offers an HTLC that expires soon, lets b sign, and then the same one with
/// a later expiry. If the second has the same keys, the first signatures are good for it: a takes it back
/// while b, which has passed it on, counts on the later expiry.
#[test]
fn two_expiries_for_one_htlc() {
    for dialect in Dialect::BOTH {
        let mut duo = Duo::opened(dialect);
        let (early, late) = (duo.height() + 1, duo.height() + 300);
        duo.update(Side::A, &[add(1_000_000, 1, early)]);
        let Some(Message::Offer(offer)) = duo.link.b.front().cloned() else {
            panic!("no offer");
        };
        duo.deliver(Side::B).unwrap().unwrap();
        let Some(Message::Consent(consent)) = duo.link.a.front().cloned() else {
            panic!("no consent");
        };
        let mut other = offer.clone();
        let Change::Add(add_again) = &mut other.changes[0] else {
            panic!("no HTLC");
        };
        add_again.expiry = Height::from_consensus(late).unwrap();
        // Without taking the first one back.
        let again = Message::Offer(other.clone());
        let refused = duo.message(Side::B, again.clone()).unwrap_err();
        assert_eq!(refused.name(), "collision");
        // a withdraws, as an honest side does.
        duo.mine(vec![]);
        duo.deliver(Side::A).unwrap().unwrap();
        duo.deliver(Side::B).unwrap().unwrap();
        assert_eq!(duo.channel(Side::B).state(), StateName::Open);
        let refused = duo.message(Side::B, again).unwrap_err();
        assert_eq!(refused.name(), "htlc-number");
        // With the next number it is another HTLC, and all of its keys are others.
        let early = htlc(&offer.changes[0], &consent);
        assert!(!is_carried(&duo, dialect, &early));
        duo.update(Side::A, &[add(1_000_000, 1, late)]);
        let Some(Message::Offer(second)) = duo.link.b.front().cloned() else {
            panic!("no second offer");
        };
        assert_eq!(second.first, offer.first + 1);
        duo.deliver(Side::B).unwrap().unwrap();
        let Some(Message::Consent(consent)) = duo.link.a.front().cloned() else {
            panic!("no second consent");
        };
        duo.pump();
        duo.check_agreement();
        let late = htlc(&second.changes[0], &consent);
        assert!(is_carried(&duo, dialect, &late));
        assert!(!is_carried(&duo, dialect, &early), "{dialect}");
    }
}

/// Whether a commitment has the script that signatures on children of `htlc` are for.
fn is_carried(duo: &Duo, dialect: Dialect, htlc: &Htlc) -> bool {
    let on = |holder| {
        let number = duo.channel(holder).number();
        let tx = duo.channel(holder).commitment(number).unwrap().tx;
        let script = output_script(dialect, &script_htlc(htlc, holder));
        let mut outputs = tx.output.iter();
        outputs.any(|output| output.script_pubkey == script)
    };
    let [a, b] = Side::BOTH.map(on);
    assert_eq!(a, b);
    a
}

fn htlc(change: &Change, consent: &Consent) -> Htlc {
    let Change::Add(add) = change else {
        panic!("no HTLC");
    };
    Htlc {
        number: consent.first,
        sender: Side::A,
        amount: add.amount,
        hash: add.hash,
        expiry: add.expiry,
        keys: PerSide {
            a: add.keys,
            b: consent.keys[0],
        },
    }
}

/// b consents to a's HTLC, gets a's signatures on C2b, and then proposes something of its own for the same
/// number. If a gave way, and put its HTLC under new keys, it would not know that C2b again: b could
/// broadcast it when it has long been revoked, and lose nothing.
#[test]
fn a_proposal_after_a_consent() {
    for dialect in Dialect::BOTH {
        let mut duo = Duo::with(dialect, false, |config| {
            config.keep_revoked = config.side == Side::B;
        });
        duo.open();
        duo.make(Side::A, &[pay(1)]);
        let mut own = duo.clone();
        own.pay(Side::B, 5);
        let rival = own.link.a.pop_front().unwrap();
        own.link.b.clear();
        let mut offered = duo.clone();
        offered.update(Side::B, &[add(1_000, 9, 120)]);
        let offer = offered.link.a.pop_front().unwrap();

        duo.update(Side::A, &[add(1_000_000, 1, 120)]);
        duo.deliver(Side::B).unwrap().unwrap();
        duo.deliver(Side::A).unwrap().unwrap();
        for message in [rival, offer] {
            let refused = duo.message(Side::A, message).unwrap_err();
            assert_eq!(refused.reaction(), Reaction::Ignore, "{dialect}");
        }
        duo.pump();
        duo.check_agreement();
        duo.make(Side::B, &[pay(BALANCE / 2)]);
        duo.publish(Side::B, "C2b");
        duo.resolve(Side::A);
        assert_eq!(duo.purse().paid.b, 0);
    }
}

/// Late copies of what was taken back, in every order: nothing comes of them.
#[test]
fn late_copies_of_a_withdrawn_offer() {
    for dialect in Dialect::BOTH {
        let mut duo = Duo::opened(dialect);
        let soon = duo.height() + 1;
        duo.update(Side::A, &[add(1_000, 1, soon), pay(7)]);
        let offer = duo.link.b[0].clone();
        duo.deliver(Side::B).unwrap().unwrap();
        let consent = duo.link.a[0].clone();
        duo.mine(vec![]);
        duo.deliver(Side::A).unwrap().unwrap();
        let withdrawal = duo.link.b[0].clone();
        // The payment is proposed again; csv needs no offer for it.
        let late = [offer, withdrawal];
        loop {
            for message in &late {
                let mut copy = duo.clone();
                let before = copy.channel(Side::B).clone();
                if let Err(fault) = copy.message(Side::B, message.clone()) {
                    assert_eq!(fault.reaction(), Reaction::Ignore);
                    assert_eq!(before, *copy.channel(Side::B));
                }
            }
            if let Err(fault) = duo.clone().message(Side::A, consent.clone()) {
                assert_eq!(fault.reaction(), Reaction::Ignore);
            } else {
                panic!("a late consent is taken");
            }
            match duo.deliver(Side::B).or_else(|| duo.deliver(Side::A)) {
                Some(result) => result.unwrap(),
                None => break,
            }
        }
        duo.check_agreement();
        assert_eq!(duo.channel(Side::B).balances().b, sat(BALANCE + 7));
        // Number 1 is used up.
        duo.make(Side::B, &[add(1_000, 2, 900)]);
        assert_eq!(duo.channel(Side::A).carried_htlcs(), [2]);
        assert_eq!(duo.htlc_states(2), [HtlcState::Live; 2]);
    }
}

/// The withdrawal is lost; after a reconnect b hears of it, and of what comes instead.
#[test]
fn a_lost_withdrawal() {
    for dialect in Dialect::BOTH {
        for crashes in [false, true] {
            let mut duo = Duo::opened(dialect);
            let soon = duo.height() + 1;
            duo.update(Side::A, &[add(1_000, 1, soon), add(2_000, 1, soon + 90)]);
            duo.deliver(Side::B).unwrap().unwrap();
            duo.mine(vec![]);
            duo.deliver(Side::A).unwrap().unwrap();
            duo.link = PerSide::default();
            if crashes {
                duo.crash(Side::B);
                duo.crash(Side::A);
            } else {
                duo.command(Side::B, Command::Reconnect).unwrap();
            }
            duo.pump();
            duo.check_agreement();
            assert_eq!(duo.channel(Side::B).carried_htlcs(), [3]);
            assert_eq!(duo.htlc(Side::B, 3).hash, preimage(1).hash());
        }
    }
}

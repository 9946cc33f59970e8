//! What is final, and what only looks so: collisions, withdrawals and closes in between.

use bitcoin::{FeeRate, ScriptBuf, Witness};
use leyden_channel::{Change, Command, Event, HtlcState, Message, Request, StateName};
use leyden_labels::{Dialect, Side};
use leyden_tx::{PaymentHash, PaymentPreimage, preimage_in};

use crate::common::{Duo, EXPIRY, add, fail, pay, sat};

/// b's payment collides with a's offer: a holds b's signature on a C1a. Then a takes its offer back, b
/// begins an offer of its own, and gives way to another one of a's. All that is still for commitment 1, and
/// that C1a, without a's HTLC, is still good: the HTLC is live to b only once a has revoked 1, not 0.
/// Else b would pass on what a can make undone.
#[test]
fn a_withdrawal_makes_nothing_final() {
    for dialect in Dialect::BOTH {
        let mut duo = Duo::opened(dialect);
        let soon = duo.height() + 1;
        duo.pay(Side::B, 10);
        let mut dishonest = duo.clone();
        dishonest.deliver(Side::A).unwrap().unwrap();
        let lost = dishonest.channel(Side::A).commitment(1).unwrap().tx;

        duo.update(Side::A, &[add(1_000, 1, soon)]);
        duo.deliver(Side::A).unwrap().unwrap_err();
        duo.deliver(Side::B).unwrap().unwrap();
        assert_eq!(duo.channel(Side::B).state(), StateName::Consenting);
        duo.update(Side::B, &[add(3_000, 3, EXPIRY)]);
        duo.mine(vec![]);
        duo.deliver(Side::A).unwrap().unwrap();
        duo.update(Side::A, &[add(5_000, 5, EXPIRY), pay(20)]);
        // The withdrawal, and b's own offer; then a's second one.
        duo.deliver(Side::B).unwrap().unwrap();
        assert_eq!(duo.channel(Side::B).state(), StateName::Offering);
        duo.deliver(Side::B).unwrap().unwrap();
        assert_eq!(duo.channel(Side::B).state(), StateName::Consenting);
        let live = |duo: &Duo| duo.told(Side::B, &Event::HtlcLive { number: 2 });
        let mut seen = Vec::new();
        loop {
            // C1a of the lost version shows that it is not revoked.
            let mut early = duo.clone();
            early.mine(vec![lost.clone()]);
            let revoked = early.party(Side::B).claims().contains(&"BR1a".to_owned());
            assert_eq!(live(&duo) == 1, revoked, "{dialect}");
            assert_eq!(duo.channel(Side::B).number() > 0 && !revoked, {
                let unsettled = duo.channel(Side::B).unsettled();
                unsettled == sat(20)
            });
            if let Some(number) = duo.channel(Side::B).carried_htlcs().first() {
                seen.push((*number, duo.htlc_state(Side::B, 2)));
            }
            match duo.deliver(Side::A).or_else(|| duo.deliver(Side::B)) {
                Some(Ok(())) => {}
                Some(Err(fault)) => assert_eq!(fault.name(), "collision"),
                None => break,
            }
        }
        assert_eq!(seen.first(), Some(&(2, HtlcState::Pending)));
        assert_eq!(seen.last(), Some(&(2, HtlcState::Live)));
        duo.check_agreement();
    }
}

/// a's failure of b's HTLC wins against a payment of b's, and a closes at once. b has a's keys of it by then:
/// an old C3a that carries it would bring a nothing. So nothing is in flight, and nobody goes on chain.
#[test]
fn a_close_after_a_collision() {
    let mut duo = Duo::opened(Dialect::Noinput);
    duo.make(Side::B, &[add(1_000, 1, EXPIRY)]);
    duo.make(Side::A, &[pay(1)]);
    duo.update(Side::B, &[pay(10)]);
    duo.update(Side::A, &[fail(1)]);
    let feerate = FeeRate::from_sat_per_vb(5).unwrap();
    duo.deliver(Side::A).unwrap().unwrap_err();
    duo.deliver(Side::B).unwrap().unwrap();
    duo.deliver(Side::A).unwrap().unwrap();
    duo.command(Side::A, Command::Close { feerate }).unwrap();
    assert_eq!(duo.channel(Side::A).state(), StateName::Settling);
    // b proposes its payment again, with a's third message; a's `settle` comes then.
    duo.pump();
    for side in Side::BOTH {
        assert_eq!(duo.channel(side).state(), StateName::Settled);
    }
    let dropped = Event::PaymentDropped { amount: sat(10) };
    assert_eq!(duo.told(Side::B, &dropped), 1);
}

/// R of `length` bytes, and its hash. Only a witness brings one that is not 20 bytes long.
fn long(length: usize) -> (PaymentPreimage, PaymentHash) {
    use bitcoin::hashes::{Hash, hash160};
    let bytes = vec![7u8; length];
    let hash = PaymentHash::new(hash160::Hash::hash(&bytes).to_byte_array());
    let script = ScriptBuf::new().into_bytes();
    let witness = Witness::from_slice(&[vec![], bytes, vec![1], script]);
    (preimage_in(&witness, &hash).unwrap(), hash)
}

/// Nodes relay no R of more than 80 bytes. A side that took one off chain could not use it on chain in time
/// against the peer before it.
#[test]
fn an_r_that_nodes_do_not_relay() {
    for dialect in Dialect::BOTH {
        for (length, fits) in [(0, true), (1, true), (80, true), (81, false), (300, false)] {
            let mut duo = Duo::opened(dialect);
            let (preimage, hash) = long(length);
            let (number, mut request) = (1, add(1_000, 1, EXPIRY));
            if let Request::Add(add) = &mut request {
                add.hash = hash;
            }
            duo.make(Side::A, &[request]);
            let settle = Request::Settle {
                number,
                preimage: preimage.clone(),
            };
            if fits {
                duo.make(Side::B, &[settle]);
                assert_eq!(duo.htlc(Side::A, 1).preimage, Some(preimage));
                continue;
            }
            assert_eq!(duo.refused(Side::B, &[settle]), "wrong-preimage");
            duo.update(Side::B, &[fail(1)]);
            let Some(Message::Propose(mut propose)) = duo.link.a.pop_front() else {
                panic!("no proposal");
            };
            let change = Change::Settle { number, preimage };
            propose.batch = leyden_channel::Batch::Changes(vec![change]);
            let refused = duo.message(Side::A, Message::Propose(propose)).unwrap_err();
            assert_eq!(refused.name(), "wrong-preimage");
        }
    }
}

/// On chain whatever hashes to the hash is R, and is used as it is.
#[test]
fn a_long_r_on_chain() {
    for dialect in Dialect::BOTH {
        for holder in Side::BOTH {
            let mut duo = Duo::opened(dialect);
            let (preimage, hash) = long(300);
            let expiry = duo.height() + 9;
            let mut request = add(1_000_000, 1, expiry);
            if let Request::Add(add) = &mut request {
                add.hash = hash;
            }
            duo.make(Side::A, &[request]);
            duo.command(Side::B, Command::Learn(preimage.clone()))
                .unwrap();
            duo.publish(holder, &format!("C1{holder}"));
            duo.resolve(Side::A);
            assert_eq!(duo.htlc(Side::A, 1).preimage, Some(preimage));
            assert_eq!(duo.purse().paid.b, crate::common::BALANCE + 1_000_000);
        }
    }
}

/// b has said that it gives the HTLC back. It does not take it after all, though it learns R.
#[test]
fn what_was_given_back_is_not_taken() {
    for dialect in Dialect::BOTH {
        for (holder, answered) in [(Side::A, false), (Side::B, false), (Side::B, true)] {
            let mut duo = Duo::with(dialect, false, |config| config.margin = Some(3));
            duo.open();
            let expiry = duo.height() + 9;
            duo.make(Side::A, &[add(1_000_000, 1, expiry)]);
            duo.update(Side::B, &[fail(1)]);
            if answered {
                duo.deliver(Side::A).unwrap().unwrap();
            }
            duo.link.a.clear();
            duo.link.b.clear();
            duo.learn(Side::B, 1);
            duo.mine_empty(expiry - 2 - duo.height());
            assert_eq!(duo.channel(Side::B).state(), StateName::Proposed);
            let number = duo.channel(holder).number();
            duo.publish(holder, &format!("C{number}{holder}"));
            assert!(duo.htlc(Side::B, 1).preimage.is_some());
            duo.resolve(Side::B);
            let balance = crate::common::BALANCE;
            assert_eq!(duo.purse().paid.a, balance, "{dialect} {holder}");
            assert_eq!(duo.htlc(Side::A, 1).preimage, None);
        }
    }
}

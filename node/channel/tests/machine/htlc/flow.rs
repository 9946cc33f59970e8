//! Adding, settling and failing: who says what, and what the balances are.

use leyden_channel::{Event, FailReason, HtlcState, Message, Request, StateName};
use leyden_labels::{Dialect, PerSide, Side};

use crate::common::{BALANCE, Duo, EXPIRY, add, fail, pay, sat, settle};

const FIVE: [&str; 5] = ["offer", "consent", "propose", "answer", "complete"];
const THREE: [&str; 3] = ["propose", "answer", "complete"];

/// Makes one update, and checks who says what: `proposer` first, then in turn.
fn make(duo: &mut Duo, proposer: Side, requests: &[Request], expected: &[&str]) {
    duo.update(proposer, requests);
    let seen = duo.exchange();
    let names: Vec<&str> = seen.iter().map(|(_, message)| message.name()).collect();
    assert_eq!(names, expected);
    for (index, (sender, _)) in seen.iter().enumerate() {
        let is_own = index % 2 == 0;
        assert_eq!(*sender == proposer, is_own, "{names:?}");
    }
    duo.check_agreement();
}

fn balances(duo: &Duo, expected: PerSide<u64>) {
    for side in Side::BOTH {
        assert_eq!(duo.channel(side).balances(), expected.map(sat));
        assert_eq!(duo.channel(side).unsettled(), sat(0));
        assert_eq!(duo.channel(side).queued(), sat(0));
        assert_eq!(duo.channel(side).state(), StateName::Open);
    }
}

/// What the sides have if `sender` has given `amount` away, and the other has got `got`.
fn less(sender: Side, amount: u64, got: u64) -> PerSide<u64> {
    PerSide::from_holder(sender, BALANCE - amount, BALANCE + got)
}

#[test]
fn one_is_settled() {
    for dialect in Dialect::BOTH {
        for sender in Side::BOTH {
            let mut duo = Duo::opened(dialect);
            let receiver = sender.other();
            make(&mut duo, sender, &[add(1_000_000, 1, EXPIRY)], &FIVE);
            balances(&duo, less(sender, 1_000_000, 0));
            for side in Side::BOTH {
                assert_eq!(duo.channel(side).carried_htlcs(), [1]);
                assert_eq!(duo.htlc_state(side, 1), HtlcState::Live);
                assert_eq!(duo.htlc(side, 1).outgoing, side == sender);
                assert_eq!(duo.told(side, &Event::HtlcLive { number: 1 }), 1);
                assert_eq!(duo.htlc(side, 1).preimage, None);
            }
            make(&mut duo, receiver, &[settle(1, 1)], &THREE);
            balances(&duo, less(sender, 1_000_000, 1_000_000));
            for side in Side::BOTH {
                assert!(duo.channel(side).carried_htlcs().is_empty());
                assert_eq!(duo.htlc_state(side, 1), HtlcState::Settled);
                assert_eq!(duo.told(side, &Event::HtlcSettled { number: 1 }), 1);
                let hash = crate::common::preimage(1).hash();
                assert_eq!(duo.told(side, &Event::PreimageLearned { hash }), 1);
                assert!(duo.htlc(side, 1).preimage.is_some());
            }
        }
    }
}

#[test]
fn one_is_failed() {
    for dialect in Dialect::BOTH {
        for sender in Side::BOTH {
            let mut duo = Duo::opened(dialect);
            make(&mut duo, sender, &[add(1_000_000, 1, EXPIRY)], &FIVE);
            make(&mut duo, sender.other(), &[fail(1)], &THREE);
            balances(&duo, less(sender, 0, 0));
            let reason = FailReason::Cancelled;
            for side in Side::BOTH {
                assert_eq!(duo.htlc_state(side, 1), HtlcState::Failed(reason));
                let failed = Event::HtlcFailed { number: 1, reason };
                assert_eq!(duo.told(side, &failed), 1);
                assert_eq!(duo.htlc(side, 1).preimage, None);
            }
        }
    }
}

/// An update is final to the proposer with the second message, to the other side with the third.
#[test]
fn when_it_is_final() {
    for dialect in Dialect::BOTH {
        let mut duo = Duo::opened(dialect);
        let mut states = Vec::new();
        for proposal in [[add(1_000_000, 1, EXPIRY)], [fail(1)]] {
            let proposer = [Side::A, Side::B][usize::from(!states.is_empty())];
            duo.update(proposer, &proposal);
            while !duo.link.a.is_empty() || !duo.link.b.is_empty() {
                for side in Side::BOTH {
                    if let Some(message) = duo.link.get(side).front().cloned() {
                        duo.deliver(side).unwrap().unwrap();
                        let of = |side| {
                            let mut htlcs = duo.channel(side).htlcs().into_iter();
                            let first = htlcs.next();
                            (first.map(|htlc| htlc.state), duo.channel(side).unsettled())
                        };
                        states.push((message.name(), of(Side::A), of(Side::B)));
                    }
                }
            }
        }
        let none = |state| (state, sat(0));
        let waiting = none(Some(HtlcState::Waiting));
        let [pending, live, ending] =
            [HtlcState::Pending, HtlcState::Live, HtlcState::Ending].map(|state| none(Some(state)));
        let failed = none(Some(HtlcState::Failed(FailReason::Cancelled)));
        let back = (Some(HtlcState::Ending), sat(1_000_000));
        let expected = [
            ("offer", waiting, none(None)),
            ("consent", pending, none(None)),
            ("propose", pending, pending),
            ("answer", live, pending),
            ("complete", live, live),
            ("propose", back, ending),
            ("answer", back, failed),
            ("complete", failed, failed),
        ];
        assert_eq!(states, expected, "{dialect}");
    }
}

/// Many at once, in both directions, ended one by one and together.
#[test]
fn many_at_once() {
    for dialect in Dialect::BOTH {
        let mut duo = Duo::opened(dialect);
        let ours: Vec<Request> = (1..=9).map(|k| add(k * 10_000, k, EXPIRY)).collect();
        let theirs: Vec<Request> = (10..=15).map(|k| add(k * 1_000, k, EXPIRY)).collect();
        make(&mut duo, Side::A, &ours, &FIVE);
        make(&mut duo, Side::B, &theirs, &FIVE);
        let mut expected = PerSide {
            a: BALANCE - 450_000,
            b: BALANCE - 75_000,
        };
        balances(&duo, expected);
        let all: Vec<u64> = (1..=15).collect();
        assert_eq!(duo.channel(Side::A).carried_htlcs(), all);

        // Some remain, so csv signs them again.
        let again = match dialect {
            Dialect::Noinput => &THREE[..],
            Dialect::Csv => &FIVE[..],
        };
        make(&mut duo, Side::B, &[settle(3, 3)], again);
        make(&mut duo, Side::B, &[fail(4)], again);
        make(&mut duo, Side::A, &[pay(5_000)], again);
        expected.b += 30_000;
        expected.a += 40_000;
        expected.a -= 5_000;
        expected.b += 5_000;
        balances(&duo, expected);

        // All kinds in one batch, in both orders of numbers.
        let mixed = [
            settle(9, 9),
            fail(1),
            add(777, 77, EXPIRY),
            pay(11),
            settle(2, 2),
            fail(5),
        ];
        make(&mut duo, Side::B, &mixed, &FIVE);
        expected.b += 90_000 + 20_000 - 777 - 11;
        expected.a += 10_000 + 50_000 + 11;
        balances(&duo, expected);
        assert_eq!(
            duo.channel(Side::B).carried_htlcs(),
            [6, 7, 8, 10, 11, 12, 13, 14, 15, 16]
        );

        let rest: Vec<Request> = (10..=15).map(|k| settle(k, k)).collect();
        let mut rest = rest;
        rest.push(fail(16));
        make(&mut duo, Side::A, &rest, again);
        make(
            &mut duo,
            Side::B,
            &[settle(6, 6), settle(7, 7), fail(8)],
            &THREE,
        );
        expected.a += 75_000 + 80_000;
        expected.b += 777 + 60_000 + 70_000;
        balances(&duo, expected);
        assert_eq!(expected.a + expected.b, 2 * BALANCE);
        for number in 1..=16 {
            let [a, b] = duo.htlc_states(number);
            assert_eq!(a, b);
        }
        // The next one has the next number.
        make(&mut duo, Side::A, &[add(1_000, 1, EXPIRY)], &FIVE);
        assert_eq!(duo.channel(Side::A).carried_htlcs(), [17]);
    }
}

/// What one change brings pays for the next; the order counts.
#[test]
fn a_batch_goes_in_order() {
    for dialect in Dialect::BOTH {
        let mut duo = Duo::opened(dialect);
        duo.make(Side::A, &[add(1_000_000, 1, EXPIRY)]);
        duo.make(Side::B, &[pay(BALANCE)]);
        // A request counts on nothing that waits.
        assert_eq!(duo.refused(Side::B, &[settle(1, 1), pay(1)]), "overdraft");
        duo.make(Side::B, &[settle(1, 1)]);
        duo.make(Side::B, &[add(600_000, 2, EXPIRY), pay(400_000)]);
        assert_eq!(duo.channel(Side::B).balances().b, sat(0));
        duo.make(Side::A, &[settle(2, 2)]);
        balances(
            &duo,
            PerSide {
                a: 2 * BALANCE,
                b: 0,
            },
        );
    }
}

/// R that is known for one HTLC is known for each with its hash.
#[test]
fn the_same_hash_again() {
    let mut duo = Duo::opened(Dialect::Noinput);
    duo.make(Side::A, &[add(1_000, 1, EXPIRY), add(2_000, 1, EXPIRY)]);
    duo.make(Side::B, &[settle(1, 1)]);
    for side in Side::BOTH {
        assert!(duo.htlc(side, 2).preimage.is_some());
    }
    duo.make(Side::A, &[add(4_000, 1, EXPIRY)]);
    assert!(duo.htlc(Side::B, 3).preimage.is_some());
    duo.make(Side::B, &[settle(3, 1), settle(2, 1)]);
    assert_eq!(duo.channel(Side::B).balances().b, sat(BALANCE + 7_000));
}

/// A channel with HTLCs closes on chain or not at all.
#[test]
fn no_cooperative_close_with_htlcs() {
    let feerate = bitcoin::FeeRate::from_sat_per_vb(5).unwrap();
    for dialect in Dialect::BOTH {
        let mut duo = Duo::opened(dialect);
        let close = || leyden_channel::Command::Close { feerate };
        // b asks while a's offer is on its way: nothing binds yet.
        let mut early = duo.clone();
        early.update(Side::A, &[add(1_000, 1, EXPIRY)]);
        early.command(Side::B, close()).unwrap();
        early.pump();
        for side in Side::BOTH {
            assert_eq!(early.channel(side).state(), StateName::Settled);
        }
        let hash = crate::common::preimage(1).hash();
        let reason = FailReason::NoCapacity;
        assert_eq!(early.told(Side::A, &Event::HtlcDropped { hash, reason }), 1);

        let settle_message = early_settle(&duo, feerate);
        duo.update(Side::A, &[add(1_000, 1, EXPIRY)]);
        while let Some(result) = duo.deliver(Side::B).or_else(|| duo.deliver(Side::A)) {
            result.unwrap();
            let held = !duo.channel(Side::B).carried_htlcs().is_empty();
            if held {
                let refused = duo.command(Side::B, close()).unwrap_err();
                assert_eq!(refused.name(), "htlcs-in-flight");
            }
        }
        let Message::Settle(mut spoilt) = settle_message else {
            panic!("not a settle");
        };
        spoilt.number = 1;
        let refused = duo.message(Side::A, Message::Settle(spoilt)).unwrap_err();
        assert_eq!(refused.name(), "htlcs-in-flight");
        duo.make(Side::B, &[fail(1)]);
        duo.command(Side::B, close()).unwrap();
        duo.pump();
        assert_eq!(duo.channel(Side::A).state(), StateName::Settled);
    }
}

fn early_settle(duo: &Duo, feerate: bitcoin::FeeRate) -> Message {
    let mut duo = duo.clone();
    duo.command(Side::B, leyden_channel::Command::Close { feerate })
        .unwrap();
    duo.link.a.pop_front().unwrap()
}

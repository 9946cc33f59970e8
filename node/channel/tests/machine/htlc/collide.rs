//! Both sides propose at once: whose turn it is follows from the number, and nothing is lost.

use leyden_channel::{Event, FailReason, HtlcState, Order, Reaction, Request, StateName};
use leyden_labels::{Dialect, PerSide, Side};

use crate::common::{BALANCE, Dice, Duo, EXPIRY, add, fail, pay, preimage, sat, settle};

/// With an HTLC of each side in flight, and commitment number `number` next.
fn opened(dialect: Dialect, number: u64) -> Duo {
    let mut duo = Duo::opened(dialect);
    duo.make(Side::A, &[add(1_000_000, 1, EXPIRY), add(1_000, 2, EXPIRY)]);
    duo.make(Side::B, &[add(2_000_000, 3, EXPIRY), add(2_000, 4, EXPIRY)]);
    while duo.channel(Side::A).number() + 1 < number {
        duo.make(Side::A, &[pay(1)]);
    }
    duo
}

/// What `side` can do, and what it and the other have by it in the end.
fn kinds(side: Side) -> Vec<(Vec<Request>, [i64; 2])> {
    let (own, small) = match side {
        Side::A => (3, 4),
        Side::B => (1, 2),
    };
    let value = i64::try_from(own).unwrap();
    let value = if value == 3 { 2_000_000 } else { 1_000_000 };
    vec![
        (vec![pay(500)], [-500, 500]),
        (vec![add(700, 90 + own, EXPIRY)], [-700, 0]),
        (vec![settle(own, own)], [value, 0]),
        (vec![fail(own)], [0, value]),
        (
            vec![
                settle(own, own),
                add(900, 80 + own, EXPIRY),
                fail(small),
                pay(33),
            ],
            [value - 900 - 33, value / 1_000 + 33],
        ),
    ]
}

fn plus(balance: bitcoin::Amount, change: i64) -> bitcoin::Amount {
    sat(balance.to_sat().checked_add_signed(change).unwrap())
}

#[test]
fn every_pair_at_odd_and_even_numbers() {
    for dialect in Dialect::BOTH {
        for number in [3, 4] {
            let start = opened(dialect, number);
            let first = if number % 2 == 1 { Side::A } else { Side::B };
            for (ours, by_a) in kinds(Side::A) {
                for (theirs, by_b) in kinds(Side::B) {
                    let mut duo = start.clone();
                    let before = duo.channel(Side::A).balances();
                    duo.update(Side::A, &ours);
                    duo.update(Side::B, &theirs);
                    let refused = duo.deliver(first).unwrap().unwrap_err();
                    assert_eq!(refused, Order::Collision.into());
                    duo.deliver(first.other()).unwrap().unwrap();
                    let state = duo.channel(first.other()).state();
                    let gave_way = [StateName::Consenting, StateName::Answered];
                    assert!(gave_way.contains(&state), "{state}");
                    duo.pump();
                    duo.check_agreement();
                    // One update each, and the first one's comes first.
                    assert_eq!(duo.channel(Side::A).number(), number + 1);
                    let expected = PerSide {
                        a: plus(before.a, by_a[0] + by_b[1]),
                        b: plus(before.b, by_b[0] + by_a[1]),
                    };
                    assert_eq!(duo.channel(Side::A).balances(), expected);
                    all_live(&duo);
                }
            }
        }
    }
}

/// Nothing hangs: what is carried is live to both, and nothing is unsettled.
fn all_live(duo: &Duo) {
    for side in Side::BOTH {
        assert_eq!(duo.channel(side).state(), StateName::Open);
        assert_eq!(duo.channel(side).unsettled(), sat(0));
        assert_eq!(duo.channel(side).queued(), sat(0));
        let carried = duo.channel(side).carried_htlcs();
        for htlc in duo.channel(side).htlcs() {
            let number = htlc.number.unwrap();
            let ended = matches!(
                htlc.state,
                HtlcState::Settled | HtlcState::Failed(FailReason::Cancelled)
            );
            assert_eq!(htlc.state == HtlcState::Live, carried.contains(&number));
            assert_ne!(ended, carried.contains(&number));
        }
    }
}

/// b has signed a C3a without a's HTLC, and with b's payment. So what a's update brings b is final only
/// when a has revoked C3a, whichever it holds: with b's own update.
#[test]
fn what_comes_to_the_loser_is_final_one_update_later() {
    for dialect in Dialect::BOTH {
        let mut duo = Duo::opened(dialect);
        duo.make(Side::B, &[add(5_000, 1, EXPIRY), add(6_000, 2, EXPIRY)]);
        duo.make(Side::A, &[pay(1)]);
        // In csv nothing is proposed without an offer as long as HTLCs are carried.
        if dialect == Dialect::Csv {
            duo.make(Side::A, &[fail(1), fail(2)]);
            duo.make(Side::A, &[pay(1)]);
        }
        let number = duo.channel(Side::A).number() + 1;
        assert_eq!(number % 2, 1, "a goes first");
        duo.update(Side::B, &[pay(10)]);
        let mut requests = vec![add(7_000, 3, EXPIRY), pay(20)];
        if dialect == Dialect::Noinput {
            requests.extend([settle(1, 1), fail(2)]);
        }
        duo.update(Side::A, &requests);
        duo.deliver(Side::A).unwrap().unwrap_err();
        let mut seen = Vec::new();
        while let Some(result) = duo.deliver(Side::B).or_else(|| duo.deliver(Side::A)) {
            result.unwrap();
            let channel = duo.channel(Side::B);
            let live = duo.told(Side::B, &Event::HtlcLive { number: 3 }) == 1;
            assert_eq!(
                channel.number() >= number && !live,
                channel.unsettled() != sat(0)
            );
            if channel.number() == number && channel.state() != StateName::Answered {
                // a has revoked C2a, and the C3a that it may hold is good.
                assert!(!live, "{dialect}");
                seen.push(channel.state());
            }
        }
        assert!(seen.contains(&StateName::Proposed), "{seen:?}");
        duo.check_agreement();
        all_live(&duo);
        if dialect == Dialect::Noinput {
            let reason = FailReason::Cancelled;
            assert_eq!(duo.told(Side::B, &Event::HtlcSettled { number: 1 }), 1);
            assert_eq!(
                duo.told(Side::B, &Event::HtlcFailed { number: 2, reason }),
                1
            );
        }
    }
}

/// Neither side's queue is ever empty: both get on.
#[test]
fn nobody_starves() {
    for (dialect, rounds) in [(Dialect::Noinput, 700), (Dialect::Csv, 300)] {
        let mut duo = Duo::opened(dialect);
        let mut dice = Dice::new(5);
        let mut made: PerSide<u64> = PerSide::default();
        let mut tag = 0;
        while duo.channel(Side::A).number() < rounds {
            for side in Side::BOTH {
                if duo.channel(side).queued() == sat(0) {
                    tag += 1;
                    let request = wanted(&duo, side, &mut dice, tag);
                    duo.update(side, &[pay(1), request]);
                }
                let before = duo.channel(side).number();
                if let Some(Err(fault)) = duo.deliver(side) {
                    assert_eq!(fault.reaction(), Reaction::Ignore, "{fault}");
                }
                // The proposer adopts n+1 with the answer.
                if duo.channel(side).number() > before
                    && duo.channel(side).state() != StateName::Answered
                {
                    *made.get_mut(side) += 1;
                }
            }
        }
        for side in Side::BOTH {
            let share = *made.get(side);
            assert!(share >= rounds * 2 / 5, "{dialect} {side}: {share}");
            assert_eq!(
                duo.party(side)
                    .events
                    .iter()
                    .filter(|e| matches!(
                        e,
                        Event::PaymentDropped { .. } | Event::HtlcDropped { .. }
                    ))
                    .count(),
                0
            );
        }
        duo.pump();
        duo.check_agreement();
        all_live(&duo);
    }
}

fn wanted(duo: &Duo, side: Side, dice: &mut Dice, tag: u64) -> Request {
    let mut htlcs = duo.channel(side).htlcs().into_iter();
    let incoming = htlcs.find(|htlc| !htlc.outgoing && htlc.state == HtlcState::Live);
    match (incoming, dice.roll(8)) {
        (Some(htlc), 1) => fail(htlc.number.unwrap()),
        (Some(htlc), _) => {
            let number = htlc.number.unwrap();
            let mut tags = 0..=tag;
            let tag = tags.find(|tag| preimage(*tag).hash() == htlc.hash);
            settle(number, tag.unwrap())
        }
        (None, 0 | 1) => add(1_000 + tag, tag, EXPIRY),
        (None, _) => pay(1_000 + tag),
    }
}

/// Both offer at once, the loser's comes through with the next number, and both are carried.
#[test]
fn two_offers() {
    for dialect in Dialect::BOTH {
        let mut duo = Duo::opened(dialect);
        duo.update(Side::A, &[add(1_000, 1, EXPIRY)]);
        duo.update(Side::B, &[add(2_000, 2, EXPIRY)]);
        duo.pump();
        duo.check_agreement();
        // Both offered it as number 1.
        assert!(duo.htlc(Side::A, 1).outgoing);
        assert!(duo.htlc(Side::B, 2).outgoing);
        assert_eq!(duo.channel(Side::A).balances().b, sat(BALANCE - 2_000));
        all_live(&duo);
    }
}

/// What gives way comes again in its order: HTLCs are numbered by it.
#[test]
fn the_order_of_what_gave_way() {
    for dialect in Dialect::BOTH {
        let mut duo = Duo::opened(dialect);
        duo.update(Side::A, &[pay(1)]);
        let batch: Vec<Request> = (1..=4).map(|tag| add(1_000, tag, EXPIRY)).collect();
        duo.update(Side::B, &batch);
        duo.pump();
        duo.check_agreement();
        for tag in 1..=4 {
            assert_eq!(duo.htlc(Side::A, tag).hash, preimage(tag).hash());
        }
    }
}

/// b's proposal to fail an HTLC has lost, and the channel closes before it comes again: the HTLC lives.
#[test]
fn what_the_loser_was_to_end_lives_on() {
    let mut duo = Duo::opened(Dialect::Noinput);
    let expiry = duo.height() + 9;
    duo.make(Side::A, &[add(1_000_000, 1, expiry)]);
    duo.make(Side::A, &[pay(1)]);
    duo.update(Side::A, &[pay(2)]);
    duo.update(Side::B, &[fail(1)]);
    duo.deliver(Side::A).unwrap().unwrap_err();
    duo.deliver(Side::B).unwrap().unwrap();
    assert_eq!(duo.htlc_state(Side::B, 1), HtlcState::Ending);
    duo.publish(Side::B, "C3b");
    assert_eq!(duo.htlc_states(1), [HtlcState::Live; 2]);
    duo.learn(Side::B, 1);
    duo.resolve(Side::A);
    assert_eq!(duo.purse().paid.b, BALANCE + 1_000_003);
}

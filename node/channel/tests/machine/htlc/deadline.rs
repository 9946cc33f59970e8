//! When a side goes on chain by itself (§4.4, last paragraph; §9.1), and how much it hurries.

use leyden_channel::{Command, Event, FailReason, HtlcState, StateName};
use leyden_labels::{Dialect, Kind, PerSide, Side};

use crate::common::{BALANCE, Duo, add, fail, label, name, pay, preimage, settle};

const AMOUNT: u64 = 1_000_000;
const MARGIN: u32 = 6;

fn opened(dialect: Dialect, margin: Option<u32>) -> Duo {
    let mut duo = Duo::with(dialect, false, |config| config.margin = margin);
    duo.open();
    duo
}

fn deadlines(duo: &Duo, side: Side) -> Vec<(u64, u32)> {
    let events = duo.party(side).events.iter();
    let deadlines = events.filter_map(|event| match event {
        Event::Deadline { number, expiry } => Some((*number, *expiry)),
        _ => None,
    });
    deadlines.collect()
}

/// Empty blocks until `side` goes on chain; the height of the tip then.
fn wait(duo: &mut Duo, side: Side, most: u32) -> Option<u32> {
    while deadlines(duo, side).is_empty() {
        if duo.height() >= most {
            return None;
        }
        assert_ne!(duo.channel(side).state(), StateName::Closing);
        duo.mine(vec![]);
    }
    assert_eq!(duo.channel(side).state(), StateName::Closing);
    Some(duo.height())
}

/// The peer is silent. With R the receiver goes `margin` blocks before the expiry, and has it.
#[test]
fn the_receiver_with_r_goes_in_time() {
    for dialect in Dialect::BOTH {
        for sender in Side::BOTH {
            let receiver = sender.other();
            let mut duo = opened(dialect, Some(MARGIN));
            let expiry = duo.height() + 20;
            duo.make(sender, &[add(AMOUNT, 1, expiry)]);
            duo.learn(receiver, 1);
            let commitment = name(Kind::Commitment, 1, receiver);
            assert_eq!(wait(&mut duo, receiver, expiry), Some(expiry - MARGIN));
            assert_eq!(deadlines(&duo, receiver), [(1, expiry)]);
            assert!(deadlines(&duo, sender).is_empty());
            let claim = duo.claim(receiver, &commitment);
            assert_eq!(claim.deadline, Some(expiry - 1));
            let emitted = duo.party(receiver).broadcasts.last().unwrap();
            assert_eq!(emitted.label, label(&commitment));
            // In the last block that is safe, `HE` in the one after, with the other side always first.
            duo.mine_empty(expiry - 2 - duo.height());
            duo.mine(vec![claim.tx().clone()]);
            let labels = duo.mine_claims(sender);
            assert!(labels.contains(&label(&name(Kind::HtlcExecution, 1, receiver))));
            duo.resolve(sender);
            let expected = PerSide::from_holder(sender, BALANCE - AMOUNT, BALANCE + AMOUNT);
            assert_eq!(duo.purse().paid, expected);
        }
    }
}

/// Its money is back shortly after the expiry.
#[test]
fn the_sender_goes_at_the_expiry() {
    for dialect in Dialect::BOTH {
        for sender in Side::BOTH {
            let mut duo = opened(dialect, Some(MARGIN));
            let expiry = duo.height() + 20;
            duo.make(
                sender,
                &[add(AMOUNT, 1, expiry), add(AMOUNT, 2, expiry + 9)],
            );
            assert_eq!(wait(&mut duo, sender, 999), Some(expiry));
            assert_eq!(deadlines(&duo, sender), [(1, expiry)]);
            assert!(deadlines(&duo, sender.other()).is_empty());
            let commitment = name(Kind::Commitment, 1, sender);
            let claim = duo.claim(sender, &commitment);
            // Until then whoever passed it on can take the one before.
            assert_eq!(claim.deadline, Some(expiry + MARGIN));
            duo.mine(vec![claim.tx().clone()]);
            let timeout = duo.claim(sender, &name(Kind::HtlcTimeout, 1, sender));
            assert_eq!(timeout.deadline, Some(expiry + MARGIN));
            duo.resolve(sender.other());
            assert_eq!(
                duo.purse().paid,
                PerSide {
                    a: BALANCE,
                    b: BALANCE
                }
            );
        }
    }
}

#[test]
fn the_hurry_of_a_timeout_delivery() {
    let mut duo = opened(Dialect::Csv, Some(MARGIN));
    let expiry = duo.height() + 5;
    duo.make(Side::A, &[add(AMOUNT, 1, expiry)]);
    duo.publish(Side::B, "C1b");
    duo.mine_empty(expiry - duo.height());
    assert_eq!(duo.claim(Side::A, "HTD1b").deadline, Some(expiry + MARGIN));
    assert_eq!(duo.claim(Side::A, "D1b").deadline, None);
}

/// R comes late: at once.
#[test]
fn r_within_the_margin() {
    for late in [false, true] {
        let mut duo = opened(Dialect::Noinput, Some(MARGIN));
        let expiry = duo.height() + 20;
        duo.make(Side::A, &[add(AMOUNT, 1, expiry)]);
        let tip = expiry - MARGIN - u32::from(!late);
        duo.mine_empty(tip - duo.height());
        duo.learn(Side::B, 1);
        let expected = if late {
            StateName::Closing
        } else {
            StateName::Open
        };
        assert_eq!(duo.channel(Side::B).state(), expected);
        assert_eq!(deadlines(&duo, Side::B).len(), usize::from(late));
        duo.crash(Side::B);
        assert_eq!(duo.channel(Side::B).state(), expected);
    }
}

/// Without a margin, and for what is over, nobody goes.
#[test]
fn nobody_goes_without_a_reason() {
    for dialect in Dialect::BOTH {
        let mut duo = opened(dialect, None);
        let expiry = duo.height() + 20;
        duo.make(Side::A, &[add(AMOUNT, 1, expiry)]);
        duo.learn(Side::B, 1);
        duo.mine_empty(40);
        duo.make(Side::B, &[settle(1, 1)]);

        let mut duo = opened(dialect, Some(MARGIN));
        let expiry = duo.height() + 20;
        duo.make(
            Side::A,
            &[
                add(AMOUNT, 1, expiry),
                add(AMOUNT, 2, expiry),
                add(AMOUNT, 3, expiry + 9),
            ],
        );
        duo.make(Side::B, &[settle(1, 1), fail(2)]);
        duo.learn(Side::B, 2);
        // The receiver of 3 knows no R; the sender waits for its expiry.
        for side in Side::BOTH {
            assert_eq!(wait(&mut duo, side, expiry + 8), None);
        }
        duo.mine(vec![]);
        assert_eq!(deadlines(&duo, Side::A), [(3, expiry + 9)]);
        assert_eq!(deadlines(&duo, Side::B), []);
    }
}

/// A peer that stops in the middle of an update, anywhere, does not stop the clock: both sides go, each
/// for its own HTLC, and have their due.
#[test]
fn in_the_middle_of_every_update() {
    for dialect in Dialect::BOTH {
        for step in 0..6 {
            let mut duo = opened(dialect, Some(MARGIN));
            let expiry = duo.height() + 20;
            duo.make(Side::A, &[add(AMOUNT, 1, expiry)]);
            duo.make(Side::B, &[add(10 * AMOUNT, 2, expiry + 50)]);
            duo.learn(Side::B, 1);
            duo.update(
                Side::B,
                &[settle(1, 1), add(5_000, 3, expiry + 50), pay(70)],
            );
            for _ in 0..step {
                let _ = duo.deliver(Side::A).or_else(|| duo.deliver(Side::B));
            }
            let has_left = duo.channel(Side::B).carried_htlcs() == [2, 3];
            duo.link = PerSide::default();
            let went = wait(&mut duo, Side::B, expiry + 1);
            let settled = duo.htlc_state(Side::B, 1) == HtlcState::Settled;
            assert_eq!(
                went,
                (!settled).then_some(expiry - MARGIN),
                "{dialect} {step}"
            );
            assert_eq!(has_left, settled);
            duo.crash(Side::B);
            duo.resolve(Side::A);
            if went.is_none() {
                // a goes for its own, if it has not got the last message.
                let gone = !deadlines(&duo, Side::A).is_empty();
                assert_eq!(gone, step == 4);
                continue;
            }
            let paid = duo.purse().paid;
            assert!(
                paid.b >= BALANCE + AMOUNT - 70,
                "{dialect} {step}: {paid:?}"
            );
            assert!(paid.a >= BALANCE - AMOUNT, "{dialect} {step}: {paid:?}");
        }
    }
}

/// A proposer whose HTLC nobody answers frees its money.
#[test]
fn an_htlc_that_is_pending_at_its_expiry() {
    for dialect in Dialect::BOTH {
        let mut duo = opened(dialect, Some(MARGIN));
        let expiry = duo.height() + 20;
        duo.update(Side::A, &[add(AMOUNT, 1, expiry)]);
        duo.deliver(Side::B).unwrap().unwrap();
        duo.deliver(Side::A).unwrap().unwrap();
        assert_eq!(duo.htlc_state(Side::A, 1), HtlcState::Pending);
        duo.link = PerSide::default();
        assert_eq!(wait(&mut duo, Side::A, 999), Some(expiry));
        let mut theirs = duo.clone();
        duo.resolve(Side::A);
        let height = duo.height();
        assert!(
            matches!(duo.htlc_state(Side::A, 1), HtlcState::Missing { height: at } if at < height)
        );
        assert_eq!(duo.purse().paid.a, BALANCE);

        // b took the proposal after all, and its commitment comes first.
        let mut world = super::world::World::new(opened(dialect, Some(MARGIN)));
        world.update(Side::A, &[add(AMOUNT, 1, expiry)]);
        world.deliver(Side::B).unwrap().unwrap();
        world.deliver(Side::A).unwrap().unwrap();
        let threats = world.threats(Side::B);
        theirs.parties.b.channel = threats[0].machine.clone();
        while theirs.channel(Side::B).tip() < Some(theirs.height()) {
            let next = theirs.channel(Side::B).tip().unwrap() + 1;
            let block = theirs.blocks.iter().find(|block| block.height == next);
            let block = block.unwrap().clone();
            theirs.parties.b.channel.handle_block(&block).unwrap();
            theirs.drain(Side::B);
        }
        theirs.publish(Side::B, "C1b");
        theirs.resolve(Side::B);
        assert!(matches!(
            theirs.htlc_state(Side::A, 1),
            HtlcState::TimedOut { .. }
        ));
        assert_eq!(theirs.purse().paid.a, BALANCE);
    }
}

/// An HTLC that waits for its turn past its expiry is given up in every state, so that the one that it
/// passes on can be failed.
#[test]
fn what_waits_too_long_is_given_up() {
    let reason = FailReason::ExpiryTooSoon;
    for dialect in Dialect::BOTH {
        for step in 0..5 {
            let mut duo = opened(dialect, Some(MARGIN));
            let expiry = duo.height() + 3;
            duo.update(Side::A, &[add(5_000, 8, 500)]);
            for _ in 0..step {
                let _ = duo.deliver(Side::B).or_else(|| duo.deliver(Side::A));
            }
            for side in Side::BOTH {
                let tag = 1 + side as u64;
                duo.update(
                    side,
                    &[pay(3), add(1_000, tag, expiry), add(2_000, 9, expiry + 300)],
                );
            }
            duo.link = PerSide::default();
            duo.mine_empty(2);
            for side in Side::BOTH {
                let hash = preimage(1 + side as u64).hash();
                let dropped = Event::HtlcDropped { hash, reason };
                assert_eq!(duo.told(side, &dropped), 0);
            }
            duo.mine(vec![]);
            for side in Side::BOTH {
                let hash = preimage(1 + side as u64).hash();
                let dropped = Event::HtlcDropped { hash, reason };
                assert_eq!(duo.told(side, &dropped), 1, "{dialect} {step} {side}");
                let mut htlcs = duo.channel(side).htlcs().into_iter();
                assert!(htlcs.any(|htlc| htlc.state == HtlcState::Failed(reason)));
            }
            duo.command(Side::A, Command::Reconnect).unwrap();
            duo.pump();
            duo.check_agreement();
            let carried = duo.channel(Side::A).carried_htlcs();
            assert_eq!(carried.len(), 3, "{dialect} {step}: {carried:?}");
        }
    }
}

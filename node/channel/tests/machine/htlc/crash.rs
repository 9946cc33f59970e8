//! The process dies at every point of an update with HTLCs, and the log alone brings it back.

use leyden_channel::{Reaction, Request};
use leyden_labels::{Dialect, PerSide, Side};

use crate::common::{BALANCE, Duo, EXPIRY, add, fail, pay, sat, settle};

/// The updates that are under way when `victim` dies, and what the sides have in the end.
struct Plan {
    batches: PerSide<Vec<Request>>,
    end: PerSide<u64>,
}

/// HTLCs 1 and 2 of a, 3 of b.
fn opened(dialect: Dialect) -> Duo {
    let mut duo = Duo::opened(dialect);
    duo.make(
        Side::A,
        &[add(1_000_000, 1, EXPIRY), add(2_000_000, 2, EXPIRY)],
    );
    duo.make(Side::B, &[add(4_000_000, 3, EXPIRY)]);
    duo
}

fn plans() -> Vec<Plan> {
    let plan = |a: &[Request], b: &[Request], end: (u64, u64)| Plan {
        batches: PerSide {
            a: a.to_vec(),
            b: b.to_vec(),
        },
        end: PerSide { a: end.0, b: end.1 },
    };
    let (a, b) = (BALANCE - 3_000_000, BALANCE - 4_000_000);
    let mixed = [settle(1, 1), add(500, 5, EXPIRY), pay(7), fail(2)];
    vec![
        plan(&[add(400, 4, EXPIRY)], &[], (a - 400, b)),
        plan(&[], &[settle(1, 1)], (a, b + 1_000_000)),
        plan(&[fail(3)], &[], (a, b + 4_000_000)),
        plan(&[], &mixed, (a + 2_000_007, b + 1_000_000 - 507)),
        plan(
            &[settle(3, 3), add(400, 4, EXPIRY)],
            &mixed,
            (a + 6_000_007 - 400, b + 1_000_000 - 507),
        ),
        plan(&[pay(30)], &[settle(2, 2)], (a - 30, b + 2_000_030)),
    ]
}

/// Whether there was such a step.
fn run(start: &Duo, plan: &Plan, victim: Side, point: usize, lost: bool) -> bool {
    let mut duo = start.clone();
    for side in Side::BOTH {
        let batch = plan.batches.get(side);
        if !batch.is_empty() {
            duo.update(side, batch);
        }
    }
    let mut died = false;
    for step in 0.. {
        if step == point {
            died = true;
            if lost {
                duo.link = PerSide::default();
            }
            duo.crash(victim);
        }
        let next = duo.deliver(Side::B).or_else(|| duo.deliver(Side::A));
        match next {
            Some(Err(fault)) => assert_eq!(fault.reaction(), Reaction::Ignore, "{fault}"),
            Some(Ok(())) => {}
            None => break,
        }
    }
    duo.check_agreement();
    for side in Side::BOTH {
        assert_eq!(duo.channel(side).balances(), plan.end.map(sat), "{point}");
        assert_eq!(duo.channel(side).unsettled(), sat(0));
    }
    let (a, b) = (duo.channel(Side::A).htlcs(), duo.channel(Side::B).htlcs());
    assert_eq!(a.len(), b.len());
    for (ours, theirs) in a.iter().zip(&b) {
        assert_eq!((ours.number, ours.state), (theirs.number, theirs.state));
        assert_eq!(ours.preimage, theirs.preimage);
    }
    died
}

#[test]
fn at_every_point() {
    for dialect in Dialect::BOTH {
        let start = opened(dialect);
        for plan in plans() {
            for victim in Side::BOTH {
                for lost in [true, false] {
                    let mut point = 0;
                    while run(&start, &plan, victim, point, lost) {
                        point += 1;
                    }
                    assert!(point >= 4, "only {point} points");
                }
            }
        }
    }
}

/// On chain too: after each block, and with what was in the mempool.
#[test]
fn while_everything_is_claimed() {
    for dialect in Dialect::BOTH {
        let mut duo = opened(dialect);
        duo.learn(Side::B, 1);
        let near = duo.height() + 4;
        duo.make(Side::B, &[add(8_000, 8, near), pay(1)]);
        duo.publish(Side::B, "C3b");
        for _ in 0..30 {
            for side in Side::BOTH {
                let claims = duo.party(side).claims();
                duo.crash(side);
                assert_eq!(duo.party(side).claims(), claims);
                // All of them are asked for again.
                for claim in claims {
                    duo.party(side).broadcast(&claim);
                }
            }
            duo.mine_claims(Side::A);
        }
        assert_eq!(duo.purse().open, 6_000_000);
    }
}

/// The same offer again, as after a reconnect, is answered and leaves no trace.
#[test]
fn a_repeated_offer_is_not_stored() {
    let mut duo = Duo::opened(Dialect::Noinput);
    duo.update(Side::A, &[add(1_000, 1, EXPIRY)]);
    let offer = duo.link.b[0].clone();
    duo.deliver(Side::B).unwrap().unwrap();
    let logged = duo.party(Side::B).log.len();
    for _ in 0..3 {
        duo.message(Side::B, offer.clone()).unwrap();
    }
    assert_eq!(duo.party(Side::B).log.len(), logged);
    assert_eq!(duo.link.a.len(), 4);
    assert!(duo.link.a.iter().all(|message| *message == duo.link.a[0]));
    duo.crash(Side::B);
    duo.pump();
    duo.check_agreement();
}

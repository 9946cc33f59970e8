//! At each point of each update, whatever either side could broadcast then: nobody loses what is its own.
//!
//! §4.4: the signatures of HTLCs come before those of the commitments. Else the side that is proposed to
//! could broadcast a commitment whose HTLC the proposer could never take back.

use bitcoin::Transaction;
use leyden_channel::{Reaction, Request};
use leyden_labels::{Dialect, PerSide, Side};
use leyden_tx::Delay;

use super::world::World;
use crate::common::{Duo, add, fail, pay, settle};

/// HTLCs of both sides, live: with R known (1, 3) and not (2, 4), and two that are ended.
pub fn opened(dialect: Dialect, extra: u64) -> World {
    let mut duo = Duo::with(dialect, false, |config| {
        config.delay = Delay::new(2).unwrap();
    });
    duo.open();
    let expiry = duo.height() + 3;
    let of = |tag| {
        add(
            1_000_000 + tag,
            tag,
            expiry + u32::try_from(tag % 3).unwrap(),
        )
    };
    let mut world = World::new(duo);
    for (side, requests) in [
        (Side::A, vec![of(1), of(2), of(5)]),
        (Side::B, vec![of(3), of(4), of(6)]),
        (Side::A, vec![settle(6, 6)]),
        (Side::B, vec![fail(3)]),
    ] {
        assert!(world.update(side, &requests));
        while let Some(result) = world.deliver(Side::A).or_else(|| world.deliver(Side::B)) {
            result.unwrap();
        }
    }
    for _ in 0..extra {
        assert!(world.update(Side::A, &[pay(1)]));
        while let Some(result) = world.deliver(Side::A).or_else(|| world.deliver(Side::B)) {
            result.unwrap();
        }
    }
    // Numbers: 1, 2, 3 (failed) are a's; 4, 5, 6 (settled) are b's.
    world.duo.learn(Side::B, 1);
    world.duo.learn(Side::A, 3);
    world
}

/// Delivers everything, `order` first, and looks at everything in between. How much there was.
fn watch(world: &mut World, order: Side) -> usize {
    let mut seen = 0;
    // What has been looked at, with the victim as it is.
    let mut judged: PerSide<Vec<Transaction>> = PerSide::default();
    let mut victims = PerSide::from_fn(|side| world.duo.channel(side).clone());
    loop {
        for holder in Side::BOTH {
            let victim = world.duo.channel(holder.other());
            if victims.get(holder.other()) != victim {
                *victims.get_mut(holder.other()) = victim.clone();
                judged.get_mut(holder).clear();
            }
            let newest = world.duo.channel(holder).number();
            for threat in world.threats(holder) {
                let tx = threat.commitment();
                if threat.number + 1 >= newest && !judged.get(holder).contains(&tx) {
                    world.judge(&threat, holder);
                    judged.get_mut(holder).push(tx);
                    seen += 1;
                }
            }
        }
        let next = [order, order.other()]
            .into_iter()
            .find_map(|side| world.deliver(side));
        match next {
            Some(Err(fault)) => assert_eq!(fault.reaction(), Reaction::Ignore),
            Some(Ok(())) => {}
            None => return seen,
        }
    }
}

/// What a can do, and b; expiries are near.
fn batches(world: &World) -> Vec<[Vec<Request>; 2]> {
    let soon = world.duo.height() + 3;
    let new = |tag| add(2_000_000 + tag, tag, soon);
    vec![
        [vec![new(11)], vec![new(12)]],
        [vec![settle(4, 3)], vec![settle(1, 1)]],
        [vec![fail(5)], vec![fail(2)]],
        [
            vec![settle(4, 3), new(13), pay(700), fail(5)],
            vec![new(14), fail(2), settle(1, 1), pay(900)],
        ],
        [vec![pay(5_000)], vec![pay(6_000)]],
    ]
}

fn one_side(dialect: Dialect) {
    let start = opened(dialect, 0);
    for batch in batches(&start) {
        for (proposer, requests) in Side::BOTH.into_iter().zip(batch) {
            let mut world = start.clone();
            assert!(world.update(proposer, &requests));
            let seen = watch(&mut world, Side::A);
            assert!(seen >= 12, "{seen}");
            world.duo.check_agreement();
        }
    }
}

fn both_sides(dialect: Dialect, extra: u64) {
    let start = opened(dialect, extra);
    let all = batches(&start);
    for (index, [ours, _]) in all.iter().enumerate() {
        // Each kind against another one; a proposal with HTLCs in csv is always an offer.
        let [_, theirs] = &all[(index + 4) % all.len()];
        let mut world = start.clone();
        assert!(world.update(Side::A, ours));
        assert!(world.update(Side::B, theirs));
        watch(&mut world, Side::B);
        world.duo.check_agreement();
    }
}

#[test]
fn one_proposal_in_noinput() {
    one_side(Dialect::Noinput);
}

#[test]
fn one_proposal_in_csv() {
    one_side(Dialect::Csv);
}

#[test]
fn two_proposals_at_an_odd_number() {
    for dialect in Dialect::BOTH {
        both_sides(dialect, 0);
    }
}

#[test]
fn two_proposals_at_an_even_number() {
    for dialect in Dialect::BOTH {
        both_sides(dialect, 1);
    }
}

/// Everything that was ever broadcastable, long after.
#[test]
fn every_old_commitment() {
    for dialect in Dialect::BOTH {
        let mut world = opened(dialect, 0);
        let soon = world.duo.height() + 3;
        for round in 0..4 {
            let tag = 20 + 2 * round;
            assert!(world.update(
                Side::A,
                &[pay(1_000 + round), add(3_000_000 + tag, tag, soon)]
            ));
            assert!(world.update(Side::B, &[pay(2_000 + round)]));
            while let Some(result) = world.deliver(Side::B).or_else(|| world.deliver(Side::A)) {
                if let Err(fault) = result {
                    assert_eq!(fault.reaction(), Reaction::Ignore);
                }
            }
        }
        let mut lost = 0;
        for holder in Side::BOTH {
            for (index, threat) in world.threats(holder).into_iter().enumerate() {
                let first = [holder, holder.other()][index % 2];
                world.judge(&threat, first);
                lost += usize::from(threat.is_lost(&world));
            }
        }
        if dialect == Dialect::Noinput {
            assert!(lost > 0, "no version of a lost proposal was seen");
        }
    }
}

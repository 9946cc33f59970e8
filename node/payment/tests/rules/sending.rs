//! Own payments: whole or none.

use leyden_channel::{FailReason, HtlcState, HtlcView, Request};
use leyden_payment::Decision;

use crate::common::{TIP, World, hash, own, part, sat, secret};

fn settled() -> Decision {
    Decision::PaymentSettled {
        hash: hash(),
        preimage: secret(),
    }
}

const fn failed(reason: FailReason, hash: leyden_tx::PaymentHash) -> Decision {
    Decision::PaymentFailed { hash, reason }
}

fn of(amount: u64, state: HtlcState) -> HtlcView {
    HtlcView {
        amount: sat(amount),
        ..own(state)
    }
}

#[test]
fn the_parts_are_sent_once() {
    let world = World::new().paying(&[(1, 500), (1, 500), (3, 400)]);
    let sent = |channel: u32, amounts: &[u64]| {
        let requests = amounts
            .iter()
            .map(|amount| Request::Add(part(channel, *amount).htlc));
        Decision::Update {
            channel,
            requests: requests.collect(),
        }
    };
    assert_eq!(world.decide(), [sent(1, &[500, 500]), sent(3, &[400])]);
    // One of two equal parts shows already.
    let world = world.with(1, of(500, HtlcState::Waiting));
    assert_eq!(world.decide(), [sent(1, &[500]), sent(3, &[400])]);
    let world = world
        .with(1, of(500, HtlcState::Live))
        .with(3, of(400, HtlcState::Pending));
    assert_eq!(world.decide(), []);
}

#[test]
fn a_part_is_told_from_the_others() {
    let world = World::new().paying(&[(1, 500), (1, 400)]);
    let rest = [crate::common::add(1, part(1, 500).htlc)];
    let world = world.with(1, of(400, HtlcState::Live));
    assert_eq!(world.decide(), rest);
    // Neither of these is the other part.
    let later = HtlcView {
        expiry: crate::common::above(287),
        ..of(500, HtlcState::Live)
    };
    let mut elsewhere = of(500, HtlcState::Live);
    elsewhere.onward.total = sat(999);
    let world = world.with(1, later).with(1, elsewhere);
    assert_eq!(world.decide(), rest);
}

/// Its name, what is wrong, and why nothing is sent.
type Case = (&'static str, fn(&mut World), FailReason);

#[test]
fn all_parts_are_sent_or_none() {
    let cases: [Case; 4] = [
        (
            "no room",
            |w| w.channel(1).available = sat(999),
            FailReason::NoCapacity,
        ),
        (
            "closing",
            |w| w.channel(3).open = false,
            FailReason::NoCapacity,
        ),
        (
            "no channel",
            |w| drop(w.channels.remove(&3)),
            FailReason::UnknownNextHop,
        ),
        ("late", |w| w.tip = TIP + 288, FailReason::ExpiryTooSoon),
    ];
    for (name, change, reason) in cases {
        let mut world = World::new().paying(&[(1, 500), (1, 500), (3, 400)]);
        change(&mut world);
        assert_eq!(world.decide(), [failed(reason, hash())], "{name}");
        // While some part is out, the payment is not over.
        let mut begun = World::new().paying(&[(1, 500), (1, 500), (3, 400), (2, 450)]);
        begun = begun.with(2, of(450, HtlcState::Live));
        change(&mut begun);
        assert_eq!(begun.decide(), [], "{name}");
    }
}

#[test]
fn a_payment_on_a_known_r_is_not_made() {
    let known = HtlcView {
        outgoing: false,
        preimage: Some(secret()),
        ..own(HtlcState::Settled)
    };
    let world = World::new().with(0, known).paying(&[(1, 1_000)]);
    assert_eq!(world.decide(), [failed(FailReason::HashReused, hash())]);
}

#[test]
fn a_payment_fails_when_all_of_it_is_back() {
    let world = World::new()
        .paying(&[(1, 500), (3, 400), (0, 300)])
        .with(1, of(500, HtlcState::Failed(FailReason::UnknownNextHop)))
        .with(3, of(400, HtlcState::Live));
    assert_eq!(
        world.decide(),
        [],
        "the other part may come back, and the third is not sent"
    );
    for (state, reason) in [
        (
            HtlcState::Failed(FailReason::Cancelled),
            Some(FailReason::UnknownNextHop),
        ),
        (
            HtlcState::TimedOut { height: TIP - 5 },
            Some(FailReason::UnknownNextHop),
        ),
        (
            HtlcState::Missing { height: TIP - 5 },
            Some(FailReason::UnknownNextHop),
        ),
        (HtlcState::TimedOut { height: TIP - 4 }, None),
        (HtlcState::Ending, None),
    ] {
        let world = World::new()
            .paying(&[(1, 500), (3, 400), (0, 300)])
            .with(1, of(500, HtlcState::Failed(FailReason::UnknownNextHop)))
            .with(3, of(400, state));
        let expected: Vec<Decision> = reason.map(|why| failed(why, hash())).into_iter().collect();
        assert_eq!(world.decide(), expected, "{state:?}");
    }
}

#[test]
fn the_reason_is_that_of_the_part_that_failed() {
    for (state, number, reason) in [
        (
            HtlcState::Failed(FailReason::NoCapacity),
            None,
            FailReason::NoCapacity,
        ),
        (
            HtlcState::Failed(FailReason::HashReused),
            Some(1),
            FailReason::HashReused,
        ),
        (
            HtlcState::TimedOut { height: TIP - 5 },
            Some(1),
            FailReason::Cancelled,
        ),
    ] {
        let view = HtlcView {
            number,
            ..of(1_000, state)
        };
        let world = World::new().paying(&[(1, 1_000)]).with(1, view);
        assert_eq!(world.decide(), [failed(reason, hash())]);
    }
}

#[test]
fn r_is_the_receipt() {
    for state in [
        HtlcState::Live,
        HtlcState::Ending,
        HtlcState::Settled,
        HtlcState::Executed { height: TIP },
        HtlcState::TimedOut { height: TIP - 5 },
    ] {
        let view = HtlcView {
            preimage: Some(secret()),
            ..of(1_000, state)
        };
        let mut world = World::new().paying(&[(1, 1_000)]).with(1, view);
        assert_eq!(world.decide(), [settled()], "{state:?}");
        world.book.record(&settled());
        assert_eq!(world.decide(), []);
    }
    // A part came back before R was seen: it is not paid by that.
    let view = HtlcView {
        preimage: Some(secret()),
        ..of(1_000, HtlcState::Failed(FailReason::Cancelled))
    };
    let world = World::new().paying(&[(1, 1_000)]).with(1, view);
    assert_eq!(world.decide(), [failed(FailReason::Cancelled, hash())]);
}

#[test]
fn a_new_attempt_is_told_from_the_old_one() {
    let mut world = World::new()
        .paying(&[(1, 1_000)])
        .with(1, of(1_000, HtlcState::Failed(FailReason::NoCapacity)));
    let over = failed(FailReason::NoCapacity, hash());
    assert_eq!(world.decide(), std::slice::from_ref(&over));
    world.book.record(&over);
    assert_eq!(world.decide(), []);
    let again = part(3, 1_000);
    world.book.pay(vec![again.clone()]).unwrap();
    assert_eq!(world.decide(), [crate::common::add(3, again.htlc)]);
}

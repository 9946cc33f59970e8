//! The payee: all or nothing, and R only then.

use leyden_channel::{FailReason, HtlcState, HtlcView};
use leyden_payment::{Decision, Release};

use crate::common::{
    CAROL, World, above, fail, hash, hop, incoming, learn, part, sat, secret, settle,
};

/// What a test changes of a good payment.
type Change = fn(&mut World, &mut HtlcView);

/// Its name, the invoice, the change, and why it goes back; `None`: it is taken.
type Case = (&'static str, Release, Change, Option<FailReason>);

const CASES: &[Case] = &[
    ("good", Release::AtOnce, |_, _| {}, None),
    (
        "more than asked",
        Release::AtOnce,
        |_, v| v.amount = sat(1_001),
        None,
    ),
    (
        "no such hash",
        Release::AtOnce,
        |_, v| v.hash = leyden_tx::PaymentHash::new([9; 20]),
        Some(FailReason::UnknownHash),
    ),
    (
        "too small a total",
        Release::AtOnce,
        |_, v| v.onward.total = sat(999),
        Some(FailReason::WrongAmount),
    ),
    (
        "too large a total",
        Release::AtOnce,
        |_, v| v.onward.total = sat(1_001),
        Some(FailReason::WrongAmount),
    ),
    (
        "a wrong total, held",
        Release::Held,
        |_, v| v.onward.total = sat(999),
        Some(FailReason::WrongAmount),
    ),
    (
        "time enough",
        Release::AtOnce,
        |_, v| v.expiry = above(18),
        None,
    ),
    (
        "too late to claim",
        Release::AtOnce,
        |_, v| v.expiry = above(17),
        Some(FailReason::ExpiryTooSoon),
    ),
    (
        "passed",
        Release::AtOnce,
        |w, _| w.tip += 1_000,
        Some(FailReason::ExpiryTooSoon),
    ),
    (
        "held till the margin",
        Release::Held,
        |_, v| v.expiry = above(17),
        Some(FailReason::Cancelled),
    ),
    (
        "too far",
        Release::AtOnce,
        |_, v| v.expiry = above(3_025),
        Some(FailReason::ExpiryTooFar),
    ),
    (
        "too far, held",
        Release::Held,
        |_, v| v.expiry = above(3_025),
        Some(FailReason::ExpiryTooFar),
    ),
    ("far", Release::AtOnce, |_, v| v.expiry = above(3_024), None),
    (
        "refused",
        Release::Refused,
        |_, _| {},
        Some(FailReason::Cancelled),
    ),
    (
        "paid",
        Release::AtOnce,
        |w, v| {
            let paid = HtlcView {
                state: HtlcState::Settled,
                preimage: Some(secret()),
                ..incoming()
            };
            w.channel(1).htlcs.push(paid);
            let received = Decision::Received {
                hash: v.hash,
                amount: v.amount,
            };
            w.book.record(&received);
        },
        Some(FailReason::HashReused),
    ),
    (
        "paid, and forgotten by the channels",
        Release::AtOnce,
        |w, v| {
            let received = Decision::Received {
                hash: v.hash,
                amount: v.amount,
            };
            w.book.record(&received);
        },
        Some(FailReason::HashReused),
    ),
];

#[test]
fn a_whole_payment_is_taken_and_a_wrong_one_goes_back() {
    for (name, release, change, reason) in CASES {
        let (mut world, mut view) = (World::new().asking(*release), incoming());
        change(&mut world, &mut view);
        let decisions = world.with(0, view).decide();
        match reason {
            Some(reason) => assert_eq!(decisions, [fail(0, 1, *reason)], "{name}"),
            None => assert_eq!(decisions, [learn(0), settle(0, 1)], "{name}"),
        }
    }
}

#[test]
fn a_held_payment_waits_for_the_word() {
    let mut world = World::new().asking(Release::Held).with(0, incoming());
    assert_eq!(world.decide(), []);
    world.book.release(hash()).unwrap();
    assert_eq!(world.decide(), [learn(0), settle(0, 1)]);
    world.book.refuse(hash()).unwrap();
    assert_eq!(world.decide(), [fail(0, 1, FailReason::Cancelled)]);
    // R is out: refusing comes too late.
    world.channel(0).htlcs[0].preimage = Some(secret());
    assert_eq!(world.decide(), [settle(0, 1)]);
}

/// 400 sat and 600 sat, on two channels.
fn parts() -> (HtlcView, HtlcView) {
    let first = HtlcView {
        amount: sat(400),
        ..incoming()
    };
    let second = HtlcView {
        amount: sat(600),
        number: Some(5),
        ..incoming()
    };
    (first, second)
}

#[test]
fn r_is_not_released_for_a_part() {
    let (first, second) = parts();
    let world = World::new().asking(Release::AtOnce).with(0, first.clone());
    assert_eq!(world.decide(), []);
    for short in [
        HtlcView {
            state: HtlcState::Pending,
            ..second.clone()
        },
        HtlcView {
            state: HtlcState::Ending,
            ..second.clone()
        },
        HtlcView {
            amount: sat(599),
            ..second.clone()
        },
        HtlcView {
            outgoing: true,
            ..second.clone()
        },
        HtlcView {
            state: HtlcState::TimedOut { height: 900 },
            ..second.clone()
        },
    ] {
        let world = World::new()
            .asking(Release::AtOnce)
            .with(0, first.clone())
            .with(3, short.clone());
        assert_eq!(world.decide(), [], "{short:?}");
    }
    let whole = World::new()
        .asking(Release::AtOnce)
        .with(0, first)
        .with(3, second);
    assert_eq!(
        whole.decide(),
        [learn(0), learn(3), settle(0, 1), settle(3, 5)]
    );
}

#[test]
fn what_is_to_be_passed_on_is_no_part() {
    let (first, second) = parts();
    let mut onward = second;
    onward.onward.hops = vec![hop(CAROL, 600, 144)];
    let world = World::new()
        .asking(Release::AtOnce)
        .with(0, first)
        .with(3, onward);
    assert_eq!(world.decide(), [fail(3, 5, FailReason::HashReused)]);
}

#[test]
fn a_part_that_goes_back_is_no_part_of_the_whole() {
    let (first, second) = parts();
    let soon = HtlcView {
        expiry: above(17),
        ..second.clone()
    };
    let world = World::new()
        .asking(Release::AtOnce)
        .with(0, first.clone())
        .with(3, soon);
    assert_eq!(world.decide(), [fail(3, 5, FailReason::ExpiryTooSoon)]);
    let mut other = second;
    other.onward.total = sat(600);
    let world = World::new()
        .asking(Release::AtOnce)
        .with(0, first)
        .with(3, other);
    assert_eq!(world.decide(), [fail(3, 5, FailReason::WrongAmount)]);
}

#[test]
fn what_was_begun_is_finished() {
    // The node stopped when one channel had R: the other part is this node's money too.
    let (first, second) = parts();
    for state in [
        HtlcState::Live,
        HtlcState::Ending,
        HtlcState::Settled,
        HtlcState::Executed { height: 900 },
    ] {
        let begun = HtlcView {
            state,
            preimage: Some(secret()),
            ..first.clone()
        };
        let rest = HtlcView {
            expiry: above(2),
            ..second.clone()
        };
        let world = World::new()
            .asking(Release::Held)
            .with(0, begun)
            .with(3, rest);
        let mut expected = vec![learn(3), settle(3, 5)];
        if state == HtlcState::Live {
            expected.insert(1, settle(0, 1));
        }
        assert_eq!(world.decide(), expected, "{state:?}");
    }
}

#[test]
fn a_closing_channel_takes_its_part_on_chain() {
    let (first, second) = parts();
    let mut world = World::new()
        .asking(Release::AtOnce)
        .with(0, first)
        .with(3, second);
    world.channel(3).open = false;
    assert_eq!(world.decide(), [learn(0), learn(3), settle(0, 1)]);
}

/// Figure 18: Dave pays back on the hash of his own invoice; he never publishes R.
#[test]
fn r_is_secret_while_the_payment_is_sent_back() {
    let mut world = World::new().asking(Release::AtOnce);
    world.book.pay(vec![part(1, 1_000)]).unwrap();
    let back = HtlcView {
        outgoing: true,
        ..incoming()
    };
    let mut world = world.with(1, back).with(0, incoming());
    assert_eq!(world.decide(), [fail(0, 1, FailReason::Cancelled)]);

    world.channel(1).htlcs[0].state = HtlcState::Failed(FailReason::NoCapacity);
    let over = Decision::PaymentFailed {
        hash: hash(),
        reason: FailReason::NoCapacity,
    };
    assert_eq!(
        world.decide(),
        [fail(0, 1, FailReason::Cancelled), over.clone()]
    );
    world.book.record(&over);
    assert_eq!(world.decide(), [learn(0), settle(0, 1)]);
}

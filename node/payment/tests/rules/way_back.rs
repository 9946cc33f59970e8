//! Figure 18, at Alice: her own money comes back on the same hash.

use leyden_channel::{FailReason, HtlcState, HtlcView};

use crate::common::{TIP, World, above, fail, incoming, learn, own, secret, settle};

#[test]
fn the_way_back_is_held_while_the_payment_is_out() {
    for state in [
        HtlcState::Waiting,
        HtlcState::Live,
        HtlcState::Ending,
        HtlcState::TimedOut { height: TIP },
    ] {
        let world = World::new().with(1, own(state)).with(0, incoming());
        assert_eq!(world.decide(), [], "{state:?}");
    }
}

#[test]
fn alice_breaks_even_if_r_is_published() {
    let out = HtlcView {
        preimage: Some(secret()),
        ..own(HtlcState::Live)
    };
    let world = World::new().with(1, out).with(0, incoming());
    assert_eq!(world.decide(), [learn(0), settle(0, 1)]);
}

#[test]
fn the_way_back_ends_with_the_payment() {
    let failed = own(HtlcState::Failed(FailReason::NoCapacity));
    let world = World::new().with(1, failed.clone()).with(0, incoming());
    assert_eq!(world.decide(), [fail(0, 1, FailReason::Cancelled)]);
    let buried = own(HtlcState::TimedOut { height: TIP - 5 });
    let world = World::new().with(1, buried).with(0, incoming());
    assert_eq!(world.decide(), [fail(0, 1, FailReason::Cancelled)]);
    // One part has come back, the other could still be taken.
    let world = World::new()
        .with(1, failed.clone())
        .with(2, own(HtlcState::Live))
        .with(0, incoming());
    assert_eq!(world.decide(), []);
    // R of a payment that came back says nothing about this money.
    let known = HtlcView {
        preimage: Some(secret()),
        ..failed
    };
    let world = World::new().with(1, known).with(0, incoming());
    assert_eq!(world.decide(), [fail(0, 1, FailReason::HashReused)]);
}

#[test]
fn the_way_back_is_not_held_to_its_end() {
    for (blocks, reason) in [
        (17, FailReason::ExpiryTooSoon),
        (3_025, FailReason::ExpiryTooFar),
    ] {
        let back = HtlcView {
            expiry: above(blocks),
            ..incoming()
        };
        let world = World::new().with(1, own(HtlcState::Live)).with(0, back);
        assert_eq!(world.decide(), [fail(0, 1, reason)]);
    }
}

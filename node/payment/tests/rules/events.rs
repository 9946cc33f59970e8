//! What is said, until it is recorded.

use leyden_channel::{HtlcState, HtlcView};
use leyden_payment::{Decision, Release};

use crate::common::{TIP, World, hash, incoming, sat, secret};

fn received(amount: u64) -> Decision {
    Decision::Received {
        hash: hash(),
        amount: sat(amount),
    }
}

#[test]
fn a_payment_is_received_when_all_of_it_is_final() {
    for (state, expected) in [
        (HtlcState::Settled, true),
        (HtlcState::Executed { height: TIP - 5 }, true),
        (HtlcState::Executed { height: TIP - 4 }, false),
        (HtlcState::Ending, false),
        (HtlcState::TimedOut { height: TIP - 5 }, false),
    ] {
        let first = HtlcView {
            amount: sat(400),
            state,
            preimage: Some(secret()),
            ..incoming()
        };
        let second = HtlcView {
            amount: sat(700),
            state: HtlcState::Settled,
            preimage: Some(secret()),
            ..incoming()
        };
        let mut world = World::new()
            .asking(Release::AtOnce)
            .with(0, first)
            .with(3, second);
        let told = world.decide().contains(&received(1_100));
        assert_eq!(told, expected, "{state:?}");
        if told {
            world.book.record(&received(1_100));
            assert_eq!(world.decide(), []);
            assert_eq!(world.book.received(hash()), Some(sat(1_100)));
        }
    }
}

#[test]
fn what_only_passed_through_is_not_received() {
    let passed = HtlcView {
        state: HtlcState::Settled,
        preimage: Some(secret()),
        ..crate::common::to_carol()
    };
    let sent = HtlcView {
        outgoing: true,
        state: HtlcState::Settled,
        ..incoming()
    };
    let world = World::new()
        .asking(Release::AtOnce)
        .with(0, passed)
        .with(1, sent);
    assert_eq!(world.decide(), []);
}

//! What is passed on, and what is not.

use leyden_channel::{FailReason, HtlcState, HtlcView, NewHtlc, Onward};

use crate::common::{
    DAVE, World, above, add, fail, hash, hop, incoming, learn, origin, own, passed_on, sat, secret,
    settle, to_carol,
};

fn onward_to_carol() -> NewHtlc {
    NewHtlc {
        amount: sat(1_000),
        hash: hash(),
        expiry: above(144),
        onward: Onward {
            hops: vec![hop(DAVE, 1_000, 108)],
            total: sat(1_000),
        },
        origin: Some(origin()),
    }
}

#[test]
fn the_next_hop_gets_the_rest_of_the_path() {
    let mut view = to_carol();
    view.onward.hops.push(hop(DAVE, 1_000, 108));
    let world = World::new().with(0, view);
    assert_eq!(world.decide(), [add(1, onward_to_carol())]);
}

#[test]
fn another_channel_with_the_same_node_is_tried() {
    let onward = NewHtlc {
        onward: incoming().onward,
        ..onward_to_carol()
    };
    let mut refused = passed_on(HtlcState::Failed(FailReason::NoCapacity));
    refused.number = None;
    let world = World::new().with(0, to_carol()).with(1, refused);
    assert_eq!(world.decide(), [add(2, onward.clone())]);

    let mut full = World::new().with(0, to_carol());
    full.channel(1).available = sat(999);
    assert_eq!(full.decide(), [add(2, onward)]);
}

#[test]
fn what_one_decision_takes_the_next_does_not_have() {
    let mut world = World::new().with(0, to_carol());
    let second = HtlcView {
        number: Some(2),
        ..to_carol()
    };
    world.channel(0).htlcs.push(second);
    world.channel(1).available = sat(1_999);
    world.channel(2).open = false;
    let first = NewHtlc {
        onward: incoming().onward,
        ..onward_to_carol()
    };
    let expected = [fail(0, 2, FailReason::NoCapacity), add(1, first.clone())];
    assert_eq!(world.decide(), expected);

    world.channel(1).available = sat(10_000);
    world.channel(1).limits.in_flight = sat(1_999);
    assert_eq!(world.decide(), expected);

    world.channel(1).limits.in_flight = sat(2_000);
    assert_eq!(world.decide().len(), 1, "both fit in one update");

    world.channel(1).limits.most = 1;
    assert_eq!(world.decide(), expected);
}

#[test]
fn what_is_out_counts_against_the_limits() {
    let out = HtlcView {
        amount: sat(500),
        ..own(HtlcState::Live)
    };
    for (state, counts) in [
        (HtlcState::Waiting, true),
        (HtlcState::Pending, true),
        (HtlcState::Live, true),
        (HtlcState::Ending, true),
        (HtlcState::Settled, false),
        (HtlcState::Failed(FailReason::Cancelled), false),
    ] {
        for change in [
            (|world| world.channel(1).limits.most = 1) as fn(&mut World),
            |world| world.channel(1).limits.in_flight = sat(1_499),
        ] {
            let view = HtlcView {
                state,
                ..out.clone()
            };
            let mut world = World::new().with(0, to_carol()).with(1, view);
            world.channel(2).open = false;
            change(&mut world);
            let refused = world.decide() == [fail(0, 1, FailReason::NoCapacity)];
            assert_eq!(refused, counts, "{state:?}");
        }
    }
    // What the other side sends is its own affair.
    let mut world = World::new().with(0, to_carol()).with(
        1,
        HtlcView {
            state: HtlcState::Pending,
            ..incoming()
        },
    );
    world.channel(1).limits.most = 1;
    let onward = NewHtlc {
        onward: incoming().onward,
        ..onward_to_carol()
    };
    assert_eq!(world.decide(), [add(1, onward)]);
}

#[test]
fn nothing_is_passed_on_that_is_not_final() {
    for state in [HtlcState::Pending, HtlcState::Ending, HtlcState::Settled] {
        let world = World::new().with(
            0,
            HtlcView {
                state,
                ..to_carol()
            },
        );
        assert_eq!(world.decide(), [], "{state:?}");
    }
    let mut closing = World::new().with(0, to_carol());
    closing.channel(0).open = false;
    assert_eq!(closing.decide(), []);
}

/// §8.3: the same hash may pass a node twice at once; R ends both.
#[test]
fn the_way_back_passes_the_same_nodes() {
    let back = HtlcView {
        onward: Onward {
            hops: vec![hop(1, 1_000, 100)],
            total: sat(1_000),
        },
        ..incoming()
    };
    let mut world = World::new()
        .with(0, to_carol())
        .with(1, passed_on(HtlcState::Live))
        .with(3, back);
    let decisions = world.decide();
    assert_eq!(decisions.len(), 1);
    let leyden_payment::Decision::Update {
        channel: 0,
        requests,
    } = &decisions[0]
    else {
        panic!("{decisions:?}");
    };
    let leyden_channel::Request::Add(returned) = &requests[0] else {
        panic!("{requests:?}");
    };
    let returned = HtlcView {
        number: Some(2),
        outgoing: true,
        amount: returned.amount,
        expiry: returned.expiry,
        onward: returned.onward.clone(),
        origin: returned.origin,
        ..incoming()
    };
    world.channel(0).htlcs.push(returned);
    assert_eq!(world.decide(), []);

    world.channel(1).htlcs[0].preimage = Some(secret());
    assert_eq!(
        world.decide(),
        [learn(0), learn(3), settle(0, 1), settle(3, 1)]
    );
}

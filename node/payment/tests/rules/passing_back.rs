//! What the outgoing HTLC says, the incoming one is told.

use leyden_channel::{FailReason, HtlcState, HtlcView};
use leyden_tx::{PaymentPreimage, preimage_in};

use crate::common::{TIP, World, fail, hash, learn, own, passed_on, secret, settle, to_carol};

const STATES: [HtlcState; 9] = [
    HtlcState::Waiting,
    HtlcState::Pending,
    HtlcState::Live,
    HtlcState::Ending,
    HtlcState::Settled,
    HtlcState::Executed { height: TIP },
    HtlcState::TimedOut { height: TIP },
    HtlcState::Missing { height: TIP },
    HtlcState::Failed(FailReason::UnknownHash),
];

#[test]
fn nothing_goes_back_that_could_still_be_taken() {
    for state in STATES {
        let world = World::new().with(0, to_carol()).with(1, passed_on(state));
        match state {
            HtlcState::Failed(reason) => assert_eq!(world.decide(), [fail(0, 1, reason)]),
            _ => assert_eq!(world.decide(), [], "{state:?}"),
        }
    }
}

#[test]
fn r_takes_what_came_in_whatever_becomes_of_the_rest() {
    for state in STATES {
        let out = HtlcView {
            preimage: Some(secret()),
            ..passed_on(state)
        };
        let world = World::new().with(0, to_carol()).with(1, out);
        match state {
            HtlcState::Failed(reason) => assert_eq!(world.decide(), [fail(0, 1, reason)]),
            _ => assert_eq!(world.decide(), [learn(0), settle(0, 1)], "{state:?}"),
        }
    }
}

#[test]
fn every_reason_is_passed_back() {
    for reason in FailReason::ALL {
        let failed = passed_on(HtlcState::Failed(reason));
        let world = World::new().with(0, to_carol()).with(1, failed);
        assert_eq!(world.decide(), [fail(0, 1, reason)]);
    }
}

#[test]
fn what_the_chain_gave_back_goes_back_when_it_is_buried() {
    let height = TIP;
    for state in [
        HtlcState::TimedOut { height },
        HtlcState::Missing { height },
    ] {
        let mut world = World::new().with(0, to_carol()).with(1, passed_on(state));
        world.tip = TIP + 4;
        assert_eq!(world.decide(), [], "five confirmations");
        world.tip = TIP + 5;
        assert_eq!(world.decide(), [fail(0, 1, FailReason::Cancelled)]);
        // §8.1: R may become known in the middle of the path, late.
        world.channel(1).htlcs[0].preimage = Some(secret());
        assert_eq!(world.decide(), [learn(0), settle(0, 1)]);
        // The tip before a reorg.
        world.channel(1).htlcs[0].preimage = None;
        world.tip = TIP - 1;
        assert_eq!(world.decide(), []);
    }
}

#[test]
fn r_from_another_channel_does_as_well() {
    let elsewhere = HtlcView {
        preimage: Some(secret()),
        ..own(HtlcState::Live)
    };
    let world = World::new()
        .with(0, to_carol())
        .with(1, passed_on(HtlcState::Live))
        .with(3, elsewhere);
    assert_eq!(world.decide(), [learn(0), settle(0, 1)]);
}

#[test]
fn a_channel_that_closes_learns_r_once_for_the_chain() {
    let out = HtlcView {
        preimage: Some(secret()),
        ..passed_on(HtlcState::Live)
    };
    for state in [
        HtlcState::Live,
        HtlcState::TimedOut { height: TIP },
        HtlcState::Missing { height: TIP },
    ] {
        let mut world = World::new()
            .with(
                0,
                HtlcView {
                    state,
                    ..to_carol()
                },
            )
            .with(1, out.clone());
        world.channel(0).open = false;
        assert_eq!(world.decide(), [learn(0)], "{state:?}");
        world.channel(0).htlcs[0].preimage = Some(secret());
        assert_eq!(world.decide(), [], "{state:?}");
    }
}

#[test]
fn what_is_ended_already_is_not_ended_again() {
    let out = HtlcView {
        preimage: Some(secret()),
        ..passed_on(HtlcState::Settled)
    };
    for state in [
        HtlcState::Ending,
        HtlcState::Settled,
        HtlcState::Failed(FailReason::Cancelled),
        HtlcState::Executed { height: TIP },
    ] {
        let ended = HtlcView {
            state,
            ..to_carol()
        };
        assert_eq!(
            World::new()
                .with(0, ended.clone())
                .with(1, out.clone())
                .decide(),
            []
        );
        let failed = passed_on(HtlcState::Failed(FailReason::Cancelled));
        assert_eq!(World::new().with(0, ended).with(1, failed).decide(), []);
    }
}

/// The script does not check the length of R. Off chain it is good as long as a node would relay it.
#[test]
fn an_r_that_no_node_relays_is_for_the_chain_only() {
    let settled_off_chain = |length| {
        let decisions = decide_about_r_of(length);
        decisions.iter().any(|decision| {
            matches!(
                decision,
                leyden_payment::Decision::Update { channel: 0, .. }
            )
        })
    };
    assert!(settled_off_chain(20));
    assert!(settled_off_chain(80));
    assert!(!settled_off_chain(81));
}

/// What is done when R of this length is seen in the next channel.
fn decide_about_r_of(length: usize) -> Vec<leyden_payment::Decision> {
    let long = vec![5; length];
    let wanted = leyden_tx::PaymentHash::new(bitcoin_hash(&long));
    let witness = bitcoin::Witness::from_slice(&[long.clone(), vec![1], vec![2]]);
    let unusual: PaymentPreimage = preimage_in(&witness, &wanted).unwrap();
    let out = HtlcView {
        hash: wanted,
        preimage: Some(unusual.clone()),
        ..passed_on(HtlcState::Executed { height: TIP })
    };
    let world = World::new()
        .with(
            0,
            HtlcView {
                hash: wanted,
                ..to_carol()
            },
        )
        .with(1, out);
    let learn = leyden_payment::Decision::Learn {
        channel: 0,
        preimage: unusual,
    };
    assert_ne!(wanted, hash());
    let decisions = world.decide();
    assert!(decisions.contains(&learn), "{length}");
    decisions
}

fn bitcoin_hash(bytes: &[u8]) -> [u8; 20] {
    use bitcoin::hashes::{Hash, hash160};
    hash160::Hash::hash(bytes).to_byte_array()
}

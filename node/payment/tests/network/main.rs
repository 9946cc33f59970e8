//! Whole networks at the level of HTLC views: toy channels, a toy chain, and nodes that cheat.
//!
//! Whatever the others do, an honest node does not lose: what is taken from it by R it takes itself,
//! and R of its own goes for the whole payment only.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    reason = "a test binary: a panic is a failed test"
)]

mod actor;
mod channel;
mod cheat;
mod check;
mod network;
mod pay;
mod play;

use std::cell::RefCell;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use check::Seen;
use network::Network;

/// How many networks are played.
const CASES: u32 = 1_000;

#[test]
fn no_honest_node_loses() {
    let config = Config {
        cases: CASES,
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let seen = RefCell::new(Seen::default());
    let played = runner.run(&play::strategy(), |play| {
        let mut network = Network::new(&play.setup);
        for act in &play.acts {
            network.act(act);
        }
        network.finish();
        network.check(&mut seen.borrow_mut());
        Ok(())
    });
    if let Err(error) = played {
        panic!("{error}");
    }
    // What was never seen was never tried.
    let seen = seen.into_inner();
    seen.assert_all();
}

/// Figures 15 and 16: Alice pays Dave through Bob and Carol.
#[test]
fn a_payment_arrives_when_all_are_honest() {
    for parts in [1, 3] {
        let mut network = Network::new(&play::Setup::line());
        network.act(&play::Act::Pay {
            from: 0,
            to: 3,
            secret: Some(3),
            parts,
        });
        network.act(&play::Act::Exchange(60));
        let mut seen = Seen::default();
        network.check(&mut seen);
        assert_eq!((seen.received, seen.paid, seen.executed), (1, 1, 0));
        assert_eq!(seen.forwards_taken, usize::from(parts) * 2);
    }
}

/// Figure 18: Carol does not answer any more; Dave pays back to Alice on the same hash, through Bob
/// alone. Nobody publishes R, and all comes back.
#[test]
fn a_stuck_payment_is_sent_back() {
    let mut network = Network::new(&play::Setup::ring());
    network.act(&play::Act::Stall {
        channel: 2,
        blocks: 255,
    });
    // For now the way is through Carol.
    network.act(&play::Act::Stall {
        channel: 3,
        blocks: 1,
    });
    network.act(&play::Act::Pay {
        from: 0,
        to: 3,
        secret: Some(3),
        parts: 1,
    });
    network.act(&play::Act::Exchange(30));
    network.act(&play::Act::Blocks(1));
    network.act(&play::Act::Pay {
        from: 3,
        to: 0,
        secret: Some(3),
        parts: 1,
    });
    network.act(&play::Act::Exchange(30));
    assert_eq!(network.held_way_back(0), 1, "Alice holds what came back");
    network.finish();
    let mut seen = Seen::default();
    network.check(&mut seen);
    assert_eq!((seen.received, seen.paid), (0, 0));
    assert_eq!(seen.payments_back, 2);
}

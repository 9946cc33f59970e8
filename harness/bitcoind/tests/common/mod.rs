//! What the tests against a real bitcoind share.

#![allow(dead_code, reason = "each test file uses a part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "test helpers"
)]

use std::time::{Duration, Instant};

use bitcoin::{Amount, FeeRate, ScriptBuf, TxOut};
use leyden_bitcoind::{Binary, Choice, Flavour, Node, NodeOptions};

pub(crate) const BOUND: Duration = Duration::from_secs(20);

/// The stock build; the tests fail without it.
pub(crate) fn stock() -> Binary {
    Binary::find(&Choice::Flavour(Flavour::Stock))
        .unwrap_or_else(|error| panic!("these tests need a real bitcoind: {error}"))
}

pub(crate) fn prepared() -> Node {
    Node::start_prepared(&stock(), &NodeOptions::default()).unwrap()
}

pub(crate) fn rate() -> FeeRate {
    FeeRate::from_sat_per_kwu(500)
}

pub(crate) fn output(sat: u64) -> TxOut {
    TxOut {
        value: Amount::from_sat(sat),
        script_pubkey: ScriptBuf::from_bytes([&[0x00, 0x14][..], &[7; 20][..]].concat()),
    }
}

/// Whether any process runs with this text in its command line.
pub(crate) fn process_with(text: &str) -> Option<String> {
    let output = std::process::Command::new("ps")
        .args(["-eo", "pid,stat,args"])
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .find(|line| line.contains(text) && !line.contains("ps -eo"))
        .map(str::to_owned)
}

/// Waits for something outside of bitcoind.
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < BOUND, "{what} did not come about");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

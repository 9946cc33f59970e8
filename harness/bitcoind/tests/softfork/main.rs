//! The two soft forks of the patched build, seen from outside: every rule against the real binaries.
//!
//! Where they differ, the two builds are asked the same: may this be relayed, may it be in the next block. Signatures are made with leyden-tx's digests,
//! which share nothing with bitcoind's. What is asked does not change the nodes: `testmempoolaccept` and block proposals.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs,
    reason = "tests"
)]

mod activation;
mod fixture;
mod follow;
mod hash_types;
mod noinput_consensus;
mod noinput_policy;
mod restart;
mod rpc;
mod sighash;
mod sigops;
mod spending;
mod timestop;
mod timestop_activation;
mod timestop_mempool;
mod timestop_miner;

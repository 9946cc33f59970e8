//! Two machines against each other, over a bad link and on a reorganising chain.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    unreachable_pub,
    missing_docs,
    reason = "a test binary: a panic is a failed test, and nothing is public"
)]

mod common;
mod crash;
mod enforcement;
mod htlc;
mod link;
mod mutation;
mod spoil;
mod updates;

//! Each rule, by example.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    reason = "a test binary: a panic is a failed test"
)]

mod common;
mod entries;
mod events;
mod forwarding;
mod passing_back;
mod paths;
mod receiving;
mod refusals;
mod sending;
mod way_back;

//! `leyden` as its users run it: the program itself, real bitcoinds, real files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod coverage;
mod faults;
mod fixture;
mod golden;
mod left_behind;
mod mistakes;

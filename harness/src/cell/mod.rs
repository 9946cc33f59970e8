//! One cell: one scenario with one choice of dialect, bitcoind and parameters, on bitcoinds and a
//! chain of its own.

mod balance;
mod chain_steps;
mod channel_steps;
mod craft;
mod craft_steps;
mod demand;
mod expect;
mod expect_channel;
mod expect_htlc;
mod expect_node;
mod failure;
mod fault_steps;
mod golden;
mod htlc_steps;
mod names;
mod play;
mod route_steps;
mod run;
mod secrets;
mod session;
mod set_up;
mod submit;
mod sweep;
mod world;

pub(crate) use demand::demands;
pub(crate) use failure::{Failure, StepError};
pub(crate) use golden::golden_cell;
pub(crate) use run::{Done, Settings, added, run, shorter};
pub(crate) use secrets::payment_hash;
pub(crate) use session::Session;

//! Random histories on real bitcoinds: `leyden fuzz`.
//!
//! A history is a scenario that nobody wrote. Payments, HTLCs and payments along a line of actors are
//! mixed with blocks, reorganisations, crashes, lost messages, old commitments and lies; steps that are
//! refused stay in it with the reason. Then the blocks that everything needs are mined, and each honest
//! actor must have what is due to it: what it put in, less what it paid, and what it was paid, to the
//! satoshi, before the fees that it attached. One that fails is made smaller, and written out as a
//! scenario file.

mod dice;
mod due;
mod generate;
mod history;
mod judge;
mod play;
mod run;
mod scheme;
mod shrink;
mod write;

pub(crate) use run::fuzz;

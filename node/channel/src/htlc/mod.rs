//! Hashed timelock contracts in one channel (§4).
//!
//! An HTLC is its number, never its hash and amount. It stands in every commitment from the update that
//! adds it to the update that ends it; both sides remember it after that, for an old commitment may
//! still be broadcast.

mod ledger;
mod limits;
mod onward;
mod presigned;
mod query;
mod record;
mod signatures;
mod view;

pub(crate) use ledger::{Batch, Draft, Ended, Ledger, MAX_CHANGES, Outcome};
pub(crate) use presigned::Presigned;
pub(crate) use record::{Phase, Record};
pub(crate) use signatures::{Leg, Pair, contract, delivery, htlc_child};

pub use limits::HtlcLimits;
pub use onward::{FailReason, Hop, MAX_HOPS, NewHtlc, Onward, Origin};
pub use view::{HtlcState, HtlcView};

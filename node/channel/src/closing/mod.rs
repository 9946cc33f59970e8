//! Closing: cooperatively with `ES` (§3.4), or by a commitment on chain (§3.3.3, §3.3.4).
//!
//! A side that has signed `ES` makes and accepts no update any more: the other can broadcast `ES`
//! with the balances of n at any time. So a proposal that meets a `settle` on the way is void: its
//! payments are dropped on the proposer's side. The other side may still broadcast C{n+1} with
//! them, which is what the proposer had offered. If both sides send `settle`, a's fee stands.
//! All commitments are kept: should `ES` become invalid because F confirms with another txid after a
//! reorganisation, the own commitment can be broadcast.

mod deadline;
mod onchain;
mod settled;
mod settling;

pub(crate) use onchain::{Closed, broadcast_own};
pub(crate) use settled::Settled;
pub(crate) use settling::Settling;

//! HTLCs as the outside sees them.

use bitcoin::Amount;
use bitcoin::absolute::Height;
use leyden_tx::{PaymentHash, PaymentPreimage};

use super::{FailReason, Onward, Origin};

/// Where an HTLC stands, to this side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HtlcState {
    /// Wanted: in this side's queue, or offered. Nothing is signed.
    Waiting,
    /// In a commitment that one side could broadcast, not yet in all that could be.
    Pending,
    /// In both sides' only valid commitments.
    Live,
    /// It is being ended off chain, and the other side could still broadcast a commitment with it; or
    /// its end waits in this side's queue.
    Ending,
    /// Ended off chain with R.
    Settled,
    /// Ended off chain without R, for good; or never added.
    Failed(FailReason),
    /// Taken on chain with R, at this height.
    Executed {
        /// Of the block.
        height: u32,
    },
    /// Taken back on chain after the expiry, or taken by a remedy, at this height.
    TimedOut {
        /// Of the block.
        height: u32,
    },
    /// The commitment in the chain is one that does not carry it, at this height.
    Missing {
        /// Of the block of the commitment.
        height: u32,
    },
}

/// One HTLC of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HtlcView {
    /// k; `None` while it waits, or if it was never added.
    pub number: Option<u64>,
    /// Whether this side sends it.
    pub outgoing: bool,
    /// How much.
    pub amount: Amount,
    /// HASH160(R).
    pub hash: PaymentHash,
    /// The first block that may give it back is the one after this height.
    pub expiry: Height,
    /// What its receiver is told.
    pub onward: Onward,
    /// What it passes on, if this side sends it and it is not an own payment.
    pub origin: Option<Origin>,
    /// R, once it is known here.
    pub preimage: Option<PaymentPreimage>,
    /// Where it stands.
    pub state: HtlcState,
}

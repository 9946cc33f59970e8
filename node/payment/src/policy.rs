//! The numbers a node chooses.

use bitcoin::SignedAmount;
use leyden_channel::MAX_HOPS;

/// The blocks of one hop: a day (§8.1).
const DAY: u32 = 144;

/// What a node asks of the payments that pass through it or end at it. Times are in blocks.
///
/// Timelocks that leave too little time let the other side steal (§9.1); long ones lock money up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The least that must stay with the node when it passes an HTLC on. Below zero: the node pays for
    /// the use of a channel that it wants used in that direction (§8.5). Default: 0.
    pub fee: SignedAmount,
    /// From one expiry to the next in a path that this node builds. Default: 144, one day (§8.1).
    pub hop_blocks: u32,
    /// The least from the expiry of the HTLC going out to that of the HTLC coming in. In this time the
    /// node gets its timeout confirmed, or sees R instead and takes what came in with it. Default: 36,
    /// twice [`least_final`](Self::least_final).
    pub delta: u32,
    /// The least from the tip to the expiry of an HTLC going out: the next node needs time too. Default: 18.
    pub least_blocks: u32,
    /// The most from the tip to the expiry of an HTLC coming in: for so long its money may be locked.
    /// Default: 3024, a day for each hop of the longest path.
    pub most_blocks: u32,
    /// The least from the tip to the expiry of an HTLC that ends here, for R to be released: in this time
    /// it could be claimed on chain (§4.4, §9.1). What has less left is given back. More than
    /// the margin at which the channel goes on chain. Default: 18.
    pub least_final: u32,
    /// So many confirmations make what happened on chain final. Default: 6.
    pub burial: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            fee: SignedAmount::ZERO,
            hop_blocks: DAY,
            delta: 36,
            least_blocks: 18,
            most_blocks: LONGEST,
            least_final: 18,
            burial: 6,
        }
    }
}

/// A day for the first HTLC, and for each that may follow.
const LONGEST: u32 = 3024;
const _: () = assert!(LONGEST as usize == DAY as usize * (MAX_HOPS + 1));

//! What one side takes at once, so that every commitment can be relayed and mined.

use bitcoin::Amount;
use leyden_tx::{DUST_LIMIT, most_htlcs};

/// What one side accepts of the other. Each announces its own when the channel opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HtlcLimits {
    /// How many at once. Both sides' together are at most [`most_htlcs`]: a commitment that carries
    /// more is not relayed.
    pub most: usize,
    /// The smallest; not below the channel's dust limit.
    pub least: Amount,
    /// The sum at once.
    pub in_flight: Amount,
}

impl Default for HtlcLimits {
    /// 100 at once, any amount above dust, no bound on the sum.
    fn default() -> Self {
        Self {
            most: 100,
            least: DUST_LIMIT,
            in_flight: Amount::MAX_MONEY,
        }
    }
}

impl HtlcLimits {
    /// Whether a channel with this dust limit can have these limits on one side, `other` on the other.
    pub(crate) fn fits(&self, other: &Self, dust_limit: Amount) -> bool {
        let together = self.most.saturating_add(other.most);
        let least = self.least.min(other.least);
        together <= most_htlcs() && least >= dust_limit
    }
}

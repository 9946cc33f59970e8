//! What one side of a channel is told before it starts, and the time it lives by.

use bitcoin::{Amount, FeeRate, ScriptBuf};
use leyden_labels::{Dialect, PerSide, Side};
use leyden_tx::{DUST_LIMIT, Delay};

use crate::fault::ConfigError;
use crate::htlc::HtlcLimits;

/// When this side acts on a commitment of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reacts {
    /// Once it is in a block.
    Blocks,
    /// As soon as it is in the mempool: the child then pays for both.
    Mempool,
}

/// The fixed settings of one side of one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The side this machine plays; `a` opens.
    pub side: Side,
    /// Chooses the channel's branch of the seed.
    pub channel_index: u32,
    /// The dialect, the same on both sides.
    pub dialect: Dialect,
    /// The delay of revocable deliveries, in blocks, the same on both sides.
    pub delay: Delay,
    /// What each side puts in: the balances of commitment 0. The capacity is the sum.
    pub contribution: PerSide<Amount>,
    /// Amounts below it get no output of their own, the same on both sides.
    pub dust_limit: Amount,
    /// When this side acts on a commitment of the other.
    pub reacts: Reacts,
    /// Whether own revoked commitments are kept, as a cheater would (§3.3.5 says to destroy them).
    /// Such a side also takes what it has given back, where a commitment in the chain still lets it.
    pub keep_revoked: bool,
    /// `csv` only: accept funding inputs that anybody can malleate, and sign F before C0 exists.
    /// Unsafe: Appendix A says why.
    pub allow_malleable_funding: bool,
    /// The most that this side agrees to when the other proposes an `ES`.
    pub max_settlement_feerate: FeeRate,
    /// What this side takes of the other's HTLCs at once.
    pub limits: HtlcLimits,
    /// How many blocks before the expiry of an HTLC whose R it knows this side goes on chain with it,
    /// if the other side has not let it take the HTLC off chain (§4.4, §9.1). An HTLC that it sends goes on
    /// chain at the expiry. `None`: never by itself.
    pub margin: Option<u32>,
    /// Where `D` pays. `None`: this side's own delivery key.
    pub destination: Option<ScriptBuf>,
}

impl Config {
    /// The sum of both contributions.
    ///
    /// # Errors
    /// [`ConfigError::Capacity`] if it exceeds all bitcoin, or cannot carry one output.
    pub fn capacity(&self) -> Result<Amount, ConfigError> {
        self.contribution
            .a
            .checked_add(self.contribution.b)
            .filter(|capacity| *capacity <= Amount::MAX_MONEY && *capacity >= self.dust_limit)
            .ok_or(ConfigError::Capacity)
    }

    /// Checks what no peer could agree to.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        if self.dust_limit < DUST_LIMIT {
            return Err(ConfigError::DustLimit { least: DUST_LIMIT });
        }
        if !self.limits.fits(
            &HtlcLimits {
                most: 0,
                ..self.limits
            },
            self.dust_limit,
        ) {
            return Err(ConfigError::HtlcLimits);
        }
        self.capacity().map(|_| ())
    }

    /// Whether F is signed before C0: the unsafe order of Appendix A.
    pub(crate) fn signs_funding_first(&self) -> bool {
        self.dialect == Dialect::Csv && self.allow_malleable_funding
    }
}

/// The time of the paper: the chain's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainTime {
    /// Height of the tip.
    pub height: u32,
    /// Median time past of the tip, in seconds.
    pub median_time: u32,
}

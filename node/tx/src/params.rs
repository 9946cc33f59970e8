//! What two sides agree on when they open a channel.

use bitcoin::{Amount, Transaction};
use leyden_labels::{Dialect, Label, PerSide};

use crate::{DeliveryPubkey, FundingPubkey};

/// The dust limit of every output of a channel: 330 sat.
///
/// It is what Bitcoin Core asks of an output with a 32-byte witness program, of version 0 or 16,
/// at 3 sat/vB: (43 bytes of output + 67 vB to spend it) × 3. P2WPKH (294) and P2A (240) are lower.
pub const DUST_LIMIT: Amount = Amount::from_sat(330);

/// A relative lock in blocks, 1 to 65,535 (BIP 68). The paper's is 1000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Delay(u16);

/// A delay of 0 blocks would not let a breach be punished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a delay is 1 to 65535 blocks")]
pub struct ZeroDelay;

impl Delay {
    /// A delay of that many blocks.
    ///
    /// # Errors
    /// [`ZeroDelay`] for 0.
    pub const fn new(blocks: u16) -> Result<Self, ZeroDelay> {
        if blocks == 0 {
            return Err(ZeroDelay);
        }
        Ok(Self(blocks))
    }

    /// The number of blocks.
    #[must_use]
    pub const fn blocks(self) -> u16 {
        self.0
    }
}

/// What a channel is made of, for its whole life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelParams {
    /// How the contracts are written.
    pub dialect: Dialect,
    /// The lock of a revocable delivery.
    pub delay: Delay,
    /// Outputs below this are not made; see [`DUST_LIMIT`].
    pub dust_limit: Amount,
    /// The amount of `F:0`.
    pub capacity: Amount,
    /// `P_aF` and `P_bF`.
    pub funding: PerSide<FundingPubkey>,
    /// `P_aD` and `P_bD`.
    pub delivery: PerSide<DeliveryPubkey>,
}

/// How the capacity is divided.
pub type Balances = PerSide<Amount>;

/// A complete transaction, and what the paper calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelledTx {
    /// The paper's name.
    pub label: Label,
    /// The transaction, with its witnesses.
    pub tx: Transaction,
}

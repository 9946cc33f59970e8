//! What can go wrong in the wallet.

use bitcoin::{Amount, OutPoint};
use leyden_tx::{BuildError, KeyError, SignatureError};

/// The wallet cannot do what was asked. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WalletError {
    /// No confirmed coins to pay the fee with.
    #[error("{needed} of confirmed coins are needed for the fee, {available} are there")]
    NoFeeCoin {
        /// What the coins would have to hold.
        needed: Amount,
        /// What the coins that may be used hold.
        available: Amount,
    },
    /// Not enough coins to fund a channel with.
    #[error("{needed} of confirmed coins are needed, {available} are there")]
    NotEnough {
        /// What the coins would have to hold.
        needed: Amount,
        /// What the coins that may be used hold.
        available: Amount,
    },
    /// The coin is not the wallet's, or spent, or the transaction does not spend it.
    #[error("{outpoint} is no coin of this wallet that could be signed for")]
    UnknownCoin {
        /// The coin.
        outpoint: OutPoint,
    },
    /// A child of an unconfirmed version-3 transaction may have 1000 vB (BIP 431).
    #[error("a child of {vsize} vB, the limit is 1000")]
    ChildTooLarge {
        /// Its size in virtual bytes.
        vsize: u64,
    },
    /// Blocks come one after the other, and go in the opposite order.
    #[error("block {got} where {expected} is due")]
    BlockOrder {
        /// The height that is due.
        expected: u32,
        /// The height that came.
        got: u32,
    },
    /// An amount is out of range.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// A key cannot be derived.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// An input cannot be signed.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

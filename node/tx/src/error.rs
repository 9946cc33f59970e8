//! Why a transaction cannot be built or completed.

use bitcoin::{Amount, OutPoint};
use leyden_labels::Label;

use crate::{KeyError, SignatureError};

/// A transaction cannot be built from these arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// The balances do not add up to the channel's capacity.
    #[error("the balances add up to {total}, the channel holds {capacity}")]
    Balances {
        /// What the channel holds.
        capacity: Amount,
        /// What the balances add up to.
        total: Amount,
    },
    /// A sum is above 21 million bitcoin, or a difference below zero.
    #[error("an amount is out of range")]
    Overflow,
    /// An output would be dust, which no node relays.
    #[error("an output of {value} is below the dust limit of {limit}")]
    Dust {
        /// The output's amount.
        value: Amount,
        /// The least an output may have.
        limit: Amount,
    },
    /// A commitment number has 48 bits.
    #[error("commitment number {number} has more than 48 bits")]
    Number {
        /// The number that was asked for.
        number: u64,
    },
    /// The commitment has no such output, because its amount is below dust.
    #[error("there is no output for {label} to spend: its amount is below dust")]
    NoOutput {
        /// The transaction that cannot be built.
        label: Label,
    },
    /// The HTLCs are not in ascending order of their numbers, each once.
    #[error("HTLC {number} is out of order")]
    HtlcOrder {
        /// The one that does not follow.
        number: u64,
    },
    /// The commitment has no such HTLC.
    #[error("the commitment has no HTLC {number}")]
    NoHtlc {
        /// Which one.
        number: u64,
    },
    /// Nobody contributes a coin.
    #[error("no inputs")]
    NoInputs,
    /// A coin is contributed twice.
    #[error("{outpoint} is spent twice")]
    DuplicateInput {
        /// The coin.
        outpoint: OutPoint,
    },
    /// The inputs hold less than the outputs.
    #[error("the inputs hold {got}, {needed} is needed")]
    Underfunded {
        /// The sum of the outputs.
        needed: Amount,
        /// The sum of the inputs.
        got: Amount,
    },
    /// The fee leaves nothing that could be paid.
    #[error("a fee of {fee} cannot be taken from {available}")]
    FeeTooHigh {
        /// The fee.
        fee: Amount,
        /// What it would be taken from.
        available: Amount,
    },
}

/// A child of a commitment cannot be signed, verified or completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChildError {
    /// There is no such child.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// A key cannot be derived.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// R is missing, or does not hash to the payment hash.
    #[error("R is missing, or is not the preimage of the payment hash")]
    Preimage,
    /// A key or signature is not the right one.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

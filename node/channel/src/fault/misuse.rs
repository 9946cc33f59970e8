//! Faults of this side's own driver.

use bitcoin::Amount;
use leyden_labels::Label;

use super::peer::{ContributionError, Invalid};
use crate::state::StateName;

/// The driver asked for what cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misuse {
    /// Outputs of the last input wait to be polled.
    #[error("outputs are waiting: poll until there are none")]
    Undrained,
    /// Only `a` opens.
    #[error("only a opens the channel")]
    NotOpener,
    /// The state has no use for the command.
    #[error("{command} while {state}")]
    WrongState {
        /// Its name.
        command: &'static str,
        /// The state's.
        state: StateName,
    },
    /// F is not in the chain.
    #[error("the funding transaction is not confirmed")]
    FundingUnconfirmed,
    /// A payment must pay something.
    #[error("a payment of nothing")]
    ZeroPayment,
    /// More than this side has.
    #[error("{asked} exceeds the {available} available")]
    Overdraft {
        /// Own balance less what is on its way.
        available: Amount,
        /// The payment.
        asked: Amount,
    },
    /// A change that the other side would have to refuse.
    #[error(transparent)]
    Change(Invalid),
    /// Only an HTLC that is in all commitments can be ended, and only once.
    #[error("HTLC {number} cannot be ended now")]
    HtlcNotLive {
        /// Which one.
        number: u64,
    },
    /// Its money could not come back before it is due.
    #[error("the expiry {expiry} is not after height {height}")]
    Expired {
        /// The HTLC's.
        expiry: u32,
        /// Of the tip.
        height: u32,
    },
    /// A channel with HTLCs does not close cooperatively.
    #[error("HTLCs are in flight")]
    HtlcsInFlight,
    /// The channel closes.
    #[error("the channel is closing")]
    Closing,
    /// This side cannot complete the transaction.
    #[error("{label} is not held")]
    NotHeld {
        /// Its name.
        label: Label,
    },
    /// The delay is not over.
    #[error("not valid before height {height}")]
    NotMature {
        /// Of the first block that can have it.
        height: u32,
    },
    /// Blocks come one after another.
    #[error("block {got}, expected {expected}")]
    BlockOrder {
        /// The height that is next.
        expected: u32,
        /// The block's.
        got: u32,
    },
    /// This side's coins.
    #[error(transparent)]
    Contribution(#[from] ContributionError),
    /// Not the inputs that were to be signed.
    #[error("the signatures are not for exactly this side's inputs")]
    FundingInputs,
    /// The wallet's signature does not verify.
    #[error("input {index} of the funding transaction is not validly signed")]
    FundingSignature {
        /// Of the input.
        index: usize,
    },
    /// The balances cannot pay the fee asked for.
    #[error("the balances cannot pay the fee of the settlement")]
    SettlementUnpayable,
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The key chains end (§5).
    #[error("no keys are left for another commitment")]
    KeysExhausted,
}

/// A configuration that no channel can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The contributions.
    #[error("the contributions are below the dust limit, or more than all bitcoin")]
    Capacity,
    /// The dust limit.
    #[error("a dust limit below {least}")]
    DustLimit {
        /// The least that nodes relay.
        least: Amount,
    },
    /// What this side takes at once.
    #[error("HTLC limits that no commitment can keep")]
    HtlcLimits,
    /// The branch belongs to the wallet.
    #[error("the channel index is out of range")]
    ChannelIndex,
}

impl Misuse {
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Undrained => "undrained",
            Self::NotOpener => "not-opener",
            Self::WrongState { .. } => "wrong-state",
            Self::FundingUnconfirmed => "funding-unconfirmed",
            Self::ZeroPayment => "zero-payment",
            Self::Overdraft { .. } => "overdraft",
            Self::Change(invalid) => invalid.name(),
            Self::HtlcNotLive { .. } => "htlc-not-live",
            Self::Expired { .. } => "expired",
            Self::HtlcsInFlight => "htlcs-in-flight",
            Self::Closing => "closing",
            Self::NotHeld { .. } => "not-held",
            Self::NotMature { .. } => "not-mature",
            Self::BlockOrder { .. } => "block-order",
            Self::Contribution(error) => error.name(),
            Self::FundingInputs => "funding-inputs",
            Self::FundingSignature { .. } => "funding-signature",
            Self::SettlementUnpayable => "settlement-unpayable",
            Self::Config(error) => match error {
                ConfigError::Capacity => "capacity",
                ConfigError::DustLimit { .. } => "dust-limit",
                ConfigError::HtlcLimits => "htlc-limits",
                ConfigError::ChannelIndex => "channel-index",
            },
            Self::KeysExhausted => "keys-exhausted",
        }
    }
}

//! What can be wrong, by blame, and what to do about it.
//!
//! A fault changes nothing: the machine is as it was before the input.

mod misuse;
mod peer;

use leyden_labels::Label;
use leyden_tx::{BuildError, ChildError, KeyError, SignatureError};

pub use misuse::{ConfigError, Misuse};
pub use peer::{ContributionError, Incompatible, Invalid, Misbehaved, Order};

/// Why an input was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The message is one that no honest side sends.
    #[error("invalid message: {0}")]
    Invalid(#[from] Invalid),
    /// The other side wants what this side does not agree to.
    #[error("incompatible: {0}")]
    Incompatible(#[from] Incompatible),
    /// The other side broke the contract, or lost its data.
    #[error("misbehaviour: {0}")]
    Misbehaved(#[from] Misbehaved),
    /// Nothing is wrong with the message, but it is not its turn.
    #[error("out of order: {0}")]
    Order(#[from] Order),
    /// This side's driver asked for what cannot be.
    #[error("misuse: {0}")]
    Misuse(#[from] Misuse),
    /// What was checked before failed after all.
    #[error("bug: {0}")]
    Bug(#[from] Bug),
}

/// The machine contradicts itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Bug {
    /// A key cannot be derived.
    #[error("a key: {0}")]
    Keys(KeyError),
    /// A transaction cannot be built.
    #[error("building: {0}")]
    Build(BuildError),
    /// An own signature cannot be made, or one verified before does not verify again.
    #[error("signing: {0}")]
    Signature(SignatureError),
    /// No signature is made in advance on this transaction.
    #[error("{label} is not signed in advance")]
    NothingToSign {
        /// Which one.
        label: Label,
    },
    /// An HTLC that a commitment carries is not known.
    #[error("HTLC {number} is in a commitment and not in the records")]
    NoRecord {
        /// Which one.
        number: u64,
    },
    /// The number of an HTLC was used before.
    #[error("HTLC {number} is added again")]
    HtlcReused {
        /// Which one.
        number: u64,
    },
    /// R does not fit after all.
    #[error("the preimage does not fit")]
    Preimage,
    /// The other side's keys for a commitment in use are not known.
    #[error("no keys of the other side for commitment {number}")]
    NoKeys {
        /// The commitment.
        number: u64,
    },
    /// A replayed change set is refused.
    #[error("change set {index} is refused: {fault}")]
    Replay {
        /// Which one.
        index: usize,
        /// Why.
        fault: Box<Fault>,
    },
}

/// What the driver should do about a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reaction {
    /// Nothing: late, early and repeated messages are the transport's way.
    Ignore,
    /// Tell the caller.
    Refuse,
    /// Drop the transport; the channel stays.
    Disconnect,
    /// Broadcast the own commitment.
    ForceClose,
    /// Broadcast nothing: this side's own data may be old. Wait for the other side to close.
    Halt,
}

impl Fault {
    /// What to do about it.
    #[must_use]
    pub const fn reaction(&self) -> Reaction {
        match self {
            Self::Order(_) => Reaction::Ignore,
            Self::Misuse(_) | Self::Bug(_) => Reaction::Refuse,
            Self::Incompatible(_) => Reaction::Disconnect,
            Self::Invalid(_) => Reaction::ForceClose,
            Self::Misbehaved(misbehaved) => match misbehaved {
                Misbehaved::WrongDisclosure(_) | Misbehaved::WrongHtlcKey { .. } => {
                    Reaction::ForceClose
                }
                // A `reconnect` that was held up looks the same: no reason to close. The side that
                // really lost data finds itself behind, and asks its user.
                Misbehaved::BehindUs { .. } => Reaction::Disconnect,
                Misbehaved::AheadOfUs { .. } => Reaction::Halt,
            },
        }
    }

    /// A stable name in kebab case: what scenarios call the fault.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Invalid(fault) => fault.name(),
            Self::Incompatible(fault) => fault.name(),
            Self::Misbehaved(fault) => fault.name(),
            Self::Order(fault) => fault.name(),
            Self::Misuse(fault) => fault.name(),
            Self::Bug(_) => "bug",
        }
    }
}

impl From<KeyError> for Fault {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Exhausted { .. } | KeyError::HtlcNumber { .. } => {
                Misuse::KeysExhausted.into()
            }
            KeyError::Index { .. } => Misuse::Config(ConfigError::ChannelIndex).into(),
            KeyError::BadSecret | KeyError::BadPubkey => Bug::Keys(error).into(),
        }
    }
}

impl From<BuildError> for Fault {
    fn from(error: BuildError) -> Self {
        Bug::Build(error).into()
    }
}

impl From<SignatureError> for Fault {
    fn from(error: SignatureError) -> Self {
        Bug::Signature(error).into()
    }
}

impl From<ChildError> for Fault {
    fn from(error: ChildError) -> Self {
        match error {
            ChildError::Build(error) => error.into(),
            ChildError::Key(error) => error.into(),
            ChildError::Preimage => Bug::Preimage.into(),
            ChildError::Signature(error) => error.into(),
        }
    }
}

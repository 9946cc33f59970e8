//! Inputs of vectors, by subject: what a program computes from.

mod channel;
mod invalid;
mod keys;
mod life;
mod sums;
mod transactions;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

pub(crate) use channel::{
    Channel, Coin, CoinKind, Commitment, Construction, Contribution, Contributions, Htlc, Outpoint,
    Output,
};
pub(crate) use invalid::{ChainState, Change, Fee, Invalid, What};
pub(crate) use keys::{
    CommitmentNumber, Digest, Disclosure, Dust, KeptNode, KeyVector, Network, Rules, Script,
    Signature,
};
pub(crate) use life::{ChannelLife, Child, End, HtlcLife, LifeState, Update};
pub(crate) use sums::{Route, Sum, TransactionBytes};
pub(crate) use transactions::{Fees, Funding, Settlement, Spending};

use super::Subject;

/// The inputs of one vector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Inputs {
    Keys(KeyVector),
    Disclosure(Disclosure),
    Scripts(Script),
    Signatures(Signature),
    Digest(Digest),
    CommitmentNumber(CommitmentNumber),
    Funding(Funding),
    Spending(Spending),
    Settlement(Settlement),
    HtlcLife(HtlcLife),
    Fees(Fees),
    Dust(Dust),
    Route(Route),
    ChannelLife(ChannelLife),
    Sums(Sum),
    Invalid(Invalid),
}

/// `F` has no commitment: its inputs are of another form.
#[derive(Deserialize)]
struct OnlyLabel {
    label: String,
}

impl Inputs {
    /// Reads the inputs of a vector about `subject`; unknown members are errors.
    pub(crate) fn parse(subject: Subject, raw: &RawValue) -> Result<Self, serde_json::Error> {
        let text = raw.get();
        Ok(match subject {
            Subject::Keys => Self::Keys(serde_json::from_str(text)?),
            Subject::Disclosure => Self::Disclosure(serde_json::from_str(text)?),
            Subject::Scripts => Self::Scripts(serde_json::from_str(text)?),
            Subject::Signatures => Self::Signatures(serde_json::from_str(text)?),
            Subject::Digest => Self::Digest(serde_json::from_str(text)?),
            Subject::CommitmentNumber => Self::CommitmentNumber(serde_json::from_str(text)?),
            Subject::Transactions => {
                let OnlyLabel { label } = serde_json::from_str(text)?;
                if label == "F" {
                    Self::Funding(serde_json::from_str(text)?)
                } else {
                    Self::Spending(serde_json::from_str(text)?)
                }
            }
            Subject::Settlement => Self::Settlement(serde_json::from_str(text)?),
            Subject::HtlcLife => Self::HtlcLife(serde_json::from_str(text)?),
            Subject::Fees => Self::Fees(serde_json::from_str(text)?),
            Subject::Dust => Self::Dust(serde_json::from_str(text)?),
            Subject::Route => Self::Route(serde_json::from_str(text)?),
            Subject::ChannelLife => Self::ChannelLife(serde_json::from_str(text)?),
            Subject::Sums => Self::Sums(serde_json::from_str(text)?),
            Subject::Invalid => Self::Invalid(serde_json::from_str(text)?),
        })
    }

    /// The subject of vectors with such inputs.
    pub(crate) const fn subject(&self) -> Subject {
        match self {
            Self::Keys(_) => Subject::Keys,
            Self::Disclosure(_) => Subject::Disclosure,
            Self::Scripts(_) => Subject::Scripts,
            Self::Signatures(_) => Subject::Signatures,
            Self::Digest(_) => Subject::Digest,
            Self::CommitmentNumber(_) => Subject::CommitmentNumber,
            Self::Funding(_) | Self::Spending(_) => Subject::Transactions,
            Self::Settlement(_) => Subject::Settlement,
            Self::HtlcLife(_) => Subject::HtlcLife,
            Self::Fees(_) => Subject::Fees,
            Self::Dust(_) => Subject::Dust,
            Self::Route(_) => Subject::Route,
            Self::ChannelLife(_) => Subject::ChannelLife,
            Self::Sums(_) => Subject::Sums,
            Self::Invalid(_) => Subject::Invalid,
        }
    }
}

impl Serialize for Inputs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Keys(inputs) => inputs.serialize(serializer),
            Self::Disclosure(inputs) => inputs.serialize(serializer),
            Self::Scripts(inputs) => inputs.serialize(serializer),
            Self::Signatures(inputs) => inputs.serialize(serializer),
            Self::Digest(inputs) => inputs.serialize(serializer),
            Self::CommitmentNumber(inputs) => inputs.serialize(serializer),
            Self::Funding(inputs) => inputs.serialize(serializer),
            Self::Spending(inputs) => inputs.serialize(serializer),
            Self::Settlement(inputs) => inputs.serialize(serializer),
            Self::HtlcLife(inputs) => inputs.serialize(serializer),
            Self::Fees(inputs) => inputs.serialize(serializer),
            Self::Dust(inputs) => inputs.serialize(serializer),
            Self::Route(inputs) => inputs.serialize(serializer),
            Self::ChannelLife(inputs) => inputs.serialize(serializer),
            Self::Sums(inputs) => inputs.serialize(serializer),
            Self::Invalid(inputs) => inputs.serialize(serializer),
        }
    }
}

/// Values that print and parse: labels, dialects.
pub(crate) mod word {
    use core::fmt::Display;
    use core::str::FromStr;

    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<T: Display, S: Serializer>(
        value: &T,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(crate) fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
    where
        T: FromStr,
        T::Err: Display,
        D: Deserializer<'de>,
    {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

//! Inputs of arithmetic.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Subject `route`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Route {
    pub(crate) nodes: Vec<String>,
    pub(crate) tip_height: u32,
    pub(crate) delta_blocks: u32,
    pub(crate) final_delta_blocks: u32,
    pub(crate) amount_sat: i64,
    pub(crate) fees_sat: Vec<i64>,
}

/// A number of bytes, or the labels of transactions whose virtual bytes are added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TransactionBytes {
    Number(u64),
    Labels(Vec<String>),
}

impl Serialize for TransactionBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => number.serialize(serializer),
            Self::Labels(labels) => labels.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for TransactionBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A tagged enum buffers its members, and a `RawValue` cannot be read from that: so by value.
        let value = serde_json::Value::deserialize(deserializer)?;
        match value.as_u64() {
            Some(number) => Ok(Self::Number(number)),
            None => serde_json::from_value(value)
                .map(Self::Labels)
                .map_err(D::Error::custom),
        }
    }
}

/// Subject `sums`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "sum", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Sum {
    VisaOnChain {
        tps: u64,
        transaction_bytes: TransactionBytes,
    },
    BitcoinToday {
        block_bytes: u64,
        transaction_bytes: TransactionBytes,
    },
    UsersOfABlock {
        block_bytes: u64,
        transaction_bytes: TransactionBytes,
        transactions_per_user_year: u64,
    },
    EverybodyOnChain {
        people: u64,
        transactions_per_day: u64,
        transaction_bytes: TransactionBytes,
    },
    EverybodyInChannels {
        people: u64,
        channels_per_year: u64,
        transaction_bytes: TransactionBytes,
        storage_bytes: u64,
    },
}

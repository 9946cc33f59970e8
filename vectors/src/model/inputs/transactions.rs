//! Inputs of single transactions.

use leyden_labels::{Label, PerSide, Side};
use serde::{Deserialize, Serialize};

use super::channel::{Channel, Coin, Commitment, Contribution, Outpoint, Two, side};
use super::word;
use crate::model::{Hex, HexBytes};

/// `F`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Funding {
    #[serde(with = "word")]
    pub(crate) label: Label,
    pub(crate) channel: Channel,
    #[serde(with = "Two")]
    pub(crate) contributions: PerSide<Contribution>,
}

/// A commitment, or what spends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spending {
    #[serde(with = "word")]
    pub(crate) label: Label,
    pub(crate) channel: Channel,
    pub(crate) funding: Outpoint,
    pub(crate) commitment: Commitment,
    /// R: `HED` and `HE` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) preimage: Option<Hex<20>>,
    /// Output script: `D` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) destination: Option<HexBytes>,
}

/// `ES`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settlement {
    #[serde(with = "word")]
    pub(crate) label: Label,
    pub(crate) channel: Channel,
    pub(crate) funding: Outpoint,
    #[serde(with = "Two")]
    pub(crate) balances_sat: PerSide<u64>,
    pub(crate) feerate_sat_per_kwu: u64,
}

/// Subject `fees`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Fees {
    Attach {
        #[serde(with = "side")]
        by: Side,
        child: Spending,
        parent_unconfirmed: bool,
        feerate_sat_per_kwu: u64,
        coin: Coin,
        change_script: HexBytes,
    },
    Bump {
        #[serde(with = "side")]
        by: Side,
        commitment: Spending,
        feerate_sat_per_kwu: u64,
        coin: Coin,
        change_script: HexBytes,
    },
}

//! Inputs of longer stories.

use leyden_labels::{Label, PerSide, Side};
use serde::{Deserialize, Serialize};

use super::channel::{Channel, Contribution, Htlc, Outpoint, Two, side};
use super::word;
use crate::model::{Hex, HexBytes};

/// One state of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LifeState {
    pub(crate) number: u64,
    #[serde(with = "Two")]
    pub(crate) balances_sat: PerSide<u64>,
    pub(crate) htlcs: Vec<Htlc>,
}

/// Subject `htlc-life`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HtlcLife {
    pub(crate) channel: Channel,
    pub(crate) funding: Outpoint,
    pub(crate) htlc: u64,
    pub(crate) preimage: Hex<20>,
    pub(crate) commitments: Vec<LifeState>,
}

/// One change of an update.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Update {
    Pay {
        #[serde(with = "side")]
        from: Side,
        amount_sat: u64,
    },
    Add {
        id: u64,
        #[serde(with = "side")]
        sender: Side,
        amount_sat: u64,
        payment_hash: Hex<20>,
        expiry_height: u32,
    },
    Settle {
        id: u64,
    },
    Fail {
        id: u64,
    },
}

/// A transaction of the end, after its commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Child {
    #[serde(with = "word")]
    pub(crate) label: Label,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) preimage: Option<Hex<20>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) destination: Option<HexBytes>,
}

/// How a channel ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum End {
    Settle {
        feerate_sat_per_kwu: u64,
    },
    Broadcast {
        #[serde(with = "word")]
        commitment: Label,
        children: Vec<Child>,
    },
}

/// Subject `channel-life`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChannelLife {
    pub(crate) channel: Channel,
    #[serde(with = "Two")]
    pub(crate) contribution_sat: PerSide<u64>,
    #[serde(with = "Two")]
    pub(crate) contributions: PerSide<Contribution>,
    pub(crate) updates: Vec<Vec<Update>>,
    pub(crate) end: End,
}

//! Inputs that several subjects share: channel, commitment, coins.

use bitcoin::{OutPoint, Txid};
use leyden_labels::{Dialect, PerSide, Side};
use serde::{Deserialize, Serialize};

use super::word;
use crate::model::{Hex, HexBytes};

/// A side, as files write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Who {
    A,
    B,
}

impl From<Side> for Who {
    fn from(side: Side) -> Self {
        match side {
            Side::A => Self::A,
            Side::B => Self::B,
        }
    }
}

impl From<Who> for Side {
    fn from(who: Who) -> Self {
        match who {
            Who::A => Self::A,
            Who::B => Self::B,
        }
    }
}

/// `Side` as a member.
pub(crate) mod side {
    use leyden_labels::Side;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Who;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
    pub(crate) fn serialize<S: Serializer>(side: &Side, serializer: S) -> Result<S::Ok, S::Error> {
        Who::from(*side).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Side, D::Error> {
        Who::deserialize(from).map(Side::from)
    }
}

/// `Option<Side>` as a member, `null` for nobody.
pub(crate) mod holder {
    use leyden_labels::Side;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Who;

    #[expect(
        clippy::ref_option,
        clippy::trivially_copy_pass_by_ref,
        reason = "serde passes references"
    )]
    pub(crate) fn serialize<S: Serializer>(
        holder: &Option<Side>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        holder.map(Who::from).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Side>, D::Error> {
        Ok(Option::<Who>::deserialize(from)?.map(Side::from))
    }
}

/// `PerSide` as a member.
#[derive(Serialize, Deserialize)]
#[serde(remote = "PerSide", deny_unknown_fields)]
pub(crate) struct Two<T> {
    a: T,
    b: T,
}

/// An output of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Outpoint {
    pub(crate) txid: Txid,
    pub(crate) vout: u32,
}

impl From<Outpoint> for OutPoint {
    fn from(Outpoint { txid, vout }: Outpoint) -> Self {
        Self { txid, vout }
    }
}

impl From<OutPoint> for Outpoint {
    fn from(OutPoint { txid, vout }: OutPoint) -> Self {
        Self { txid, vout }
    }
}

/// The terms that last as long as the channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Channel {
    #[serde(with = "word")]
    pub(crate) dialect: Dialect,
    pub(crate) delay_blocks: u16,
    pub(crate) dust_limit_sat: u64,
    pub(crate) capacity_sat: u64,
    #[serde(with = "Two")]
    pub(crate) seeds: PerSide<Hex<32>>,
    #[serde(with = "Two")]
    pub(crate) indexes: PerSide<u32>,
}

/// One HTLC of a commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Htlc {
    pub(crate) id: u64,
    #[serde(with = "side")]
    pub(crate) sender: Side,
    pub(crate) amount_sat: u64,
    pub(crate) payment_hash: Hex<20>,
    pub(crate) expiry_height: u32,
}

/// Which figures of the paper a commitment is built after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Construction {
    /// Figure 4 and later.
    Revocable,
    /// Figures 1 and 2.
    Shared,
    /// Figure 3.
    Blamed,
}

/// What a commitment divides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Commitment {
    pub(crate) construction: Construction,
    pub(crate) number: u64,
    #[serde(with = "holder")]
    pub(crate) holder: Option<Side>,
    #[serde(with = "Two")]
    pub(crate) balances_sat: PerSide<u64>,
    pub(crate) htlcs: Vec<Htlc>,
}

/// What a coin's output script is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CoinKind {
    P2wpkh,
    P2pkh,
}

/// An output of a wallet, with the key that spends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Coin {
    pub(crate) txid: Txid,
    pub(crate) vout: u32,
    pub(crate) amount_sat: u64,
    pub(crate) kind: CoinKind,
    pub(crate) secret: Hex<32>,
}

/// An amount and where it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Output {
    pub(crate) amount_sat: u64,
    pub(crate) script: HexBytes,
}

/// What one side puts into `F`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contribution {
    pub(crate) inputs: Vec<Coin>,
    pub(crate) change: Option<Output>,
}

/// What both put in.
pub(crate) type Contributions = PerSide<Contribution>;

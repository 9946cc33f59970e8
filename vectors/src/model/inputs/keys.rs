//! Inputs about keys, scripts, signatures and digests.

use bitcoin::Network as BitcoinNetwork;
use leyden_labels::{Dialect, PerSide, Side};
use serde::{Deserialize, Serialize};

use super::channel::{Construction, Two, holder};
use super::word;
use crate::model::{Hex, HexBytes};

/// Subject `keys`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyVector {
    pub(crate) seed: Hex<32>,
    pub(crate) channel_index: u32,
    pub(crate) numbers: Vec<u64>,
    pub(crate) htlcs: Vec<u64>,
}

/// A node that was disclosed before, and the number that it was disclosed with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeptNode {
    pub(crate) level: String,
    pub(crate) number: u64,
    pub(crate) disclosure: Hex<64>,
}

/// Subject `disclosure`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Disclosure {
    Disclose {
        seed: Hex<32>,
        channel_index: u32,
        number: u64,
    },
    Receive {
        kept: Vec<KeptNode>,
        next: u64,
        number: u64,
        disclosure: Hex<64>,
        announced_public: Hex<33>,
        queries: Vec<u64>,
    },
}

/// Which network an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Network {
    Regtest,
    Testnet,
    Mainnet,
}

impl From<Network> for BitcoinNetwork {
    fn from(network: Network) -> Self {
        match network {
            Network::Regtest => Self::Regtest,
            Network::Testnet => Self::Testnet,
            Network::Mainnet => Self::Bitcoin,
        }
    }
}

/// Subject `scripts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "script", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Script {
    Funding {
        #[serde(with = "word")]
        dialect: Dialect,
        network: Network,
        #[serde(with = "Two")]
        publics: PerSide<Hex<33>>,
    },
    Rsmc {
        #[serde(with = "word")]
        dialect: Dialect,
        network: Network,
        #[serde(with = "Two")]
        publics: PerSide<Hex<33>>,
        holder_delivery: Hex<33>,
        delay_blocks: u16,
    },
    Htlc {
        #[serde(with = "word")]
        dialect: Dialect,
        network: Network,
        payment_hash: Hex<20>,
        #[serde(with = "Two")]
        execute: PerSide<Hex<33>>,
        #[serde(with = "Two")]
        timeout: PerSide<Hex<33>>,
    },
    Second {
        #[serde(with = "word")]
        dialect: Dialect,
        network: Network,
        #[serde(with = "Two")]
        delayed: PerSide<Hex<33>>,
        #[serde(with = "Two")]
        remedy: PerSide<Hex<33>>,
        holder_delivery: Hex<33>,
        delay_blocks: u16,
    },
    Delivery {
        #[serde(with = "word")]
        dialect: Dialect,
        network: Network,
        public: Hex<33>,
    },
    Anchor {
        #[serde(with = "word")]
        dialect: Dialect,
        network: Network,
    },
}

/// Subject `signatures`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Signature {
    pub(crate) secret: Hex<32>,
    pub(crate) digest: Hex<32>,
    pub(crate) hash_type: u8,
}

/// The rules of an input's witness version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Rules {
    Bip143,
    Noinput,
}

/// Subject `digest`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Digest {
    pub(crate) rules: Rules,
    pub(crate) transaction: HexBytes,
    pub(crate) index: usize,
    pub(crate) script_code: HexBytes,
    pub(crate) amount_sat: u64,
    pub(crate) hash_type: u8,
}

/// Subject `commitment-number`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommitmentNumber {
    #[serde(with = "Two")]
    pub(crate) delivery: PerSide<Hex<33>>,
    pub(crate) number: u64,
    pub(crate) construction: Construction,
    #[serde(with = "holder")]
    pub(crate) holder: Option<Side>,
}

/// Subject `dust`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dust {
    pub(crate) script: HexBytes,
    pub(crate) dust_feerate_sat_per_kvb: u64,
}

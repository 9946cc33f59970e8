//! Inputs of what must be refused.

use leyden_labels::Side;
use serde::{Deserialize, Serialize};

use super::channel::{Channel, Coin, Commitment, Outpoint, side};
use super::keys::Rules;
use super::transactions::Spending;
use crate::model::{Hex, HexBytes};

/// One change of a transaction that was as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "set", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Change {
    Sequence {
        value: u32,
    },
    LockTime {
        value: u32,
    },
    Version {
        value: i32,
    },
    Outpoint {
        value: Outpoint,
    },
    OutputAmountSat {
        index: usize,
        value: u64,
    },
    OutputScript {
        index: usize,
        value: HexBytes,
    },
    SpentAmountSat {
        value: u64,
    },
    SpentScript {
        value: HexBytes,
    },
    Witness {
        index: usize,
        value: HexBytes,
    },
    WholeWitness {
        value: Vec<HexBytes>,
    },
    Swap {
        value: (usize, usize),
    },
    HighS {
        #[serde(with = "side")]
        value: Side,
    },
    Signature {
        #[serde(with = "side")]
        side: Side,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hash_type: Option<u8>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rules: Option<Rules>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        secret: Option<Hex<32>>,
    },
}

/// A fee input and its change.
#[expect(clippy::struct_field_names, reason = "the names are those of the file")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fee {
    pub(crate) coin: Coin,
    pub(crate) fee_sat: u64,
    pub(crate) change_script: HexBytes,
}

/// Where the chain is, and where the inputs' coins are in it; `null`: in the mempool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChainState {
    pub(crate) tip_height: u32,
    pub(crate) coin_heights: Vec<Option<u32>>,
}

/// What is to be parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum What {
    Transaction,
    PublicKey,
    Secret,
    Signature,
    Disclosure,
    Preimage,
    Script,
}

/// Subject `invalid`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Invalid {
    Transaction {
        base: Box<Spending>,
        changes: Vec<Change>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fee: Option<Fee>,
        chain: ChainState,
    },
    Presignature {
        base: Box<Spending>,
        #[serde(with = "side")]
        signer: Side,
        signature: HexBytes,
    },
    Terms {
        channel: Channel,
        funding: Outpoint,
        commitment: Commitment,
    },
    Parse {
        what: What,
        /// Not always hex.
        data: String,
    },
}

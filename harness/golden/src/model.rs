//! What a golden file holds.

use bitcoin::Transaction;
use bitcoin::consensus::encode::{FromHexError, deserialize_hex};
use serde::{Deserialize, Serialize};

use crate::explain::{Described, GoldenInput, GoldenOutput, Lock};

/// The version of the file's form that this crate reads and writes.
pub const FORMAT: u32 = 1;

/// Every transaction of one scenario in one cell of its matrix, and what became of each.
///
/// The bitcoind is no part of the cell: one file holds for all of them. `raw` is what counts;
/// everything else of a transaction is derived from it, for people to read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoldenFile {
    /// [`FORMAT`].
    pub format: u32,
    /// The scenario's name.
    pub scenario: String,
    /// The values of the matrix: `noinput`.
    pub cell: String,
    /// The transactions in the order of their first appearance.
    pub transactions: Vec<GoldenTx>,
    /// What entered and left the chain, in order.
    pub chain: Vec<ChainEvent>,
    /// The ids of those that are not in the chain at the end.
    pub off_chain: Vec<String>,
}

/// Where a transaction got to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// An actor held exactly these bytes, and could broadcast them.
    Held,
    /// No actor held these bytes, but they were in the chain: with a fee attached, say.
    Chain,
    /// Neither: they were in a mempool and were replaced or evicted.
    Mempool,
}

impl Stage {
    /// The word for it, as in the file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Chain => "chain",
            Self::Mempool => "mempool",
        }
    }
}

/// One version of a transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoldenTx {
    /// Unique in the file: the name of the first held version, else `name@stage` or `name@stage.2`.
    pub id: String,
    /// The paper's label or the harness's name; several versions may share it.
    pub name: String,
    /// Where this version got to.
    pub stage: Stage,
    /// The actors who could broadcast it, by name, sorted.
    pub held_by: Vec<String>,
    /// The txid.
    pub txid: String,
    /// The hash with the witness.
    pub wtxid: String,
    /// nVersion.
    pub version: i32,
    /// nLockTime.
    pub lock_time: Lock,
    /// Weight in weight units.
    pub weight_wu: u64,
    /// The fee in satoshis, if every spent amount is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee_sat: Option<u64>,
    /// The inputs in order.
    pub inputs: Vec<GoldenInput>,
    /// The outputs in order.
    pub outputs: Vec<GoldenOutput>,
    /// The serialised transaction, hex.
    pub raw: String,
}

/// Something entered or left the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainEvent {
    /// The step of the scenario in which it happened, from 0.
    pub step: u32,
    /// The block's height above the height at which the scenario began: its first block is 1.
    pub height: i64,
    /// What happened.
    pub event: ChainChange,
    /// The id of the transaction.
    pub tx: String,
}

/// What happens to a transaction in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChainChange {
    /// A block with it was connected.
    Confirmed,
    /// The block with it was disconnected.
    Disconnected,
}

impl ChainChange {
    /// The word for it, as in the file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Disconnected => "disconnected",
        }
    }
}

/// A golden transaction's `raw` is not the transaction that its `txid` and `wtxid` say.
#[derive(Debug, thiserror::Error)]
pub enum RawError {
    /// `raw` is not a serialised transaction.
    #[error("its raw bytes are no transaction")]
    Decode(#[source] FromHexError),
    /// `raw` is another transaction.
    #[error("its raw bytes are transaction {found}, not {expected}")]
    OtherTx {
        /// What the file says: txid, then wtxid.
        expected: String,
        /// What `raw` gives.
        found: String,
    },
}

impl GoldenTx {
    /// The transaction itself.
    ///
    /// # Errors
    /// [`RawError`] if `raw` does not decode, or is not what `txid` and `wtxid` say.
    pub fn decoded(&self) -> Result<Transaction, RawError> {
        let tx: Transaction = deserialize_hex(&self.raw).map_err(RawError::Decode)?;
        let found = format!("{} / {}", tx.compute_txid(), tx.compute_wtxid());
        let expected = format!("{} / {}", self.txid, self.wtxid);
        if found == expected {
            Ok(tx)
        } else {
            Err(RawError::OtherTx { expected, found })
        }
    }

    /// The part that people read, which `raw` determines.
    pub(crate) fn described(&self) -> Described {
        Described {
            version: self.version,
            lock_time: self.lock_time.clone(),
            weight_wu: self.weight_wu,
            fee_sat: self.fee_sat,
            inputs: self.inputs.clone(),
            outputs: self.outputs.clone(),
        }
    }
}

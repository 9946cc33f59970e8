//! Transactions given to a node, and outputs asked of it.

use std::collections::BTreeMap;
use std::time::Duration;

use bitcoin::consensus::encode::serialize_hex;
use bitcoin::{Amount, OutPoint, ScriptBuf, Transaction, Txid, Wtxid};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::node::Node;
use crate::reject::{Reject, SubmitError};
use crate::rpc::RpcError;
use crate::wait::{Look, WaitError, wait_until};

/// For `maxfeerate`: no limit of the client's own.
const NO_LIMIT: u32 = 0;
/// For `maxburnamount`, in BTC: no limit of the client's own.
const ALL_COINS: u32 = 21_000_000;
/// What `submitpackage` says when it took everything.
const SUCCESS: &str = "success";
/// What it says of a transaction that it did not come to.
const NOT_VALIDATED: &str = "package-not-validated";

/// A transaction that the mempool takes, or would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Its id.
    pub txid: Txid,
    /// Virtual size, in vB.
    pub vsize: u64,
    /// What it pays itself.
    pub fee: Amount,
}

/// A package that is in the mempool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackageAccepted {
    /// Its transactions.
    pub transactions: BTreeMap<Txid, Accepted>,
    /// What they replaced.
    pub replaced: Vec<Txid>,
}

#[derive(Deserialize)]
struct RawTest {
    txid: Txid,
    allowed: Option<bool>,
    vsize: Option<u64>,
    fees: Option<RawFees>,
    #[serde(rename = "reject-reason")]
    reject_reason: Option<String>,
    #[serde(rename = "package-error")]
    package_error: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
struct RawFees {
    #[serde(with = "bitcoin::amount::serde::as_btc")]
    base: Amount,
}

#[derive(Deserialize)]
struct RawPackage {
    package_msg: String,
    #[serde(rename = "tx-results")]
    results: BTreeMap<Wtxid, RawResult>,
    #[serde(default, rename = "replaced-transactions")]
    replaced: Vec<Txid>,
}

#[derive(Deserialize)]
struct RawResult {
    txid: Txid,
    vsize: Option<u64>,
    fees: Option<RawFees>,
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawOutput {
    #[serde(with = "bitcoin::amount::serde::as_btc")]
    value: Amount,
    script_pub_key: RawScript,
}

#[derive(Deserialize)]
struct RawScript {
    hex: ScriptBuf,
}

impl Node {
    /// Sends a transaction to the mempool (relay policy applies).
    ///
    /// # Errors
    /// [`SubmitError::Rejected`] with the message of `sendrawtransaction`.
    pub fn send_raw(&self, tx: &Transaction) -> Result<Txid, SubmitError> {
        let params = [serialize_hex(tx).into(), NO_LIMIT.into(), ALL_COINS.into()];
        self.rpc()
            .call("sendrawtransaction", &params)
            .map_err(|error| SubmitError::from_rpc(error, Some(tx.compute_txid())))
    }

    /// Sends a child with its unconfirmed parents, child last (BIP331's kind of package).
    ///
    /// # Errors
    /// [`SubmitError::Rejected`]: the first transaction's own error if there is one, else the package's. A part of the package may be in the mempool then.
    pub fn submit_package(
        &self,
        transactions: &[Transaction],
    ) -> Result<PackageAccepted, SubmitError> {
        let hex: Vec<_> = transactions.iter().map(serialize_hex).collect();
        let params = [hex.into(), NO_LIMIT.into(), ALL_COINS.into()];
        let raw: RawPackage = self
            .rpc()
            .call("submitpackage", &params)
            .map_err(|error| SubmitError::from_rpc(error, None))?;
        if raw.package_msg != SUCCESS {
            return Err(package_reject(transactions, raw).into());
        }
        let accepted = raw.results.into_values().map(|result| {
            let one = Accepted {
                txid: result.txid,
                vsize: result.vsize.unwrap_or(0),
                fee: result.fees.map_or(Amount::ZERO, |fees| fees.base),
            };
            (result.txid, one)
        });
        Ok(PackageAccepted {
            transactions: accepted.collect(),
            replaced: raw.replaced,
        })
    }

    /// Whether the mempool would take these transactions, each, in this order.
    ///
    /// # Errors
    /// If the node does not answer, or the list as a whole is malformed.
    pub fn test_accept(
        &self,
        transactions: &[Transaction],
    ) -> Result<Vec<Result<Accepted, Reject>>, RpcError> {
        let hex: Vec<_> = transactions.iter().map(serialize_hex).collect();
        let results: Vec<RawTest> = self
            .rpc()
            .call("testmempoolaccept", &[hex.into(), NO_LIMIT.into()])?;
        Ok(results.into_iter().map(test_result).collect())
    }

    /// An unspent output; with `include_mempool`, also those that the mempool makes, and without those that it spends.
    ///
    /// # Errors
    /// If the node does not answer.
    pub fn utxo(
        &self,
        outpoint: &OutPoint,
        include_mempool: bool,
    ) -> Result<Option<bitcoin::TxOut>, RpcError> {
        let params: [Value; 3] = [
            json!(outpoint.txid),
            outpoint.vout.into(),
            include_mempool.into(),
        ];
        let raw: Option<RawOutput> = self.rpc().call("gettxout", &params)?;
        Ok(raw.map(|raw| bitcoin::TxOut {
            value: raw.value,
            script_pubkey: raw.script_pub_key.hex,
        }))
    }

    /// Waits until a transaction is in the mempool.
    ///
    /// # Errors
    /// [`WaitError::TimedOut`] with what the mempool holds instead.
    pub fn wait_in_mempool(&self, txid: Txid, bound: Duration) -> Result<(), WaitError> {
        let what = format!("{txid} in the mempool");
        wait_until(&what, bound, |_| {
            let txids = self.mempool_txids()?;
            Ok(if txids.contains(&txid) {
                Look::There(())
            } else {
                Look::NotYet {
                    seen: format!("{txids:?}"),
                    paused: false,
                }
            })
        })
    }
}

fn test_result(raw: RawTest) -> Result<Accepted, Reject> {
    if raw.allowed == Some(true) {
        return Ok(Accepted {
            txid: raw.txid,
            vsize: raw.vsize.unwrap_or(0),
            fee: raw.fees.map_or(Amount::ZERO, |fees| fees.base),
        });
    }
    let reason = raw.reject_reason.or(raw.package_error);
    Err(Reject {
        // Not come to, after the refusal of an earlier one.
        reason: reason.unwrap_or_else(|| NOT_VALIDATED.to_owned()),
        code: None,
        txid: Some(raw.txid),
    })
}

/// The first error in the order of the package, if a transaction has one of its own.
fn package_reject(transactions: &[Transaction], raw: RawPackage) -> Reject {
    let mut results = raw.results;
    transactions
        .iter()
        .filter_map(|tx| results.remove(&tx.compute_wtxid()))
        .find_map(|result| {
            let reason = result.error.filter(|error| error != NOT_VALIDATED)?;
            Some(Reject {
                reason,
                code: None,
                txid: Some(result.txid),
            })
        })
        .unwrap_or_else(|| Reject::new(raw.package_msg))
}

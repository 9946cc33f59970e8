//! What bitcoind says is in its mempool.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bitcoin::consensus::encode::deserialize_hex;
use bitcoin::{Amount, Transaction, Txid, Weight};
use serde::Deserialize;
use serde_json::json;

use crate::node::Node;
use crate::rpc::RpcError;

/// One unconfirmed transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MempoolEntry {
    /// Its id.
    pub txid: Txid,
    /// The transaction.
    pub tx: Arc<Transaction>,
    /// What it pays itself.
    pub fee: Amount,
    /// bitcoind's virtual size, in vB.
    pub vsize: u64,
    /// Weight.
    pub weight: Weight,
    /// The unconfirmed transactions that it spends from.
    pub parents: BTreeSet<Txid>,
}

#[derive(Deserialize)]
struct RawEntry {
    vsize: u64,
    weight: u64,
    fees: RawFees,
    depends: BTreeSet<Txid>,
}

#[derive(Deserialize)]
struct RawFees {
    #[serde(with = "bitcoin::amount::serde::as_btc")]
    base: Amount,
}

impl Node {
    /// The whole mempool, by txid.
    ///
    /// # Errors
    /// If the node does not answer.
    pub fn mempool(&self) -> Result<Vec<MempoolEntry>, RpcError> {
        let raw: BTreeMap<Txid, RawEntry> = self.rpc().call("getrawmempool", &[true.into()])?;
        let txs = self.mempool_transactions(raw.keys())?;
        Ok(raw
            .into_iter()
            .filter_map(|(txid, raw)| {
                // One that left between the two calls is not there any more.
                let tx = txs.get(&txid)?;
                Some(MempoolEntry {
                    txid,
                    tx: Arc::clone(tx),
                    fee: raw.fees.base,
                    vsize: raw.vsize,
                    weight: Weight::from_wu(raw.weight),
                    parents: raw.depends,
                })
            })
            .collect())
    }

    /// The ids of the transactions in the mempool.
    ///
    /// # Errors
    /// If the node does not answer.
    pub fn mempool_txids(&self) -> Result<BTreeSet<Txid>, RpcError> {
        self.rpc().call("getrawmempool", &[])
    }

    /// Fetches in one batch those not seen before, and forgets those that are gone.
    ///
    /// A txid leaves and comes back with another witness only if it was gone in between, so the txid will do as key.
    fn mempool_transactions<'a>(
        &self,
        wanted: impl Iterator<Item = &'a Txid>,
    ) -> Result<BTreeMap<Txid, Arc<Transaction>>, RpcError> {
        let mut seen = self
            .transactions
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut txs = BTreeMap::new();
        let mut missing = Vec::new();
        for txid in wanted {
            match seen.get(txid) {
                Some(tx) => drop(txs.insert(*txid, Arc::clone(tx))),
                None => missing.push(*txid),
            }
        }
        let params: Vec<_> = missing.iter().map(|txid| vec![json!(txid)]).collect();
        let replies = self.rpc().batch::<String>("getrawtransaction", &params)?;
        for (txid, reply) in missing.iter().zip(replies) {
            let Ok(hex) = reply else { continue };
            let tx = deserialize_hex(&hex).map_err(|error| RpcError::Content {
                method: "getrawtransaction".to_owned(),
                what: error.to_string(),
            })?;
            txs.insert(*txid, Arc::new(tx));
        }
        seen.clone_from(&txs);
        Ok(txs)
    }
}

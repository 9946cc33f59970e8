//! One question to one bitcoind.

use bitcoin::Transaction;
use bitcoin::consensus::encode::serialize_hex;
use leyden_bitcoind::{Chain, Node, RpcError, SubmitError};
use serde_json::json;

use super::next_block;
use crate::generate::scene::Asked;
use crate::model::{ACCEPTED, short};

/// Relay, then block: `accepted`, or the reject string.
pub(super) fn ask(node: &Node, chain: &Chain, asked: &Asked) -> Result<[String; 2], RpcError> {
    let mut all = asked.parents.clone();
    all.push(asked.tx.clone());
    let relay = if asked.parents.is_empty() {
        relay(node, &all)?
    } else {
        package(node, &all)?
    };
    Ok([relay, propose(node, chain, all)?])
}

fn relay(node: &Node, one: &[Transaction]) -> Result<String, RpcError> {
    let results = node.test_accept(one)?;
    Ok(match results.into_iter().next() {
        Some(Err(reject)) => short(&reject.reason),
        Some(Ok(_)) | None => ACCEPTED.to_owned(),
    })
}

fn package(node: &Node, all: &[Transaction]) -> Result<String, RpcError> {
    match node.submit_package(all) {
        Ok(_) => Ok(ACCEPTED.to_owned()),
        Err(SubmitError::Rejected(reject)) => Ok(short(&reject.reason)),
        Err(SubmitError::Rpc(error)) => Err(error),
    }
}

/// A block with the transactions on the tip, checked and not taken.
fn propose(node: &Node, chain: &Chain, transactions: Vec<Transaction>) -> Result<String, RpcError> {
    let block = next_block(chain, transactions);
    let request = json!({"mode": "proposal", "data": serialize_hex(&block)});
    let reason: Option<String> = node.rpc().call("getblocktemplate", &[request])?;
    Ok(reason.map_or_else(|| ACCEPTED.to_owned(), |reason| short(&reason)))
}

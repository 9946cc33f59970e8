//! A node's blocks, tip, deployments and peers.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::time::Duration;

use bitcoin::consensus::encode::{deserialize_hex, serialize_hex};
use bitcoin::{Block, BlockHash};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::node::Node;
use crate::reject::{Reject, SubmitError};
use crate::rpc::RpcError;
use crate::wait::{Look, WaitError, wait_until};

/// Longest that bitcoind is left waiting in one call, so that the death of a node is noticed.
const WAIT_SLICE: Duration = Duration::from_secs(2);
/// Longest that two nodes on one machine may take to shake hands.
const HANDSHAKE_BOUND: Duration = Duration::from_secs(20);
/// Most hex digits in one batch: bitcoind takes 32 MiB per request.
const BATCH_HEX: usize = 16_000_000;

/// A node's active tip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tip {
    /// Height.
    pub height: u32,
    /// Hash.
    pub hash: BlockHash,
    /// Median time past, which lock times are compared with (BIP113).
    pub median_time: u32,
}

#[derive(Deserialize)]
struct RawTip {
    blocks: u32,
    bestblockhash: BlockHash,
    mediantime: u32,
}

#[derive(Deserialize)]
struct WaitedTip {
    hash: BlockHash,
    height: u32,
}

/// What a node says of a soft fork.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deployment {
    /// `buried` or `bip9`.
    pub kind: String,
    /// Whether its rules hold for the next block.
    pub active: bool,
    /// First height at which the rules hold, if known.
    pub height: Option<u32>,
    /// BIP9: `defined`, `started`, `locked_in`, `active` or `failed`, for the tip.
    pub status: Option<String>,
    /// BIP9: height at which that status began.
    pub since: Option<u32>,
    /// BIP9: the version bit, while it signals.
    pub bit: Option<u8>,
}

#[derive(Deserialize)]
struct RawDeployments {
    deployments: BTreeMap<String, RawDeployment>,
}

#[derive(Deserialize)]
struct RawDeployment {
    #[serde(rename = "type")]
    kind: String,
    active: bool,
    height: Option<u32>,
    bip9: Option<RawBip9>,
}

#[derive(Deserialize)]
struct RawBip9 {
    bit: Option<u8>,
    status: String,
    since: u32,
}

impl From<RawDeployment> for Deployment {
    fn from(raw: RawDeployment) -> Self {
        let (status, since, bit) = raw.bip9.map_or((None, None, None), |bip9| {
            (Some(bip9.status), Some(bip9.since), bip9.bit)
        });
        Self {
            kind: raw.kind,
            active: raw.active,
            height: raw.height,
            status,
            since,
            bit,
        }
    }
}

#[derive(Deserialize)]
struct RawPeer {
    #[serde(default)]
    version: u32,
    addr: String,
}

impl Node {
    /// Submits a block.
    ///
    /// # Errors
    /// [`SubmitError::Rejected`] with whatever string `submitblock` gives: a rule's name, `duplicate`, or `inconclusive` for a valid block
    /// that is not on the best chain.
    pub fn submit_block(&self, block: &Block) -> Result<(), SubmitError> {
        let result: Option<String> = self
            .rpc()
            .call("submitblock", &[serialize_hex(block).into()])
            .map_err(|error| SubmitError::from_rpc(error, None))?;
        result.map_or(Ok(()), |reason| Err(Reject::new(reason).into()))
    }

    /// Submits blocks in one call (or a few, if they are large). All of them are submitted whatever happens.
    ///
    /// # Errors
    /// The first refusal, as [`Self::submit_block`].
    pub fn submit_blocks(&self, blocks: &[Block]) -> Result<(), SubmitError> {
        self.submit_batch(blocks)
            .map_err(SubmitError::Rpc)?
            .into_iter()
            .collect::<Result<(), Reject>>()
            .map_err(SubmitError::from)
    }

    /// The result of each block, in order.
    pub(crate) fn submit_batch<B: Borrow<Block>>(
        &self,
        blocks: &[B],
    ) -> Result<Vec<Result<(), Reject>>, RpcError> {
        let mut results = Vec::with_capacity(blocks.len());
        let mut params = Vec::new();
        let mut size: usize = 0;
        for block in blocks {
            let hex = serialize_hex(block.borrow());
            if size.saturating_add(hex.len()) > BATCH_HEX {
                self.submit_hex(&mut params, &mut results)?;
                size = 0;
            }
            size = size.saturating_add(hex.len());
            params.push(vec![Value::from(hex)]);
        }
        self.submit_hex(&mut params, &mut results)?;
        Ok(results)
    }

    fn submit_hex(
        &self,
        params: &mut Vec<Vec<Value>>,
        results: &mut Vec<Result<(), Reject>>,
    ) -> Result<(), RpcError> {
        for reply in self
            .rpc()
            .batch::<Option<String>>("submitblock", &std::mem::take(params))?
        {
            results.push(reply?.map_or(Ok(()), |reason| Err(Reject::new(reason))));
        }
        Ok(())
    }

    /// The active tip.
    ///
    /// # Errors
    /// If the node does not answer.
    pub fn tip(&self) -> Result<Tip, RpcError> {
        let raw: RawTip = self.rpc().call("getblockchaininfo", &[])?;
        Ok(Tip {
            height: raw.blocks,
            hash: raw.bestblockhash,
            median_time: raw.mediantime,
        })
    }

    /// A block that the node has.
    ///
    /// # Errors
    /// If it has not.
    pub fn block(&self, hash: BlockHash) -> Result<Block, RpcError> {
        let hex: String = self.rpc().call("getblock", &[json!(hash), 0.into()])?;
        deserialize_hex(&hex).map_err(|error| RpcError::Content {
            method: "getblock".to_owned(),
            what: error.to_string(),
        })
    }

    /// The hash of the active block at `height`.
    ///
    /// # Errors
    /// If there is none.
    pub fn block_hash(&self, height: u32) -> Result<BlockHash, RpcError> {
        self.rpc().call("getblockhash", &[height.into()])
    }

    /// All that `getblockheader` says of a block; on the patched build `congested` and `uncongestedheight` too.
    ///
    /// # Errors
    /// If the node does not have it.
    pub fn block_info(&self, hash: BlockHash) -> Result<Value, RpcError> {
        self.rpc()
            .call("getblockheader", &[json!(hash), true.into()])
    }

    /// Marks a block as invalid, and with it all that build on it.
    ///
    /// # Errors
    /// If the node does not have it.
    pub fn invalidate_block(&self, hash: BlockHash) -> Result<(), RpcError> {
        self.rpc().call("invalidateblock", &[json!(hash)])
    }

    /// Takes [`Self::invalidate_block`] back.
    ///
    /// # Errors
    /// If the node does not have it.
    pub fn reconsider_block(&self, hash: BlockHash) -> Result<(), RpcError> {
        self.rpc().call("reconsiderblock", &[json!(hash)])
    }

    /// The soft forks that the node knows, by name, for the block after the tip.
    ///
    /// # Errors
    /// If the node does not answer.
    pub fn deployments(&self) -> Result<BTreeMap<String, Deployment>, RpcError> {
        let raw: RawDeployments = self.rpc().call("getdeploymentinfo", &[])?;
        Ok(raw
            .deployments
            .into_iter()
            .map(|(name, raw)| (name, raw.into()))
            .collect())
    }

    /// Waits until the node's tip is this block. bitcoind says so itself: nothing polls.
    ///
    /// # Errors
    /// [`WaitError::TimedOut`] with the tip that it has.
    pub fn wait_tip(&self, hash: BlockHash, bound: Duration) -> Result<(), WaitError> {
        let what = format!("the tip to be {hash}");
        wait_until(&what, bound, |left| {
            let slice = left.min(WAIT_SLICE).max(Duration::from_millis(1));
            let millis = u64::try_from(slice.as_millis()).unwrap_or(1);
            let tip: WaitedTip = self
                .rpc()
                .call("waitforblock", &[json!(hash), millis.into()])?;
            Ok(if tip.hash == hash {
                Look::There(())
            } else {
                Look::NotYet {
                    seen: format!("{} at height {}", tip.hash, tip.height),
                    paused: true,
                }
            })
        })
    }

    /// Waits until this node has the tip that `other` has now.
    ///
    /// # Errors
    /// As [`Self::wait_tip`].
    pub fn wait_same_tip(&self, other: &Self, bound: Duration) -> Result<(), WaitError> {
        let tip = other.tip().map_err(|source| WaitError::Rpc {
            what: "the other node's tip".to_owned(),
            source,
        })?;
        self.wait_tip(tip.hash, bound)
    }

    /// Follows `other`: connects to it and waits for the handshake of both.
    ///
    /// From now on this node runs on the system's clock, which is far ahead of the chain's: it must take any block that the other one gets, and
    /// nobody moves its clock.
    ///
    /// # Errors
    /// [`WaitError::NoP2p`] if one of them was started without it.
    pub fn connect_to(&self, other: &Self) -> Result<(), WaitError> {
        let what = "the two nodes to be connected";
        let no_p2p = || WaitError::NoP2p {
            what: what.to_owned(),
        };
        self.p2p_address().ok_or_else(no_p2p)?;
        let address = other.p2p_address().ok_or_else(no_p2p)?.to_string();
        self.set_mock_time(0)
            .and_then(|()| {
                let params = [address.clone().into(), "onetry".into()];
                self.rpc().call::<()>("addnode", &params)
            })
            .map_err(|source| WaitError::Rpc {
                what: what.to_owned(),
                source,
            })?;
        wait_until(what, HANDSHAKE_BOUND, |_| {
            let ours = self.peers()?;
            let theirs = other.peers()?;
            let connected = ours
                .iter()
                .any(|peer| peer.addr == address && peer.version != 0)
                && theirs.iter().any(|peer| peer.version != 0);
            Ok(if connected {
                Look::There(())
            } else {
                Look::NotYet {
                    seen: format!("{} and {} peers", ours.len(), theirs.len()),
                    paused: false,
                }
            })
        })
    }

    fn peers(&self) -> Result<Vec<RawPeer>, RpcError> {
        self.rpc().call("getpeerinfo", &[])
    }
}

//! The harness's own chain: it builds the blocks, and knows which it built.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use bitcoin::constants::genesis_block;
use bitcoin::{Amount, Block, BlockHash, FeeRate, Network, ScriptBuf, Transaction, TxOut, Txid};
use thiserror::Error;

use crate::assembly::{BlockContents, FIRST_TIME, Parent, assemble};
use crate::miner::{Miner, MinerError};
use crate::node::Node;
use crate::reject::{Reject, SubmitError};
use crate::rpc::RpcError;
use crate::selection::{Selection, select};

/// Blocks of the prepared chain. Eleven coinbases of 50 BTC may be spent in the next block.
pub const PREPARED_BLOCKS: u32 = 110;

/// Blocks whose times make the median (BIP113).
const MEDIAN_SPAN: usize = 11;

/// What `submitblock` says of a valid block that is not on the best chain (yet).
const INCONCLUSIVE: &str = "inconclusive";

/// Why a chain was not changed. The chain is then as before.
#[derive(Debug, Error)]
pub enum ChainError {
    /// A block was refused, or bitcoind did not answer.
    #[error(transparent)]
    Submit(#[from] SubmitError),
    /// bitcoind did not answer.
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// More blocks than the harness has built.
    #[error("cannot replace {depth} blocks of {height}")]
    Depth {
        /// Blocks to replace.
        depth: u32,
        /// Blocks there are.
        height: u32,
    },
    /// The longer branch was taken in, but did not become the active one: one of its blocks breaks a rule.
    #[error("bitcoind stayed at {tip} and did not switch to {wanted}")]
    NotSwitched {
        /// The tip of the longer branch.
        wanted: BlockHash,
        /// bitcoind's tip.
        tip: BlockHash,
    },
}

/// What a reorganisation did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reorg {
    /// Height of the last block that both branches share.
    pub fork_height: u32,
    /// The blocks that are no longer in the chain, tip first.
    pub disconnected: Vec<Arc<Block>>,
    /// The blocks that took their place, lowest first.
    pub connected: Vec<Arc<Block>>,
}

/// The active chain as the harness built it, and its miner.
///
/// One chain goes with one node, and with those that follow it. Times are the chain's: each block is 600 seconds after its parent unless its contents say
/// otherwise, and the node's clock is set to the tip's time. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Chain {
    /// By height; the first is the genesis block. Never empty.
    blocks: Vec<Arc<Block>>,
    confirmed: BTreeMap<Txid, u32>,
    /// Goes up with each reorganisation, and into each coinbase.
    branch: u32,
    miner: Miner,
}

impl Chain {
    /// Regtest's genesis block only.
    #[must_use]
    pub fn genesis() -> Self {
        let mut chain = Self {
            blocks: Vec::new(),
            confirmed: BTreeMap::new(),
            branch: 0,
            miner: Miner::default(),
        };
        chain.push(Arc::new(genesis_block(Network::Regtest)));
        chain
    }

    /// [`PREPARED_BLOCKS`] empty blocks, built once per process and always the same.
    #[must_use]
    pub fn prepared() -> Self {
        static PREPARED: OnceLock<Chain> = OnceLock::new();
        PREPARED
            .get_or_init(|| {
                let mut chain = Self::genesis();
                for _ in 0..PREPARED_BLOCKS {
                    chain.extend(BlockContents::empty());
                }
                chain
            })
            .clone()
    }

    /// Height of the tip.
    #[must_use]
    pub fn height(&self) -> u32 {
        let count = u32::try_from(self.blocks.len()).unwrap_or(u32::MAX);
        count.saturating_sub(1)
    }

    /// Hash of the tip.
    #[must_use]
    pub fn tip(&self) -> BlockHash {
        self.parent().hash
    }

    /// Time of the tip (Unix time, seconds). At the genesis block: that of the schedule, [`FIRST_TIME`].
    #[must_use]
    pub fn tip_time(&self) -> u32 {
        self.parent().time
    }

    /// Median time past of the tip, of its own time and those of the ten blocks before (BIP113).
    #[must_use]
    pub fn median_time(&self) -> u32 {
        let mut times: Vec<u32> = self
            .blocks
            .iter()
            .rev()
            .take(MEDIAN_SPAN)
            .map(|block| block.header.time)
            .collect();
        times.sort_unstable();
        let middle = times.len().checked_div(2).unwrap_or(0);
        times.get(middle).copied().unwrap_or(0)
    }

    /// The block at `height`.
    #[must_use]
    pub fn block(&self, height: u32) -> Option<&Arc<Block>> {
        self.blocks.get(usize::try_from(height).ok()?)
    }

    /// The hash of the block at `height`.
    #[must_use]
    pub fn hash(&self, height: u32) -> Option<BlockHash> {
        self.block(height).map(|block| block.block_hash())
    }

    /// The height at which a transaction is confirmed.
    #[must_use]
    pub fn find(&self, txid: Txid) -> Option<u32> {
        self.confirmed.get(&txid).copied()
    }

    /// The block that these contents make on the tip. Nothing changes.
    #[must_use]
    pub fn next_block(&self, contents: BlockContents) -> Block {
        assemble(self.parent(), self.branch, &Miner::script(), contents)
    }

    /// Mines a block: builds it, submits it, and moves the node's clock to its time.
    ///
    /// # Errors
    /// [`ChainError::Submit`] with bitcoind's reason if the block is refused; the chain is as before.
    pub fn mine(&mut self, node: &Node, contents: BlockContents) -> Result<Arc<Block>, ChainError> {
        let block = self.next_block(contents);
        node.set_mock_time(block.header.time)?;
        if let Err(error) = node.submit_block(&block) {
            node.set_mock_time(self.tip_time())?;
            return Err(error.into());
        }
        Ok(self.push(Arc::new(block)))
    }

    /// Mines what the node has in its mempool.
    ///
    /// # Errors
    /// As [`Self::mine`].
    pub fn mine_mempool(
        &mut self,
        node: &Node,
        selection: &Selection,
        congested: bool,
    ) -> Result<Arc<Block>, ChainError> {
        let transactions = select(&node.mempool()?, selection);
        self.mine(
            node,
            BlockContents {
                congested,
                ..BlockContents::of(transactions)
            },
        )
    }

    /// Mines empty blocks, in one call.
    ///
    /// # Errors
    /// As [`Self::mine_each`].
    pub fn mine_empty(&mut self, node: &Node, count: u32) -> Result<Vec<Arc<Block>>, ChainError> {
        self.mine_each(node, (0..count).map(|_| BlockContents::empty()).collect())
    }

    /// Mines several blocks, in one call.
    ///
    /// # Errors
    /// [`ChainError::Submit`] with the first refusal; the chain then ends with the block before the one refused.
    pub fn mine_each(
        &mut self,
        node: &Node,
        contents: Vec<BlockContents>,
    ) -> Result<Vec<Arc<Block>>, ChainError> {
        let mut longer = self.clone();
        let blocks: Vec<_> = contents
            .into_iter()
            .map(|contents| longer.extend(contents))
            .collect();
        node.set_mock_time(latest(&blocks).unwrap_or_else(|| self.tip_time()))?;
        for (block, result) in blocks.iter().zip(node.submit_batch(&blocks)?) {
            if let Err(reject) = result {
                node.set_mock_time(self.tip_time())?;
                return Err(SubmitError::Rejected(reject).into());
            }
            self.push(Arc::clone(block));
        }
        node.set_mock_time(self.tip_time())?;
        Ok(blocks)
    }

    /// Replaces the last `depth` blocks by a longer branch. bitcoind switches because that has more work.
    ///
    /// `rival` gives the contents of the new blocks, lowest first; empty blocks are added until there is one more than is replaced.
    ///
    /// # Errors
    /// If a block is refused, or the branch does not become active; this chain is as before.
    pub fn reorg(
        &mut self,
        node: &Node,
        depth: u32,
        rival: Vec<BlockContents>,
    ) -> Result<Reorg, ChainError> {
        let height = self.height();
        let fork_height = height
            .checked_sub(depth)
            .ok_or(ChainError::Depth { depth, height })?;
        let mut other = self.clone();
        other.branch = other.branch.saturating_add(1);
        let disconnected: Vec<_> = (0..depth).filter_map(|_| other.pop()).collect();
        let mut connected: Vec<_> = rival
            .into_iter()
            .map(|contents| other.extend(contents))
            .collect();
        while other.height() <= height {
            connected.push(other.extend(BlockContents::empty()));
        }
        node.set_mock_time(latest(&connected).unwrap_or(0).max(self.tip_time()))?;
        let refused = first_refusal(node.submit_batch(&connected)?);
        let tip = node.tip()?.hash;
        if let Some(reject) = refused {
            node.set_mock_time(self.tip_time())?;
            return Err(SubmitError::Rejected(reject).into());
        }
        if tip != other.tip() {
            node.set_mock_time(self.tip_time())?;
            return Err(ChainError::NotSwitched {
                wanted: other.tip(),
                tip,
            });
        }
        node.set_mock_time(other.tip_time())?;
        *self = other;
        Ok(Reorg {
            fork_height,
            disconnected,
            connected,
        })
    }

    /// Submits a block that is expected to be refused, and gives it back if it is not. The chain stays as it is: [`Self::adopt`] the block then.
    ///
    /// # Errors
    /// [`SubmitError::Rejected`] with bitcoind's reason.
    pub fn offer(&self, node: &Node, contents: BlockContents) -> Result<Block, SubmitError> {
        let block = self.next_block(contents);
        node.set_mock_time(block.header.time.max(self.tip_time()))
            .map_err(SubmitError::Rpc)?;
        match node.submit_block(&block) {
            Ok(()) => Ok(block),
            Err(error) => {
                node.set_mock_time(self.tip_time())
                    .map_err(SubmitError::Rpc)?;
                Err(error)
            }
        }
    }

    /// Appends a block that the node has accepted on this chain's tip.
    pub fn adopt(&mut self, block: Block) -> Arc<Block> {
        self.push(Arc::new(block))
    }

    /// Gives all blocks to a node that has none of them, and sets its clock.
    ///
    /// # Errors
    /// If one is refused.
    pub fn submit_all(&self, node: &Node) -> Result<(), SubmitError> {
        let set_clock = || {
            node.set_mock_time(self.tip_time())
                .map_err(SubmitError::Rpc)
        };
        set_clock()?;
        let blocks = self.blocks.get(1..).unwrap_or_default();
        match first_refusal(node.submit_batch(blocks).map_err(SubmitError::Rpc)?) {
            Some(reject) => Err(reject.into()),
            None => Ok(()),
        }
    }

    /// The miner's wallet.
    #[must_use]
    pub fn miner(&self) -> &Miner {
        &self.miner
    }

    /// Where coinbases pay.
    #[must_use]
    pub fn miner_script(&self) -> ScriptBuf {
        Miner::script()
    }

    /// The miner pays these outputs: the oldest coins that the next block may spend, change last, signed. It is not sent.
    ///
    /// # Errors
    /// [`MinerError::NotEnough`] if the coins do not suffice.
    pub fn pay(
        &mut self,
        outputs: Vec<TxOut>,
        feerate: FeeRate,
    ) -> Result<Transaction, MinerError> {
        self.miner.pay(self.next_height(), outputs, feerate)
    }

    /// A transaction of the miner's of about `vsize` vB (at most 12 less), to fill mempools and blocks.
    ///
    /// # Errors
    /// As [`Self::pay`].
    pub fn filler(&mut self, vsize: u64, feerate: FeeRate) -> Result<Transaction, MinerError> {
        self.miner.filler(self.next_height(), vsize, feerate)
    }

    /// Splits the miner's coins into `count` more of `value` each, which it has once this is confirmed.
    ///
    /// # Errors
    /// As [`Self::pay`].
    pub fn split(
        &mut self,
        count: u32,
        value: Amount,
        feerate: FeeRate,
    ) -> Result<Transaction, MinerError> {
        let output = TxOut {
            value,
            script_pubkey: Miner::script(),
        };
        self.pay((0..count).map(|_| output.clone()).collect(), feerate)
    }

    fn next_height(&self) -> u32 {
        self.height().saturating_add(1)
    }

    fn parent(&self) -> Parent {
        let (hash, time) = match self.blocks.as_slice() {
            [] | [_] => (genesis_block(Network::Regtest).block_hash(), FIRST_TIME),
            [.., tip] => (tip.block_hash(), tip.header.time),
        };
        Parent {
            hash,
            time,
            next_height: self.next_height(),
        }
    }

    fn extend(&mut self, contents: BlockContents) -> Arc<Block> {
        let block = Arc::new(self.next_block(contents));
        self.push(block)
    }

    fn push(&mut self, block: Arc<Block>) -> Arc<Block> {
        let height = u32::try_from(self.blocks.len()).unwrap_or(u32::MAX);
        for tx in &block.txdata {
            self.confirmed.insert(tx.compute_txid(), height);
        }
        self.miner.connect(&block, height);
        self.blocks.push(Arc::clone(&block));
        block
    }

    /// The genesis block stays.
    fn pop(&mut self) -> Option<Arc<Block>> {
        let height = self.height();
        let block = self.blocks.pop_if(|_| height > 0)?;
        for tx in &block.txdata {
            self.confirmed.remove(&tx.compute_txid());
        }
        self.miner.disconnect(&block, height);
        Some(block)
    }
}

fn latest(blocks: &[Arc<Block>]) -> Option<u32> {
    blocks.iter().map(|block| block.header.time).max()
}

/// A block off the best chain is not refused, but waits for more work.
fn first_refusal(results: Vec<Result<(), Reject>>) -> Option<Reject> {
    results
        .into_iter()
        .filter_map(Result::err)
        .find(|reject| reject.reason != INCONCLUSIVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prepared_chain_is_always_the_same() {
        let chain = Chain::prepared();
        assert_eq!(chain.height(), PREPARED_BLOCKS);
        assert_eq!(chain.tip_time(), FIRST_TIME + 110 * 600);
        assert_eq!(chain.median_time(), FIRST_TIME + 105 * 600);
        assert_eq!(chain.miner().coins(111).count(), 11);
        // Every golden file depends on this hash: coinbases are what all coins come from.
        assert_eq!(chain.tip().to_string(), TIP);
    }

    const TIP: &str = "522d2372a3dd6b768f719fa505b5c00f7dc242ff86b0d2b71c135a0c9d1dbb26";
}

//! Steps that move the chain: mine, reorg, signal, and bitcoind itself.

use std::collections::BTreeSet;

use bitcoin::{Transaction, Txid, Weight};
use leyden_bitcoind::{BlockContents, PREPARED_BLOCKS, Selection, select};
use leyden_scenario::{Mine, NodeName, NodeStep, Reorg, Signal, SignalBit, TxName};

use super::failure::StepError;
use super::world::{TIP_BOUND, World};

impl World<'_> {
    /// Mines from the mempool; the actors act after every block, as they would.
    ///
    /// Blocks in which nothing can happen are submitted as one batch: the next block would be empty,
    /// no actor waits for a height inside the batch, and none has something to try again.
    pub(super) fn mine(&mut self, mine: &Mine) -> Result<(), StepError> {
        let mut left = mine.blocks;
        while left > 0 {
            let chosen = self.choose(&mine.without, mine.only.as_deref())?;
            let count = if chosen.is_empty() {
                self.quiet_blocks().min(left)
            } else {
                1
            };
            left = left.saturating_sub(count);
            if count == 1 {
                self.mine_contents(BlockContents {
                    congested: mine.congested,
                    ..BlockContents::of(chosen)
                })?;
            } else {
                self.mine_batch(count, mine.congested)?;
            }
        }
        Ok(())
    }

    /// How many empty blocks may follow at once: all before the one that an actor waits for.
    fn quiet_blocks(&self) -> u32 {
        let awake = || self.actors.values().filter(|actor| !actor.is_asleep());
        if awake().any(crate::actor::Embedded::is_retrying) {
            return 1;
        }
        let height = self.chain.height();
        awake()
            .filter_map(crate::actor::Embedded::next_deadline)
            .filter(|deadline| *deadline > height)
            .map(|deadline| deadline.saturating_sub(height).saturating_sub(1))
            .min()
            .unwrap_or(u32::MAX)
            .max(1)
    }

    fn mine_batch(&mut self, count: u32, congested: bool) -> Result<(), StepError> {
        let contents = (0..count)
            .map(|_| BlockContents {
                congested,
                ..BlockContents::empty()
            })
            .collect();
        self.mine_contents_batch(contents)
    }

    fn mine_contents_batch(&mut self, contents: Vec<BlockContents>) -> Result<(), StepError> {
        let before = self.chain.height();
        let blocks = self.chain.mine_each(&self.main, contents)?;
        let median_time = self.chain.median_time();
        for (height, block) in (before.saturating_add(1)..).zip(&blocks) {
            self.connected(height, block, median_time);
        }
        self.settle()
    }

    /// What the miner would put in the next block.
    fn choose(
        &self,
        without: &[TxName],
        only: Option<&[TxName]>,
    ) -> Result<Vec<Transaction>, StepError> {
        let mempool = self.main.mempool()?;
        let named = |wanted: &[TxName]| -> BTreeSet<Txid> {
            mempool
                .iter()
                .filter(|entry| wanted.iter().any(|name| self.is(name, &entry.tx)))
                .map(|entry| entry.txid)
                .collect()
        };
        let mut selection = Selection {
            without: named(without),
            only: only.map(named),
            ..Selection::default()
        };
        if let Some(weight) = self.cell.bitcoind.block_weight {
            selection.max_weight = Weight::from_wu(u64::from(weight));
        }
        Ok(select(&mempool, &selection))
    }

    /// Replaces the last blocks by a longer branch.
    ///
    /// Its first block carries what `only` names of the replaced blocks, or all but `without` where
    /// that is given; by default nothing, and everything is back in the mempool.
    pub(super) fn reorg(&mut self, reorg: &Reorg) -> Result<(), StepError> {
        let fork = self.chain.height().saturating_sub(reorg.depth);
        if fork < PREPARED_BLOCKS {
            let detail =
                format!("block {PREPARED_BLOCKS} and those before it are every scenario's");
            return Err(StepError::new("too-deep", detail));
        }
        let carried = self.carried(fork, reorg);
        let mut rival = vec![BlockContents::of(carried)];
        rival.resize_with(
            usize::try_from(reorg.blocks.max(1)).unwrap_or(1),
            BlockContents::empty,
        );
        let done = self.chain.reorg(&self.main, reorg.depth, rival)?;
        self.recorder
            .disconnected(done.fork_height.saturating_add(1));
        let mut height = fork.saturating_add(reorg.depth);
        for _ in &done.disconnected {
            self.disconnected(height);
            height = height.saturating_sub(1);
        }
        let median_time = self.chain.median_time();
        for (height, block) in (done.fork_height.saturating_add(1)..).zip(&done.connected) {
            self.connected(height, block, median_time);
        }
        self.settle()?;
        self.same_tip()
    }

    fn carried(&self, fork: u32, reorg: &Reorg) -> Vec<Transaction> {
        let listed =
            |names: &[TxName], tx: &Transaction| names.iter().any(|wanted| self.is(wanted, tx));
        let mut dropped: BTreeSet<Txid> = BTreeSet::new();
        let mut carried = Vec::new();
        for height in fork.saturating_add(1)..=self.chain.height() {
            let Some(block) = self.chain.block(height) else {
                continue;
            };
            for tx in block.txdata.iter().skip(1) {
                let wanted = match &reorg.only {
                    Some(only) => listed(only, tx),
                    None => !reorg.without.is_empty() && !listed(&reorg.without, tx),
                };
                let orphaned = tx
                    .input
                    .iter()
                    .any(|input| dropped.contains(&input.previous_output.txid));
                if wanted && !orphaned {
                    carried.push(tx.clone());
                } else {
                    dropped.insert(tx.compute_txid());
                }
            }
        }
        carried
    }

    /// Mines empty blocks that signal for a deployment.
    pub(super) fn signal(&mut self, signal: Signal) -> Result<(), StepError> {
        let bit = match signal.bit {
            SignalBit::Noinput => 1,
            SignalBit::Timestop => 2,
        };
        let contents = (0..signal.blocks)
            .map(|_| BlockContents {
                signal: 1 << bit,
                ..BlockContents::empty()
            })
            .collect();
        self.mine_contents_batch(contents)
    }

    /// Both bitcoinds on one tip: what a soft fork promises.
    pub(super) fn same_tip(&self) -> Result<(), StepError> {
        match &self.follower {
            Some(follower) => Ok(follower.wait_tip(self.chain.tip(), TIP_BOUND)?),
            None => Ok(()),
        }
    }

    /// Kills a bitcoind and starts it again on the same data.
    pub(super) fn node_step(&mut self, step: NodeStep) -> Result<(), StepError> {
        let (NodeStep::Restart(name) | NodeStep::Reindex(name)) = step;
        if !matches!(name, NodeName::Main) {
            return Err(StepError::new(
                "no-such-node",
                "only the main bitcoind can be restarted",
            ));
        }
        match step {
            NodeStep::Restart(_) => self.main.restart_in_place(&[])?,
            NodeStep::Reindex(_) => self.main.restart_in_place(&["-reindex"])?,
        }
        self.main.set_mock_time(self.chain.tip_time())?;
        self.main.wait_tip(self.chain.tip(), TIP_BOUND)?;
        match &self.follower {
            Some(follower) => Ok(follower.connect_to(&self.main)?),
            None => Ok(()),
        }
    }
}

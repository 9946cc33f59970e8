//! Steps that hand raw bytes to a bitcoind: to its mempool, or inside a block.

use bitcoin::consensus::encode::serialize_hex;
use leyden_bitcoind::{BLOCK_INTERVAL, BlockContents};
use leyden_scenario::{NodeName, Submit, Via};

use super::failure::StepError;
use super::world::World;

impl World<'_> {
    /// Relay asks for policy, block for consensus.
    pub(super) fn submit(&mut self, submit: &Submit) -> Result<(), StepError> {
        for name in &submit.txs {
            self.allowed.insert(self.names.of(name));
        }
        for _ in 0..submit.times.max(1) {
            match submit.via {
                Via::Relay => self.relay(submit)?,
                Via::Block => self.block(submit)?,
            }
        }
        self.settle()
    }

    fn relay(&self, submit: &Submit) -> Result<(), StepError> {
        let node = self.node(submit.to)?;
        let txs = submit
            .txs
            .iter()
            .map(|name| self.transaction(name))
            .collect::<Result<Vec<_>, _>>()?;
        if submit.package {
            node.submit_package(&txs)?;
        } else {
            for tx in &txs {
                node.send_raw(tx)?;
            }
        }
        Ok(())
    }

    fn block(&mut self, submit: &Submit) -> Result<(), StepError> {
        let txs = submit
            .txs
            .iter()
            .map(|name| self.transaction(name))
            .collect::<Result<Vec<_>, _>>()?;
        let contents = BlockContents::of(txs);
        if self.node(submit.to)?.pid() == self.main.pid() {
            return self.mine_contents(contents);
        }
        self.propose(submit.to, contents)
    }

    /// Asks the follower for its verdict on a block without making it part of its chain (BIP 23).
    fn propose(&self, to: NodeName, contents: BlockContents) -> Result<(), StepError> {
        self.same_tip()?;
        // A second later than the main bitcoind's block, so that it is another block: it may know that one.
        let block = self.chain.next_block(BlockContents {
            time: Some(
                self.chain
                    .tip_time()
                    .saturating_add(BLOCK_INTERVAL)
                    .saturating_add(1),
            ),
            ..contents
        });
        let request = serde_json::json!({ "mode": "proposal", "data": serialize_hex(&block), "rules": ["segwit"] });
        let verdict: Option<String> = self.node(to)?.rpc().call("getblocktemplate", &[request])?;
        match verdict {
            None => Ok(()),
            Some(reason) => Err(StepError::new(
                reason.clone(),
                format!("the {to} bitcoind refused the block: {reason}"),
            )),
        }
    }
}

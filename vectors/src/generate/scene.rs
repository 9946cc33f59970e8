//! A chain on which transactions of vectors live. It is built without a node, and always the same.

use std::collections::BTreeSet;
use std::sync::Arc;

use bitcoin::{Block, FeeRate, OutPoint, Transaction, TxOut, Txid};
use leyden_bitcoind::{BlockContents, Chain, MinerError};

/// What bitcoinds are asked for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The vector's whole name.
    pub(crate) vector: String,
    /// Unconfirmed ones, in one package and one block with it.
    pub(crate) parents: Vec<Transaction>,
    pub(crate) tx: Transaction,
}

/// What happens, in order.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// A block is mined: both bitcoinds must take it.
    Mined(Arc<Block>),
    /// Both are asked, and nothing changes in the chain.
    Asked(Box<Asked>),
}

/// The prepared chain and what follows on it.
pub(crate) struct Scene {
    pub(crate) name: String,
    chain: Chain,
    pub(crate) events: Vec<Event>,
}

impl Scene {
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            chain: Chain::prepared(),
            events: Vec::new(),
        }
    }

    pub(crate) fn height(&self) -> u32 {
        self.chain.height()
    }

    /// Where a transaction is; 0 if nowhere.
    pub(crate) fn height_of(&self, txid: Txid) -> u32 {
        self.chain.find(txid).unwrap_or(0)
    }

    pub(crate) fn mine(&mut self, transactions: Vec<Transaction>) {
        let block = self.chain.next_block(BlockContents::of(transactions));
        let block = self.chain.adopt(block);
        self.events.push(Event::Mined(block));
    }

    /// Mines empty blocks until the tip has this height.
    pub(crate) fn mine_until(&mut self, height: u32) {
        while self.height() < height {
            self.mine(Vec::new());
        }
    }

    /// Mines until the locks of the transaction are over, and then it.
    pub(crate) fn mine_when_due(&mut self, tx: Transaction) {
        self.wait_until_due(&tx);
        self.mine(vec![tx]);
    }

    /// Mines until the next block may have the transaction.
    pub(crate) fn wait_until_due(&mut self, tx: &Transaction) {
        let lock = tx.lock_time.to_consensus_u32();
        if tx.lock_time.is_block_height() {
            self.mine_until(lock);
        }
        for input in &tx.input {
            let sequence = input.sequence.0;
            if tx.version.0 >= 2 && sequence >> 31 == 0 {
                let coin = self.height_of(input.previous_output.txid);
                let due = coin.saturating_add(sequence & 0xffff);
                self.mine_until(due.saturating_sub(1));
            }
        }
    }

    /// The miner pays these outputs, in a block of their own: 0 is the first of them.
    pub(crate) fn pay(&mut self, outputs: Vec<TxOut>) -> Result<Txid, MinerError> {
        let tx = self.chain.pay(outputs, FeeRate::from_sat_per_kwu(500))?;
        let txid = tx.compute_txid();
        self.mine(vec![tx]);
        Ok(txid)
    }

    pub(crate) fn ask(&mut self, asked: Asked) {
        self.events.push(Event::Asked(Box::new(asked)));
    }

    /// The outpoints that mined transactions spend: a check that no two spend the same.
    pub(crate) fn is_consistent(&self) -> bool {
        let mut spent: BTreeSet<OutPoint> = BTreeSet::new();
        self.events
            .iter()
            .filter_map(|event| match event {
                Event::Mined(block) => Some(block),
                Event::Asked(_) => None,
            })
            .flat_map(|block| block.txdata.iter().skip(1))
            .flat_map(|tx| &tx.input)
            .all(|input| spent.insert(input.previous_output))
    }
}

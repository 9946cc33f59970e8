//! Collects the transactions of a running scenario.

mod finish;

use std::collections::{BTreeMap, BTreeSet};

use bitcoin::{OutPoint, Transaction, TxOut, Txid, Wtxid};

use crate::model::{ChainChange, Stage};
use crate::name::{NameError, TxName};

/// No scenario has more transactions than this; one that does is out of hand.
const MAX_TRANSACTIONS: usize = 20_000;

/// Where the harness saw a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sighting {
    /// In a mempool.
    Mempool,
    /// In a block of the active chain.
    Block {
        /// The block's height from genesis.
        height: u32,
    },
}

/// Why the recorder cannot take or give something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// The name is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The transaction has another name already.
    #[error("transaction {txid} is {known}, but now it is called {given}")]
    NameConflict {
        /// The transaction.
        txid: Txid,
        /// Its name so far.
        known: TxName,
        /// Its new name.
        given: TxName,
    },
    /// A version of a name that no transaction has.
    #[error("transaction {txid} cannot be a version of {given}: there is no {given}")]
    UnknownName {
        /// The transaction.
        txid: Txid,
        /// The name.
        given: TxName,
    },
    /// Transactions without a name.
    #[error("transactions that no step expects: {}", .txids.iter().map(Txid::to_string).collect::<Vec<_>>().join(", "))]
    Unnamed {
        /// Which.
        txids: Vec<Txid>,
    },
    /// Too many transactions.
    #[error("more than {MAX_TRANSACTIONS} transactions in one scenario")]
    TooMany,
}

/// How transactions that appear in one step are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Held,
    Mempool,
    Block,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Appearance {
    step: u32,
    phase: Phase,
    /// The order of the calls; 0 for mempools, whose order means nothing.
    serial: usize,
}

#[derive(Clone, Debug)]
struct Record {
    tx: Transaction,
    txid: Txid,
    appeared: Appearance,
    held_by: BTreeSet<String>,
    was_confirmed: bool,
    confirmed_at: Option<u32>,
}

impl Record {
    fn stage(&self) -> Stage {
        match (self.held_by.is_empty(), self.was_confirmed) {
            (false, _) => Stage::Held,
            (true, true) => Stage::Chain,
            (true, false) => Stage::Mempool,
        }
    }
}

#[derive(Clone, Debug)]
struct Event {
    step: u32,
    height: u32,
    change: ChainChange,
    wtxid: Wtxid,
}

/// Collects what actors hold and what mempools and blocks show.
///
/// Everything belongs to the step last given to [`Recorder::step`]. Saying the same thing again
/// changes nothing. Coinbases are no part of a scenario: leave them out.
#[derive(Clone, Debug)]
pub struct Recorder {
    start_height: u32,
    step: u32,
    records: BTreeMap<Wtxid, Record>,
    names: BTreeMap<Txid, TxName>,
    prevouts: BTreeMap<OutPoint, TxOut>,
    events: Vec<Event>,
}

impl Recorder {
    /// Begins at the chain height from which the file counts.
    #[must_use]
    pub const fn new(start_height: u32) -> Self {
        Self {
            start_height,
            step: 0,
            records: BTreeMap::new(),
            names: BTreeMap::new(),
            prevouts: BTreeMap::new(),
            events: Vec::new(),
        }
    }

    /// Step `index`, from 0, begins.
    pub const fn step(&mut self, index: u32) {
        self.step = index;
    }

    /// `actor` says that it holds `tx`, complete, under this name.
    ///
    /// # Errors
    /// [`RecordError::NameConflict`] if another name is known for it: one of the two sayings is wrong.
    pub fn held(&mut self, name: &str, actor: &str, tx: &Transaction) -> Result<(), RecordError> {
        self.name(tx.compute_txid(), name)?;
        let record = self.record(tx, Phase::Held)?;
        record.held_by.insert(actor.to_owned());
        Ok(())
    }

    /// The harness saw `tx` itself.
    ///
    /// # Errors
    /// [`RecordError::TooMany`].
    pub fn seen(&mut self, tx: &Transaction, sighting: Sighting) -> Result<(), RecordError> {
        match sighting {
            Sighting::Mempool => self.record(tx, Phase::Mempool).map(drop),
            Sighting::Block { height } => self.confirmed(tx, height),
        }
    }

    fn confirmed(&mut self, tx: &Transaction, height: u32) -> Result<(), RecordError> {
        let step = self.step;
        let record = self.record(tx, Phase::Block)?;
        if record.confirmed_at == Some(height) {
            return Ok(());
        }
        record.was_confirmed = true;
        record.confirmed_at = Some(height);
        self.events.push(Event {
            step,
            height,
            change: ChainChange::Confirmed,
            wtxid: tx.compute_wtxid(),
        });
        Ok(())
    }

    /// The blocks from `height` up left the active chain.
    pub fn disconnected(&mut self, height: u32) {
        let confirmed: Vec<Wtxid> = self.events.iter().rev().map(|event| event.wtxid).collect();
        for wtxid in confirmed {
            let Some(record) = self.records.get_mut(&wtxid) else {
                continue;
            };
            if let Some(at) = record.confirmed_at.filter(|at| *at >= height) {
                record.confirmed_at = None;
                self.events.push(Event {
                    step: self.step,
                    height: at,
                    change: ChainChange::Disconnected,
                    wtxid,
                });
            }
        }
    }

    /// Names a transaction, recorded or not yet.
    ///
    /// # Errors
    /// [`RecordError::Name`], [`RecordError::NameConflict`].
    pub fn name(&mut self, txid: Txid, name: &str) -> Result<(), RecordError> {
        let given = TxName::parse(name)?;
        match self.names.get(&txid) {
            Some(known) if *known != given => Err(RecordError::NameConflict {
                txid,
                known: known.clone(),
                given,
            }),
            Some(_) => Ok(()),
            None => {
                self.names.insert(txid, given);
                Ok(())
            }
        }
    }

    /// Says that a transaction is one more version of a name: with a fee, replaced, malleated.
    ///
    /// # Errors
    /// [`RecordError::UnknownName`] if nothing has the name; else as [`Recorder::name`].
    pub fn alias(&mut self, txid: Txid, name: &str) -> Result<(), RecordError> {
        let given = TxName::parse(name)?;
        if !self.names.values().any(|known| *known == given) {
            return Err(RecordError::UnknownName { txid, given });
        }
        self.name(txid, name)
    }

    /// The name of a transaction.
    #[must_use]
    pub fn name_of(&self, txid: Txid) -> Option<&TxName> {
        self.names.get(&txid)
    }

    /// An output that no recorded transaction shows, so that fees are known.
    pub fn prevout(&mut self, outpoint: OutPoint, output: TxOut) {
        self.prevouts.insert(outpoint, output);
    }

    /// Those of `txids` that have no name, in the order given.
    pub fn unnamed(&self, txids: impl IntoIterator<Item = Txid>) -> Vec<Txid> {
        txids
            .into_iter()
            .filter(|txid| !self.names.contains_key(txid))
            .collect()
    }

    fn record(&mut self, tx: &Transaction, phase: Phase) -> Result<&mut Record, RecordError> {
        let wtxid = tx.compute_wtxid();
        let count = self.records.len();
        let is_new = !self.records.contains_key(&wtxid);
        if is_new && count >= MAX_TRANSACTIONS {
            return Err(RecordError::TooMany);
        }
        let txid = tx.compute_txid();
        if is_new {
            for (vout, output) in (0..).zip(&tx.output) {
                self.prevouts
                    .insert(OutPoint { txid, vout }, output.clone());
            }
        }
        let appeared = Appearance {
            step: self.step,
            phase,
            serial: if phase == Phase::Mempool { 0 } else { count },
        };
        Ok(self.records.entry(wtxid).or_insert_with(|| Record {
            tx: tx.clone(),
            txid,
            appeared,
            held_by: BTreeSet::new(),
            was_confirmed: false,
            confirmed_at: None,
        }))
    }
}

//! From what was recorded to the golden file: order, ids, words.

use std::collections::{BTreeMap, BTreeSet};

use bitcoin::{Txid, Wtxid};

use super::{Event, Phase, Record, RecordError, Recorder};
use crate::explain::describe;
use crate::model::{ChainEvent, FORMAT, GoldenFile, GoldenTx, Stage};
use crate::name::TxName;

impl Recorder {
    /// The recording so far.
    ///
    /// # Errors
    /// [`RecordError::Unnamed`] if a recorded transaction has no name.
    pub fn finish(&self, scenario: &str, cell: &str) -> Result<GoldenFile, RecordError> {
        let unnamed: BTreeSet<Txid> = self
            .unnamed(self.records.values().map(|r| r.txid))
            .into_iter()
            .collect();
        if !unnamed.is_empty() {
            let txids = unnamed.into_iter().collect();
            return Err(RecordError::Unnamed { txids });
        }
        let order = self.ordered();
        let ids = self.ids(&order);
        let id_of = |wtxid: &Wtxid| ids.get(wtxid).cloned().unwrap_or_default();
        let is_off_chain = |wtxid: &&Wtxid| {
            self.records
                .get(*wtxid)
                .is_some_and(|r| r.confirmed_at.is_none())
        };
        Ok(GoldenFile {
            format: FORMAT,
            scenario: scenario.to_owned(),
            cell: cell.to_owned(),
            transactions: order
                .iter()
                .filter_map(|wtxid| self.golden_tx(wtxid, id_of(wtxid)))
                .collect(),
            chain: self
                .events
                .iter()
                .map(|event| self.chain_event(event, id_of(&event.wtxid)))
                .collect(),
            off_chain: order.iter().filter(is_off_chain).map(id_of).collect(),
        })
    }

    /// By first appearance; in one mempool, parents first, then by name and txid.
    fn ordered(&self) -> Vec<Wtxid> {
        let mut order: Vec<_> = self
            .records
            .iter()
            .map(|(wtxid, record)| {
                (
                    record.appeared,
                    self.depth(record),
                    self.names.get(&record.txid),
                    record.txid,
                    *wtxid,
                )
            })
            .collect();
        order.sort();
        order.into_iter().map(|(.., wtxid)| wtxid).collect()
    }

    /// How many generations of parents appeared in the same mempool at the same time.
    fn depth(&self, record: &Record) -> usize {
        if record.appeared.phase != Phase::Mempool {
            return 0;
        }
        let mut generation = vec![record];
        let mut depth: usize = 0;
        loop {
            let spent: BTreeSet<Txid> = generation
                .iter()
                .flat_map(|r| r.tx.input.iter().map(|input| input.previous_output.txid))
                .collect();
            generation = self
                .records
                .values()
                .filter(|r| r.appeared == record.appeared && spent.contains(&r.txid))
                .collect();
            if generation.is_empty() {
                return depth;
            }
            depth = depth.saturating_add(1);
        }
    }

    fn ids(&self, order: &[Wtxid]) -> BTreeMap<Wtxid, String> {
        let mut counts: BTreeMap<(&TxName, Stage), usize> = BTreeMap::new();
        let mut ids = BTreeMap::new();
        for wtxid in order {
            let Some(record) = self.records.get(wtxid) else {
                continue;
            };
            let Some(name) = self.names.get(&record.txid) else {
                continue;
            };
            let stage = record.stage();
            let count = counts.entry((name, stage)).or_default();
            *count = count.saturating_add(1);
            let id = match (stage, *count) {
                (Stage::Held, 1) => name.to_string(),
                (_, 1) => format!("{name}@{}", stage.word()),
                (_, nth) => format!("{name}@{}.{nth}", stage.word()),
            };
            ids.insert(*wtxid, id);
        }
        ids
    }

    fn golden_tx(&self, wtxid: &Wtxid, id: String) -> Option<GoldenTx> {
        let record = self.records.get(wtxid)?;
        let name_of = |txid: Txid| self.names.get(&txid).map(TxName::to_string);
        let described = describe(&record.tx, &self.prevouts, &name_of);
        Some(GoldenTx {
            id,
            name: name_of(record.txid)?,
            stage: record.stage(),
            held_by: record.held_by.iter().cloned().collect(),
            txid: record.txid.to_string(),
            wtxid: wtxid.to_string(),
            version: described.version,
            lock_time: described.lock_time,
            weight_wu: described.weight_wu,
            fee_sat: described.fee_sat,
            inputs: described.inputs,
            outputs: described.outputs,
            raw: bitcoin::consensus::encode::serialize_hex(&record.tx),
        })
    }

    fn chain_event(&self, event: &Event, tx: String) -> ChainEvent {
        ChainEvent {
            step: event.step,
            height: i64::from(event.height).saturating_sub(i64::from(self.start_height)),
            event: event.change,
            tx,
        }
    }
}

//! After every step the harness looks at the whole mempool and at every new block itself, names what
//! it finds, and compares what the actors hold with the golden file.

use std::collections::BTreeSet;

use bitcoin::Transaction;
use leyden_golden::{GoldenFile, Sighting, Stage, compare, render};

use leyden_scenario::TxName;

use super::failure::StepError;
use super::world::World;

impl World<'_> {
    /// What a transaction is called: by the harness that made it, or by the actor whose channel it is of.
    pub(super) fn name_for(&self, tx: &Transaction) -> Option<String> {
        let txid = tx.compute_txid();
        if let Some(name) = self.names.name_of(txid) {
            return Some(name.to_owned());
        }
        let by_actor = self.actors.values().find_map(|actor| actor.label_of(tx));
        let by_figure = || {
            let found = self
                .figures
                .iter()
                .find_map(|(channel, figures)| Some((channel, figures.label_of(tx)?)));
            found.map(|(channel, label)| (channel.clone(), label))
        };
        let (channel, label) = by_actor.or_else(by_figure)?;
        Some(self.names.of_label(&channel, label))
    }

    /// Whether a transaction is what a step names: a captured one by its bytes, any version of a label.
    pub(super) fn is(&self, wanted: &TxName, tx: &Transaction) -> bool {
        match wanted {
            TxName::Captured(capture) => self
                .names
                .captured(capture)
                .is_some_and(|captured| captured.compute_txid() == tx.compute_txid()),
            TxName::Label { .. } => self.name_for(tx) == Some(self.names.of(wanted)),
        }
    }

    /// Looks at everything that is new.
    pub(super) fn sweep(&mut self) -> Result<(), StepError> {
        self.record_holdings()?;
        let mempool: Vec<Transaction> = self
            .main
            .mempool()?
            .iter()
            .map(|entry| (*entry.tx).clone())
            .collect();
        for tx in &mempool {
            self.saw(tx, Sighting::Mempool)?;
        }
        for (height, txs) in std::mem::take(&mut self.unswept) {
            for tx in &txs {
                self.saw(tx, Sighting::Block { height })?;
            }
        }
        self.compare_held()
    }

    fn saw(&mut self, tx: &Transaction, sighting: Sighting) -> Result<(), StepError> {
        let txid = tx.compute_txid();
        let Some(name) = self.name_for(tx) else {
            let detail = format!("transaction {txid} appeared, and no actor and no step knows it");
            return Err(StepError::new("unknown-transaction", detail));
        };
        if !self.is_expected(&name) {
            let detail = format!(
                "{name} ({txid}) appeared; neither the golden file nor this step allows it"
            );
            return Err(StepError::new("unexpected-transaction", detail));
        }
        self.names.saw(tx, &name);
        for input in &tx.input {
            if let Some(output) = self.names.output(&input.previous_output) {
                self.recorder.prevout(input.previous_output, output.clone());
            }
        }
        self.record_name(tx, &name)?;
        self.recorder
            .seen(tx, sighting)
            .map_err(|error| recording(&error))
    }

    fn is_expected(&self, name: &str) -> bool {
        let Some(golden) = &self.golden else {
            return true;
        };
        let family = |name: &str| name.split('/').next().unwrap_or_default().to_owned();
        let on_chain = |id: &str| golden.chain.iter().any(|event| event.tx == id);
        golden
            .transactions
            .iter()
            .any(|tx| tx.name == name && (tx.stage != Stage::Held || on_chain(&tx.id)))
            || self.allowed.contains(name)
            || self.allowed.contains(&family(name))
    }

    /// Writes down what every actor says it could put on chain.
    pub(super) fn record_holdings(&mut self) -> Result<(), StepError> {
        let actors: Vec<_> = self.actors.keys().cloned().collect();
        for actor in actors {
            for (name, tx) in self.holdings(&actor) {
                self.record_name(&tx, &name)?;
                self.names.give(&tx, &name);
                let held = self.recorder.held(&name, actor.as_str(), &tx);
                held.map_err(|error| recording(&error))?;
            }
        }
        Ok(())
    }

    fn record_name(&mut self, tx: &Transaction, name: &str) -> Result<(), StepError> {
        let named = self.recorder.name(tx.compute_txid(), name);
        named.map_err(|error| recording(&error))
    }

    /// A held transaction that differs from the golden file fails the step that built it.
    fn compare_held(&self) -> Result<(), StepError> {
        let Some(golden) = &self.golden else {
            return Ok(());
        };
        let actual = self.transcript()?;
        let held = |file: &GoldenFile, known: &BTreeSet<String>| GoldenFile {
            transactions: file
                .transactions
                .iter()
                .filter(|tx| tx.stage == Stage::Held && known.contains(&tx.id))
                .cloned()
                .collect(),
            chain: Vec::new(),
            off_chain: Vec::new(),
            ..file.clone()
        };
        let ids = |file: &GoldenFile| -> BTreeSet<String> {
            file.transactions.iter().map(|tx| tx.id.clone()).collect()
        };
        let known: BTreeSet<String> = ids(golden).intersection(&ids(&actual)).cloned().collect();
        let differences = compare(&held(golden, &known), &held(&actual, &known));
        if differences.is_empty() {
            return Ok(());
        }
        Err(StepError::new("golden", render(&differences)))
    }

    /// Everything so far, as a golden file would show it.
    pub(super) fn transcript(&self) -> Result<GoldenFile, StepError> {
        let finished = self.recorder.finish(
            &self.cell.scenario.name,
            &super::golden::golden_cell(self.cell),
        );
        finished.map_err(|error| recording(&error))
    }
}

fn recording(error: &dyn std::fmt::Display) -> StepError {
    StepError::new("recording", error.to_string())
}

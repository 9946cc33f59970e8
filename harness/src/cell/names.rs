//! What every transaction of a cell is called, and by whom.

use std::collections::BTreeMap;

use bitcoin::{Amount, OutPoint, Transaction, TxOut, Txid};
use leyden_labels::Label;
use leyden_scenario::{CaptureName, ChannelName, OutputRef, TxName};

use super::failure::StepError;

/// Every transaction seen or made, with its name.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Whether the scenario has but one channel, whose labels then stand alone.
    single_channel: bool,
    by_txid: BTreeMap<Txid, String>,
    captured: BTreeMap<CaptureName, Transaction>,
    /// The newest transaction of each name that was in a mempool or a block.
    seen: BTreeMap<String, Transaction>,
    outputs: BTreeMap<OutPoint, TxOut>,
}

impl Names {
    pub(super) fn new(single_channel: bool) -> Self {
        Self {
            single_channel,
            ..Self::default()
        }
    }

    /// `C1b`, or `ab/C1b` where there are several channels.
    pub(super) fn of_label(&self, channel: &ChannelName, label: Label) -> String {
        if self.single_channel {
            label.to_string()
        } else {
            format!("{channel}/{label}")
        }
    }

    pub(super) fn of(&self, name: &TxName) -> String {
        match name {
            TxName::Label { channel, label } => self.of_label(channel, *label),
            TxName::Captured(name) => name.to_string(),
        }
    }

    /// The harness made or was told of this transaction; a name given once stays.
    pub(super) fn give(&mut self, tx: &Transaction, name: &str) {
        let txid = tx.compute_txid();
        self.by_txid.entry(txid).or_insert_with(|| name.to_owned());
        self.learn_outputs(tx);
    }

    pub(super) fn capture(&mut self, name: &CaptureName, tx: Transaction) {
        self.give(&tx, name.as_str());
        self.captured.insert(name.clone(), tx);
    }

    pub(super) fn captured(&self, name: &CaptureName) -> Option<&Transaction> {
        self.captured.get(name)
    }

    pub(super) fn name_of(&self, txid: Txid) -> Option<&str> {
        self.by_txid.get(&txid).map(String::as_str)
    }

    pub(super) fn saw(&mut self, tx: &Transaction, name: &str) {
        self.learn_outputs(tx);
        self.seen.insert(name.to_owned(), tx.clone());
    }

    pub(super) fn seen(&self, name: &str) -> Option<&Transaction> {
        self.seen.get(name)
    }

    /// An output by outpoint, if any transaction that showed it is known.
    pub(super) fn output(&self, outpoint: &OutPoint) -> Option<&TxOut> {
        self.outputs.get(outpoint)
    }

    pub(super) fn learn_output(&mut self, outpoint: OutPoint, output: TxOut) {
        self.outputs.insert(outpoint, output);
    }

    fn learn_outputs(&mut self, tx: &Transaction) {
        let txid = tx.compute_txid();
        for (vout, output) in (0..).zip(&tx.output) {
            self.outputs
                .insert(OutPoint::new(txid, vout), output.clone());
        }
    }

    /// What the inputs bring and the outputs leave, where every input is known.
    pub(super) fn fee(&self, tx: &Transaction) -> Option<Amount> {
        let mut brought = Amount::ZERO;
        for input in &tx.input {
            brought = brought.checked_add(self.output(&input.previous_output)?.value)?;
        }
        let left = tx
            .output
            .iter()
            .try_fold(Amount::ZERO, |sum, output| sum.checked_add(output.value))?;
        brought.checked_sub(left)
    }
}

/// A name that stands for nothing yet.
pub(super) fn unknown(name: &str, why: &str) -> StepError {
    StepError::new("not-held", format!("{name}: {why}"))
}

/// An output that a transaction does not have.
pub(super) fn no_output(output: &OutputRef) -> StepError {
    StepError::new(
        "no-such-output",
        format!("{output}: the transaction has no such output"),
    )
}

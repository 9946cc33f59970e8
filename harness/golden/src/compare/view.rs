//! A golden file, decoded and indexed.

use std::collections::BTreeMap;

use bitcoin::hashes::{Hash as _, sha256};
use bitcoin::{OutPoint, Script, ScriptBuf, Transaction, TxIn, TxOut, Txid};

use crate::difference::{Difference, Place};
use crate::explain::{Role, output_kind, tx_lock_time_meaning, witness_roles};
use crate::model::{GoldenFile, GoldenTx};

/// One transaction of a file.
#[derive(Debug)]
pub(super) struct Seen<'a> {
    pub(super) golden: &'a GoldenTx,
    /// None if `raw` cannot be read.
    pub(super) tx: Option<Transaction>,
}

impl Seen<'_> {
    pub(super) fn lock_time_words(&self) -> String {
        self.tx.as_ref().map_or_else(String::new, |tx| {
            format!(
                "{} ({})",
                tx_lock_time_meaning(tx),
                tx.lock_time.to_consensus_u32()
            )
        })
    }
}

/// A file with what its transactions show of each other.
#[derive(Debug)]
pub(super) struct View<'a> {
    pub(super) seen: Vec<Seen<'a>>,
    transactions: BTreeMap<Txid, &'a GoldenTx>,
    outputs: BTreeMap<OutPoint, TxOut>,
    /// Witness scripts by their hash.
    scripts: BTreeMap<[u8; 32], ScriptBuf>,
}

impl<'a> View<'a> {
    pub(super) fn new(file: &'a GoldenFile, unreadable: &mut Vec<Difference>) -> Self {
        let mut view = Self {
            seen: Vec::new(),
            transactions: BTreeMap::new(),
            outputs: BTreeMap::new(),
            scripts: BTreeMap::new(),
        };
        for golden in &file.transactions {
            let decoded = golden.decoded();
            if let Err(error) = &decoded {
                unreadable.push(Difference {
                    tx: golden.id.clone(),
                    place: Place::Raw,
                    expected: format!("transaction {}", golden.txid),
                    found: error.to_string(),
                    follows: false,
                });
            }
            let tx = decoded.ok();
            if let Some(tx) = &tx {
                view.index_outputs(golden, tx);
            }
            view.seen.push(Seen { golden, tx });
        }
        view.scripts = view.revealed_scripts();
        view
    }

    fn index_outputs(&mut self, golden: &'a GoldenTx, tx: &Transaction) {
        let txid = tx.compute_txid();
        self.transactions.entry(txid).or_insert(golden);
        for (vout, output) in (0..).zip(&tx.output) {
            self.outputs.insert(OutPoint { txid, vout }, output.clone());
        }
    }

    fn revealed_scripts(&self) -> BTreeMap<[u8; 32], ScriptBuf> {
        let inputs = self
            .seen
            .iter()
            .filter_map(|seen| seen.tx.as_ref())
            .flat_map(|tx| &tx.input);
        inputs
            .filter_map(|input| self.witness_script(input))
            .map(|script| {
                (
                    sha256::Hash::hash(script.as_bytes()).to_byte_array(),
                    script.to_owned(),
                )
            })
            .collect()
    }

    /// The output that an input spends, if its transaction is in the file.
    pub(super) fn spent(&self, input: &TxIn) -> Option<&TxOut> {
        self.outputs.get(&input.previous_output)
    }

    /// The script of [`View::spent`].
    pub(super) fn spent_script(&self, input: &TxIn) -> Option<&Script> {
        self.spent(input)
            .map(|output| output.script_pubkey.as_script())
    }

    /// The witness script that an input shows.
    pub(super) fn witness_script<'i>(&self, input: &'i TxIn) -> Option<&'i Script> {
        let roles = witness_roles(&input.witness, self.spent_script(input));
        let shown = roles.last() == Some(&Role::WitnessScript);
        input
            .witness
            .last()
            .filter(|_| shown)
            .map(Script::from_bytes)
    }

    /// The script whose hash an output is, if some spender shows it.
    pub(super) fn hidden_script(&self, output: &Script) -> Option<&Script> {
        if !output_kind(output).hides_script() {
            return None;
        }
        let program: [u8; 32] = output.as_bytes().get(2..)?.try_into().ok()?;
        self.scripts.get(&program).map(ScriptBuf::as_script)
    }

    /// `F:0`, or the outpoint if its transaction is not in the file.
    pub(super) fn outpoint_words(&self, outpoint: OutPoint) -> String {
        match self.transactions.get(&outpoint.txid) {
            Some(golden) => format!("{}:{}", golden.name, outpoint.vout),
            None => outpoint.to_string(),
        }
    }

    /// The id of the transaction that an outpoint belongs to, if it is in the file.
    pub(super) fn id_of(&self, outpoint: OutPoint) -> Option<&str> {
        self.transactions
            .get(&outpoint.txid)
            .map(|golden| golden.id.as_str())
    }
}

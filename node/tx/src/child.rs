//! What all children of a commitment have in common: one output goes to one output.
//!
//! They are signed SINGLE|ANYONECANPAY (and NOINPUT in dialect `noinput`): input 0 and output 0 are
//! fixed, whoever broadcasts adds inputs and outputs behind them to pay the fee.

use bitcoin::absolute::LockTime;
use bitcoin::{OutPoint, ScriptBuf, Sequence, Transaction, TxIn, TxOut, Weight, Witness};
use leyden_labels::Label;

use crate::commitment::TRUC;
use crate::fee::{InputShape, transaction_weight};
use crate::sighash::{DigestRules, SpentInput};
use crate::{BuildError, Commitment, LabelledTx};

/// A child without its witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsignedChild {
    /// What the paper calls it.
    pub label: Label,
    /// One input, one output of the same amount.
    pub tx: Transaction,
    /// The output that it spends.
    pub spent: TxOut,
    /// The script that is signed: the witness script, or `DUP HASH160 …` for a delivery.
    pub script_code: ScriptBuf,
    /// What its witness weighs at most.
    pub shape: InputShape,
}

/// A child with its witness. It pays no fee yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Child {
    /// What the paper calls it.
    pub label: Label,
    /// One input, one output of the same amount. Inputs and outputs may be added behind them.
    pub tx: Transaction,
    /// The output that it spends.
    pub spent: TxOut,
    /// What its witness weighs at most.
    pub shape: InputShape,
}

impl Child {
    /// The output of the commitment that it spends.
    #[must_use]
    pub fn parent(&self) -> OutPoint {
        self.tx
            .input
            .first()
            .map_or_else(OutPoint::null, |input| input.previous_output)
    }

    /// The weight with the longest signatures, before a fee is attached.
    #[must_use]
    pub fn worst_weight(&self) -> Weight {
        transaction_weight(&[self.shape], &self.tx.output)
    }

    /// The transaction under its label.
    #[must_use]
    pub fn labelled(&self) -> LabelledTx {
        LabelledTx {
            label: self.label,
            tx: self.tx.clone(),
        }
    }
}

/// How a child spends its output.
pub(crate) struct Spend {
    pub(crate) label: Label,
    pub(crate) vout: u32,
    pub(crate) lock_time: LockTime,
    pub(crate) sequence: Sequence,
    pub(crate) script_code: ScriptBuf,
    pub(crate) shape: InputShape,
    pub(crate) destination: ScriptBuf,
}

impl UnsignedChild {
    pub(crate) fn build(commitment: &Commitment, spend: Spend) -> Result<Self, BuildError> {
        let label = spend.label;
        let coin = commitment
            .output(spend.vout)
            .ok_or(BuildError::NoOutput { label })?;
        Ok(Self::of(commitment.outpoint(spend.vout), coin, spend))
    }

    /// The spend of any output.
    pub(crate) fn of(outpoint: OutPoint, coin: &TxOut, spend: Spend) -> Self {
        let tx = Transaction {
            version: TRUC,
            lock_time: spend.lock_time,
            input: vec![TxIn {
                previous_output: outpoint,
                script_sig: ScriptBuf::new(),
                sequence: spend.sequence,
                witness: Witness::new(),
            }],
            output: vec![TxOut {
                value: coin.value,
                script_pubkey: spend.destination,
            }],
        };
        Self {
            label: spend.label,
            tx,
            spent: coin.clone(),
            script_code: spend.script_code,
            shape: spend.shape,
        }
    }

    pub(crate) fn spent_input(&self, rules: DigestRules) -> SpentInput<'_> {
        SpentInput {
            rules,
            tx: &self.tx,
            index: 0,
            script_code: &self.script_code,
            amount: self.spent.value,
        }
    }

    pub(crate) fn complete(&self, tx: Transaction) -> Child {
        Child {
            label: self.label,
            tx,
            spent: self.spent.clone(),
            shape: self.shape,
        }
    }
}

#[cfg(test)]
#[path = "child_tests.rs"]
mod tests;

//! One version of F, while it is being signed.

use bitcoin::{OutPoint, Transaction};
use leyden_labels::{PerSide, Side};
use leyden_tx::{
    ChannelParams, FUNDING_VOUT, FundingContribution, build_funding, verify_funding_input,
};

use crate::command::SignedInput;
use crate::context::Context;
use crate::fault::{Fault, Invalid, Misuse};
use crate::message::{FundingSignatures, Message};
use crate::output::Output;

/// Why signatures on F were refused; who is to blame depends on whose they are.
pub(super) enum SignaturesError {
    Inputs,
    Signature { index: usize },
}

impl SignaturesError {
    pub(super) fn of_other(self) -> Fault {
        match self {
            Self::Inputs => Invalid::FundingInputs.into(),
            Self::Signature { index } => Invalid::FundingSignature { index }.into(),
        }
    }

    pub(super) fn of_own(self) -> Fault {
        match self {
            Self::Inputs => Misuse::FundingInputs.into(),
            Self::Signature { index } => Misuse::FundingSignature { index }.into(),
        }
    }
}

/// F unsigned, and the signatures so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) revision: u32,
    pub(crate) contributions: PerSide<FundingContribution>,
    unsigned: Transaction,
    signatures: PerSide<Option<Vec<SignedInput>>>,
}

impl Candidate {
    /// Builds F of checked coins.
    pub(super) fn build(
        params: &ChannelParams,
        revision: u32,
        contributions: PerSide<FundingContribution>,
    ) -> Result<Self, Fault> {
        Ok(Self {
            revision,
            unsigned: build_funding(params, &contributions)?,
            contributions,
            signatures: PerSide::default(),
        })
    }

    /// F's output, if no signature changes the txid.
    pub(super) fn outpoint(&self) -> OutPoint {
        OutPoint::new(self.unsigned.compute_txid(), FUNDING_VOUT)
    }

    pub(super) fn spends(&self) -> impl Iterator<Item = OutPoint> + Clone + '_ {
        self.unsigned
            .input
            .iter()
            .map(|input| input.previous_output)
    }

    pub(super) fn lacks(&self, side: Side) -> bool {
        self.signatures.get(side).is_none()
    }

    /// Whether `side` brings other coins than it brought to the F before.
    pub(super) fn replaces(&self, before: &FundingContribution, side: Side) -> bool {
        self.contributions.get(side) != before
    }

    /// Asks the driver to sign; a side without inputs has nothing to sign.
    pub(super) fn request(mut self, cx: &mut Context<'_>) -> Self {
        if self.indexes(cx.local()).is_empty() {
            self.sign(cx, Vec::new());
        }
        self.ask(cx);
        self
    }

    /// Asks the driver to sign, if it has not.
    pub(super) fn ask(&self, cx: &mut Context<'_>) {
        if self.lacks(cx.local()) {
            cx.outputs.push(Output::SignFunding {
                tx: self.unsigned.clone(),
                inputs: self.indexes(cx.local()),
            });
        }
    }

    /// Takes this side's signatures, which are checked, and sends them.
    pub(super) fn sign(&mut self, cx: &mut Context<'_>, inputs: Vec<SignedInput>) {
        cx.send(Message::FundingSignatures(FundingSignatures {
            revision: self.revision,
            inputs: inputs.clone(),
        }));
        self.take(cx.local(), inputs);
    }

    /// Takes checked signatures.
    pub(super) fn take(&mut self, side: Side, inputs: Vec<SignedInput>) {
        *self.signatures.get_mut(side) = Some(inputs);
    }

    /// Checks that there is one valid signature for each of `side`'s inputs, in order.
    pub(super) fn check(&self, side: Side, inputs: &[SignedInput]) -> Result<(), SignaturesError> {
        let given: Vec<usize> = inputs.iter().map(|input| input.index).collect();
        if given != self.indexes(side) {
            return Err(SignaturesError::Inputs);
        }
        for (input, spent) in inputs.iter().zip(&self.contributions.get(side).inputs) {
            let SignedInput {
                index,
                script_sig,
                witness,
            } = input;
            verify_funding_input(&self.unsigned, *index, spent, script_sig, witness)
                .map_err(|_| SignaturesError::Signature { index: *index })?;
        }
        Ok(())
    }

    /// F, once both sides have signed.
    pub(super) fn complete(&self) -> Option<Transaction> {
        let PerSide {
            a: Some(a),
            b: Some(b),
        } = &self.signatures
        else {
            return None;
        };
        let mut tx = self.unsigned.clone();
        for signed in a.iter().chain(b) {
            let input = tx.input.get_mut(signed.index)?;
            input.script_sig.clone_from(&signed.script_sig);
            input.witness.clone_from(&signed.witness);
        }
        Some(tx)
    }

    /// F's inputs are a's, then b's.
    fn indexes(&self, side: Side) -> Vec<usize> {
        let split = self.contributions.a.inputs.len();
        match side {
            Side::A => (0..split).collect(),
            Side::B => (split..self.unsigned.input.len()).collect(),
        }
    }
}

//! Commitments from their inputs.

use bitcoin::{Amount, OutPoint, Transaction, TxOut};
use leyden_labels::{PerSide, Side};
use leyden_tx::{
    Balances, Commitment, CommitmentSpec, DigestRules, HashType, Htlc, InputShape,
    build_blamed_commitment, build_commitment, build_shared_commitment, complete_commitment,
    funding_output, script_funding, sign_commitment, verify_commitment,
};

use super::ComputeError;
use super::channel::{Channel, keys_on};
use super::number::{locks, obscured, show_factor};
use super::spend::{Rules, Signer, Spend};
use crate::model::inputs::{Commitment as Inputs, Construction};
use crate::trace::Trace;

const NO_HOLDER: ComputeError =
    ComputeError::Inputs("shared commitments have no holder, others have");

/// A commitment, and what it is built from.
pub(crate) struct Parent<'a> {
    pub(crate) channel: &'a Channel,
    pub(crate) construction: Construction,
    pub(crate) number: u64,
    pub(crate) holder: Option<Side>,
    pub(crate) htlcs: Vec<Htlc>,
    pub(crate) built: Commitment,
    /// Of the revocable construction.
    pub(crate) spec: Option<CommitmentSpec>,
}

impl<'a> Parent<'a> {
    pub(crate) fn new(
        channel: &'a Channel,
        inputs: &Inputs,
        funding: OutPoint,
    ) -> Result<Self, ComputeError> {
        let params = &channel.params;
        let balances: Balances = inputs.balances_sat.map(Amount::from_sat);
        let htlcs = inputs
            .htlcs
            .iter()
            .map(|htlc| channel.htlc(htlc))
            .collect::<Result<Vec<_>, _>>()?;
        let number = inputs.number;
        let mut spec = None;
        let built = match (inputs.construction, inputs.holder) {
            (Construction::Revocable, Some(holder)) => {
                let secrets = channel.rsmc_secrets(number, holder)?;
                let made = CommitmentSpec {
                    number,
                    holder,
                    balances,
                    rsmc: PerSide::from_fn(|side| secrets.get(side).public()),
                    htlcs: htlcs.clone(),
                };
                let built = build_commitment(params, &made, funding)?;
                spec = Some(made);
                built
            }
            (Construction::Shared, None) => {
                build_shared_commitment(params, number, &balances, funding)?
            }
            (Construction::Blamed, Some(holder)) => {
                build_blamed_commitment(params, number, holder, &balances, &htlcs, funding)?
            }
            (Construction::Revocable | Construction::Blamed, None)
            | (Construction::Shared, Some(Side::A | Side::B)) => return Err(NO_HOLDER),
        };
        Ok(Self {
            channel,
            construction: inputs.construction,
            number,
            holder: inputs.holder,
            htlcs,
            built,
            spec,
        })
    }

    pub(crate) fn holder(&self) -> Result<Side, ComputeError> {
        self.holder.ok_or(NO_HOLDER)
    }

    pub(crate) fn htlc(&self, id: u64) -> Result<&Htlc, ComputeError> {
        let found = self.htlcs.iter().find(|htlc| htlc.number == id);
        found.ok_or(ComputeError::Inputs("the commitment has no such HTLC"))
    }

    pub(crate) fn htlc_vout(&self, id: u64) -> Result<u32, ComputeError> {
        let found = self.built.htlcs.iter().find(|htlc| htlc.number == id);
        let vout = found.map(|htlc| htlc.vout);
        vout.ok_or(ComputeError::Inputs("the commitment has no such HTLC"))
    }

    /// The other side signs first, the holder to broadcast it.
    pub(crate) fn complete(&self) -> Result<Transaction, ComputeError> {
        let params = &self.channel.params;
        let holder = self.holder.unwrap_or(Side::A);
        let first = self.channel.with_keys(holder.other(), |keys| {
            sign_commitment(params, &self.built, keys.funding())
        })?;
        let countersigned = verify_commitment(params, &self.built, holder.other(), &first)?;
        let complete = self.channel.with_keys(holder, |keys| {
            complete_commitment(params, &countersigned, keys.funding())
        })?;
        Ok(complete.tx)
    }

    pub(crate) fn spend(&self) -> Spend {
        spend_funding(self.channel, HashType::for_parent(self.channel.dialect()))
    }

    // --- showing ---

    pub(crate) fn show_keys(&self, trace: &mut Trace) -> Result<(), ComputeError> {
        self.channel.show_lasting_keys(trace);
        self.show_own_keys(trace)
    }

    /// Those that do not last.
    pub(crate) fn show_own_keys(&self, trace: &mut Trace) -> Result<(), ComputeError> {
        self.show_rsmc_keys(trace)?;
        let holder = self.holder.unwrap_or(Side::A);
        for htlc in &self.htlcs {
            let keys = keys_on(htlc, holder);
            self.channel.show_htlc_keys(trace, htlc.number, &keys)?;
        }
        Ok(())
    }

    pub(crate) fn show_rsmc_keys(&self, trace: &mut Trace) -> Result<(), ComputeError> {
        match (self.construction, self.holder) {
            (Construction::Revocable, Some(holder)) => {
                self.channel.show_rsmc_keys(trace, self.number, holder)
            }
            (Construction::Revocable | Construction::Shared | Construction::Blamed, _) => Ok(()),
        }
    }

    pub(crate) fn show_scripts(&self, trace: &mut Trace) {
        self.channel.show_funding_script(trace);
        if let Some(rsmc) = &self.built.rsmc {
            let script = &rsmc.witness_script;
            self.channel.show_script(trace, "script.rsmc", script);
        }
        for htlc in &self.built.htlcs {
            let name = format!("script.htlc.{}", htlc.number);
            self.channel.show_script(trace, &name, &htlc.witness_script);
        }
    }

    pub(crate) fn show(&self, trace: &mut Trace) {
        let tx = &self.built.tx;
        let (lock_time, sequence) = locks(tx);
        let obscured = obscured(lock_time, sequence);
        show_factor(trace, "commitment.", self.number, obscured);
        trace.int("commitment.lock_time", lock_time);
        trace.int("commitment.sequence", sequence);
        for (vout, output) in (0_u32..).zip(&tx.output) {
            let name = format!("commitment.output.{vout}");
            trace.text(&format!("{name}.role"), self.role(vout));
            show_output(trace, &name, output);
        }
        trace.unsigned("commitment.transaction", tx);
        trace.txid("commitment.txid", tx.compute_txid());
    }

    /// What an output is, and whose.
    fn role(&self, vout: u32) -> String {
        let built = &self.built;
        // Figures 1 and 2 pay a and b, figure 3 and later the holder and the other side.
        let own = self.holder.unwrap_or(Side::A);
        let other = if self.construction == Construction::Revocable {
            "delivery"
        } else {
            "plain"
        };
        if built.rsmc.as_ref().is_some_and(|out| out.vout == vout) {
            format!("rsmc {own}")
        } else if built.plain.is_some_and(|out| out.vout == vout) {
            format!("plain {own}")
        } else if built.delivery.is_some_and(|out| out.vout == vout) {
            format!("{other} {}", own.other())
        } else if let Some(htlc) = built.htlcs.iter().find(|out| out.vout == vout) {
            format!("htlc {}", htlc.number)
        } else if built.anchor_vout == vout {
            "anchor".to_owned()
        } else {
            "?".to_owned()
        }
    }
}

fn show_output(trace: &mut Trace, name: &str, output: &TxOut) {
    trace.int(&format!("{name}.amount_sat"), output.value.to_sat());
    let script = output.script_pubkey.as_bytes();
    trace.hex(&format!("{name}.script"), script);
}

/// Both sides spend `F:0`.
pub(crate) fn spend_funding(channel: &Channel, hash_type: HashType) -> Spend {
    let script_code = script_funding(&channel.params.funding);
    let shape = InputShape::multisig(script_code.len());
    let signers = Side::BOTH.map(|side| Signer {
        side,
        secret: channel.funding_secret(side),
        public_name: Some(format!("key.{side}.funding.public")),
    });
    Spend {
        spent: funding_output(&channel.params),
        rules: Rules::Script(DigestRules::of(channel.dialect())),
        script_code,
        hash_type,
        signers: signers.to_vec(),
        shape,
    }
}

//! `C{n}x`, the Commitment Transaction (§3.1.3 to §3.3).

pub(crate) mod number;
pub(crate) mod sign;

use bitcoin::absolute::LockTime;
use bitcoin::transaction::Version;
use bitcoin::{Amount, OutPoint, ScriptBuf, Sequence, Transaction, TxIn, TxOut, Witness};
use leyden_labels::{Kind, Label, PerSide, Side};

use crate::amounts::{at_least, total};
use crate::fee::{InputShape, UnconfirmedParent, transaction_weight};
use crate::scripts::delivery_to;
use crate::{
    Balances, BuildError, ChannelParams, RsmcPubkey, output_script, script_anchor, script_funding,
    script_rsmc,
};

use number::{Mark, funding_inputs};

/// The version of commitments and their children: topologically restricted until confirmation (BIP 431).
pub(crate) const TRUC: Version = Version(3);

/// What makes one commitment different from another of the same channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitmentSpec {
    /// n: 0 for the first.
    pub number: u64,
    /// x, who can broadcast it.
    pub holder: Side,
    /// Who owns what.
    pub balances: Balances,
    /// `P_aR` and `P_bR` of this commitment: the holder's from its own chain of keys, the other
    /// side's from its keys for the holder's commitments.
    pub rsmc: PerSide<RsmcPubkey>,
}

/// The revocable output: the holder's balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RsmcOutput {
    /// The output's index.
    pub vout: u32,
    /// The output's amount.
    pub value: Amount,
    /// The script that the output is the hash of; see [`script_rsmc`].
    pub witness_script: ScriptBuf,
}

/// An output that pays one side outright.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlainOutput {
    /// The output's index.
    pub vout: u32,
    /// The output's amount.
    pub value: Amount,
}

/// An unsigned commitment, and what its outputs are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commitment {
    /// `C{n}x`.
    pub label: Label,
    /// The transaction, without witness.
    pub tx: Transaction,
    /// The holder's balance, revocable; `None` if below dust.
    pub rsmc: Option<RsmcOutput>,
    /// The other side's balance; `None` if below dust.
    pub delivery: Option<PlainOutput>,
    /// The holder's balance, *not* revocable: figures 1 to 3 only.
    pub plain: Option<PlainOutput>,
    /// The anchor: the last output.
    pub anchor_vout: u32,
}

/// Builds the holder's commitment to its balance number n.
///
/// Paper: §3.3.2, `C1a`. Spends: `F:0`. nSequence and nLockTime: the number, obscured (§5).
/// Pays: 0: RSMC for the holder · 1: delivery to the other side · last: anchor, which holds the
/// amounts below dust (0 if there are none). Amounts are exact and the fee is zero: whoever
/// broadcasts it pays with a child of the anchor.
///
/// # Errors
/// [`BuildError::Balances`] if the balances are not the capacity, [`BuildError::Number`] above 48 bits.
pub fn build_commitment(
    params: &ChannelParams,
    spec: &CommitmentSpec,
    funding: OutPoint,
) -> Result<Commitment, BuildError> {
    let (holder, other) = (spec.holder, spec.holder.other());
    let witness_script = script_rsmc(
        params.dialect,
        &spec.rsmc,
        params.delivery.get(holder),
        params.delay,
    );
    let mut outputs = Outputs::new(params, &spec.balances)?;
    let script_pubkey = output_script(params.dialect, &witness_script);
    let rsmc = outputs.pay(*spec.balances.get(holder), script_pubkey);
    let delivery = outputs.pay(*spec.balances.get(other), delivery_to(params, other));
    let (output, anchor_vout) = outputs.finish()?;
    Ok(Commitment {
        label: Label::new(Kind::Commitment, spec.number, holder),
        tx: unsigned(params, Mark::Revocable, spec.number, funding, output)?,
        rsmc: rsmc.map(|PlainOutput { vout, value }| RsmcOutput {
            vout,
            value,
            witness_script,
        }),
        delivery,
        plain: None,
        anchor_vout,
    })
}

impl Commitment {
    /// This commitment as it was seen on the chain or in the mempool, if `seen` is it: the same
    /// version, lock time and outputs, and an input of `F` with the same sequence.
    ///
    /// In dialect `noinput` the outpoint of `F` may be another one, and anyone may have added
    /// inputs, so the txid may differ. Children are built from what this returns.
    #[must_use]
    pub fn on_chain(&self, params: &ChannelParams, seen: &Transaction) -> Option<Self> {
        let sequence = self.tx.input.first()?.sequence;
        let same = seen.version == self.tx.version
            && seen.lock_time == self.tx.lock_time
            && seen.output == self.tx.output
            && funding_inputs(params, seen).any(|input| input.sequence == sequence);
        same.then(|| Self {
            tx: seen.clone(),
            ..self.clone()
        })
    }

    /// What a child has to know of this commitment to pay for both.
    ///
    /// # Errors
    /// [`BuildError::NoOutput`] if the anchor is not there.
    pub fn unconfirmed_parent(&self) -> Result<UnconfirmedParent, BuildError> {
        let label = Label::new(
            Kind::FeeBump,
            self.label.number(),
            self.label.side().unwrap_or(Side::A),
        );
        let anchor = self.output(self.anchor_vout);
        let anchor = anchor.ok_or(BuildError::NoOutput { label })?;
        Ok(UnconfirmedParent {
            label,
            weight: self.worst_weight(),
            anchor: self.outpoint(self.anchor_vout),
            anchor_value: anchor.value,
        })
    }

    /// The weight once it is complete, with the longest signatures.
    fn worst_weight(&self) -> bitcoin::Weight {
        let shape = InputShape::multisig(FUNDING_SCRIPT_LEN);
        let built = transaction_weight(&[shape], &self.tx.output);
        // A commitment that was seen with added inputs is as heavy as it is.
        if self.tx.input.len() == 1 {
            built
        } else {
            built.max(self.tx.weight())
        }
    }

    pub(crate) fn outpoint(&self, vout: u32) -> OutPoint {
        OutPoint::new(self.tx.compute_txid(), vout)
    }

    pub(crate) fn output(&self, vout: u32) -> Option<&TxOut> {
        self.tx.output.get(usize::try_from(vout).ok()?)
    }
}

/// The length of [`script_funding`]'s script.
pub(crate) const FUNDING_SCRIPT_LEN: usize = 71;

/// The outputs of a commitment, as they are added; what is below dust goes to the anchor.
pub(crate) struct Outputs {
    dust_limit: Amount,
    made: Vec<TxOut>,
    dropped: Vec<Amount>,
}

impl Outputs {
    /// Checks that the balances are the capacity.
    pub(crate) fn new(params: &ChannelParams, balances: &Balances) -> Result<Self, BuildError> {
        let total = total([balances.a, balances.b])?;
        if total != params.capacity {
            return Err(BuildError::Balances {
                capacity: params.capacity,
                total,
            });
        }
        Ok(Self {
            dust_limit: params.dust_limit,
            made: Vec::new(),
            dropped: Vec::new(),
        })
    }

    pub(crate) fn pay(&mut self, amount: Amount, script_pubkey: ScriptBuf) -> Option<PlainOutput> {
        let Some(value) = at_least(self.dust_limit, amount) else {
            self.dropped.push(amount);
            return None;
        };
        let vout = u32::try_from(self.made.len()).ok()?;
        self.made.push(TxOut {
            value,
            script_pubkey,
        });
        Some(PlainOutput { vout, value })
    }

    /// Adds the anchor, and says where it is.
    pub(crate) fn finish(mut self) -> Result<(Vec<TxOut>, u32), BuildError> {
        let vout = u32::try_from(self.made.len()).map_err(|_| BuildError::Overflow)?;
        self.made.push(TxOut {
            value: total(self.dropped)?,
            script_pubkey: script_anchor(),
        });
        Ok((self.made, vout))
    }
}

/// A version-3 transaction that spends `F` and carries an obscured number.
pub(crate) fn unsigned(
    params: &ChannelParams,
    mark: Mark,
    number: u64,
    funding: OutPoint,
    output: Vec<TxOut>,
) -> Result<Transaction, BuildError> {
    debug_assert_eq!(script_funding(&params.funding).len(), FUNDING_SCRIPT_LEN);
    let (lock_time, sequence) = number::obscure(params, mark, number)?;
    Ok(Transaction {
        version: TRUC,
        lock_time: LockTime::from_consensus(lock_time),
        input: vec![TxIn {
            previous_output: funding,
            script_sig: ScriptBuf::new(),
            sequence: Sequence(sequence),
            witness: Witness::new(),
        }],
        output,
    })
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test may panic")]
#[path = "tests.rs"]
mod tests;

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
    Balances, BuildError, ChannelParams, Htlc, RsmcPubkey, output_script, script_anchor,
    script_funding, script_htlc, script_rsmc,
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
    /// Who owns what, beside the HTLCs.
    pub balances: Balances,
    /// `P_aR` and `P_bR` of this commitment: the holder's from its own chain of keys, the other
    /// side's from its keys for the holder's commitments.
    pub rsmc: PerSide<RsmcPubkey>,
    /// The HTLCs that it carries, in ascending order of their numbers.
    pub htlcs: Vec<Htlc>,
}

/// The output of one HTLC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HtlcOutput {
    /// k.
    pub number: u64,
    /// The output's index.
    pub vout: u32,
    /// The script that the output is the hash of; see [`script_htlc`].
    pub witness_script: ScriptBuf,
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
    /// One output for each HTLC, in the order of the specification.
    pub htlcs: Vec<HtlcOutput>,
    /// The holder's balance, *not* revocable: figures 1 to 3 only.
    pub plain: Option<PlainOutput>,
    /// The anchor: the last output.
    pub anchor_vout: u32,
}

/// Builds the holder's commitment to its balance number n.
///
/// Paper: §3.3.2, `C1a`. Spends: `F:0`. nSequence and nLockTime: the number, obscured (§5).
/// Pays: 0: RSMC for the holder · 1: delivery to the other side · then one output for each HTLC ·
/// last: anchor, which holds the balances below dust (0 if there are none). Amounts are exact and the fee is zero: whoever
/// broadcasts it pays with a child of the anchor.
///
/// # Errors
/// [`BuildError::Balances`] if balances and HTLCs are not the capacity, [`BuildError::Number`] above 48
/// bits, [`BuildError::Dust`] for an HTLC below dust, [`BuildError::HtlcOrder`] for HTLCs out of order.
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
    let mut outputs = Outputs::new(params, &spec.balances, &spec.htlcs)?;
    let script_pubkey = output_script(params.dialect, &witness_script);
    let rsmc = outputs.pay(*spec.balances.get(holder), script_pubkey);
    let delivery = outputs.pay(*spec.balances.get(other), delivery_to(params, other));
    let htlcs = outputs.pay_htlcs(params, holder, &spec.htlcs)?;
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
        htlcs,
        plain: None,
        anchor_vout,
    })
}

impl Commitment {
    /// The output of HTLC `number`.
    pub(crate) fn htlc(&self, number: u64) -> Result<&HtlcOutput, BuildError> {
        let mut htlcs = self.htlcs.iter();
        htlcs
            .find(|output| output.number == number)
            .ok_or(BuildError::NoHtlc { number })
    }

    /// Refuses a transaction that belongs to the other side's commitment.
    pub(crate) fn expect_holder(&self, holder: Side, htlc: &Htlc) -> Result<(), BuildError> {
        if self.label.side() == Some(holder) {
            return Ok(());
        }
        Err(BuildError::NoHtlc {
            number: htlc.number,
        })
    }

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

/// The most HTLCs that a commitment can carry and still be relayed: version 3 limits it to 10,000 vB
/// (BIP 431).
#[must_use]
pub fn most_htlcs() -> usize {
    /// Weight units.
    const MOST: u64 = 40_000;
    let shape = InputShape::multisig(FUNDING_SCRIPT_LEN);
    let program = ScriptBuf::from_bytes(vec![0; 34]);
    let output = |script_pubkey| TxOut {
        value: Amount::ZERO,
        script_pubkey,
    };
    let fixed = [
        output(program.clone()),
        output(ScriptBuf::from_bytes(vec![0; 22])),
        output(script_anchor()),
    ];
    // From 253 outputs on their count takes two more bytes; so many do not fit.
    let left = MOST.saturating_sub(transaction_weight(&[shape], &fixed).to_wu());
    let each = output(program).weight().to_wu().max(1);
    usize::try_from(left.checked_div(each).unwrap_or(0)).unwrap_or(0)
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
    /// Checks that balances and HTLCs are the capacity.
    pub(crate) fn new(
        params: &ChannelParams,
        balances: &Balances,
        htlcs: &[Htlc],
    ) -> Result<Self, BuildError> {
        let locked = htlcs.iter().map(|htlc| htlc.amount);
        let total = total([balances.a, balances.b].into_iter().chain(locked))?;
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

    /// One output for each HTLC on `holder`'s commitment.
    pub(crate) fn pay_htlcs(
        &mut self,
        params: &ChannelParams,
        holder: Side,
        htlcs: &[Htlc],
    ) -> Result<Vec<HtlcOutput>, BuildError> {
        let mut made: Vec<HtlcOutput> = Vec::with_capacity(htlcs.len());
        for htlc in htlcs {
            let number = htlc.number;
            if made.last().is_some_and(|last| last.number >= number) {
                return Err(BuildError::HtlcOrder { number });
            }
            let witness_script = script_htlc(htlc, holder);
            let script_pubkey = output_script(params.dialect, &witness_script);
            let output = self
                .pay(htlc.amount, script_pubkey)
                .ok_or(BuildError::Dust {
                    value: htlc.amount,
                    limit: self.dust_limit,
                })?;
            made.push(HtlcOutput {
                number,
                vout: output.vout,
                witness_script,
            });
        }
        Ok(made)
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

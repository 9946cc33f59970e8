//! `ES`, the Exercise Settlement: the cooperative close (§3.4).

use bitcoin::absolute::LockTime;
use bitcoin::transaction::Version;
use bitcoin::{Amount, FeeRate, OutPoint, ScriptBuf, Sequence, Transaction, TxIn, TxOut, Witness};
use leyden_labels::{PerSide, Side};

use crate::amounts::{at_least, less, total};
use crate::commitment::FUNDING_SCRIPT_LEN;
use crate::fee::{InputShape, fee_for, transaction_weight};
use crate::scripts::delivery_to;
use crate::signature::{InputSignature, SignatureError, VerifiedSignature};
use crate::{
    Balances, BuildError, ChannelParams, FundingSecret, HashType, LabelledTx, spend_funding,
};
use leyden_labels::Label;

/// An unsigned `ES`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The transaction, without witness.
    pub tx: Transaction,
    /// What miners get, with the outputs that were below dust.
    pub fee: Amount,
    /// What each side gets: 0 if its output was below dust.
    pub paid: PerSide<Amount>,
}

/// An `ES` with one side's good signature. Only [`verify_settlement`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountersignedSettlement {
    settlement: Settlement,
    signer: Side,
    signature: VerifiedSignature,
}

impl CountersignedSettlement {
    /// What was signed.
    #[must_use]
    pub const fn settlement(&self) -> &Settlement {
        &self.settlement
    }
}

/// Builds the cooperative close.
///
/// Paper: §3.4, `ES`. Spends: `F:0`. nSequence: 0xFFFFFFFD, no lock; version 2. Pays: a, then b, the
/// final balances less the fee, to `P_aD` and `P_bD`; what is below dust is dropped to the fee.
/// The fee is that of the transaction with both outputs. Each side bears half, a the odd satoshi;
/// a side that has less than its half bears what it has, and the other side the rest.
///
/// # Errors
/// [`BuildError::Balances`] if the balances are not the capacity, [`BuildError::FeeTooHigh`] if no
/// output is left.
pub fn build_settlement(
    params: &ChannelParams,
    balances: &Balances,
    funding: OutPoint,
    rate: FeeRate,
) -> Result<Settlement, BuildError> {
    let available = total([balances.a, balances.b])?;
    if available != params.capacity {
        return Err(BuildError::Balances {
            capacity: params.capacity,
            total: available,
        });
    }
    let pay = |side| TxOut {
        value: Amount::ZERO,
        script_pubkey: delivery_to(params, side),
    };
    let shape = InputShape::multisig(FUNDING_SCRIPT_LEN);
    let weight = transaction_weight(&[shape], &[pay(Side::A), pay(Side::B)]);
    let fee = fee_for(weight, rate)?;
    let left = share_fee(balances, fee)?;
    let kept = left.map(|amount| at_least(params.dust_limit, amount));
    let output: Vec<TxOut> = Side::BOTH
        .into_iter()
        .filter_map(|side| kept.get(side).map(|value| TxOut { value, ..pay(side) }))
        .collect();
    if output.is_empty() {
        return Err(BuildError::FeeTooHigh { fee, available });
    }
    let paid = kept.map(Option::unwrap_or_default);
    Ok(Settlement {
        tx: unsigned(funding, output),
        fee: less(available, total([paid.a, paid.b])?)?,
        paid,
    })
}

/// What each side has left of its balance after its share of the fee.
fn share_fee(balances: &Balances, fee: Amount) -> Result<Balances, BuildError> {
    let available = total([balances.a, balances.b])?;
    if fee > available {
        return Err(BuildError::FeeTooHigh { fee, available });
    }
    let half_b = Amount::from_sat(fee.to_sat() / 2);
    let half_a = less(fee, half_b)?;
    // Exactly one of the two may be short: together they can pay.
    let share_a = if balances.a < half_a {
        balances.a
    } else if balances.b < half_b {
        less(fee, balances.b)?
    } else {
        half_a
    };
    Ok(PerSide {
        a: less(balances.a, share_a)?,
        b: less(balances.b, less(fee, share_a)?)?,
    })
}

fn unsigned(funding: OutPoint, output: Vec<TxOut>) -> Transaction {
    Transaction {
        version: Version::TWO,
        lock_time: LockTime::ZERO,
        input: vec![TxIn {
            previous_output: funding,
            script_sig: ScriptBuf::new(),
            sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
            witness: Witness::new(),
        }],
        output,
    }
}

/// Signs `ES` with ALL and without NOINPUT, in both dialects: it is for this `F` only.
///
/// # Errors
/// [`SignatureError::WrongKey`] if the key is no funding key of this channel.
pub fn sign_settlement(
    params: &ChannelParams,
    settlement: &Settlement,
    secret: &FundingSecret,
) -> Result<InputSignature, SignatureError> {
    spend_funding::sign(params, &settlement.tx, HashType::ALL, secret)
}

/// Verifies `signer`'s signature on `ES`.
///
/// # Errors
/// [`SignatureError::HashType`] or [`SignatureError::Invalid`] if it is not good.
pub fn verify_settlement(
    params: &ChannelParams,
    settlement: &Settlement,
    signer: Side,
    signature: &InputSignature,
) -> Result<CountersignedSettlement, SignatureError> {
    let signature =
        spend_funding::verify(params, &settlement.tx, HashType::ALL, signer, signature)?;
    Ok(CountersignedSettlement {
        settlement: settlement.clone(),
        signer,
        signature,
    })
}

/// Adds the other signature. Witness: `[<empty>, sigA, sigB, script]`.
///
/// # Errors
/// [`SignatureError::WrongKey`] if the key is not that of the side that has not signed.
pub fn complete_settlement(
    params: &ChannelParams,
    countersigned: &CountersignedSettlement,
    secret: &FundingSecret,
) -> Result<LabelledTx, SignatureError> {
    let CountersignedSettlement {
        settlement,
        signer,
        signature,
    } = countersigned;
    Ok(LabelledTx {
        label: Label::SETTLEMENT,
        tx: spend_funding::complete(params, &settlement.tx, signature, *signer, secret)?,
    })
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test may panic")]
#[path = "exercise_settlement_tests.rs"]
mod tests;

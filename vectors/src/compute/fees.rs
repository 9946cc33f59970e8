//! Subject `fees`: fee inputs, and children that pay for a commitment.

use bitcoin::absolute::LockTime;
use bitcoin::transaction::Version;
use bitcoin::{
    Amount, FeeRate, OutPoint, ScriptBuf, Sequence, Transaction, TxIn, TxOut, Weight, Witness,
};
use leyden_labels::Side;
use leyden_tx::{HashType, InputShape, fee_for_package};

use super::ComputeError;
use super::children::{Shown, show_any};
use super::funding::{sign_coin, spend_coin};
use super::spend::{Rules, Spend, show_transaction, worst_weight};
use crate::model::HexBytes;
use crate::model::inputs::{Coin, Fees};
use crate::trace::Trace;

const SHORT: ComputeError = ComputeError::Inputs("the coin does not pay the fee");

/// What is attached.
struct Attached<'a> {
    by: Side,
    coin: &'a Coin,
    change: &'a HexBytes,
    rate: FeeRate,
    /// An unconfirmed commitment that is paid for too.
    parent: Option<Weight>,
    dust_limit: Amount,
}

/// Gives the parent first if it is not confirmed, then the transaction.
pub(crate) fn show(trace: &mut Trace, inputs: &Fees) -> Result<Vec<Transaction>, ComputeError> {
    match inputs {
        Fees::Attach {
            by,
            child,
            parent_unconfirmed,
            feerate_sat_per_kwu,
            coin,
            change_script,
        } => {
            let shown = trace.inside("child.", |trace| show_any(trace, child))?;
            trace.forget_results();
            let attached = Attached {
                by: *by,
                coin,
                change: change_script,
                rate: FeeRate::from_sat_per_kwu(*feerate_sat_per_kwu),
                parent: parent_unconfirmed.then_some(shown.commitment_weight),
                dust_limit: shown.channel.params.dust_limit,
            };
            attach(trace, &shown, &attached)
        }
        Fees::Bump {
            by,
            commitment,
            feerate_sat_per_kwu,
            coin,
            change_script,
        } => {
            let shown = trace.inside("parent.", |trace| show_any(trace, commitment))?;
            trace.forget_results();
            let attached = Attached {
                by: *by,
                coin,
                change: change_script,
                rate: FeeRate::from_sat_per_kwu(*feerate_sat_per_kwu),
                parent: Some(shown.commitment_weight),
                dust_limit: shown.channel.params.dust_limit,
            };
            bump(trace, &shown, &attached)
        }
    }
}

fn attach(
    trace: &mut Trace,
    shown: &Shown,
    attached: &Attached<'_>,
) -> Result<Vec<Transaction>, ComputeError> {
    let mut spends = vec![Spend {
        rules: Rules::Signed,
        signers: Vec::new(),
        ..shown.spend.clone()
    }];
    let mut tx = shown.finished.clone();
    if attached.parent.is_some() {
        tx.input.push(added(shown.anchor));
        spends.push(anchor(shown));
    }
    let finished = finish(trace, tx, spends, &shown.names, attached)?;
    Ok(if attached.parent.is_some() {
        vec![shown.commitment.clone(), finished]
    } else {
        vec![finished]
    })
}

fn bump(
    trace: &mut Trace,
    shown: &Shown,
    attached: &Attached<'_>,
) -> Result<Vec<Transaction>, ComputeError> {
    let tx = Transaction {
        version: Version(3),
        lock_time: LockTime::ZERO,
        input: vec![added(shown.anchor)],
        output: Vec::new(),
    };
    let finished = finish(trace, tx, vec![anchor(shown)], &[], attached)?;
    Ok(vec![shown.commitment.clone(), finished])
}

fn anchor(shown: &Shown) -> Spend {
    let output = shown.anchor_output.clone();
    Spend::without_signers(output, Rules::Nothing, InputShape::ANCHOR)
}

/// Adds the coin and what is left of it, and signs.
fn finish(
    trace: &mut Trace,
    mut tx: Transaction,
    mut spends: Vec<Spend>,
    names: &[String],
    attached: &Attached<'_>,
) -> Result<Transaction, ComputeError> {
    let coin = spend_coin(attached.coin, attached.by)?;
    debug_assert_eq!(coin.hash_type, HashType::ALL);
    tx.input
        .push(added(OutPoint::new(attached.coin.txid, attached.coin.vout)));
    spends.push(coin);
    let held = sum(spends.iter().map(|spend| spend.spent.value))?;
    let surplus = held
        .checked_sub(sum(tx.output.iter().map(|output| output.value))?)
        .ok_or(SHORT)?;
    let fee = |tx: &Transaction| {
        let weight = worst_weight(tx, &spends);
        let weights: Vec<Weight> = attached.parent.into_iter().chain([weight]).collect();
        Ok::<_, ComputeError>((weight, fee_for_package(&weights, attached.rate)?))
    };
    let mut with_change = tx.clone();
    with_change.output.push(TxOut {
        value: Amount::ZERO,
        script_pubkey: ScriptBuf::from_bytes(attached.change.0.clone()),
    });
    let (weight, asked) = fee(&with_change)?;
    let parent = attached.parent.map_or(0, Weight::to_wu);
    trace.int("fee.parent_weight", parent);
    trace.int("fee.weight", weight.to_wu());
    trace.int("fee.asked_sat", asked.to_sat());
    let change = surplus.checked_sub(asked);
    let change = change.filter(|change| *change >= attached.dust_limit);
    let (mut tx, paid) = if let Some(change) = change {
        if let Some(output) = with_change.output.last_mut() {
            output.value = change;
        }
        (with_change, asked)
    } else {
        if tx.output.is_empty() || surplus < fee(&tx)?.1 {
            return Err(SHORT);
        }
        (tx, surplus)
    };
    trace.int("fee.paid_sat", paid.to_sat());
    trace.int("fee.change_sat", change.unwrap_or_default().to_sat());
    let index = spends.len().saturating_sub(1);
    if let Some(coin) = spends.last() {
        let bare = tx.clone();
        sign_coin(&bare, &mut tx, index, coin)?;
    }
    show_transaction(trace, "fee", &tx, &spends, names)?;
    Ok(tx)
}

fn sum(amounts: impl Iterator<Item = Amount>) -> Result<Amount, ComputeError> {
    let mut amounts = amounts;
    amounts
        .try_fold(Amount::ZERO, Amount::checked_add)
        .ok_or(SHORT)
}

/// A replaceable input that is not signed yet.
pub(crate) fn added(previous_output: OutPoint) -> TxIn {
    TxIn {
        previous_output,
        script_sig: ScriptBuf::new(),
        sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
        witness: Witness::new(),
    }
}

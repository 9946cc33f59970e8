//! Subject `settlement`: `ES`.

use bitcoin::{Amount, FeeRate, ScriptBuf, Transaction, TxOut};
use leyden_labels::{PerSide, Side};
use leyden_tx::{
    Balances, HashType, InputShape, build_settlement, complete_settlement, fee_for,
    script_delivery, sign_settlement, transaction_weight, verify_settlement,
};

use super::ComputeError;
use super::channel::Channel;
use super::commitment::spend_funding;
use super::spend::show_transaction;
use crate::model::inputs::Settlement;
use crate::trace::Trace;

const RANGE: ComputeError = ComputeError::Inputs("an amount is out of range");

pub(crate) fn show(trace: &mut Trace, inputs: &Settlement) -> Result<Transaction, ComputeError> {
    let channel = Channel::new(&inputs.channel)?;
    show_of(
        trace,
        &channel,
        inputs.funding.into(),
        &inputs.balances_sat,
        inputs.feerate_sat_per_kwu,
    )
}

pub(crate) fn show_of(
    trace: &mut Trace,
    channel: &Channel,
    funding: bitcoin::OutPoint,
    balances: &PerSide<u64>,
    feerate: u64,
) -> Result<Transaction, ComputeError> {
    let params = &channel.params;
    let balances: Balances = balances.map(Amount::from_sat);
    let rate = FeeRate::from_sat_per_kwu(feerate);
    let settlement = build_settlement(params, &balances, funding, rate)?;
    channel.show_lasting_keys(trace);
    channel.show_funding_script(trace);
    let spend = spend_funding(channel, HashType::ALL);

    // What it says of itself leaves out the way there.
    let both = Side::BOTH.map(|side| TxOut {
        value: Amount::ZERO,
        script_pubkey: script(channel, side),
    });
    let shape = InputShape::multisig(spend.script_code.len());
    let weight = transaction_weight(&[shape], &both);
    let agreed = fee_for(weight, rate)?;
    let dropped = settlement.fee.checked_sub(agreed).ok_or(RANGE)?;
    trace.int("settlement.weight", weight.to_wu());
    trace.int("settlement.fee_sat", agreed.to_sat());
    for (side, share) in Side::BOTH.into_iter().zip(shares(&balances, agreed)?) {
        trace.int(&format!("settlement.share.{side}_sat"), share);
    }
    for side in Side::BOTH {
        let paid = settlement.paid.get(side).to_sat();
        trace.int(&format!("settlement.paid.{side}_sat"), paid);
    }
    trace.int("settlement.dropped_sat", dropped.to_sat());

    let first = channel.with_keys(Side::A, |keys| {
        sign_settlement(params, &settlement, keys.funding())
    })?;
    let countersigned = verify_settlement(params, &settlement, Side::A, &first)?;
    let finished = channel.with_keys(Side::B, |keys| {
        complete_settlement(params, &countersigned, keys.funding())
    })?;
    show_transaction(trace, "ES", &finished.tx, &[spend], &[])?;
    Ok(finished.tx)
}

fn script(channel: &Channel, side: Side) -> ScriptBuf {
    script_delivery(channel.params.delivery.get(side))
}

/// Half each, the odd satoshi to a; who has less than its half gives what it has.
fn shares(balances: &Balances, fee: Amount) -> Result<[u64; 2], ComputeError> {
    let fee = fee.to_sat();
    let half = fee.checked_div(2).ok_or(RANGE)?;
    let rest = |part: u64| fee.checked_sub(part).ok_or(RANGE);
    let (a, b) = (balances.a.to_sat(), balances.b.to_sat());
    if a < rest(half)? {
        Ok([a, rest(a)?])
    } else if b < half {
        Ok([rest(b)?, b])
    } else {
        Ok([rest(half)?, half])
    }
}

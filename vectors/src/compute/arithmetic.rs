//! Subjects `route` and `sums`.

use bitcoin::hashes::Hash;
use bitcoin::{Amount, ScriptBuf, TxOut, Weight};
use leyden_tx::{InputShape, transaction_weight};

use super::ComputeError;
use crate::model::inputs::{Route, Sum, TransactionBytes};
use crate::trace::Trace;

const RANGE: ComputeError = ComputeError::Inputs("a number is out of range");
const BLOCKS_A_DAY: u64 = 144;
const BLOCKS_A_YEAR: u64 = 52_560;
const SECONDS_A_BLOCK: u64 = 600;
/// `2 <key> <key> 2 CHECKMULTISIG`.
const FUNDING_SCRIPT_LEN: usize = 71;

/// §8.1: the last hop's HTLC expires first; §8.5: each node in between keeps its fee.
pub(crate) fn show_route(trace: &mut Trace, inputs: &Route) -> Result<(), ComputeError> {
    let hops: Vec<_> = inputs
        .nodes
        .iter()
        .zip(inputs.nodes.iter().skip(1))
        .collect();
    if inputs.fees_sat.len().saturating_add(1) != hops.len() {
        return Err(ComputeError::Inputs("one fee for each node in between"));
    }
    for (i, (from, to)) in hops.iter().enumerate() {
        trace.text(&format!("hop.{i}.from"), from.as_str());
        trace.text(&format!("hop.{i}.to"), to.as_str());
    }
    for i in 0..hops.len() {
        let after = hops.len().saturating_sub(1).saturating_sub(i);
        let later = u32::try_from(after)
            .ok()
            .and_then(|after| inputs.delta_blocks.checked_mul(after));
        let expiry = inputs
            .tip_height
            .checked_add(inputs.final_delta_blocks)
            .zip(later)
            .and_then(|(first, later)| first.checked_add(later))
            .ok_or(RANGE)?;
        let amount = inputs
            .fees_sat
            .iter()
            .skip(i)
            .try_fold(inputs.amount_sat, |sum, fee| sum.checked_add(*fee))
            .ok_or(RANGE)?;
        trace
            .int(&format!("hop.{i}.expiry_height"), expiry)
            .result();
        trace.int(&format!("hop.{i}.amount_sat"), amount).result();
    }
    Ok(())
}

pub(crate) fn show_sum(trace: &mut Trace, inputs: &Sum) -> Result<(), ComputeError> {
    match inputs {
        Sum::VisaOnChain {
            tps,
            transaction_bytes,
        } => {
            let bytes = transaction(trace, transaction_bytes)?;
            let count = times(*tps, SECONDS_A_BLOCK)?;
            let block = times(count, bytes)?;
            trace.int("transactions_per_block", count);
            trace.int("block_bytes", block).result();
            trace
                .int("year_bytes", times(block, BLOCKS_A_YEAR)?)
                .result();
        }
        Sum::BitcoinToday {
            block_bytes,
            transaction_bytes,
        } => {
            let count = by(*block_bytes, transaction(trace, transaction_bytes)?)?;
            trace.int("transactions_per_block", count);
            let rate = by(times(count, 1_000)?, SECONDS_A_BLOCK)?;
            trace.int("transactions_per_1000_seconds", rate).result();
        }
        Sum::UsersOfABlock {
            block_bytes,
            transaction_bytes,
            transactions_per_user_year,
        } => {
            let count = by(*block_bytes, transaction(trace, transaction_bytes)?)?;
            let year = times(count, BLOCKS_A_YEAR)?;
            trace.int("transactions_per_block", count);
            trace.int("transactions_per_year", year);
            trace
                .int("users", by(year, *transactions_per_user_year)?)
                .result();
        }
        Sum::EverybodyOnChain {
            people,
            transactions_per_day,
            transaction_bytes,
        } => {
            let bytes = transaction(trace, transaction_bytes)?;
            let day = times(*people, *transactions_per_day)?;
            trace.int("transactions_per_block", by(day, BLOCKS_A_DAY)?);
            let block = by(times(day, bytes)?, BLOCKS_A_DAY)?;
            trace.int("block_bytes", block).result();
        }
        Sum::EverybodyInChannels {
            people,
            channels_per_year,
            transaction_bytes,
            storage_bytes,
        } => {
            let bytes = transaction(trace, transaction_bytes)?;
            let year = times(times(*people, *channels_per_year)?, bytes)?;
            let block = by(year, BLOCKS_A_YEAR)?;
            let blocks = by(*storage_bytes, block)?;
            trace.int("year_bytes", year);
            trace.int("block_bytes", block).result();
            trace.int("storage_holds_blocks", blocks).result();
            trace
                .int("storage_holds_days", by(blocks, BLOCKS_A_DAY)?)
                .result();
        }
    }
    Ok(())
}

fn times(left: u64, right: u64) -> Result<u64, ComputeError> {
    left.checked_mul(right).ok_or(RANGE)
}

/// Rounded down.
fn by(left: u64, right: u64) -> Result<u64, ComputeError> {
    left.checked_div(right).ok_or(RANGE)
}

fn transaction(trace: &mut Trace, bytes: &TransactionBytes) -> Result<u64, ComputeError> {
    let labels = match bytes {
        TransactionBytes::Number(number) => return Ok(*number),
        TransactionBytes::Labels(labels) => labels,
    };
    let mut total: u64 = 0;
    for label in labels {
        let weight = weight(label)?.to_wu();
        trace.int(&format!("{label}.worst_weight"), weight);
        total = total.saturating_add(weight.div_ceil(4));
    }
    trace.int("transaction_vbytes", total);
    Ok(total)
}

/// `F` with one P2WPKH input and change a side, `ES` with both outputs.
fn weight(label: &str) -> Result<Weight, ComputeError> {
    let pays = |script_pubkey| TxOut {
        value: Amount::ZERO,
        script_pubkey,
    };
    let key = pays(ScriptBuf::new_p2wpkh(&bitcoin::WPubkeyHash::all_zeros()));
    let script = pays(ScriptBuf::new_p2wsh(&bitcoin::WScriptHash::all_zeros()));
    match label {
        "F" => Ok(transaction_weight(
            &[InputShape::P2WPKH, InputShape::P2WPKH],
            &[script, key.clone(), key],
        )),
        "ES" => Ok(transaction_weight(
            &[InputShape::multisig(FUNDING_SCRIPT_LEN)],
            &[key.clone(), key],
        )),
        _ => Err(ComputeError::Inputs("no such transaction")),
    }
}

//! Subject `dust`.

use bitcoin::consensus::encode::serialize;
use bitcoin::{Amount, ScriptBuf, TxOut};

use super::ComputeError;
use crate::model::inputs::Dust;
use crate::trace::Trace;

/// Outpoint, length of the script, nSequence.
const SPEND_BASE: u64 = 32 + 4 + 1 + 4;
/// A signature and a key, with their lengths.
const SIGNATURE_AND_KEY: u64 = 107;
const WITNESS_SCALE: u64 = 4;

pub(crate) fn show(trace: &mut Trace, inputs: &Dust) -> Result<(), ComputeError> {
    const RANGE: ComputeError = ComputeError::Inputs("the dust limit is out of range");
    let script_pubkey = ScriptBuf::from_bytes(inputs.script.0.clone());
    let signing = if script_pubkey.is_witness_program() {
        SIGNATURE_AND_KEY.checked_div(WITNESS_SCALE).ok_or(RANGE)?
    } else {
        SIGNATURE_AND_KEY
    };
    let output = serialize(&TxOut {
        value: Amount::ZERO,
        script_pubkey,
    });
    let output = u64::try_from(output.len()).map_err(|_| RANGE)?;
    let spend = SPEND_BASE.saturating_add(signing);
    let dust = output
        .checked_add(spend)
        .and_then(|size| size.checked_mul(inputs.dust_feerate_sat_per_kvb))
        .ok_or(RANGE)?
        .div_ceil(1_000);
    trace.int("output_size", output);
    trace.int("spend_size", spend);
    trace.int("dust_sat", dust).result();
    Ok(())
}

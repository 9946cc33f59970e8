//! Subject `digest`, and the preimage of any input.

use bitcoin::consensus::encode::deserialize;
use bitcoin::{Amount, ScriptBuf, Transaction};
use leyden_tx::{DigestRules, HashType, Preimage, SpentInput, preimage};

use super::ComputeError;
use crate::model::inputs::{Digest, Rules};
use crate::trace::Trace;

pub(crate) fn show(trace: &mut Trace, inputs: &Digest) -> Result<(), ComputeError> {
    let tx: Transaction = deserialize(&inputs.transaction.0)
        .map_err(|_| ComputeError::Inputs("the transaction does not parse"))?;
    let spent = SpentInput {
        rules: rules(inputs.rules),
        tx: &tx,
        index: inputs.index,
        script_code: &ScriptBuf::from_bytes(inputs.script_code.0.clone()),
        amount: Amount::from_sat(inputs.amount_sat),
    };
    let preimage = preimage(&spent, HashType(inputs.hash_type))?;
    show_preimage(trace, "preimage", &preimage);
    trace.hex("digest", &preimage.digest()).result();
    Ok(())
}

pub(crate) const fn rules(rules: Rules) -> DigestRules {
    match rules {
        Rules::Bip143 => DigestRules::Bip143,
        Rules::Noinput => DigestRules::Noinput,
    }
}

/// The ten parts, then all of them.
pub(crate) fn show_preimage(trace: &mut Trace, name: &str, preimage: &Preimage) {
    for (part, bytes) in preimage.fields() {
        trace.hex(&format!("{name}.{part}"), bytes);
    }
    let joined: Vec<u8> = preimage
        .fields()
        .into_iter()
        .flat_map(|(_, bytes)| bytes.iter().copied())
        .collect();
    trace.hex(name, &joined);
}

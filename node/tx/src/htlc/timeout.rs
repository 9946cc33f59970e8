//! `HT{k}x`, the HTLC Timeout (§4.2.1).

use bitcoin::Sequence;
use bitcoin::absolute::LockTime;
use leyden_labels::{Kind, Label};

use super::child::Branch;
use super::{Htlc, HtlcChild, script_htlc_stage};
use crate::child::Spend;
use crate::fee::InputShape;
use crate::{BuildError, ChannelParams, Commitment, HtlcKey, output_script};

/// Builds the sender's spend of an expired HTLC on its *own* commitment.
///
/// Paper: §4.2.1, `HT1a`. Spends: the HTLC output of `C{n}x`, ELSE branch, keys 1. nLockTime: the expiry.
/// Pays: the whole amount to [`HtlcStage`](crate::HtlcStage), revocable; the fee input is attached at
/// broadcast. The receiver signs in advance.
///
/// # Errors
/// [`BuildError::NoHtlc`] if the commitment is not the sender's, or does not carry the HTLC.
pub fn build_htlc_timeout(
    params: &ChannelParams,
    commitment: &Commitment,
    htlc: &Htlc,
) -> Result<HtlcChild, BuildError> {
    let holder = htlc.sender;
    commitment.expect_holder(holder, htlc)?;
    HtlcChild::of_commitment(
        commitment,
        htlc,
        htlc.sender,
        HtlcKey::One,
        Branch::Else,
        |output| Spend {
            label: Label::new(Kind::HtlcTimeout, htlc.number, holder),
            vout: output.vout,
            lock_time: LockTime::Blocks(htlc.expiry),
            sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
            script_code: output.witness_script.clone(),
            shape: InputShape::otherwise(output.witness_script.len()),
            destination: output_script(params.dialect, &script_htlc_stage(params, htlc, holder)),
        },
    )
}

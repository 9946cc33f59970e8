//! `HE{k}x`, the HTLC Execution (§4.2.2).

use bitcoin::Sequence;
use bitcoin::absolute::LockTime;
use leyden_labels::{Kind, Label};

use super::child::Branch;
use super::{Htlc, HtlcChild, script_htlc_stage};
use crate::child::Spend;
use crate::fee::InputShape;
use crate::{BuildError, ChannelParams, Commitment, HtlcKey, PREIMAGE_LEN, output_script};

/// Builds the receiver's spend of an HTLC on its *own* commitment, with R.
///
/// Paper: §4.2.2, `HE1b`. Spends: the HTLC output of `C{n}x`, IF branch, keys 6. No lock. Pays: the whole
/// amount to [`HtlcStage`](crate::HtlcStage), revocable; the fee input is attached at broadcast. The
/// sender signs in advance.
///
/// # Errors
/// [`BuildError::NoHtlc`] if the commitment is not the receiver's, or does not carry the HTLC.
pub fn build_htlc_execution(
    params: &ChannelParams,
    commitment: &Commitment,
    htlc: &Htlc,
) -> Result<HtlcChild, BuildError> {
    let holder = htlc.receiver();
    commitment.expect_holder(holder, htlc)?;
    HtlcChild::of_commitment(
        commitment,
        htlc,
        htlc.receiver(),
        HtlcKey::Six,
        Branch::Preimage(htlc.hash),
        |output| Spend {
            label: Label::new(Kind::HtlcExecution, htlc.number, holder),
            vout: output.vout,
            lock_time: LockTime::ZERO,
            sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
            script_code: output.witness_script.clone(),
            shape: InputShape::preimage(output.witness_script.len(), PREIMAGE_LEN),
            destination: output_script(params.dialect, &script_htlc_stage(params, htlc, holder)),
        },
    )
}

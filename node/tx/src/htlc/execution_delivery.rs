//! `HED{k}x`, the HTLC Execution Delivery (§4.2.1).

use bitcoin::Sequence;
use bitcoin::absolute::LockTime;
use leyden_labels::{Kind, Label};

use super::child::Branch;
use super::{Htlc, HtlcChild};
use crate::child::Spend;
use crate::fee::InputShape;
use crate::scripts::delivery_to;
use crate::{BuildError, ChannelParams, Commitment, HtlcKey, PREIMAGE_LEN};

/// Builds the receiver's spend of an HTLC on the *sender's* commitment, with R.
///
/// Paper: §4.2.1, `HED1a`. Spends: the HTLC output of `C{n}x`, IF branch, keys 2. No lock: the side that
/// did not broadcast does not wait. Pays: the whole amount to the receiver; the fee input is attached
/// at broadcast. The sender signs in advance.
///
/// # Errors
/// [`BuildError::NoHtlc`] if the commitment is not the sender's, or does not carry the HTLC.
pub fn build_htlc_execution_delivery(
    params: &ChannelParams,
    commitment: &Commitment,
    htlc: &Htlc,
) -> Result<HtlcChild, BuildError> {
    let holder = htlc.sender;
    commitment.expect_holder(holder, htlc)?;
    HtlcChild::of_commitment(
        commitment,
        htlc,
        htlc.receiver(),
        HtlcKey::Two,
        Branch::Preimage(htlc.hash),
        |output| Spend {
            label: Label::new(Kind::HtlcExecutionDelivery, htlc.number, holder),
            vout: output.vout,
            lock_time: LockTime::ZERO,
            sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
            script_code: output.witness_script.clone(),
            shape: InputShape::preimage(output.witness_script.len(), PREIMAGE_LEN),
            destination: delivery_to(params, htlc.receiver()),
        },
    )
}

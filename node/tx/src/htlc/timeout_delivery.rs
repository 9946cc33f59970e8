//! `HTD{k}x`, the HTLC Timeout Delivery (§4.2.2).

use bitcoin::Sequence;
use bitcoin::absolute::LockTime;
use leyden_labels::{Kind, Label};

use super::child::Branch;
use super::{Htlc, HtlcChild};
use crate::child::Spend;
use crate::fee::InputShape;
use crate::scripts::delivery_to;
use crate::{BuildError, ChannelParams, Commitment, HtlcKey};

/// Builds the sender's spend of an expired HTLC on the *receiver's* commitment.
///
/// Paper: §4.2.2, `HTD1b`. Spends: the HTLC output of `C{n}x`, ELSE branch, keys 5. nLockTime: the expiry.
/// Pays: the whole amount to the sender; the fee input is attached at broadcast. The receiver signs in
/// advance, and before its commitment is signed: else the money could be held for ransom.
///
/// # Errors
/// [`BuildError::NoHtlc`] if the commitment is not the receiver's, or does not carry the HTLC.
pub fn build_htlc_timeout_delivery(
    params: &ChannelParams,
    commitment: &Commitment,
    htlc: &Htlc,
) -> Result<HtlcChild, BuildError> {
    let holder = htlc.receiver();
    commitment.expect_holder(holder, htlc)?;
    HtlcChild::of_commitment(
        commitment,
        htlc,
        htlc.sender,
        HtlcKey::Five,
        Branch::Else,
        |output| Spend {
            label: Label::new(Kind::HtlcTimeoutDelivery, htlc.number, holder),
            vout: output.vout,
            lock_time: LockTime::Blocks(htlc.expiry),
            sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
            script_code: output.witness_script.clone(),
            shape: InputShape::otherwise(output.witness_script.len()),
            destination: delivery_to(params, htlc.sender),
        },
    )
}

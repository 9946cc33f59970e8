//! The Timeout of figure 11 (§4.1), which pays its sender outright: it cannot be revoked, so an old
//! commitment with an HTLC that both sides have ended is worth broadcasting.

use bitcoin::Sequence;
use bitcoin::absolute::LockTime;
use leyden_labels::{Kind, Label};

use super::child::Branch;
use super::{Htlc, HtlcChild};
use crate::child::Spend;
use crate::fee::InputShape;
use crate::scripts::delivery_to;
use crate::{BuildError, ChannelParams, Commitment, HtlcKey};

/// Builds the sender's spend of an expired HTLC on its own commitment, as it must *not* be.
///
/// Paper: §4.1, figure 11, "Timeout". Spends: the HTLC output of `C{n}x`, ELSE branch, keys 1. nLockTime:
/// the expiry. Pays: the whole amount to the sender, at once and for good. Its rival, "Delivery", is
/// [`build_htlc_execution_delivery`](crate::build_htlc_execution_delivery).
///
/// # Errors
/// [`BuildError::NoHtlc`] if the commitment is not the sender's, or does not carry the HTLC.
pub fn build_plain_htlc_timeout(
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
            destination: delivery_to(params, htlc.sender),
        },
    )
}

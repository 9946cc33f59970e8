//! `HBR{k}x`, the HTLC Breach Remedy (§4.3, figure 14; the paper gives it no name).

use bitcoin::Sequence;
use bitcoin::absolute::LockTime;
use leyden_labels::{Kind, Label, Side};

use super::child::Branch;
use super::{Htlc, HtlcRemedy};
use crate::child::{Spend, UnsignedChild};
use crate::fee::InputShape;
use crate::scripts::delivery_to;
use crate::{BuildError, ChannelParams, Commitment, HtlcKey};

/// Builds the other side's spend of an ended HTLC on the holder's revoked commitment: "Bob can take all
/// money of the HTLC at once" (§4.3).
///
/// Spends: the HTLC output of `C{n}x`, ELSE branch, keys 1 on the sender's commitment, 5 on the
/// receiver's; neither R nor the expiry matters. Pays: the whole amount to the other side; the fee
/// input is attached at broadcast.
///
/// # Errors
/// [`BuildError::NoHtlc`] if the commitment does not carry the HTLC.
pub fn build_htlc_breach_remedy(
    params: &ChannelParams,
    commitment: &Commitment,
    htlc: &Htlc,
) -> Result<HtlcRemedy, BuildError> {
    let output = commitment.htlc(htlc.number)?;
    let holder = commitment.label.side().unwrap_or(Side::A);
    let spend = Spend {
        label: Label::new(Kind::HtlcBreachRemedy, htlc.number, holder),
        vout: output.vout,
        lock_time: LockTime::ZERO,
        sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
        script_code: output.witness_script.clone(),
        shape: InputShape::otherwise(output.witness_script.len()),
        destination: delivery_to(params, holder.other()),
    };
    let child = UnsignedChild::build(commitment, spend)?;
    let key = htlc.on(holder, HtlcKey::One, HtlcKey::Five);
    Ok(HtlcRemedy::new(child, htlc, holder, key, Branch::Else))
}

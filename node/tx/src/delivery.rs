//! `D{n}x`, the Delivery (§3.3.2, §3.3.3, figure 5).

use bitcoin::absolute::LockTime;
use bitcoin::{ScriptBuf, Sequence, Witness};
use leyden_labels::{Kind, Label, Side};

use crate::child::{Child, Spend, UnsignedChild};
use crate::fee::InputShape;
use crate::scripts::delivery_script_code;
use crate::sighash::{DigestRules, HashType};
use crate::signature::{SignatureError, sign_input};
use crate::spend_funding::with_witness;
use crate::{BuildError, ChannelParams, ChildError, Commitment, DeliverySecret};

/// Builds the other side's spend of its part of the holder's commitment.
///
/// Paper: §3.3.2, `D1a`. Spends: the delivery output of `C{n}x`. nSequence: 0xFFFFFFFD, no lock: the
/// side that did not broadcast does not wait. Pays: the whole amount to `destination`; the fee input
/// is attached at broadcast.
///
/// # Errors
/// [`BuildError::NoOutput`] if the other side's balance is below dust.
pub fn build_delivery(
    params: &ChannelParams,
    commitment: &Commitment,
    destination: ScriptBuf,
) -> Result<UnsignedChild, BuildError> {
    let holder = holder(commitment);
    let label = Label::new(Kind::Delivery, commitment.label.number(), holder);
    let delivery = commitment.delivery.ok_or(BuildError::NoOutput { label })?;
    let spend = Spend {
        label,
        vout: delivery.vout,
        lock_time: LockTime::ZERO,
        sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
        script_code: delivery_script_code(params.delivery.get(holder.other())),
        shape: InputShape::P2WPKH,
        destination,
    };
    UnsignedChild::build(commitment, spend)
}

/// Signs it: SINGLE|ANYONECANPAY in both dialects, as the output is P2WPKH. Witness: `[sig, pubkey]`.
///
/// # Errors
/// [`SignatureError::WrongKey`] if the key is not the one that the output pays.
pub fn complete_delivery(
    params: &ChannelParams,
    child: &UnsignedChild,
    secret: &DeliverySecret,
) -> Result<Child, ChildError> {
    let public = secret.public();
    let paid = child
        .label
        .side()
        .map(|holder| params.delivery.get(holder.other()));
    if paid != Some(&public) {
        return Err(SignatureError::WrongKey.into());
    }
    let spent = child.spent_input(DigestRules::Bip143);
    let signature = sign_input(&spent, HashType::SINGLE_ACP, secret.expose())?;
    let mut witness = Witness::new();
    witness.push(signature.to_bytes());
    witness.push(public.serialize());
    Ok(child.complete(with_witness(&child.tx, witness)?))
}

/// The holder; of the shared commitments of figures 1 and 2, side a, whose part is `plain`.
fn holder(commitment: &Commitment) -> Side {
    commitment.label.side().unwrap_or(Side::A)
}

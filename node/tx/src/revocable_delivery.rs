//! `RD{n}x`, the Revocable Delivery (§3.3.2).

use bitcoin::absolute::LockTime;
use bitcoin::secp256k1::SecretKey;
use bitcoin::{Sequence, Witness};
use leyden_labels::{Dialect, Kind, Label, PerSide};

use crate::child::{Child, Spend, UnsignedChild};
use crate::fee::InputShape;
use crate::scripts::delivery_to;
use crate::sighash::{DigestRules, HashType};
use crate::signature::{
    InputSignature, SignatureError, VerifiedSignature, sign_input, verify_input,
};
use crate::spend_funding::{two_of_two, with_witness};
use crate::{
    BuildError, ChannelParams, ChildError, Commitment, CommitmentSpec, DeliverySecret, RsmcSecret,
};

/// A revocable delivery that the holder alone can complete: in dialect `noinput` with the other
/// side's good signature. Only [`verify_revocable_delivery`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresignedRevocableDelivery {
    child: UnsignedChild,
    presignature: Option<VerifiedSignature>,
}

impl PresignedRevocableDelivery {
    /// What was signed.
    #[must_use]
    pub const fn child(&self) -> &UnsignedChild {
        &self.child
    }

    /// The other side's signature; `None` in dialect `csv`, which needs none.
    #[must_use]
    pub fn presignature(&self) -> Option<&InputSignature> {
        self.presignature.as_ref().map(VerifiedSignature::signature)
    }
}

/// Builds the holder's revocable delivery: the delayed spend of its own [`Commitment`] output.
///
/// Paper: §3.3.2, `RD1a`. Spends: the RSMC output of `C{n}x`. nSequence: `delay`, in blocks (BIP 68).
/// Pays: the whole amount to the holder; the fee input is attached at broadcast.
///
/// # Errors
/// [`BuildError::NoOutput`] if the holder's balance is below dust.
pub fn build_revocable_delivery(
    params: &ChannelParams,
    spec: &CommitmentSpec,
    commitment: &Commitment,
) -> Result<UnsignedChild, BuildError> {
    let label = Label::new(Kind::RevocableDelivery, spec.number, spec.holder);
    let rsmc = commitment.rsmc.as_ref();
    let rsmc = rsmc.ok_or(BuildError::NoOutput { label })?;
    let script_len = rsmc.witness_script.len();
    let spend = Spend {
        label,
        vout: rsmc.vout,
        lock_time: LockTime::ZERO,
        sequence: Sequence::from_height(params.delay.blocks()),
        script_code: rsmc.witness_script.clone(),
        shape: match params.dialect {
            Dialect::Noinput => InputShape::multisig(script_len),
            Dialect::Csv => InputShape::delayed(script_len),
        },
        destination: delivery_to(params, spec.holder),
    };
    UnsignedChild::build(commitment, spend)
}

/// Signs the holder's revocable delivery with the other side's key for it, so that the holder can
/// complete it later. Always sent before or with the signature on its parent.
///
/// Dialect `noinput`: SINGLE|ANYONECANPAY|NOINPUT, good for every txid the commitment may get.
/// Gives `None` if nothing has to be signed: in dialect `csv`, where the script has a branch for the
/// holder alone, and if there is no RSMC output.
///
/// # Errors
/// [`SignatureError::WrongKey`] if `counter` is not the other side's key of this commitment.
pub fn presign_revocable_delivery(
    params: &ChannelParams,
    spec: &CommitmentSpec,
    commitment: &Commitment,
    counter: &RsmcSecret,
) -> Result<Option<InputSignature>, ChildError> {
    if params.dialect == Dialect::Csv || commitment.rsmc.is_none() {
        return Ok(None);
    }
    if counter.public() != *spec.rsmc.get(spec.holder.other()) {
        return Err(SignatureError::WrongKey.into());
    }
    let child = build_revocable_delivery(params, spec, commitment)?;
    let spent = child.spent_input(DigestRules::Noinput);
    let hash_type = HashType::for_child(params.dialect);
    Ok(Some(sign_input(&spent, hash_type, counter.expose())?))
}

/// Verifies the other side's signature on the holder's revocable delivery.
///
/// Gives `None` if there is no RSMC output.
///
/// # Errors
/// [`SignatureError::Missing`] or [`SignatureError::Unexpected`] if it is not `None` exactly where
/// [`presign_revocable_delivery`] gives `None`; [`SignatureError::HashType`] or
/// [`SignatureError::Invalid`] if it is not good.
pub fn verify_revocable_delivery(
    params: &ChannelParams,
    spec: &CommitmentSpec,
    commitment: &Commitment,
    presignature: Option<&InputSignature>,
) -> Result<Option<PresignedRevocableDelivery>, ChildError> {
    if commitment.rsmc.is_none() {
        return match presignature {
            None => Ok(None),
            Some(_) => Err(SignatureError::Unexpected.into()),
        };
    }
    let child = build_revocable_delivery(params, spec, commitment)?;
    let presignature = match (params.dialect, presignature) {
        (Dialect::Csv, None) => None,
        (Dialect::Csv, Some(_)) => return Err(SignatureError::Unexpected.into()),
        (Dialect::Noinput, None) => return Err(SignatureError::Missing.into()),
        (Dialect::Noinput, Some(signature)) => {
            let spent = child.spent_input(DigestRules::Noinput);
            let signer = spec.rsmc.get(spec.holder.other()).key();
            let hash_type = HashType::for_child(params.dialect);
            Some(verify_input(&spent, hash_type, signer, signature)?)
        }
    };
    Ok(Some(PresignedRevocableDelivery {
        child,
        presignature,
    }))
}

/// Adds the holder's signature.
///
/// Witness in dialect `noinput`: `[<empty>, sigA, sigB, script]`, with the holder's RSMC key.
/// In `csv`: `[sig, <empty>, script]`, with the holder's delivery key.
///
/// # Errors
/// [`SignatureError::WrongKey`] if the key that the dialect uses is not the holder's.
pub fn complete_revocable_delivery(
    params: &ChannelParams,
    spec: &CommitmentSpec,
    presigned: &PresignedRevocableDelivery,
    own: &RsmcSecret,
    delivery: &DeliverySecret,
) -> Result<Child, ChildError> {
    let child = &presigned.child;
    let witness = match presigned.presignature() {
        Some(other) => witness_both(params, spec, child, *other, own),
        None => witness_alone(params, spec, child, delivery),
    }?;
    Ok(child.complete(with_witness(&child.tx, witness)?))
}

/// Dialect `noinput`: both RSMC keys.
fn witness_both(
    params: &ChannelParams,
    spec: &CommitmentSpec,
    child: &UnsignedChild,
    other: InputSignature,
    own: &RsmcSecret,
) -> Result<Witness, SignatureError> {
    if own.public() != *spec.rsmc.get(spec.holder) {
        return Err(SignatureError::WrongKey);
    }
    let signature = sign_holder(params, child, own.expose())?;
    let signatures = PerSide::from_holder(spec.holder, signature, other);
    Ok(two_of_two(&signatures, None, &child.script_code))
}

/// Dialect `csv`: the ELSE branch.
fn witness_alone(
    params: &ChannelParams,
    spec: &CommitmentSpec,
    child: &UnsignedChild,
    delivery: &DeliverySecret,
) -> Result<Witness, SignatureError> {
    if delivery.public() != *params.delivery.get(spec.holder) {
        return Err(SignatureError::WrongKey);
    }
    let mut witness = Witness::new();
    witness.push(sign_holder(params, child, delivery.expose())?.to_bytes());
    witness.push([]);
    witness.push(&child.script_code);
    Ok(witness)
}

fn sign_holder(
    params: &ChannelParams,
    child: &UnsignedChild,
    secret: &SecretKey,
) -> Result<InputSignature, SignatureError> {
    let spent = child.spent_input(DigestRules::of(params.dialect));
    sign_input(&spent, HashType::for_child(params.dialect), secret)
}

//! What `HED`, `HT`, `HTRD`, `HTD`, `HE` and `HERD` have in common: one side signs in advance, the
//! other completes.
//!
//! In dialect `csv` nobody signs `HTRD` and `HERD` in advance: the script has a branch for the holder
//! alone.

use bitcoin::{OutPoint, TxOut, Witness};
use leyden_labels::{Dialect, PerSide, Side};

use super::{Htlc, PaymentHash, PaymentPreimage};
use crate::child::{Child, Spend, UnsignedChild};
use crate::fee::InputShape;
use crate::sighash::DigestRules;
use crate::signature::VerifiedSignature;
use crate::spend_funding::{two_of_two, with_witness};
use crate::{
    BuildError, ChannelParams, ChildError, Commitment, DeliverySecret, HashType, HtlcKey,
    HtlcPubkey, HtlcSecrets, InputSignature, SignatureError, sign_input, verify_input,
};

/// What stands between the signatures and the script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Branch {
    /// IF, with R before it.
    Preimage(PaymentHash),
    /// IF.
    If,
    /// ELSE.
    Else,
}

/// Who has to sign.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Signers {
    /// The side that is not `claimant` in advance, `claimant` to complete.
    Both {
        claimant: Side,
        key: HtlcKey,
        keys: PerSide<HtlcPubkey>,
        branch: Branch,
    },
    /// `claimant` alone, with its delivery key, in the ELSE branch.
    Alone { claimant: Side },
}

/// A spend of an HTLC, or of what `HT` or `HE` pays, without signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HtlcChild {
    child: UnsignedChild,
    signers: Signers,
}

impl HtlcChild {
    /// A spend of the HTLC's output on `commitment`.
    pub(super) fn of_commitment(
        commitment: &Commitment,
        htlc: &Htlc,
        claimant: Side,
        key: HtlcKey,
        branch: Branch,
        spend: impl FnOnce(&super::super::HtlcOutput) -> Spend,
    ) -> Result<Self, BuildError> {
        let output = commitment.htlc(htlc.number)?;
        Ok(Self {
            child: UnsignedChild::build(commitment, spend(output))?,
            signers: Signers::Both {
                claimant,
                key,
                keys: htlc.pair(key),
                branch,
            },
        })
    }

    /// The delayed spend of `HT:0` or `HE:0` by the holder.
    pub(super) fn of_stage(
        params: &ChannelParams,
        (outpoint, coin): (OutPoint, &TxOut),
        htlc: &Htlc,
        holder: Side,
        spend: Spend,
    ) -> Self {
        let key = htlc.on(holder, HtlcKey::Three, HtlcKey::Seven);
        let signers = match params.dialect {
            Dialect::Noinput => Signers::Both {
                claimant: holder,
                key,
                keys: htlc.pair(key),
                branch: Branch::If,
            },
            Dialect::Csv => Signers::Alone { claimant: holder },
        };
        Self {
            child: UnsignedChild::of(outpoint, coin, spend),
            signers,
        }
    }

    /// The transaction, and what it spends.
    #[must_use]
    pub const fn child(&self) -> &UnsignedChild {
        &self.child
    }
}

/// A child that the claimant can complete: with the other side's good signature, where one is needed.
/// Only [`verify_htlc_child`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresignedHtlcChild {
    child: HtlcChild,
    presignature: Option<VerifiedSignature>,
}

impl PresignedHtlcChild {
    /// What was signed.
    #[must_use]
    pub const fn child(&self) -> &UnsignedChild {
        &self.child.child
    }
}

/// Signs for the claimant, who completes it later: always before the commitment itself is signed (§4.4).
///
/// Dialect `noinput`: SINGLE|ANYONECANPAY|NOINPUT, good in every later commitment that carries the
/// HTLC. Gives `None` where nothing has to be signed in advance.
///
/// # Errors
/// [`SignatureError::WrongKey`] if the keys are not the HTLC's, or are the claimant's own.
pub fn presign_htlc_child(
    params: &ChannelParams,
    child: &HtlcChild,
    secrets: &HtlcSecrets,
) -> Result<Option<InputSignature>, ChildError> {
    match &child.signers {
        Signers::Alone { .. } => Ok(None),
        Signers::Both {
            claimant,
            key,
            keys,
            ..
        } => sign(params, child, secrets, *key, *keys.get(claimant.other())).map(Some),
    }
}

/// Verifies the signature that the other side made in advance.
///
/// # Errors
/// [`SignatureError::Missing`] or [`SignatureError::Unexpected`] if it is not `None` exactly where
/// [`presign_htlc_child`] gives `None`; [`SignatureError::HashType`] or [`SignatureError::Invalid`]
/// if it is not good.
pub fn verify_htlc_child(
    params: &ChannelParams,
    child: HtlcChild,
    presignature: Option<&InputSignature>,
) -> Result<PresignedHtlcChild, SignatureError> {
    let presignature = match (&child.signers, presignature) {
        (Signers::Alone { .. }, None) => None,
        (Signers::Alone { .. }, Some(_)) => return Err(SignatureError::Unexpected),
        (Signers::Both { .. }, None) => return Err(SignatureError::Missing),
        (Signers::Both { claimant, keys, .. }, Some(signature)) => {
            let spent = child.child.spent_input(DigestRules::of(params.dialect));
            let signer = keys.get(claimant.other()).key();
            let hash_type = HashType::for_child(params.dialect);
            Some(verify_input(&spent, hash_type, signer, signature)?)
        }
    };
    Ok(PresignedHtlcChild {
        child,
        presignature,
    })
}

/// Adds the claimant's signature, and R where the script asks for it.
///
/// Witness: `[<empty>, sigA, sigB, R, 0x01, script]` with R, `[<empty>, sigA, sigB, 0x01 or <empty>,
/// script]` without; of `HTRD` and `HERD` in `csv` `[sig, <empty>, script]`.
///
/// # Errors
/// [`SignatureError::WrongKey`] if the keys are not the claimant's, [`ChildError::Preimage`] if R is
/// needed and `preimage` is not it.
pub fn complete_htlc_child(
    params: &ChannelParams,
    presigned: &PresignedHtlcChild,
    secrets: &HtlcSecrets,
    delivery: &DeliverySecret,
    preimage: Option<&PaymentPreimage>,
) -> Result<Child, ChildError> {
    let child = &presigned.child;
    match (&child.signers, &presigned.presignature) {
        (
            Signers::Both {
                claimant,
                key,
                keys,
                branch,
            },
            Some(other),
        ) => {
            let own = sign(params, child, secrets, *key, *keys.get(*claimant))?;
            let signatures = PerSide::from_holder(*claimant, own, *other.signature());
            complete_both(child, &signatures, *branch, preimage)
        }
        (Signers::Alone { claimant }, None) => alone(params, child, *claimant, delivery),
        (Signers::Both { .. }, None) => Err(SignatureError::Missing.into()),
        (Signers::Alone { .. }, Some(_)) => Err(SignatureError::Unexpected.into()),
    }
}

fn sign(
    params: &ChannelParams,
    child: &HtlcChild,
    secrets: &HtlcSecrets,
    key: HtlcKey,
    expected: HtlcPubkey,
) -> Result<InputSignature, ChildError> {
    let secret = secrets.key(key)?;
    if secret.public() != expected {
        return Err(SignatureError::WrongKey.into());
    }
    let spent = child.child.spent_input(DigestRules::of(params.dialect));
    let hash_type = HashType::for_child(params.dialect);
    Ok(sign_input(&spent, hash_type, secret.expose())?)
}

fn complete_both(
    child: &HtlcChild,
    signatures: &PerSide<InputSignature>,
    branch: Branch,
    preimage: Option<&PaymentPreimage>,
) -> Result<Child, ChildError> {
    let unsigned = &child.child;
    let script = &unsigned.script_code;
    let mut completed = unsigned.complete(unsigned.tx.clone());
    let witness = match branch {
        Branch::If => two_of_two(signatures, Some(&[1]), script),
        Branch::Else => two_of_two(signatures, Some(&[]), script),
        Branch::Preimage(hash) => {
            let preimage = preimage.filter(|preimage| preimage.hash() == hash);
            let preimage = preimage.ok_or(ChildError::Preimage)?.as_bytes();
            completed.shape = InputShape::preimage(script.len(), preimage.len());
            let mut witness = Witness::new();
            witness.push([]);
            witness.push(signatures.a.to_bytes());
            witness.push(signatures.b.to_bytes());
            witness.push(preimage);
            witness.push([1]);
            witness.push(script);
            witness
        }
    };
    completed.tx = with_witness(&unsigned.tx, witness)?;
    Ok(completed)
}

/// Dialect `csv`: the ELSE branch of the revocable output.
fn alone(
    params: &ChannelParams,
    child: &HtlcChild,
    claimant: Side,
    delivery: &DeliverySecret,
) -> Result<Child, ChildError> {
    if delivery.public() != *params.delivery.get(claimant) {
        return Err(SignatureError::WrongKey.into());
    }
    let unsigned = &child.child;
    let spent = unsigned.spent_input(DigestRules::of(params.dialect));
    let hash_type = HashType::for_child(params.dialect);
    let signature = sign_input(&spent, hash_type, delivery.expose())?;
    let mut witness = Witness::new();
    witness.push(signature.to_bytes());
    witness.push([]);
    witness.push(&unsigned.script_code);
    Ok(unsigned.complete(with_witness(&unsigned.tx, witness)?))
}

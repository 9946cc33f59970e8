//! Signatures on a commitment. The side that does not hold it signs first; the holder adds its own
//! signature only to broadcast it, which is how blame is ascribed (§3.1.4).

use leyden_labels::Side;

use super::Commitment;
use crate::signature::{InputSignature, SignatureError, VerifiedSignature};
use crate::{ChannelParams, FundingSecret, HashType, LabelledTx, spend_funding};

/// A commitment with the other side's good signature: the holder could broadcast it now.
///
/// Only [`verify_commitment`] makes one. An old key may be given away only against it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountersignedCommitment {
    commitment: Commitment,
    signer: Side,
    signature: VerifiedSignature,
}

impl CountersignedCommitment {
    /// What was signed.
    #[must_use]
    pub const fn commitment(&self) -> &Commitment {
        &self.commitment
    }

    /// Who signed.
    #[must_use]
    pub const fn signer(&self) -> Side {
        self.signer
    }

    /// The signature.
    #[must_use]
    pub const fn signature(&self) -> &InputSignature {
        self.signature.signature()
    }
}

/// Signs a commitment: ALL|NOINPUT in dialect `noinput`, ALL in `csv`.
///
/// # Errors
/// [`SignatureError::WrongKey`] if the key is no funding key of this channel.
pub fn sign_commitment(
    params: &ChannelParams,
    commitment: &Commitment,
    secret: &FundingSecret,
) -> Result<InputSignature, SignatureError> {
    let hash_type = HashType::for_parent(params.dialect);
    spend_funding::sign(params, &commitment.tx, hash_type, secret)
}

/// Verifies `signer`'s signature on a commitment.
///
/// # Errors
/// [`SignatureError::HashType`] or [`SignatureError::Invalid`] if it is not good, and
/// [`SignatureError::WrongKey`] if `signer` is the holder itself.
pub fn verify_commitment(
    params: &ChannelParams,
    commitment: &Commitment,
    signer: Side,
    signature: &InputSignature,
) -> Result<CountersignedCommitment, SignatureError> {
    if commitment.label.side() == Some(signer) {
        return Err(SignatureError::WrongKey);
    }
    let hash_type = HashType::for_parent(params.dialect);
    Ok(CountersignedCommitment {
        commitment: commitment.clone(),
        signer,
        signature: spend_funding::verify(params, &commitment.tx, hash_type, signer, signature)?,
    })
}

/// Adds the holder's signature. Witness: `[<empty>, sigA, sigB, script]`.
///
/// # Errors
/// [`SignatureError::WrongKey`] if the key is not the holder's funding key.
pub fn complete_commitment(
    params: &ChannelParams,
    countersigned: &CountersignedCommitment,
    secret: &FundingSecret,
) -> Result<LabelledTx, SignatureError> {
    let CountersignedCommitment {
        commitment,
        signer,
        signature,
    } = countersigned;
    Ok(LabelledTx {
        label: commitment.label,
        tx: spend_funding::complete(params, &commitment.tx, signature, *signer, secret)?,
    })
}

//! Commitments that this side can broadcast, and the one thing that cannot be undone.
//!
//! A [`HeldCommitment`] comes only from verified signatures: on the commitment, and in `noinput` on
//! its revocable delivery. [`disclose`] takes one and gives the key of the commitment before it. So
//! a side never revokes what it has before it holds what replaces it.

use bitcoin::OutPoint;
use leyden_labels::{Dialect, Kind, Label};
use leyden_tx::{
    Balances, ChannelKeys, ChannelParams, Child, ChildError, Commitment, CommitmentSpec,
    Disclosure, InputSignature, LabelledTx, build_commitment, complete_commitment,
    complete_revocable_delivery, presign_revocable_delivery, sign_commitment, verify_commitment,
    verify_revocable_delivery,
};

use crate::fault::{Bug, Fault, Invalid};
use crate::message::CommitmentSignatures;

/// A commitment that lacks nothing but this side's own signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HeldCommitment {
    spec: CommitmentSpec,
    signature: InputSignature,
    revocable_delivery: Option<InputSignature>,
}

impl HeldCommitment {
    /// Checks the other side's signatures on this side's commitment.
    pub(crate) fn verify(
        params: &ChannelParams,
        spec: CommitmentSpec,
        funding: OutPoint,
        signatures: &CommitmentSignatures,
    ) -> Result<Self, Fault> {
        let CommitmentSignatures {
            revocable_delivery,
            commitment: signature,
        } = signatures;
        let commitment = build_commitment(params, &spec, funding)?;
        let needed = params.dialect == Dialect::Noinput && commitment.rsmc.is_some();
        match (needed, revocable_delivery) {
            (true, None) => return Err(Invalid::MissingSignature.into()),
            (false, Some(_)) => return Err(Invalid::SurplusSignature.into()),
            (true, Some(_)) | (false, None) => {}
        }
        verify_revocable_delivery(params, &spec, &commitment, revocable_delivery.as_ref())
            .map_err(|error| match error {
                ChildError::Build(error) => Fault::from(error),
                ChildError::Key(error) => Fault::from(error),
                ChildError::Signature(_) | ChildError::Preimage => {
                    Invalid::RevocableDeliverySignature.into()
                }
            })?;
        verify_commitment(params, &commitment, spec.holder.other(), signature)
            .map_err(|_| Invalid::CommitmentSignature)?;
        Ok(Self {
            spec,
            signature: *signature,
            revocable_delivery: *revocable_delivery,
        })
    }

    pub(crate) const fn number(&self) -> u64 {
        self.spec.number
    }

    pub(crate) const fn balances(&self) -> Balances {
        self.spec.balances
    }

    pub(crate) const fn spec(&self) -> &CommitmentSpec {
        &self.spec
    }

    pub(crate) const fn label(&self) -> Label {
        Label::new(Kind::Commitment, self.spec.number, self.spec.holder)
    }

    /// The commitment of `funding`, without signatures.
    pub(crate) fn commitment(
        &self,
        params: &ChannelParams,
        funding: OutPoint,
    ) -> Result<Commitment, Fault> {
        Ok(build_commitment(params, &self.spec, funding)?)
    }

    /// The commitment of `funding`, fully signed.
    pub(crate) fn complete(
        &self,
        params: &ChannelParams,
        keys: &ChannelKeys,
        funding: OutPoint,
    ) -> Result<LabelledTx, Fault> {
        let commitment = self.commitment(params, funding)?;
        let signed = verify_commitment(
            params,
            &commitment,
            self.spec.holder.other(),
            &self.signature,
        )?;
        Ok(complete_commitment(params, &signed, keys.funding())?)
    }

    /// The revocable delivery of this commitment as it is on chain; `None` if the balance is dust.
    pub(crate) fn revocable_delivery(
        &self,
        params: &ChannelParams,
        keys: &mut ChannelKeys,
        commitment: &Commitment,
    ) -> Result<Option<Child>, Fault> {
        let signature = self.revocable_delivery.as_ref();
        let presigned = match verify_revocable_delivery(params, &self.spec, commitment, signature) {
            Ok(presigned) => presigned,
            // Another version of the number, which lost a collision: not the one that is held.
            Err(ChildError::Signature(_)) => None,
            Err(error) => return Err(error.into()),
        };
        let Some(presigned) = presigned else {
            return Ok(None);
        };
        let own = keys.own_rsmc(self.spec.number)?;
        let child =
            complete_revocable_delivery(params, &self.spec, &presigned, &own, keys.delivery())?;
        Ok(Some(child))
    }
}

/// Signs the other side's revocable delivery and commitment.
pub(crate) fn sign_for_other(
    params: &ChannelParams,
    keys: &ChannelKeys,
    spec: &CommitmentSpec,
    funding: OutPoint,
) -> Result<CommitmentSignatures, Fault> {
    let commitment = build_commitment(params, spec, funding)?;
    let counter = keys.counter_rsmc(spec.number)?;
    Ok(CommitmentSignatures {
        revocable_delivery: presign_revocable_delivery(params, spec, &commitment, &counter)?,
        commitment: sign_commitment(params, &commitment, keys.funding())?,
    })
}

/// Revokes the commitment before `successor`: this cannot be undone.
pub(crate) fn disclose(
    keys: &mut ChannelKeys,
    successor: &HeldCommitment,
) -> Result<Disclosure, Fault> {
    let revoked = successor
        .number()
        .checked_sub(1)
        .ok_or(Bug::NoKeys { number: 0 })?;
    Ok(keys.disclosure(revoked)?)
}

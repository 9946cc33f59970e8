//! Subject `htlc-life`: one HTLC in several commitments.

use std::collections::{BTreeMap, BTreeSet};

use leyden_labels::{Dialect, Kind, Label, Side};
use leyden_tx::{Htlc, HtlcKey, presign_htlc_child};

use super::ComputeError;
use super::channel::Channel;
use super::children::{Built, Unsigned, build, claimant};
use super::commitment::Parent;
use crate::model::inputs::{Commitment, Construction, HtlcLife};
use crate::trace::Trace;

pub(crate) fn show(trace: &mut Trace, inputs: &HtlcLife) -> Result<(), ComputeError> {
    let channel = Channel::new(&inputs.channel)?;
    channel.show_lasting_keys(trace);
    channel.show_htlc_keys(trace, inputs.htlc, &HtlcKey::ALL)?;
    let mut order = Vec::new();
    let mut digests: BTreeMap<Label, BTreeSet<[u8; 32]>> = BTreeMap::new();
    for state in &inputs.commitments {
        for holder in Side::BOTH {
            let inputs_of = Commitment {
                construction: Construction::Revocable,
                number: state.number,
                holder: Some(holder),
                balances_sat: state.balances_sat,
                htlcs: state.htlcs.clone(),
            };
            let parent = Parent::new(&channel, &inputs_of, inputs.funding.into())?;
            let prefix = format!("{}.", parent.built.label);
            trace.inside(&prefix, |trace| {
                trace.txid("txid", parent.built.tx.compute_txid());
                trace.int("htlc_vout", parent.htlc_vout(inputs.htlc)?);
                let htlc = parent.htlc(inputs.htlc)?;
                for (label, digest) in show_presigned(trace, &parent, htlc, holder)? {
                    if !order.contains(&label) {
                        order.push(label);
                    }
                    digests.entry(label).or_default().insert(digest);
                }
                Ok::<_, ComputeError>(())
            })?;
        }
    }
    for label in order {
        let count = digests.get(&label).map_or(0, BTreeSet::len);
        let count = i128::try_from(count).unwrap_or_default();
        trace.int(&format!("distinct.{label}"), count).result();
    }
    Ok(())
}

/// The children of one HTLC that are signed in advance, in the order of the paper's figures.
fn presigned(dialect: Dialect, htlc: &Htlc, holder: Side) -> Vec<Kind> {
    let kinds = htlc.on(
        holder,
        [
            Kind::HtlcExecutionDelivery,
            Kind::HtlcTimeout,
            Kind::HtlcTimeoutRevocableDelivery,
        ],
        [
            Kind::HtlcTimeoutDelivery,
            Kind::HtlcExecution,
            Kind::HtlcExecutionRevocableDelivery,
        ],
    );
    let delayed = |kind: &Kind| {
        matches!(
            kind,
            Kind::HtlcTimeoutRevocableDelivery | Kind::HtlcExecutionRevocableDelivery
        )
    };
    // csv: the lock is in the script, nobody signs ahead.
    let kept = |kind: &Kind| dialect == Dialect::Noinput || !delayed(kind);
    kinds.into_iter().filter(kept).collect()
}

/// Shows what is signed in advance of one HTLC on one commitment.
pub(crate) fn show_presigned(
    trace: &mut Trace,
    parent: &Parent<'_>,
    htlc: &Htlc,
    holder: Side,
) -> Result<Vec<(Label, [u8; 32])>, ComputeError> {
    let mut digests = Vec::new();
    for kind in presigned(parent.channel.dialect(), htlc, holder) {
        let label = Label::new(kind, htlc.number, holder);
        let built = build(parent, label, None)?;
        let signer = claimant(kind, htlc, holder).other();
        let signature = presign(parent, htlc, &built, signer)?;
        let digest = trace.inside(&format!("{label}."), |trace| {
            show_one(trace, &built, signer, &signature)
        })?;
        digests.push((label, digest));
    }
    Ok(digests)
}

fn presign(
    parent: &Parent<'_>,
    htlc: &Htlc,
    built: &Built,
    signer: Side,
) -> Result<Vec<u8>, ComputeError> {
    let Unsigned::Htlc(child) = &built.unsigned else {
        return Err(ComputeError::Inputs("this is not signed in advance"));
    };
    let secrets = parent.channel.htlc_secrets(htlc.number)?;
    let params = &parent.channel.params;
    let signature = presign_htlc_child(params, child, secrets.get(signer))?;
    let signature = signature.ok_or(ComputeError::Inputs("this is not signed in advance"))?;
    Ok(signature.to_bytes())
}

/// Digest, who signs, signature.
pub(crate) fn show_one(
    trace: &mut Trace,
    built: &Built,
    signer: Side,
    signature: &[u8],
) -> Result<[u8; 32], ComputeError> {
    let tx = &built.unsigned.child().tx;
    let digest = built.spend.digest(tx, 0)?;
    let key = built.spend.signer(signer)?;
    let own = built.spend.sign(tx, 0, &key.secret)?.to_bytes();
    if own != signature {
        return Err(ComputeError::Inputs(
            "a pre-signature is not over its digest",
        ));
    }
    trace.hex("digest", &digest);
    trace.text("signer", signer.to_string());
    let public = key.public_name.as_deref().unwrap_or_default();
    trace.signature("signature", signature, "digest", public);
    Ok(digest)
}

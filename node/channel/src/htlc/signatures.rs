//! Which signatures an update needs for its HTLCs, in which message.
//!
//! §4.4: the signatures of HTLCs are exchanged *before* those of the commitments. For each side's
//! commitment n+1, what the other side needs of it must be in its hands before it signs:
//!
//! | message | from | `noinput`, for each HTLC added | `csv`, for each HTLC carried |
//! |---|---|---|---|
//! | `consent` | q, the receiver of what is added | HT, HTRD, HTD | HED or HTD of C{n+1}q |
//! | `propose` | p, its sender | HED, HE, HERD | HED or HTD of C{n+1}p; HT or HE of C{n+1}q |
//! | `answer` | q | – | HT or HE of C{n+1}p |

use leyden_labels::{Dialect, Kind, Label, PerSide, Side};
use leyden_tx::{
    ChannelKeys, ChannelParams, Commitment, Htlc, HtlcChild, HtlcStage, build_htlc_execution,
    build_htlc_execution_delivery, build_htlc_execution_revocable_delivery, build_htlc_timeout,
    build_htlc_timeout_delivery, build_htlc_timeout_revocable_delivery, presign_htlc_child,
    verify_htlc_child,
};

use bitcoin::OutPoint;

use super::Presigned;
use super::ledger::Batch;
use crate::fault::{Bug, Fault, Invalid};
use crate::message::HtlcSignature;

/// The message that carries the signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leg {
    Consent,
    Propose,
    Answer,
}

/// A batch as two commitments.
#[derive(Clone, Copy)]
pub(crate) struct Pair<'a> {
    pub(crate) params: &'a ChannelParams,
    pub(crate) number: u64,
    pub(crate) batch: &'a Batch,
    pub(crate) commitments: &'a PerSide<Commitment>,
}

impl Pair<'_> {
    /// The signatures of `leg`, made by `signer`.
    pub(crate) fn sign(
        &self,
        leg: Leg,
        signer: Side,
        keys: &ChannelKeys,
    ) -> Result<Vec<HtlcSignature>, Fault> {
        let mut signatures = Vec::new();
        for (htlc, label) in self.needed(leg, signer) {
            let child = self.child(htlc, label)?;
            let secrets = keys.htlc(htlc.number)?;
            let signature = presign_htlc_child(self.params, &child, &secrets)?;
            let signature = signature.ok_or(Bug::NothingToSign { label })?;
            signatures.push(HtlcSignature { label, signature });
        }
        Ok(signatures)
    }

    /// Checks that `given` are exactly the signatures of `leg`, made by `signer`, and keeps them.
    pub(crate) fn verify(
        &self,
        leg: Leg,
        signer: Side,
        given: &[HtlcSignature],
        presigned: &mut Presigned,
    ) -> Result<(), Fault> {
        let needed = self.needed(leg, signer);
        let same = needed.len() == given.len()
            && needed
                .iter()
                .zip(given)
                .all(|((_, label), given)| *label == given.label);
        if !same {
            return Err(Invalid::HtlcSignatures {
                expected: needed.len(),
                got: given.len(),
            }
            .into());
        }
        for ((htlc, label), given) in needed.into_iter().zip(given) {
            let child = self.child(htlc, label)?;
            verify_htlc_child(self.params, child, Some(&given.signature))
                .map_err(|_| Invalid::HtlcSignature { label })?;
            presigned.insert(self.params.dialect, self.number, label, given.signature);
        }
        Ok(())
    }

    fn needed(&self, leg: Leg, signer: Side) -> Vec<(&Htlc, Label)> {
        let carried = self.batch.ledger.htlcs.values();
        match self.params.dialect {
            Dialect::Noinput => {
                let is_new = |htlc: &&Htlc| {
                    let mut added = self.batch.added.iter();
                    added.any(|(number, _)| *number == htlc.number)
                };
                let labels = |htlc: &Htlc| match leg {
                    Leg::Consent | Leg::Propose => once(htlc, signer),
                    Leg::Answer => Vec::new(),
                };
                let added = carried.filter(is_new);
                let each = added.flat_map(|htlc| pairs(htlc, labels(htlc)));
                each.collect()
            }
            Dialect::Csv => {
                let labels = |htlc: &Htlc| match leg {
                    Leg::Consent => vec![delivery(htlc, signer)],
                    Leg::Propose => vec![delivery(htlc, signer), contract(htlc, signer.other())],
                    Leg::Answer => vec![contract(htlc, signer.other())],
                };
                carried.flat_map(|htlc| pairs(htlc, labels(htlc))).collect()
            }
        }
    }

    fn child(&self, htlc: &Htlc, label: Label) -> Result<HtlcChild, Fault> {
        let holder = label.side().unwrap_or(Side::A);
        htlc_child(self.params, self.commitments.get(holder), htlc, label)
    }
}

fn pairs(htlc: &Htlc, labels: Vec<Label>) -> impl Iterator<Item = (&Htlc, Label)> {
    labels.into_iter().map(move |label| (htlc, label))
}

/// `noinput`: all that `signer` ever signs for an HTLC.
fn once(htlc: &Htlc, signer: Side) -> Vec<Label> {
    let label = |kind, holder| Label::new(kind, htlc.number, holder);
    let (sender, receiver) = (htlc.sender, htlc.receiver());
    if signer == receiver {
        vec![
            label(Kind::HtlcTimeout, sender),
            label(Kind::HtlcTimeoutRevocableDelivery, sender),
            label(Kind::HtlcTimeoutDelivery, receiver),
        ]
    } else {
        vec![
            label(Kind::HtlcExecutionDelivery, sender),
            label(Kind::HtlcExecution, receiver),
            label(Kind::HtlcExecutionRevocableDelivery, receiver),
        ]
    }
}

/// How the other side takes the HTLC on `holder`'s commitment: `holder` signs.
pub(crate) fn delivery(htlc: &Htlc, holder: Side) -> Label {
    let kind = htlc.on(
        holder,
        Kind::HtlcExecutionDelivery,
        Kind::HtlcTimeoutDelivery,
    );
    Label::new(kind, htlc.number, holder)
}

/// How `holder` takes the HTLC on its own commitment: the other side signs.
pub(crate) fn contract(htlc: &Htlc, holder: Side) -> Label {
    let kind = htlc.on(holder, Kind::HtlcTimeout, Kind::HtlcExecution);
    Label::new(kind, htlc.number, holder)
}

/// The child that `label` names, unsigned. A second-stage one only as `noinput` signs it, for no
/// particular outpoint.
pub(crate) fn htlc_child(
    params: &ChannelParams,
    commitment: &Commitment,
    htlc: &Htlc,
    label: Label,
) -> Result<HtlcChild, Fault> {
    let holder = label.side().unwrap_or(Side::A);
    let stage = || HtlcStage::new(params, htlc, holder, OutPoint::null());
    Ok(match label.kind() {
        Kind::HtlcExecutionDelivery => build_htlc_execution_delivery(params, commitment, htlc)?,
        Kind::HtlcTimeout => build_htlc_timeout(params, commitment, htlc)?,
        Kind::HtlcTimeoutDelivery => build_htlc_timeout_delivery(params, commitment, htlc)?,
        Kind::HtlcExecution => build_htlc_execution(params, commitment, htlc)?,
        Kind::HtlcTimeoutRevocableDelivery => {
            build_htlc_timeout_revocable_delivery(params, htlc, &stage())
        }
        Kind::HtlcExecutionRevocableDelivery => {
            build_htlc_execution_revocable_delivery(params, htlc, &stage())
        }
        Kind::Funding
        | Kind::SharedCommitment
        | Kind::Commitment
        | Kind::Delivery
        | Kind::RevocableDelivery
        | Kind::BreachRemedy
        | Kind::ExerciseSettlement
        | Kind::FeeBump
        | Kind::HtlcTimeoutBreachRemedy
        | Kind::HtlcExecutionBreachRemedy
        | Kind::HtlcBreachRemedy => return Err(Bug::NothingToSign { label }.into()),
    })
}

//! The paper's names of the channel's transactions.

use bitcoin::absolute::LockTime;
use bitcoin::{OutPoint, Transaction};
use leyden_labels::{Kind, Label, Side};
use leyden_tx::{ChannelKeys, Htlc, HtlcStage, preimage_in};

use super::place::{Place, of_child, of_commitment};
use super::recognise::{Spend, recognise};
use super::view::{Role, View};
use crate::fault::Fault;
use crate::live::Live;

/// The paper's name of a transaction of this channel.
pub(crate) fn label_of(
    live: &Live,
    keys: &mut ChannelKeys,
    view: &View,
    tx: &Transaction,
) -> Result<Option<Label>, Fault> {
    let txid = tx.compute_txid();
    if live
        .funding
        .iter()
        .any(|known| known.compute_txid() == txid)
    {
        return Ok(Some(Label::FUNDING));
    }
    let mut inputs = tx.input.iter().map(|input| input.previous_output);
    if inputs.any(|outpoint| outpoint == live.expected) {
        return spend_label(live, keys, tx);
    }
    match view.role(tx, &live.matcher()) {
        Some(Role::Funding { .. }) => Ok(Some(Label::FUNDING)),
        Some(Role::Spend) => spend_label(live, keys, tx),
        Some(Role::Child | Role::Stage | Role::Conflict) | None => {
            child_label(live, keys, view, tx)
        }
    }
}

fn spend_label(
    live: &Live,
    keys: &mut ChannelKeys,
    tx: &Transaction,
) -> Result<Option<Label>, Fault> {
    Ok(match recognise(live, keys, tx)? {
        Spend::Commitment(found) => Some(found.commitment.label),
        Spend::Settlement => Some(Label::SETTLEMENT),
        Spend::Unknown => None,
    })
}

fn child_label(
    live: &Live,
    keys: &mut ChannelKeys,
    view: &View,
    tx: &Transaction,
) -> Result<Option<Label>, Fault> {
    let mut bump = None;
    for (index, input) in tx.input.iter().enumerate() {
        let Some(place) = place(live, keys, view, input.previous_output)? else {
            continue;
        };
        let named = |kind, of: Label| Label::new(kind, of.number(), of.side().unwrap_or(Side::A));
        let delayed = input.sequence.0 == u32::from(live.terms.params.delay.blocks());
        return Ok(Some(match place {
            Place::Anchor(of) => {
                bump = Some(named(Kind::FeeBump, of));
                continue;
            }
            Place::Delivery(of) => named(Kind::Delivery, of),
            Place::Rsmc(of) if delayed => named(Kind::RevocableDelivery, of),
            Place::Rsmc(of) => named(Kind::BreachRemedy, of),
            Place::Htlc { htlc, holder } => {
                let kind = htlc_kind(live, &htlc, holder, tx, index);
                Label::new(kind, htlc.number, holder)
            }
            Place::Stage { htlc, holder } => {
                Label::new(stage_kind(&htlc, holder, delayed), htlc.number, holder)
            }
        }));
    }
    Ok(bump)
}

fn place(
    live: &Live,
    keys: &mut ChannelKeys,
    view: &View,
    outpoint: OutPoint,
) -> Result<Option<Place>, Fault> {
    if let Some(parent) = parent_of(live, view, outpoint)?
        && let Spend::Commitment(found) = recognise(live, keys, &parent)?
    {
        return Ok(of_commitment(&found, outpoint.vout));
    }
    of_child(live, keys, view, outpoint)
}

/// What spends an HTLC's output with its input `index`.
fn htlc_kind(live: &Live, htlc: &Htlc, holder: Side, tx: &Transaction, index: usize) -> Kind {
    let stage = HtlcStage::new(&live.terms.params, htlc, holder, OutPoint::null());
    let pays_stage = tx.output.get(index) == Some(stage.coin());
    let witness = tx.input.get(index).map(|input| &input.witness);
    let shows_preimage = witness.is_some_and(|witness| preimage_in(witness, &htlc.hash).is_some());
    let waited = tx.lock_time == LockTime::Blocks(htlc.expiry);
    if pays_stage {
        htlc.on(holder, Kind::HtlcTimeout, Kind::HtlcExecution)
    } else if shows_preimage {
        htlc.on(holder, Kind::HtlcExecutionDelivery, Kind::HtlcExecution)
    } else if waited {
        htlc.on(holder, Kind::HtlcTimeout, Kind::HtlcTimeoutDelivery)
    } else {
        Kind::HtlcBreachRemedy
    }
}

fn stage_kind(htlc: &Htlc, holder: Side, delayed: bool) -> Kind {
    if delayed {
        htlc.on(
            holder,
            Kind::HtlcTimeoutRevocableDelivery,
            Kind::HtlcExecutionRevocableDelivery,
        )
    } else {
        htlc.on(
            holder,
            Kind::HtlcTimeoutBreachRemedy,
            Kind::HtlcExecutionBreachRemedy,
        )
    }
}

/// The commitment that `outpoint` is of: seen, or an own one not broadcast yet.
fn parent_of(live: &Live, view: &View, outpoint: OutPoint) -> Result<Option<Transaction>, Fault> {
    if let Some(seen) = view.find(outpoint.txid) {
        return Ok(Some(seen.clone()));
    }
    let funding = live.funding_outpoint(view);
    for held in core::iter::once(&live.held).chain(live.archive.values()) {
        let tx = held.commitment(&live.terms.params, funding)?.tx;
        if tx.compute_txid() == outpoint.txid {
            return Ok(Some(tx));
        }
    }
    Ok(None)
}

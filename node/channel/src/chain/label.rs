//! The paper's names of the channel's transactions.

use bitcoin::{OutPoint, Transaction};
use leyden_labels::{Kind, Label, Side};
use leyden_tx::{ChannelKeys, Commitment};

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
        Some(Role::Child | Role::Conflict) | None => child_label(live, keys, view, tx),
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
    for input in &tx.input {
        let outpoint = input.previous_output;
        let Some(parent) = parent_of(live, view, outpoint)? else {
            continue;
        };
        let Spend::Commitment(found) = recognise(live, keys, &parent)? else {
            continue;
        };
        let Commitment {
            label,
            delivery,
            anchor_vout,
            ..
        } = found.commitment;
        let side = label.side().unwrap_or(Side::A);
        let delay = u32::from(live.terms.params.delay.blocks());
        let kind = if outpoint.vout == anchor_vout {
            bump = Some(Label::new(Kind::FeeBump, label.number(), side));
            continue;
        } else if delivery.is_some_and(|delivery| delivery.vout == outpoint.vout) {
            Kind::Delivery
        } else if input.sequence.0 == delay {
            Kind::RevocableDelivery
        } else {
            Kind::BreachRemedy
        };
        return Ok(Some(Label::new(kind, label.number(), side)));
    }
    Ok(bump)
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

//! Which output of the channel an outpoint is.

use bitcoin::OutPoint;
use leyden_labels::{Label, Side};
use leyden_tx::{ChannelKeys, Htlc, HtlcStage};

use super::recognise::{Found, Spend, recognise};
use super::view::View;
use crate::fault::Fault;
use crate::live::Live;

/// An output of a commitment, or of a transaction that spends one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The holder's balance.
    Rsmc(Label),
    /// The other side's balance.
    Delivery(Label),
    /// The anchor.
    Anchor(Label),
    /// An HTLC, on this side's commitment.
    Htlc { htlc: Htlc, holder: Side },
    /// `HT:0` or `HE:0`, of this side's commitment.
    Stage { htlc: Htlc, holder: Side },
}

/// Whose commitment was found.
pub(super) fn holder(found: &Found) -> Side {
    found.commitment.label.side().unwrap_or(Side::A)
}

/// The HTLC of one of a commitment's outputs.
pub(super) fn htlc_at(found: &Found, vout: u32) -> Option<&Htlc> {
    let mut outputs = found.commitment.htlcs.iter();
    let output = outputs.find(|output| output.vout == vout)?;
    let mut htlcs = found.spec.as_ref()?.htlcs.iter();
    htlcs.find(|htlc| htlc.number == output.number)
}

/// What an output of a commitment is.
pub(super) fn of_commitment(found: &Found, vout: u32) -> Option<Place> {
    let commitment = &found.commitment;
    let label = commitment.label;
    if vout == commitment.anchor_vout {
        return Some(Place::Anchor(label));
    }
    if commitment
        .delivery
        .is_some_and(|output| output.vout == vout)
    {
        return Some(Place::Delivery(label));
    }
    if let Some(htlc) = htlc_at(found, vout) {
        return Some(Place::Htlc {
            htlc: htlc.clone(),
            holder: holder(found),
        });
    }
    let is_rsmc = commitment
        .rsmc
        .as_ref()
        .is_none_or(|output| output.vout == vout);
    is_rsmc.then_some(Place::Rsmc(label))
}

/// What a confirmed child pays on, if that has to wait.
pub(super) fn of_child(
    live: &Live,
    keys: &mut ChannelKeys,
    view: &View,
    outpoint: OutPoint,
) -> Result<Option<Place>, Fault> {
    let Some(child) = view.child(outpoint.txid) else {
        return Ok(None);
    };
    for (vout, input) in (0u32..).zip(&child.input) {
        if vout != outpoint.vout {
            continue;
        }
        let parent = input.previous_output;
        let Some(commitment) = view.find(parent.txid) else {
            continue;
        };
        let Spend::Commitment(found) = recognise(live, keys, commitment)? else {
            continue;
        };
        let Some(htlc) = htlc_at(&found, parent.vout) else {
            continue;
        };
        let holder = holder(&found);
        let stage = HtlcStage::new(&live.terms.params, htlc, holder, outpoint);
        let paid = usize::try_from(vout)
            .ok()
            .and_then(|vout| child.output.get(vout));
        if paid == Some(stage.coin()) {
            let htlc = htlc.clone();
            return Ok(Some(Place::Stage { htlc, holder }));
        }
    }
    Ok(None)
}

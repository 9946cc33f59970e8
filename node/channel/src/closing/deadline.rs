//! When an HTLC does not wait any longer (§4.4, last paragraph; §9.1).

use leyden_tx::Htlc;

use crate::context::Context;
use crate::htlc::{Outcome, Phase, Record};
use crate::live::Live;

/// The HTLC for which this side has to go on chain so that the next blocks can hold what it needs.
///
/// One that it receives, and whose R it knows: `margin` blocks before the expiry, for its commitment and
/// then `HE` must be in blocks before `HTD` can be. One that it sends: when `HT` can be in the next
/// block, "shortly after her timeout is valid".
pub(super) fn overdue<'a>(cx: &Context<'_>, live: &'a Live) -> Option<&'a Htlc> {
    let margin = cx.config.margin?;
    cx.view.funding()?;
    let next = cx.view.next_height();
    let is_overdue = |record: &&Record| {
        let expiry = record.htlc.expiry.to_consensus_u32();
        if record.is_outgoing(cx.local()) {
            let is_over = matches!(record.phase, Phase::Ended(_));
            return !is_over && next > expiry;
        }
        let can_take = record.preimage.is_some() && is_wanted(record.phase);
        can_take && next.saturating_add(margin) > expiry
    };
    let overdue = live.records.values().find(is_overdue);
    overdue.map(|record| &record.htlc)
}

/// Whether its receiver still has to take it.
const fn is_wanted(phase: Phase) -> bool {
    match phase {
        Phase::Pending | Phase::Live | Phase::Ending(Outcome::Settled) => true,
        Phase::Ending(Outcome::Failed(_)) | Phase::Ended(_) => false,
    }
}

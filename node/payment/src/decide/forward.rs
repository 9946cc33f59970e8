//! An HTLC that is to be passed on (§8.1).

use leyden_channel::{FailReason, Hop, NewHtlc, Onward};

use super::Verdict;
use super::facts::{Facts, Incoming, Sent};
use super::fate::Fate;
use super::steps::Steps;

/// What to do with it.
pub(super) enum Onwards {
    /// Pass it on.
    Add { channel: u32, htlc: NewHtlc },
    /// What came in ends, or waits.
    End(Verdict),
}

/// What to do with an HTLC to this node whose next hop is `hop`.
pub(super) fn judge(
    facts: &Facts<'_>,
    steps: &Steps<'_>,
    incoming: &Incoming<'_>,
    hop: &Hop,
) -> Onwards {
    let sent = facts.passed_on(incoming.origin);
    if let Some(verdict) = answered(facts, incoming, sent) {
        return Onwards::End(verdict);
    }
    // Nothing new where nothing can be ended: neither a channel that closes, nor an HTLC that is not final.
    if !incoming.can_end() {
        return Onwards::End(Verdict::Wait);
    }
    let passed = check(facts, incoming, hop)
        .and_then(|()| channel(steps, sent, hop))
        .map(|channel| Onwards::Add {
            channel,
            htlc: next(incoming, hop),
        });
    passed.unwrap_or_else(|reason| Onwards::End(Verdict::Fail(reason)))
}

/// What the HTLC that passes it on says; `None` if there is none but refusals.
fn answered(facts: &Facts<'_>, incoming: &Incoming<'_>, sent: &[Sent<'_>]) -> Option<Verdict> {
    let sent = sent
        .iter()
        .filter(|sent| !matches!(sent.fate, Fate::Refused(_)));
    let mut reason = None;
    for Sent { fate, .. } in sent {
        if fate.may_bring_r()
            && let Some(preimage) = facts.known(incoming.view.hash)
        {
            return Some(Verdict::Take(preimage.clone()));
        }
        match fate.reason() {
            Some(why) => reason = Some(why),
            // While it can still be taken with R, nothing goes back.
            None => return Some(Verdict::Wait),
        }
    }
    reason.map(Verdict::Fail)
}

/// What the node asks of an HTLC before it passes it on.
fn check(facts: &Facts<'_>, incoming: &Incoming<'_>, hop: &Hop) -> Result<(), FailReason> {
    let (node, view) = (facts.node, incoming.view);
    if facts.known(view.hash).is_some() || node.book.invoice(view.hash).is_some() {
        return Err(FailReason::HashReused);
    }
    let stays = view
        .amount
        .to_signed()
        .ok()
        .zip(hop.amount.to_signed().ok());
    let stays = stays.and_then(|(comes, goes)| comes.checked_sub(goes));
    if stays.is_none_or(|stays| stays < node.policy.fee) {
        return Err(FailReason::WrongAmount);
    }
    if facts.left(view.expiry) > node.policy.most_blocks {
        return Err(FailReason::ExpiryTooFar);
    }
    let between = view
        .expiry
        .to_consensus_u32()
        .checked_sub(hop.expiry.to_consensus_u32());
    if between.is_none_or(|between| between < node.policy.delta)
        || facts.left(hop.expiry) < node.policy.least_blocks.max(1)
    {
        return Err(FailReason::ExpiryTooSoon);
    }
    Ok(())
}

/// The first channel with the next node that has room, and has not refused already.
fn channel(steps: &Steps<'_>, refused: &[Sent<'_>], hop: &Hop) -> Result<u32, FailReason> {
    let mut channels = steps.channels_with(&hop.to).peekable();
    if channels.peek().is_none() {
        return Err(FailReason::UnknownNextHop);
    }
    channels
        .filter(|channel| refused.iter().all(|sent| sent.channel != *channel))
        .find(|channel| steps.has_room(*channel, [hop.amount]))
        .ok_or(FailReason::NoCapacity)
}

/// The HTLC that passes it on.
fn next(incoming: &Incoming<'_>, hop: &Hop) -> NewHtlc {
    NewHtlc {
        amount: hop.amount,
        hash: incoming.view.hash,
        expiry: hop.expiry,
        onward: Onward {
            hops: incoming.view.onward.hops.iter().skip(1).cloned().collect(),
            total: incoming.view.onward.total,
        },
        origin: Some(incoming.origin),
    }
}

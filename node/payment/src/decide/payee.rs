//! An HTLC that ends here: a payment to this node, or its own money on the way back.

use bitcoin::Amount;
use leyden_channel::{FailReason, HtlcState};
use leyden_tx::PaymentHash;

use super::Verdict;
use super::facts::{Facts, Incoming};
use super::fate::{Fate, is_buried};
use super::steps::Steps;
use crate::book::{Invoice, Outcome, Release};
use crate::decision::Decision;

/// What to do with an HTLC to this node that has no next hop.
pub(super) fn judge(facts: &Facts<'_>, incoming: &Incoming<'_>) -> Verdict {
    match facts.node.book.invoice(incoming.view.hash) {
        Some(invoice) => asked_for(facts, incoming, invoice),
        None => way_back(facts, incoming),
    }
}

/// A part of a payment that this node asked for. All parts are taken, or none (§8.1, §8.2).
fn asked_for(facts: &Facts<'_>, incoming: &Incoming<'_>, invoice: &Invoice) -> Verdict {
    let view = incoming.view;
    if view.onward.total != invoice.amount {
        return Verdict::Fail(FailReason::WrongAmount);
    }
    if is_paid(facts, view.hash, invoice) {
        return Verdict::Fail(FailReason::HashReused);
    }
    // R is out: all that depends on it is taken, whatever was wanted before.
    if let Some(preimage) = facts.known(view.hash) {
        return Verdict::Take(preimage.clone());
    }
    if invoice.release == Release::Refused || is_sent_back(facts, view.hash) {
        return Verdict::Fail(FailReason::Cancelled);
    }
    match (facts.check_final_expiry(view.expiry), invoice.release) {
        (Err(FailReason::ExpiryTooSoon), Release::Held) => Verdict::Fail(FailReason::Cancelled),
        (Err(reason), _) => Verdict::Fail(reason),
        (Ok(()), Release::AtOnce) if facts.live(view.hash) >= invoice.amount => {
            Verdict::Take(invoice.preimage.clone())
        }
        (Ok(()), Release::AtOnce | Release::Held | Release::Refused) => Verdict::Wait,
    }
}

/// Whether this node pays on the hash of its own invoice: the way back of figure 18, on which R
/// must stay secret.
fn is_sent_back(facts: &Facts<'_>, hash: PaymentHash) -> bool {
    let payment = facts.node.book.payment(hash);
    payment.is_some_and(|payment| match payment.outcome() {
        Some(Outcome::Failed(_)) => false,
        Some(Outcome::Settled(_)) | None => true,
    })
}

/// An equal payment on the hash of an own one, in the opposite direction (§8.3, figure 18): it is
/// held, and taken only if R takes the own one.
fn way_back(facts: &Facts<'_>, incoming: &Incoming<'_>) -> Verdict {
    let view = incoming.view;
    let own = facts.own(view.hash);
    if let Some(preimage) = facts.known(view.hash) {
        return if own.iter().any(|sent| sent.fate.may_bring_r()) {
            Verdict::Take(preimage.clone())
        } else {
            Verdict::Fail(FailReason::HashReused)
        };
    }
    if own.is_empty() {
        return Verdict::Fail(FailReason::UnknownHash);
    }
    if own.iter().all(|sent| sent.fate != Fate::Out) {
        return Verdict::Fail(FailReason::Cancelled);
    }
    match facts.check_final_expiry(view.expiry) {
        Ok(()) => Verdict::Wait,
        Err(reason) => Verdict::Fail(reason),
    }
}

/// Says which payments to this node are complete.
pub(super) fn report(facts: &Facts<'_>, steps: &mut Steps<'_>) {
    for (hash, invoice) in facts.node.book.invoices() {
        let amount = received(facts, hash);
        if amount >= invoice.amount && facts.node.book.received(hash).is_none() {
            steps.event(Decision::Received { hash, amount });
        }
    }
}

fn is_paid(facts: &Facts<'_>, hash: PaymentHash, invoice: &Invoice) -> bool {
    facts.node.book.received(hash).is_some() || received(facts, hash) >= invoice.amount
}

/// What has come with this hash, for good.
fn received(facts: &Facts<'_>, hash: PaymentHash) -> Amount {
    let views = facts.incoming().map(|incoming| incoming.view);
    let taken = views.filter(|view| {
        view.hash == hash
            && view.onward.hops.is_empty()
            && match view.state {
                HtlcState::Settled => true,
                HtlcState::Executed { height } => is_buried(facts.node, height),
                HtlcState::Waiting
                | HtlcState::Pending
                | HtlcState::Live
                | HtlcState::Ending
                | HtlcState::Failed(_)
                | HtlcState::TimedOut { .. }
                | HtlcState::Missing { .. } => false,
            }
    });
    taken.fold(Amount::ZERO, |sum, view| {
        sum.checked_add(view.amount).unwrap_or(Amount::MAX)
    })
}

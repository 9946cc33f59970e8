//! The own payments: whole or none.

use std::collections::BTreeMap;

use bitcoin::Amount;
use leyden_channel::{FailReason, HtlcView};
use leyden_tx::PaymentHash;

use super::facts::Facts;
use super::fate::Fate;
use super::steps::Steps;
use crate::book::{OwnPayment, Part};
use crate::decision::Decision;

/// Sends the parts of the payments that are not over, and says which are.
pub(super) fn decide(facts: &Facts<'_>, steps: &mut Steps<'_>) {
    for (hash, payment) in facts.node.book.payments() {
        if payment.outcome().is_none() {
            go_on(facts, steps, hash, payment);
        }
    }
}

fn go_on(facts: &Facts<'_>, steps: &mut Steps<'_>, hash: PaymentHash, payment: &OwnPayment) {
    let parts = find(facts, hash, payment);
    let fates = || parts.iter().filter_map(|(_, fate)| *fate);
    let known = facts.known(hash);
    if let Some(preimage) = known
        && fates().any(Fate::may_bring_r)
    {
        let preimage = preimage.clone();
        steps.event(Decision::PaymentSettled { hash, preimage });
        return;
    }
    let unsent: Vec<&Part> = parts
        .iter()
        .filter_map(|(part, fate)| fate.is_none().then_some(*part))
        .collect();
    // When one part has failed, the payee never gets them all: no more are sent, the others come back.
    let failed = fates().find_map(Fate::reason);
    let checked = match (failed, known) {
        (Some(reason), _) => Err(reason),
        (None, Some(_)) => Err(FailReason::HashReused),
        (None, None) => check(facts, steps, &unsent),
    };
    match checked {
        Ok(()) => {
            for part in unsent {
                steps.add(part.channel, part.htlc.clone());
            }
        }
        Err(reason) => {
            if fates().all(|fate| fate != Fate::Out) {
                steps.event(Decision::PaymentFailed { hash, reason });
            }
        }
    }
}

/// The parts, each with what has become of its HTLC, if it was sent.
fn find<'a>(
    facts: &Facts<'a>,
    hash: PaymentHash,
    payment: &'a OwnPayment,
) -> Vec<(&'a Part, Option<Fate>)> {
    let parts = payment.parts();
    let found = parts.iter().enumerate().map(|(index, part)| {
        // Equal parts are as many HTLCs: it does not matter which is which.
        let equal_before = parts.iter().take(index).filter(|other| *other == part);
        let mut sent = facts
            .own(hash)
            .iter()
            .filter(|sent| sent.channel == part.channel && is_sent(sent.view, part));
        let fate = sent.nth(equal_before.count()).map(|sent| sent.fate);
        (part, fate)
    });
    found.collect()
}

fn is_sent(view: &HtlcView, part: &Part) -> bool {
    let htlc = &part.htlc;
    view.amount == htlc.amount && view.expiry == htlc.expiry && view.onward == htlc.onward
}

/// Whether all these parts can be sent.
fn check(facts: &Facts<'_>, steps: &Steps<'_>, unsent: &[&Part]) -> Result<(), FailReason> {
    let mut by_channel: BTreeMap<u32, Vec<Amount>> = BTreeMap::new();
    for part in unsent {
        if !facts.node.channels.contains_key(&part.channel) {
            return Err(FailReason::UnknownNextHop);
        }
        if facts.left(part.htlc.expiry) == 0 {
            return Err(FailReason::ExpiryTooSoon);
        }
        let amounts = by_channel.entry(part.channel).or_default();
        amounts.push(part.htlc.amount);
    }
    let fits = by_channel
        .into_iter()
        .all(|(channel, amounts)| steps.has_room(channel, amounts));
    if fits {
        Ok(())
    } else {
        Err(FailReason::NoCapacity)
    }
}

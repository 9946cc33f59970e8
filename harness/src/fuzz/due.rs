//! What an honest actor must have at the end, at the least.

use std::collections::BTreeMap;

use leyden_channel::{Event, HtlcState, HtlcView};
use leyden_tx::PaymentHash;

use crate::cell::Session;

use super::history::{Cast, Op};

/// What each side of a channel puts in.
const CONTRIBUTION: i64 = 50_000_000;
/// Blocks that are left to an actor to use R on chain.
const TIME_ENOUGH: u32 = 16;

/// What was promised to, and by, the actors, as far as the steps tell.
#[derive(Debug, Default)]
pub(super) struct Promises {
    /// By actor: what it has ordered to be paid outright.
    paid: BTreeMap<usize, i64>,
    /// Payments along the line that their sender accepted: from, to, amount, hash.
    routes: Vec<(usize, usize, i64, PaymentHash)>,
    /// Single HTLCs: from, to, amount, hash, expiry.
    singles: Vec<Single>,
}

#[derive(Debug)]
struct Single {
    from: usize,
    to: usize,
    sat: i64,
    secret: u32,
    hash: PaymentHash,
    expiry: u32,
    channel: usize,
    number: u64,
    /// R came in time, and its receiver did not give it back.
    owed: bool,
}

impl Promises {
    /// Takes note of a step that succeeded.
    pub(super) fn note(
        &mut self,
        op: &Op,
        session: &Session<'_>,
        hash: impl Fn(u32) -> PaymentHash,
    ) {
        match op {
            Op::Pay { channel, from, sat } => {
                let payer = Cast::party(*channel, *from);
                let paid = self.paid.entry(payer).or_default();
                *paid = paid.saturating_add(i64::from(*sat));
            }
            Op::Route {
                from,
                to,
                sat,
                secret,
                ..
            } => self
                .routes
                .push((*from, *to, i64::from(*sat), hash(*secret))),
            Op::Htlc {
                channel,
                from: side,
                sat,
                blocks,
                secret,
            } => {
                let (from, to) = (
                    Cast::party(*channel, *side),
                    Cast::party(*channel, side.other()),
                );
                let hash = hash(*secret);
                let views = htlcs(session, from, *channel);
                let view = views.iter().rev().find(|view| view.hash == hash);
                self.singles.push(Single {
                    from,
                    to,
                    sat: i64::from(*sat),
                    secret: *secret,
                    hash,
                    expiry: session.height().saturating_add(*blocks),
                    channel: *channel,
                    number: view.and_then(|view| view.number).unwrap_or(0),
                    owed: false,
                });
            }
            Op::Reveal { secret, to } => {
                let height = session.height();
                for single in self
                    .singles
                    .iter_mut()
                    .filter(|single| single.secret == *secret && single.to == *to)
                {
                    let views = htlcs(session, *to, single.channel);
                    let view = views.iter().find(|view| view.number == Some(single.number));
                    let live = view.is_some_and(|view| view.state == HtlcState::Live);
                    single.owed = live && height.saturating_add(TIME_ENOUGH) <= single.expiry;
                }
            }
            Op::Fail {
                channel, secret, ..
            } => {
                for single in &mut self.singles {
                    if single.channel == *channel && single.secret == *secret {
                        single.owed = false;
                    }
                }
            }
            Op::Release { .. }
            | Op::Refuse { .. }
            | Op::Settle { .. }
            | Op::Mine { .. }
            | Op::Reorg { .. }
            | Op::Crash { .. }
            | Op::CrashBefore { .. }
            | Op::Vanish { .. }
            | Op::VanishBefore { .. }
            | Op::Disconnect { .. }
            | Op::Close { .. }
            | Op::Cheat { .. }
            | Op::Tamper { .. }
            | Op::Lose { .. }
            | Op::Feerate { .. } => {}
        }
    }

    /// Takes note of a step that failed: what it began may go on all the same.
    pub(super) fn note_refused(
        &mut self,
        op: &Op,
        session: &Session<'_>,
        hash: impl Fn(u32) -> PaymentHash,
    ) {
        match op {
            // A lie or a crash somewhere else can end the step after the payment was ordered.
            // Nobody owes for certain what a failed `fail` may have given back.
            Op::Pay { .. } | Op::Route { .. } | Op::Htlc { .. } | Op::Fail { .. } => {
                self.note(op, session, hash);
            }
            Op::Release { .. }
            | Op::Refuse { .. }
            | Op::Reveal { .. }
            | Op::Settle { .. }
            | Op::Mine { .. }
            | Op::Reorg { .. }
            | Op::Crash { .. }
            | Op::CrashBefore { .. }
            | Op::Vanish { .. }
            | Op::VanishBefore { .. }
            | Op::Disconnect { .. }
            | Op::Close { .. }
            | Op::Cheat { .. }
            | Op::Tamper { .. }
            | Op::Lose { .. }
            | Op::Feerate { .. } => {}
        }
    }

    /// The least that an actor must have, in satoshi. What it has is more if a payment of its own was
    /// dropped, or if others gave it more than they owed.
    pub(super) fn due(&self, actor: usize, cast: &Cast, session: &Session<'_>) -> i64 {
        let own: Vec<usize> = channels_of(actor, cast);
        let parts = i64::try_from(own.len()).unwrap_or(0);
        let mut due = CONTRIBUTION.saturating_mul(parts);
        due = due.saturating_sub(self.paid.get(&actor).copied().unwrap_or(0));
        for channel in &own {
            due = due.saturating_add(received(session, actor, *channel));
        }
        for (from, to, sat, hash) in &self.routes {
            if *from == actor && has_spent(session, actor, &own, *hash) {
                due = due.saturating_sub(*sat);
            }
            if *to == actor && has_taken(session, actor, &own, *hash) {
                due = due.saturating_add(*sat);
            }
        }
        for single in &self.singles {
            if single.from == actor && has_spent(session, actor, &own, single.hash) {
                due = due.saturating_sub(single.sat);
            }
            if single.to == actor && single.owed {
                due = due.saturating_add(single.sat);
            }
        }
        due
    }
}

/// Whether an actor knows R of an HTLC that it sent, and that has not come back to it for good.
fn has_spent(session: &Session<'_>, actor: usize, own: &[usize], hash: PaymentHash) -> bool {
    own.iter().any(|channel| {
        let events = session.events(Cast::name(actor), Cast::channel(*channel));
        let came_back = |number: Option<u64>| {
            events.iter().any(|event| {
                matches!(event, Event::HtlcFailed { number: failed, .. } if Some(*failed) == number)
            })
        };
        let views = htlcs(session, actor, *channel);
        let mut mine = views
            .iter()
            .filter(|view| view.hash == hash && view.outgoing);
        mine.any(|view| view.preimage.is_some() && !came_back(view.number))
    })
}

/// Whether an actor knows R of an HTLC that it received.
fn has_taken(session: &Session<'_>, actor: usize, own: &[usize], hash: PaymentHash) -> bool {
    let views = own
        .iter()
        .flat_map(|channel| htlcs(session, actor, *channel));
    let mut mine = views.filter(|view| view.hash == hash && !view.outgoing);
    mine.any(|view| view.preimage.is_some())
}

/// The channels that an actor takes part in.
fn channels_of(actor: usize, cast: &Cast) -> Vec<usize> {
    let near = [actor.checked_sub(1), Some(actor)];
    near.into_iter()
        .flatten()
        .filter(|channel| *channel < cast.channels())
        .collect()
}

fn htlcs(session: &Session<'_>, actor: usize, channel: usize) -> Vec<HtlcView> {
    session.htlcs(Cast::name(actor), Cast::channel(channel))
}

/// Payments that are final to their receiver.
fn received(session: &Session<'_>, actor: usize, channel: usize) -> i64 {
    let events = session.events(Cast::name(actor), Cast::channel(channel));
    let mut sum: i64 = 0;
    for event in events {
        if let Event::PaymentReceived { amount, .. } = event {
            sum = sum.saturating_add(i64::try_from(amount.to_sat()).unwrap_or(i64::MAX));
        }
    }
    sum
}

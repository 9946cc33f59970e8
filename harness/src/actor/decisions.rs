//! What `leyden-payment` decides over all channels of an actor, and how it is carried out.
//!
//! R that an actor was told, or that an HTLC set aside showed, reaches every channel where it takes
//! something on chain; what happens off chain to HTLCs set aside is the steps' affair.

use std::collections::BTreeMap;

use leyden_bitcoind::Node as Bitcoind;
use leyden_channel::{Command, HtlcView, NewHtlc, Request, StateName};
use leyden_payment::{Decision, Node, Peer, decide};
use leyden_scenario::ChannelName;
use leyden_tx::{PaymentHash, PaymentPreimage};

use super::embedded::{Embedded, Seat, identity_of};
use super::failure::ActorFailure;
use super::mail::Mail;

/// More decisions in a row than this, with nobody else saying anything, is a loop.
const MAX_ROUNDS: u32 = 1_000;

impl Embedded {
    /// Does what is to be done about payments, until there is nothing more. Returns whether there was anything.
    pub(super) fn decide(
        &mut self,
        mail: &mut Mail,
        node: &Bitcoind,
    ) -> Result<bool, ActorFailure> {
        let mut worked = false;
        for _ in 0..MAX_ROUNDS {
            if !core::mem::take(&mut self.payments.changed) || self.is_asleep() {
                return Ok(worked);
            }
            let mut decisions = self.told_to_channels();
            if decisions.is_empty() {
                decisions = self.decisions()?;
            }
            for decision in decisions {
                worked = true;
                self.carry_out(&decision, mail, node)?;
            }
        }
        Err(self.refusal("restless", "its payments did not come to rest"))
    }

    /// R that it was told, or that an HTLC set aside showed, for the channels that lack it.
    fn told_to_channels(&self) -> Vec<Decision> {
        let all = || {
            self.seats
                .iter()
                .flat_map(|(name, seat)| seat.htlcs().iter().map(move |view| (name, view)))
        };
        let shown = all().filter(|(name, view)| self.payments.is_aside(name, view.hash));
        let shown = shown.filter_map(|(_, view)| view.preimage.as_ref());
        let known: BTreeMap<PaymentHash, &PaymentPreimage> = shown
            .map(|preimage| (preimage.hash(), preimage))
            .chain(
                self.payments
                    .told
                    .iter()
                    .map(|(hash, preimage)| (*hash, preimage)),
            )
            .collect();
        let lacking = all()
            .filter(|(_, view)| !view.outgoing && view.preimage.is_none() && view.number.is_some());
        let mut decisions: Vec<Decision> = Vec::new();
        for (name, view) in lacking {
            if let (Some(preimage), Some(channel)) = (known.get(&view.hash), self.indexes.get(name))
            {
                let learn = Decision::Learn {
                    channel: *channel,
                    preimage: (*preimage).clone(),
                };
                if !decisions.contains(&learn) {
                    decisions.push(learn);
                }
            }
        }
        decisions
    }

    /// What `leyden-payment` says, less what is not to be done.
    fn decisions(&self) -> Result<Vec<Decision>, ActorFailure> {
        let mut channels = BTreeMap::new();
        for (name, seat) in &self.seats {
            channels.insert(self.index_of(name)?, peer(seat)?);
        }
        let decided = decide(&Node {
            tip: self.height,
            policy: &self.payments.policy,
            channels: &channels,
            book: &self.payments.book,
        });
        let wanted = decided.into_iter().filter_map(|decision| match decision {
            Decision::Update { channel, requests } => {
                let requests: Vec<Request> = requests
                    .into_iter()
                    .filter(|request| self.is_wanted(channel, request))
                    .collect();
                (!requests.is_empty()).then_some(Decision::Update { channel, requests })
            }
            Decision::Learn { .. }
            | Decision::PaymentSettled { .. }
            | Decision::PaymentFailed { .. }
            | Decision::Received { .. } => Some(decision),
        });
        Ok(wanted.collect())
    }

    /// Whether the scenario leaves this to the actor.
    fn is_wanted(&self, channel: u32, request: &Request) -> bool {
        let found = |number: u64| -> Option<(&ChannelName, &HtlcView)> {
            let name = self.name_of(channel)?;
            let mut views = self.seats.get(name)?.htlcs().iter();
            Some((name, views.find(|view| view.number == Some(number))?))
        };
        let is_aside =
            |(name, view): (&ChannelName, &HtlcView)| self.payments.is_aside(name, view.hash);
        match request {
            Request::Add(NewHtlc { origin, .. }) => origin.is_none() || self.payments.forwards,
            Request::Settle { number, .. } => !found(*number).is_some_and(is_aside),
            Request::Fail { number, .. } => found(*number).is_none_or(|(name, view)| {
                let passes_on = !view.onward.hops.is_empty();
                !is_aside((name, view)) && (self.payments.forwards || !passes_on)
            }),
            Request::Pay { .. } => true,
        }
    }

    fn carry_out(
        &mut self,
        decision: &Decision,
        mail: &mut Mail,
        node: &Bitcoind,
    ) -> Result<(), ActorFailure> {
        let (index, command) = match decision {
            Decision::Learn { channel, preimage } => (channel, Command::Learn(preimage.clone())),
            Decision::Update { channel, requests } => (channel, Command::Update(requests.clone())),
            Decision::PaymentSettled { .. }
            | Decision::PaymentFailed { .. }
            | Decision::Received { .. } => {
                self.payments.book.record(decision);
                self.payments.mark_changed();
                return Ok(());
            }
        };
        let name = self.name_of(*index).cloned();
        let name = name.ok_or_else(|| self.refusal("no-such-channel", format!("index {index}")))?;
        let now = self.now();
        match self.seat_mut(&name)?.channel.handle_command(command, now) {
            Ok(()) => self.follow(&name, mail, node),
            Err(fault) => {
                // It would be decided again and again: not before something else happens.
                self.complaints.push(self.fault(fault));
                self.payments.changed = false;
                Ok(())
            }
        }
    }
}

/// A channel as `leyden-payment` sees it.
fn peer(seat: &Seat) -> Result<Peer, ActorFailure> {
    let channel = &seat.channel;
    let open = match channel.state() {
        StateName::Open
        | StateName::Offering
        | StateName::Consenting
        | StateName::Proposed
        | StateName::Answered => true,
        StateName::Idle
        | StateName::Offered
        | StateName::ExchangingInputs
        | StateName::ExchangingCommitments
        | StateName::SigningFunding
        | StateName::AwaitingFunding
        | StateName::Settling
        | StateName::Settled
        | StateName::Closing
        | StateName::Closed => false,
    };
    Ok(Peer {
        peer: identity_of(&seat.peer)?,
        open,
        available: channel.available(),
        // Scenarios give both sides of a channel the same limits.
        limits: channel.config().limits,
        htlcs: seat.htlcs().to_vec(),
    })
}

//! The open channel between updates.

use super::next::Next;
use super::{Offering, Proposed, needs_offer};
use crate::closing::{Closed, Settled, Settling, broadcast_own};
use crate::command::{Command, Request};
use crate::context::Context;
use crate::fault::Fault;
use crate::live::Live;
use crate::message::{Batch, Message};
use crate::queue::Intent;
use crate::state::{State, StateName, unexpected, wrong_state};

/// Both sides hold commitment n and have revoked all before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Quiet {
    pub(crate) live: Live,
}

impl Quiet {
    pub(crate) const NAME: StateName = StateName::Open;

    /// Starts what is next in the queue.
    pub(crate) fn proceed(mut self, cx: &mut Context<'_>) -> Result<State, Fault> {
        if cx.view.funding().is_none() {
            return Ok(State::Quiet(Box::new(self)));
        }
        match self.live.queue.front() {
            None => Ok(State::Quiet(Box::new(self))),
            Some(Intent::Change(_)) => self.propose(cx),
            Some(Intent::Close(feerate)) => {
                let feerate = *feerate;
                self.live.queue.pop_front();
                Settling::enter(cx, self.live, feerate)
            }
        }
    }

    /// Sends the changes that wait, as one batch: as an offer, where HTLCs have to be signed first.
    fn propose(self, cx: &mut Context<'_>) -> Result<State, Fault> {
        let mut live = self.live;
        let Ok(number) = live.next_number() else {
            // The keys are used up: what waits will never be done.
            live.drop_queue(cx);
            return Ok(State::Quiet(Box::new(Quiet { live })));
        };
        let taken = live.take_changes(cx)?;
        if taken.changes.is_empty() {
            // All of it was given up.
            return Quiet { live }.proceed(cx);
        }
        if needs_offer(&live, &taken.draft) {
            return Ok(Offering::enter(cx, live, number, taken));
        }
        let batch = taken.draft.complete(&[])?;
        let next = Next::build(cx, &live, number, &batch)?;
        let changes = Batch::Changes(taken.changes);
        Proposed::enter(cx, live, &next, changes, taken.requests, &batch)
    }

    pub(crate) fn on_command(
        mut self,
        cx: &mut Context<'_>,
        command: &Command,
    ) -> Result<State, Fault> {
        match command {
            Command::Pay { amount } => {
                let pay = [Request::Pay { amount: *amount }];
                self.live.enqueue(cx, &pay, &[])?;
                self.proceed(cx)
            }
            Command::Update(requests) => {
                self.live.enqueue(cx, requests, &[])?;
                self.proceed(cx)
            }
            Command::Close { feerate } => {
                Settling::check(cx, &self.live, *feerate)?;
                self.live.enqueue_close(*feerate)?;
                self.proceed(cx)
            }
            Command::Broadcast(label) => broadcast_own(cx, self.live, *label, None),
            Command::Open
            | Command::Fund(_)
            | Command::FundingSigned(_)
            | Command::ReplaceFunding(_)
            | Command::Learn(_)
            | Command::ClaimAll
            | Command::Reconnect => Err(wrong_state(command, Self::NAME)),
        }
    }

    pub(crate) fn on_message(
        self,
        cx: &mut Context<'_>,
        message: &Message,
    ) -> Result<State, Fault> {
        match message {
            Message::Propose(_) | Message::Offer(_) => super::begin(cx, self.live, message),
            Message::Settle(settle) => Settled::agree(cx, self.live, settle),
            Message::Open(_)
            | Message::Accept(_)
            | Message::FirstCommitment(_)
            | Message::FundingInputs(_)
            | Message::FundingSignatures(_)
            | Message::Ready(_)
            | Message::Consent(_)
            | Message::Answer(_)
            | Message::Complete(_)
            | Message::SettleAnswer(_)
            | Message::Reconnect(_) => Err(unexpected(message, Self::NAME)),
        }
    }

    pub(crate) fn on_chain(self, cx: &mut Context<'_>) -> Result<State, Fault> {
        match Closed::must_close(cx, &self.live, None) {
            Some(closing) => Ok(Closed::with(cx, self.live, closing)),
            None => self.proceed(cx),
        }
    }
}

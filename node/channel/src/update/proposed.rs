//! The proposer, waiting for the second message.

use bitcoin::Amount;

use super::next::Next;
use super::{Quiet, first};
use crate::closing::{Closed, Settled, Settling, broadcast_own};
use crate::command::{Command, Request};
use crate::context::Context;
use crate::event::Event;
use crate::fault::{Fault, Order};
use crate::held::{HeldCommitment, disclose, sign_for_other};
use crate::htlc::{self, Leg};
use crate::live::{Live, Revocation, Undoable};
use crate::message::{Answer, Batch, Complete, Message, Offer, Propose, Reconnect, Settle};
use crate::queue::Intent;
use crate::state::{State, StateName, unexpected, wrong_state};

/// Example: a: `propose`. The other side may hold commitment n+1; this side holds n.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proposed {
    pub(crate) live: Live,
    propose: Propose,
    batch: htlc::Batch,
    requests: Vec<Request>,
}

impl Proposed {
    pub(crate) const NAME: StateName = StateName::Proposed;

    /// Signs the other side's commitment n+1. What this side needs of it is in its hands.
    pub(super) fn enter(
        cx: &mut Context<'_>,
        mut live: Live,
        next: &Next<'_>,
        changes: Batch,
        requests: Vec<Request>,
        batch: &htlc::Batch,
    ) -> Result<State, Fault> {
        let funding = live.funding_outpoint(cx.view);
        let theirs = next.spec(cx.remote());
        let propose = Propose {
            number: next.number,
            batch: changes,
            htlcs: next.pair(&live).sign(Leg::Propose, cx.local(), cx.keys)?,
            signatures: sign_for_other(&live.terms.params, cx.keys, theirs, funding)?,
        };
        live.signed = next.number;
        let mut origins = Vec::new();
        for request in &requests {
            if let Request::Add(add) = request {
                origins.push(add.origin);
            }
        }
        live.record(batch, &origins)?;
        cx.send(Message::Propose(propose.clone()));
        Ok(State::Proposed(Box::new(Self {
            live,
            propose,
            batch: batch.clone(),
            requests,
        })))
    }

    /// What this side has proposed.
    pub(crate) fn requests(&self) -> &[Request] {
        &self.requests
    }

    pub(crate) fn on_command(
        mut self,
        cx: &mut Context<'_>,
        command: &Command,
    ) -> Result<State, Fault> {
        match command {
            Command::Pay { amount } => {
                let pay = [Request::Pay { amount: *amount }];
                self.live.enqueue(cx, &pay, &self.requests)?;
                Ok(State::Proposed(Box::new(self)))
            }
            Command::Update(requests) => {
                self.live.enqueue(cx, requests, &self.requests)?;
                Ok(State::Proposed(Box::new(self)))
            }
            Command::Close { feerate } => {
                Settling::check(cx, &self.live, *feerate)?;
                self.live.enqueue_close(*feerate)?;
                Ok(State::Proposed(Box::new(self)))
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
            Message::Answer(answer) => self.take_answer(cx, answer),
            // Who has consented to a batch has nothing of its own under way.
            Message::Offer(_) | Message::Propose(_) | Message::Settle(_)
                if self.propose.batch == Batch::AsOffered =>
            {
                Err(unexpected(message, Self::NAME))
            }
            Message::Offer(Offer { number, .. }) => self.collide(cx, *number, message),
            Message::Propose(propose) if propose.batch != Batch::AsOffered => {
                self.collide(cx, propose.number, message)
            }
            Message::Settle(settle) => self.give_way(cx, settle),
            Message::Open(_)
            | Message::Accept(_)
            | Message::FirstCommitment(_)
            | Message::FundingInputs(_)
            | Message::FundingSignatures(_)
            | Message::Ready(_)
            | Message::Consent(_)
            | Message::Propose(_)
            | Message::Complete(_)
            | Message::SettleAnswer(_)
            | Message::Reconnect(_) => Err(unexpected(message, Self::NAME)),
        }
    }

    pub(crate) fn on_chain(mut self, cx: &mut Context<'_>) -> State {
        if let Some(closing) = Closed::must_close(cx, &self.live, None) {
            return Closed::with(cx, self.live, closing);
        }
        self.live.drop_expired(cx);
        State::Proposed(Box::new(self))
    }

    pub(crate) fn resend(&self, cx: &mut Context<'_>, theirs: &Reconnect) {
        if theirs.number < self.propose.number {
            cx.send(Message::Propose(self.propose.clone()));
        }
    }

    /// The second message: all of it is checked before this side's key of n leaves.
    fn take_answer(self, cx: &mut Context<'_>, answer: &Answer) -> Result<State, Fault> {
        let Self {
            mut live, batch, ..
        } = self;
        let Answer {
            number,
            htlcs,
            signatures,
            revocation,
            ended,
            next: keys,
        } = answer;
        let number = live.expect_next(*number)?;
        let next = Next::build(cx, &live, number, &batch)?;
        let mut presigned = core::mem::take(&mut live.presigned);
        next.pair(&live)
            .verify(Leg::Answer, cx.remote(), htlcs, &mut presigned)?;
        live.presigned = presigned;
        let funding = live.funding_outpoint(cx.view);
        let own = next.spec(cx.local()).clone();
        let held = HeldCommitment::verify(&live.terms.params, own, funding, signatures)?;
        let revocation = Revocation {
            disclosure: revocation,
            ended,
            next: *keys,
        };
        live.revoke_theirs(cx, live.held.number(), &revocation, &batch)?;
        let complete = Complete {
            number,
            revocation: disclose(cx.keys, &held)?,
            ended: live.give_away(cx, &batch)?,
            next: cx.announce(number.saturating_add(1))?,
        };
        live.adopt(cx, held, &batch);
        for amount in &batch.paid {
            let amount = *amount;
            cx.event(Event::PaymentSent { number, amount });
        }
        for (added, _) in &batch.added {
            live.finish(cx, Undoable::Added(*added));
        }
        for ended in &batch.ended {
            live.finish(cx, Undoable::Ended(ended.number, Amount::ZERO));
        }
        cx.send(Message::Complete(complete.clone()));
        live.last_complete = Some(complete);
        Quiet { live }.proceed(cx)
    }

    /// Both sides have proposed: one goes first.
    fn collide(self, cx: &mut Context<'_>, number: u64, message: &Message) -> Result<State, Fault> {
        self.live.expect_next(number)?;
        if first(number) == cx.local() {
            return Err(Order::Collision.into());
        }
        let mut live = self.live;
        live.unrecord(&self.batch);
        live.requeue(cx, self.requests);
        super::begin(cx, live, message)
    }

    /// The other side closes: nothing more is paid in the channel.
    fn give_way(self, cx: &mut Context<'_>, settle: &Settle) -> Result<State, Fault> {
        let mut live = self.live;
        live.unrecord(&self.batch);
        for request in self.requests.into_iter().rev() {
            live.queue.push_front(Intent::Change(request));
        }
        Settled::agree(cx, live, settle)
    }
}

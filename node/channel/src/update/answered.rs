//! The side that was proposed to, waiting for the third message.

use bitcoin::Amount;

use super::Quiet;
use super::next::Next;
use crate::closing::{Closed, Settling, broadcast_own};
use crate::command::{Command, Request};
use crate::context::Context;
use crate::fault::{Fault, Order};
use crate::held::{HeldCommitment, disclose, sign_for_other};
use crate::htlc::{self, Leg, Outcome};
use crate::live::{Awaited, Live, Revocation, Undoable};
use crate::message::{Answer, Complete, Message, Propose, Reconnect};
use crate::state::{State, StateName, unexpected, wrong_state};

/// Example: a: `propose`, b: `answer`. This side holds n+1; the other's n is not revoked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answered {
    pub(crate) live: Live,
    answer: Answer,
    batch: htlc::Batch,
}

impl Answered {
    /// The first message: all of it is checked before this side's key of n leaves.
    ///
    /// What it changes is final once the other side has revoked every commitment that this side has
    /// signed: number n, and a version of n+1 if an own proposal of it has lost.
    pub(super) fn enter(
        cx: &mut Context<'_>,
        mut live: Live,
        propose: &Propose,
        batch: htlc::Batch,
    ) -> Result<State, Fault> {
        let Propose {
            number,
            batch: _,
            htlcs,
            signatures,
        } = propose;
        let number = live.expect_next(*number)?;
        let next = Next::build(cx, &live, number, &batch)?;
        let mut presigned = core::mem::take(&mut live.presigned);
        next.pair(&live)
            .verify(Leg::Propose, cx.remote(), htlcs, &mut presigned)?;
        live.presigned = presigned;
        let params = &live.terms.params;
        let funding = live.funding_outpoint(cx.view);
        let own = next.spec(cx.local()).clone();
        let held = HeldCommitment::verify(params, own, funding, signatures)?;
        live.record(&batch, &[])?;
        let params = &live.terms.params;
        let answer = Answer {
            number,
            htlcs: next.pair(&live).sign(Leg::Answer, cx.local(), cx.keys)?,
            signatures: sign_for_other(params, cx.keys, next.spec(cx.remote()), funding)?,
            revocation: disclose(cx.keys, &held)?,
            ended: live.give_away(cx, &batch)?,
            next: cx.announce(number.saturating_add(1))?,
        };
        let changed = undoable(&live, propose, &batch);
        live.adopt(cx, held, &batch);
        let final_with = live.signed;
        live.signed = number;
        live.awaited
            .extend(changed.into_iter().map(|what| Awaited { what, final_with }));
        cx.send(Message::Answer(answer.clone()));
        Ok(State::Answered(Box::new(Self {
            live,
            answer,
            batch,
        })))
    }

    pub(crate) const NAME: StateName = StateName::Answered;

    pub(crate) fn on_command(
        mut self,
        cx: &mut Context<'_>,
        command: &Command,
    ) -> Result<State, Fault> {
        match command {
            Command::Pay { amount } => {
                let pay = [Request::Pay { amount: *amount }];
                self.live.enqueue(cx, &pay, &[])?;
                Ok(State::Answered(Box::new(self)))
            }
            Command::Update(requests) => {
                self.live.enqueue(cx, requests, &[])?;
                Ok(State::Answered(Box::new(self)))
            }
            Command::Close { feerate } => {
                Settling::check(cx, &self.live, *feerate)?;
                self.live.enqueue_close(*feerate)?;
                Ok(State::Answered(Box::new(self)))
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
            Message::Complete(complete) => self.take_complete(cx, complete),
            Message::Open(_)
            | Message::Accept(_)
            | Message::FirstCommitment(_)
            | Message::FundingInputs(_)
            | Message::FundingSignatures(_)
            | Message::Ready(_)
            | Message::Offer(_)
            | Message::Consent(_)
            | Message::Propose(_)
            | Message::Answer(_)
            | Message::Settle(_)
            | Message::SettleAnswer(_)
            | Message::Reconnect(_) => Err(unexpected(message, Self::NAME)),
        }
    }

    pub(crate) fn on_chain(mut self, cx: &mut Context<'_>) -> State {
        if let Some(closing) = Closed::must_close(cx, &self.live, None) {
            return Closed::with(cx, self.live, closing);
        }
        self.live.drop_expired(cx);
        State::Answered(Box::new(self))
    }

    pub(crate) fn resend(&self, cx: &mut Context<'_>, theirs: &Reconnect) {
        if theirs.number < self.answer.number {
            cx.send(Message::Answer(self.answer.clone()));
        }
    }

    fn take_complete(self, cx: &mut Context<'_>, complete: &Complete) -> Result<State, Fault> {
        let mut live = self.live;
        let Complete {
            number,
            revocation,
            ended,
            next,
        } = complete;
        if *number != live.held.number() {
            return Err(Order::Number {
                expected: live.held.number(),
                got: *number,
            }
            .into());
        }
        let revocation = Revocation {
            disclosure: revocation,
            ended,
            next: *next,
        };
        live.revoke_theirs(cx, number.saturating_sub(1), &revocation, &self.batch)?;
        Quiet { live }.proceed(cx)
    }
}

/// What the proposer could still undo with an older commitment.
fn undoable(live: &Live, propose: &Propose, batch: &htlc::Batch) -> Vec<Undoable> {
    let number = propose.number;
    let amount = |ended: &htlc::Ended| {
        let record = live.records.get(&ended.number);
        match ended.outcome {
            Outcome::Settled => Amount::ZERO,
            Outcome::Failed(_) => record.map_or(Amount::ZERO, |record| record.htlc.amount),
        }
    };
    let paid = batch.paid.iter().map(|amount| Undoable::Paid {
        number,
        amount: *amount,
    });
    let added = batch
        .added
        .iter()
        .map(|(number, _)| Undoable::Added(*number));
    let ended = batch.ended.iter();
    let ended = ended.map(|ended| Undoable::Ended(ended.number, amount(ended)));
    paid.chain(added).chain(ended).collect()
}

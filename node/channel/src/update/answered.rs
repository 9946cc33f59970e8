//! The side that was proposed to, waiting for the third message.

use bitcoin::Amount;

use super::Quiet;
use super::changes::{apply, payments};
use crate::closing::{Closed, Settling, broadcast_own};
use crate::command::Command;
use crate::context::Context;
use crate::fault::Fault;
use crate::held::{HeldCommitment, disclose, sign_for_other};
use crate::live::{Incoming, Live};
use crate::message::{Answer, Complete, Message, Propose, Reconnect};
use crate::state::{State, StateName, unexpected, wrong_state};

/// Example: a: `propose`, b: `answer`. This side holds n+1; the other's n is not revoked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answered {
    pub(crate) live: Live,
    answer: Answer,
}

impl Answered {
    /// The first message: all of it is checked before this side's key of n leaves.
    ///
    /// What it pays is final once the other side has revoked `final_with`.
    pub(super) fn enter(
        cx: &mut Context<'_>,
        mut live: Live,
        propose: &Propose,
        final_with: u64,
    ) -> Result<State, Fault> {
        let Propose {
            number,
            changes,
            signatures,
        } = propose;
        let number = live.expect_next(*number)?;
        let balances = apply(live.balances(), cx.remote(), changes)?;
        let own = live.spec(cx, cx.local(), number, balances)?;
        let funding = live.funding_outpoint(cx.view);
        let held = HeldCommitment::verify(&live.terms.params, own, funding, signatures)?;
        let theirs = live.spec(cx, cx.remote(), number, balances)?;
        let answer = Answer {
            number,
            signatures: sign_for_other(&live.terms.params, cx.keys, &theirs, funding)?,
            revocation: disclose(cx.keys, &held)?,
            next: cx.announce(number.saturating_add(1))?,
        };
        live.adopt(cx, held);
        live.signed = number;
        live.incoming
            .extend(payments(changes).map(|amount| Incoming {
                number,
                amount,
                final_with,
            }));
        cx.send(Message::Answer(answer.clone()));
        Ok(State::Answered(Box::new(Self { live, answer })))
    }

    pub(crate) const NAME: StateName = StateName::Answered;

    pub(crate) fn on_command(
        mut self,
        cx: &mut Context<'_>,
        command: &Command,
    ) -> Result<State, Fault> {
        match command {
            Command::Pay { amount } => {
                self.live.enqueue_payment(cx, *amount, Amount::ZERO)?;
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
            | Message::Propose(_)
            | Message::Answer(_)
            | Message::Settle(_)
            | Message::SettleAnswer(_)
            | Message::Reconnect(_) => Err(unexpected(message, Self::NAME)),
        }
    }

    pub(crate) fn on_chain(self, cx: &mut Context<'_>) -> State {
        if cx.view.is_funding_spent() {
            return Closed::enter(cx, self.live, None);
        }
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
            next,
        } = complete;
        if *number != live.held.number() {
            return Err(crate::fault::Order::Number {
                expected: live.held.number(),
                got: *number,
            }
            .into());
        }
        live.revoke_theirs(cx, number.saturating_sub(1), revocation, *next)?;
        Quiet { live }.proceed(cx)
    }
}

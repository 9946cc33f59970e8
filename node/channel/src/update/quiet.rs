//! The open channel between updates.

use bitcoin::Amount;

use super::changes::{MAX_CHANGES, apply};
use super::{Answered, Proposed};
use crate::closing::{Closed, Settled, Settling, broadcast_own};
use crate::command::Command;
use crate::context::Context;
use crate::fault::Fault;
use crate::held::sign_for_other;
use crate::live::{Intent, Live};
use crate::message::{Change, Message, Propose};
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
            Some(Intent::Pay(_)) => self.propose(cx),
            Some(Intent::Close(feerate)) => {
                let feerate = *feerate;
                self.live.queue.pop_front();
                Settling::enter(cx, self.live, feerate)
            }
        }
    }

    /// Sends the payments that wait, as one batch.
    fn propose(mut self, cx: &mut Context<'_>) -> Result<State, Fault> {
        let mut changes = Vec::new();
        while changes.len() < MAX_CHANGES
            && let Some(Intent::Pay(amount)) = self.live.queue.front()
        {
            changes.push(Change::Pay { amount: *amount });
            self.live.queue.pop_front();
        }
        let live = &mut self.live;
        let number = live.next_number()?;
        let balances = apply(live.balances(), cx.local(), &changes)?;
        let spec = live.spec(cx, cx.remote(), number, balances)?;
        let funding = live.funding_outpoint(cx.view);
        let signatures = sign_for_other(&live.terms.params, cx.keys, &spec, funding)?;
        live.signed = number;
        let propose = Propose {
            number,
            changes,
            signatures,
        };
        cx.send(Message::Propose(propose.clone()));
        Ok(State::Proposed(Box::new(Proposed {
            live: self.live,
            propose,
            balances,
        })))
    }

    pub(crate) fn on_command(
        mut self,
        cx: &mut Context<'_>,
        command: &Command,
    ) -> Result<State, Fault> {
        match command {
            Command::Pay { amount } => {
                self.live.enqueue_payment(cx, *amount, Amount::ZERO)?;
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
            Message::Propose(propose) => {
                let final_with = self.live.held.number();
                Answered::enter(cx, self.live, propose, final_with)
            }
            Message::Settle(settle) => Settled::agree(cx, self.live, settle),
            Message::Open(_)
            | Message::Accept(_)
            | Message::FirstCommitment(_)
            | Message::FundingInputs(_)
            | Message::FundingSignatures(_)
            | Message::Ready(_)
            | Message::Answer(_)
            | Message::Complete(_)
            | Message::SettleAnswer(_)
            | Message::Reconnect(_) => Err(unexpected(message, Self::NAME)),
        }
    }

    pub(crate) fn on_chain(self, cx: &mut Context<'_>) -> Result<State, Fault> {
        if cx.view.is_funding_spent() {
            return Ok(Closed::enter(cx, self.live, None));
        }
        self.proceed(cx)
    }
}

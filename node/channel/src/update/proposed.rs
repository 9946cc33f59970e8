//! The proposer, waiting for the second message.

use bitcoin::Amount;
use leyden_labels::Side;
use leyden_tx::Balances;

use super::changes::payments;
use super::{Answered, Quiet};
use crate::closing::{Closed, Settled, Settling, broadcast_own};
use crate::command::Command;
use crate::context::Context;
use crate::event::Event;
use crate::fault::{Fault, Order};
use crate::held::{HeldCommitment, disclose};
use crate::live::{Intent, Live};
use crate::message::{Answer, Complete, Message, Propose, Reconnect, Settle};
use crate::state::{State, StateName, unexpected, wrong_state};

/// Example: a: `propose`. The other side may hold commitment n+1; this side holds n.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proposed {
    pub(crate) live: Live,
    pub(super) propose: Propose,
    /// Of commitment n+1.
    pub(super) balances: Balances,
}

impl Proposed {
    pub(crate) const NAME: StateName = StateName::Proposed;

    pub(crate) fn on_command(
        mut self,
        cx: &mut Context<'_>,
        command: &Command,
    ) -> Result<State, Fault> {
        match command {
            Command::Pay { amount } => {
                let in_flight = self.in_flight();
                self.live.enqueue_payment(cx, *amount, in_flight)?;
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
            Message::Propose(propose) => self.collide(cx, propose),
            Message::Settle(settle) => self.give_way(cx, settle),
            Message::Open(_)
            | Message::Accept(_)
            | Message::FirstCommitment(_)
            | Message::FundingInputs(_)
            | Message::FundingSignatures(_)
            | Message::Ready(_)
            | Message::Complete(_)
            | Message::SettleAnswer(_)
            | Message::Reconnect(_) => Err(unexpected(message, Self::NAME)),
        }
    }

    pub(crate) fn on_chain(self, cx: &mut Context<'_>) -> State {
        if cx.view.is_funding_spent() {
            return Closed::enter(cx, self.live, None);
        }
        State::Proposed(Box::new(self))
    }

    pub(crate) fn resend(&self, cx: &mut Context<'_>, theirs: &Reconnect) {
        if theirs.number < self.propose.number {
            cx.send(Message::Propose(self.propose.clone()));
        }
    }

    /// What this side pays in its proposal.
    pub(crate) fn in_flight(&self) -> Amount {
        payments(&self.propose.changes).fold(Amount::ZERO, |sum, amount| {
            sum.checked_add(amount).unwrap_or(Amount::MAX)
        })
    }

    /// The second message: all of it is checked before this side's key of n leaves.
    fn take_answer(self, cx: &mut Context<'_>, answer: &Answer) -> Result<State, Fault> {
        let Self {
            mut live,
            propose,
            balances,
        } = self;
        let Answer {
            number,
            signatures,
            revocation,
            next,
        } = answer;
        let number = live.expect_next(*number)?;
        let spec = live.spec(cx, cx.local(), number, balances)?;
        let funding = live.funding_outpoint(cx.view);
        let held = HeldCommitment::verify(&live.terms.params, spec, funding, signatures)?;
        live.revoke_theirs(cx, live.held.number(), revocation, *next)?;
        let complete = Complete {
            number,
            revocation: disclose(cx.keys, &held)?,
            next: cx.announce(number.saturating_add(1))?,
        };
        live.adopt(cx, held);
        for amount in payments(&propose.changes) {
            cx.event(Event::PaymentSent { number, amount });
        }
        cx.send(Message::Complete(complete.clone()));
        live.last_complete = Some(complete);
        Quiet { live }.proceed(cx)
    }

    /// Both sides have proposed: a's proposal stands.
    fn collide(self, cx: &mut Context<'_>, theirs: &Propose) -> Result<State, Fault> {
        self.live.expect_next(theirs.number)?;
        match cx.local() {
            Side::A => Err(Order::Collision.into()),
            Side::B => {
                let Self {
                    mut live, propose, ..
                } = self;
                requeue(cx, &mut live, &propose);
                let final_with = theirs.number;
                Answered::enter(cx, live, theirs, final_with)
            }
        }
    }

    /// The other side closes: nothing more is paid in the channel.
    fn give_way(self, cx: &mut Context<'_>, settle: &Settle) -> Result<State, Fault> {
        let Self {
            mut live, propose, ..
        } = self;
        for amount in payments(&propose.changes).rev() {
            live.queue.push_front(Intent::Pay(amount));
        }
        Settled::agree(cx, live, settle)
    }
}

fn requeue(cx: &mut Context<'_>, live: &mut Live, propose: &Propose) {
    for amount in payments(&propose.changes).rev() {
        live.queue.push_front(Intent::Pay(amount));
    }
    for amount in payments(&propose.changes) {
        cx.event(Event::PaymentRequeued { amount });
    }
}

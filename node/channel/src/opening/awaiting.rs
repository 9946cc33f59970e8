//! F is confirmed here, and the other side has not said the same.

use crate::chain::Closing;
use crate::closing::{Closed, broadcast_own};
use crate::command::{Command, Request};
use crate::context::Context;
use crate::event::Event;
use crate::fault::Fault;
use crate::live::Live;
use crate::message::{Message, Ready};
use crate::state::{State, StateName, unexpected, wrong_state};
use crate::update::Quiet;

/// Example: a: `ready`, b: `ready`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AwaitingReady {
    pub(crate) live: Live,
}

impl AwaitingReady {
    pub(super) fn enter(
        cx: &mut Context<'_>,
        live: Live,
        ready: Option<Ready>,
    ) -> Result<State, Fault> {
        cx.send(Message::Ready(Ready {}));
        match ready {
            Some(Ready {}) => open(cx, live),
            None => Ok(State::AwaitingReady(Box::new(Self { live }))),
        }
    }

    pub(crate) const NAME: StateName = StateName::AwaitingFunding;

    pub(crate) fn on_command(
        mut self,
        cx: &mut Context<'_>,
        command: &Command,
    ) -> Result<State, Fault> {
        match command {
            Command::Pay { amount } => {
                self.live
                    .enqueue(cx, &[Request::Pay { amount: *amount }], &[])?;
                Ok(State::AwaitingReady(Box::new(self)))
            }
            Command::Update(requests) => {
                self.live.enqueue(cx, requests, &[])?;
                Ok(State::AwaitingReady(Box::new(self)))
            }
            Command::Close { feerate } => {
                self.live.enqueue_close(*feerate)?;
                Ok(State::AwaitingReady(Box::new(self)))
            }
            Command::Broadcast(label) => broadcast_own(cx, self.live, *label, None),
            Command::FundingSigned(_)
            | Command::ReplaceFunding(_)
            | Command::Fund(_)
            | Command::Open
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
            Message::Ready(Ready {}) => open(cx, self.live),
            Message::Open(_)
            | Message::Accept(_)
            | Message::FirstCommitment(_)
            | Message::FundingInputs(_)
            | Message::FundingSignatures(_)
            | Message::Offer(_)
            | Message::Consent(_)
            | Message::Propose(_)
            | Message::Answer(_)
            | Message::Complete(_)
            | Message::Settle(_)
            | Message::SettleAnswer(_)
            | Message::Reconnect(_) => Err(unexpected(message, Self::NAME)),
        }
    }

    pub(crate) fn on_chain(self, cx: &mut Context<'_>) -> State {
        if cx.view.is_funding_spent() {
            return Closed::with(cx, self.live, Closing::default());
        }
        State::AwaitingReady(Box::new(self))
    }
}

fn open(cx: &mut Context<'_>, live: Live) -> Result<State, Fault> {
    cx.event(Event::Opened);
    Quiet { live }.proceed(cx)
}

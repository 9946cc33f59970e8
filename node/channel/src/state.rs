//! The states, and the dispatch to them.
//!
//! One struct per state. A transition consumes the state and gives the next one, or a fault; the
//! machine hands it a copy, so a fault leaves everything as it was.

use core::fmt;

use crate::chain::{Closing, FundingMatch};
use crate::closing::{Closed, Settled, Settling};
use crate::command::{Command, Request};
use crate::context::Context;
use crate::fault::{Fault, Misuse, Order};
use crate::live::Live;
use crate::message::{Message, Reconnect};
use crate::opening::{
    AwaitingReady, ExchangingCommitments, ExchangingInputs, Funding, Idle, Offered, SigningFirst,
};
use crate::update::{Answered, Consenting, Offering, Proposed, Quiet, send_withdrawal};

/// Where the channel stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StateName {
    /// Nothing said yet.
    Idle,
    /// `a` has proposed the channel.
    Offered,
    /// The coins for F are exchanged.
    ExchangingInputs,
    /// The signatures on commitment 0 are exchanged.
    ExchangingCommitments,
    /// F is being signed.
    SigningFunding,
    /// F is signed, and not confirmed on both sides.
    AwaitingFunding,
    /// Quiet: payments and closing can start.
    Open,
    /// This side has offered an update with HTLCs.
    Offering,
    /// This side has signed what the other needs for an update with HTLCs.
    Consenting,
    /// This side has sent the first message of an update.
    Proposed,
    /// This side has sent the second message of an update.
    Answered,
    /// This side has signed `ES`.
    Settling,
    /// `ES` is complete.
    Settled,
    /// A commitment is, or goes, on chain.
    Closing,
    /// F is spent in the chain, and nothing is left to claim.
    Closed,
}

impl fmt::Display for StateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Idle => "idle",
            Self::Offered => "offered",
            Self::ExchangingInputs => "exchanging-inputs",
            Self::ExchangingCommitments => "exchanging-commitments",
            Self::SigningFunding => "signing-funding",
            Self::AwaitingFunding => "awaiting-funding",
            Self::Open => "open",
            Self::Offering => "offering",
            Self::Consenting => "consenting",
            Self::Proposed => "proposed",
            Self::Answered => "answered",
            Self::Settling => "settling",
            Self::Settled => "settled",
            Self::Closing => "closing",
            Self::Closed => "closed",
        })
    }
}

/// Refuses a message that the state has no use for.
pub(crate) fn unexpected(message: &Message, state: StateName) -> Fault {
    Order::Unexpected {
        message: message.name(),
        state,
    }
    .into()
}

/// Refuses a command that the state has no use for.
pub(crate) fn wrong_state(command: &Command, state: StateName) -> Fault {
    Misuse::WrongState {
        command: command.name(),
        state,
    }
    .into()
}

/// The state of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Idle(Idle),
    Offered(Box<Offered>),
    ExchangingInputs(Box<ExchangingInputs>),
    ExchangingCommitments(Box<ExchangingCommitments>),
    SigningFirst(Box<SigningFirst>),
    Funding(Box<Funding>),
    AwaitingReady(Box<AwaitingReady>),
    Quiet(Box<Quiet>),
    Offering(Box<Offering>),
    Consenting(Box<Consenting>),
    Proposed(Box<Proposed>),
    Answered(Box<Answered>),
    Settling(Box<Settling>),
    Settled(Box<Settled>),
    Closing(Box<Closed>),
}

impl State {
    pub(crate) const fn name(&self) -> StateName {
        match self {
            Self::Funding(state) => state.name(),
            Self::Idle(_) => Idle::NAME,
            Self::Offered(_) => Offered::NAME,
            Self::ExchangingInputs(_) => ExchangingInputs::NAME,
            Self::ExchangingCommitments(_) => ExchangingCommitments::NAME,
            Self::SigningFirst(_) => SigningFirst::NAME,
            Self::AwaitingReady(_) => AwaitingReady::NAME,
            Self::Quiet(_) => Quiet::NAME,
            Self::Offering(_) => Offering::NAME,
            Self::Consenting(_) => Consenting::NAME,
            Self::Proposed(_) => Proposed::NAME,
            Self::Answered(_) => Answered::NAME,
            Self::Settling(_) => Settling::NAME,
            Self::Settled(_) => Settled::NAME,
            Self::Closing(_) => Closed::NAME,
        }
    }

    /// Commands but `ClaimAll`, `Reconnect` and `Broadcast` of what is no commitment.
    pub(crate) fn on_command(self, cx: &mut Context<'_>, command: &Command) -> Result<Self, Fault> {
        match self {
            Self::Idle(state) => state.on_command(cx, command),
            Self::Offered(state) => state.on_command(cx, command),
            Self::ExchangingInputs(state) => state.on_command(cx, command),
            Self::ExchangingCommitments(state) => state.on_command(cx, command),
            Self::SigningFirst(state) => state.on_command(cx, command),
            Self::Funding(state) => state.on_command(cx, command),
            Self::AwaitingReady(state) => state.on_command(cx, command),
            Self::Quiet(state) => state.on_command(cx, command),
            Self::Offering(state) => state.on_command(cx, command),
            Self::Consenting(state) => state.on_command(cx, command),
            Self::Proposed(state) => state.on_command(cx, command),
            Self::Answered(state) => state.on_command(cx, command),
            Self::Settling(state) => state.on_command(cx, command),
            Self::Settled(state) => state.on_command(cx, command),
            Self::Closing(state) => state.on_command(cx, command),
        }
    }

    /// Messages but `Reconnect`.
    pub(crate) fn on_message(self, cx: &mut Context<'_>, message: &Message) -> Result<Self, Fault> {
        match self {
            Self::Idle(state) => state.on_message(cx, message),
            Self::Offered(state) => state.on_message(cx, message),
            Self::ExchangingInputs(state) => state.on_message(cx, message),
            Self::ExchangingCommitments(state) => state.on_message(cx, message),
            Self::SigningFirst(state) => state.on_message(cx, message),
            Self::Funding(state) => state.on_message(cx, message),
            Self::AwaitingReady(state) => state.on_message(cx, message),
            Self::Quiet(state) => state.on_message(cx, message),
            Self::Offering(state) => state.on_message(cx, message),
            Self::Consenting(state) => state.on_message(cx, message),
            Self::Proposed(state) => state.on_message(cx, message),
            Self::Answered(state) => state.on_message(cx, message),
            Self::Settling(state) => state.on_message(cx, message),
            Self::Settled(_) => Err(unexpected(message, Settled::NAME)),
            Self::Closing(_) => Err(unexpected(message, Closed::NAME)),
        }
    }

    /// The chain has changed.
    pub(crate) fn on_chain(self, cx: &mut Context<'_>) -> Result<Self, Fault> {
        match self {
            Self::Idle(_)
            | Self::Offered(_)
            | Self::ExchangingInputs(_)
            | Self::ExchangingCommitments(_)
            | Self::SigningFirst(_) => Ok(self),
            Self::Closing(state) => Ok(state.on_chain(cx)),
            Self::Funding(state) => state.on_chain(cx),
            Self::AwaitingReady(state) => Ok(state.on_chain(cx)),
            Self::Quiet(state) => state.on_chain(cx),
            Self::Offering(state) => Ok(state.on_chain(cx)),
            Self::Consenting(state) => Ok(state.on_chain(cx)),
            Self::Proposed(state) => Ok(state.on_chain(cx)),
            Self::Answered(state) => Ok(state.on_chain(cx)),
            Self::Settling(state) => Ok(state.on_chain(cx)),
            Self::Settled(state) => state.on_chain(cx),
        }
    }

    /// What the other side, back again, has not got.
    pub(crate) fn resend(&self, cx: &mut Context<'_>, theirs: &Reconnect) {
        if let Some(live) = self.live() {
            // The last revocation went with a third message, unless it waits in `Answered`.
            let missing = theirs.disclosed < live.held.number();
            if let (true, Some(complete)) = (missing, &live.last_complete)
                && complete.number == live.held.number()
            {
                cx.send(Message::Complete(complete.clone()));
            }
            // The other side may still wait for an offer that was taken back.
            let next = live.held.number().saturating_add(1);
            let withdrawn = live.withdrawn.filter(|(number, _)| *number == next);
            if let (Some(offer), true) = (withdrawn, theirs.number < next) {
                send_withdrawal(cx, offer);
            }
        }
        match self {
            Self::Offering(state) => state.resend(cx, theirs),
            Self::Proposed(state) => state.resend(cx, theirs),
            Self::Answered(state) => state.resend(cx, theirs),
            Self::Settling(state) => state.resend(cx),
            Self::Settled(state) => state.resend(cx),
            Self::Idle(_)
            | Self::Offered(_)
            | Self::ExchangingInputs(_)
            | Self::ExchangingCommitments(_)
            | Self::SigningFirst(_)
            | Self::Funding(_)
            | Self::AwaitingReady(_)
            | Self::Quiet(_)
            | Self::Consenting(_)
            | Self::Closing(_) => {}
        }
    }

    /// What a rebuilt machine has to ask its driver again.
    pub(crate) fn resume(&self, cx: &mut Context<'_>) {
        match self {
            Self::SigningFirst(state) => state.resume(cx),
            Self::Funding(state) => state.resume(cx),
            Self::Idle(_)
            | Self::Offered(_)
            | Self::ExchangingInputs(_)
            | Self::ExchangingCommitments(_)
            | Self::AwaitingReady(_)
            | Self::Quiet(_)
            | Self::Offering(_)
            | Self::Consenting(_)
            | Self::Proposed(_)
            | Self::Answered(_)
            | Self::Settling(_)
            | Self::Settled(_)
            | Self::Closing(_) => {}
        }
    }

    /// The lasting state, once there is one.
    pub(crate) fn live(&self) -> Option<&Live> {
        match self {
            Self::Idle(_)
            | Self::Offered(_)
            | Self::ExchangingInputs(_)
            | Self::ExchangingCommitments(_)
            | Self::SigningFirst(_) => None,
            Self::Funding(state) => Some(&state.live),
            Self::AwaitingReady(state) => Some(&state.live),
            Self::Quiet(state) => Some(&state.live),
            Self::Offering(state) => Some(&state.live),
            Self::Consenting(state) => Some(&state.live),
            Self::Proposed(state) => Some(&state.live),
            Self::Answered(state) => Some(&state.live),
            Self::Settling(state) => Some(&state.live),
            Self::Settled(state) => Some(&state.live),
            Self::Closing(state) => Some(&state.live),
        }
    }

    /// The lasting state, to add to it what is known from elsewhere.
    pub(crate) fn live_mut(&mut self) -> Option<&mut Live> {
        match self {
            Self::Idle(_)
            | Self::Offered(_)
            | Self::ExchangingInputs(_)
            | Self::ExchangingCommitments(_)
            | Self::SigningFirst(_) => None,
            Self::Funding(state) => Some(&mut state.live),
            Self::AwaitingReady(state) => Some(&mut state.live),
            Self::Quiet(state) => Some(&mut state.live),
            Self::Offering(state) => Some(&mut state.live),
            Self::Consenting(state) => Some(&mut state.live),
            Self::Proposed(state) => Some(&mut state.live),
            Self::Answered(state) => Some(&mut state.live),
            Self::Settling(state) => Some(&mut state.live),
            Self::Settled(state) => Some(&mut state.live),
            Self::Closing(state) => Some(&mut state.live),
        }
    }

    /// Changes that are offered or proposed, and not in a commitment of both sides yet.
    pub(crate) fn under_way(&self) -> &[Request] {
        match self {
            Self::Offering(state) => state.requests(),
            Self::Proposed(state) => state.requests(),
            Self::Idle(_)
            | Self::Offered(_)
            | Self::ExchangingInputs(_)
            | Self::ExchangingCommitments(_)
            | Self::SigningFirst(_)
            | Self::Funding(_)
            | Self::AwaitingReady(_)
            | Self::Quiet(_)
            | Self::Consenting(_)
            | Self::Answered(_)
            | Self::Settling(_)
            | Self::Settled(_)
            | Self::Closing(_) => &[],
        }
    }

    /// How F is recognised, once its output is known.
    pub(crate) fn matcher(&self) -> Option<FundingMatch> {
        match self {
            Self::Idle(_) | Self::Offered(_) | Self::ExchangingInputs(_) => None,
            Self::ExchangingCommitments(state) => state.matcher(),
            Self::SigningFirst(state) => Some(state.matcher()),
            Self::Funding(_)
            | Self::AwaitingReady(_)
            | Self::Quiet(_)
            | Self::Offering(_)
            | Self::Consenting(_)
            | Self::Proposed(_)
            | Self::Answered(_)
            | Self::Settling(_)
            | Self::Settled(_)
            | Self::Closing(_) => self.live().map(Live::matcher),
        }
    }

    /// How this side closes the channel.
    pub(crate) fn closing(&self) -> Closing {
        match self {
            Self::Settled(state) => Closing {
                chosen: None,
                settlement: Some(state.settlement.clone()),
            },
            Self::Closing(state) => state.closing.clone(),
            Self::Idle(_)
            | Self::Offered(_)
            | Self::ExchangingInputs(_)
            | Self::ExchangingCommitments(_)
            | Self::SigningFirst(_)
            | Self::Funding(_)
            | Self::AwaitingReady(_)
            | Self::Quiet(_)
            | Self::Offering(_)
            | Self::Consenting(_)
            | Self::Proposed(_)
            | Self::Answered(_)
            | Self::Settling(_) => Closing::default(),
        }
    }
}

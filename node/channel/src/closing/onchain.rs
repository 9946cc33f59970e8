//! The end of the channel by a commitment.

use bitcoin::Transaction;
use leyden_labels::{Kind, Label};

use super::deadline::overdue;
use crate::chain::{Closing, own_held};
use crate::command::Command;
use crate::context::Context;
use crate::event::Event;
use crate::fault::{Fault, Misuse};
use crate::live::Live;
use crate::state::{State, StateName};

/// A commitment is in the chain, or this side's is on its way: no message matters any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Closed {
    pub(crate) live: Live,
    pub(crate) closing: Closing,
}

impl Closed {
    pub(crate) const NAME: StateName = StateName::Closing;

    /// Whether the channel ends here and now: F's output is spent in the chain, or an HTLC does not
    /// wait any longer, so that the own commitment has to go there.
    pub(crate) fn must_close(
        cx: &mut Context<'_>,
        live: &Live,
        settlement: Option<&Transaction>,
    ) -> Option<Closing> {
        let settlement = settlement.cloned();
        let chosen = None;
        if cx.view.is_first_funding_spent() {
            return Some(Closing { chosen, settlement });
        }
        let Some(htlc) = overdue(cx, live) else {
            // A spend of another output like F's.
            let spent = cx.view.is_funding_spent();
            return spent.then_some(Closing { chosen, settlement });
        };
        cx.event(Event::Deadline {
            number: htlc.number,
            expiry: htlc.expiry.to_consensus_u32(),
        });
        let chosen = Some(live.held.number());
        Some(Closing { chosen, settlement })
    }

    pub(crate) fn with(cx: &mut Context<'_>, mut live: Live, closing: Closing) -> State {
        live.drop_queue(cx);
        State::Closing(Box::new(Self { live, closing }))
    }

    /// After a reorganisation F's output may be unspent again; HTLCs do not wait for what is to come.
    pub(crate) fn on_chain(mut self, cx: &mut Context<'_>) -> State {
        if self.closing.chosen.is_none()
            && let Some(closing) =
                Self::must_close(cx, &self.live, self.closing.settlement.as_ref())
        {
            self.closing = closing;
        }
        State::Closing(Box::new(self))
    }

    pub(crate) fn on_command(
        self,
        cx: &mut Context<'_>,
        command: &Command,
    ) -> Result<State, Fault> {
        match command {
            Command::Broadcast(label) => {
                broadcast_own(cx, self.live, *label, self.closing.settlement)
            }
            Command::Pay { .. }
            | Command::Update(_)
            | Command::Learn(_)
            | Command::Close { .. }
            | Command::Open
            | Command::Fund(_)
            | Command::FundingSigned(_)
            | Command::ReplaceFunding(_)
            | Command::ClaimAll
            | Command::Reconnect => Err(Misuse::Closing.into()),
        }
    }
}

/// Closes with an own commitment: the current one, or a kept one that was revoked.
pub(crate) fn broadcast_own(
    cx: &mut Context<'_>,
    mut live: Live,
    label: Label,
    settlement: Option<Transaction>,
) -> Result<State, Fault> {
    let own = label.kind() == Kind::Commitment && label.side() == Some(cx.local());
    if !own || own_held(&live, label.number()).is_none() {
        return Err(Misuse::NotHeld { label }.into());
    }
    if cx.view.funding().is_none() {
        return Err(Misuse::FundingUnconfirmed.into());
    }
    live.drop_queue(cx);
    let closing = Closing {
        chosen: Some(label.number()),
        settlement,
    };
    Ok(State::Closing(Box::new(Closed { live, closing })))
}

//! The end of the channel by a commitment.

use bitcoin::Transaction;
use leyden_labels::{Kind, Label};

use crate::chain::{Closing, own_held};
use crate::command::Command;
use crate::context::Context;
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

    /// F's output is spent in the chain.
    pub(crate) fn enter(
        cx: &mut Context<'_>,
        mut live: Live,
        settlement: Option<Transaction>,
    ) -> State {
        live.drop_queue(cx);
        let closing = Closing {
            chosen: None,
            settlement,
        };
        State::Closing(Box::new(Self { live, closing }))
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

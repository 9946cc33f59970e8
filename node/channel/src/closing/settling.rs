//! This side has signed `ES`.

use bitcoin::{FeeRate, Transaction};
use leyden_labels::Side;
use leyden_tx::{
    BuildError, InputSignature, Settlement, build_settlement, complete_settlement, sign_settlement,
    verify_settlement,
};

use super::{Closed, Settled, broadcast_own};
use crate::command::Command;
use crate::context::Context;
use crate::event::Event;
use crate::fault::{Fault, Invalid, Misuse, Order};
use crate::live::Live;
use crate::message::{Message, Settle, SettleAnswer};
use crate::state::{State, StateName, unexpected};

/// Example: a: `settle`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settling {
    pub(crate) live: Live,
    settle: Settle,
}

/// The balances do not cover the fee.
pub(super) struct Unpayable;

/// Builds `ES` of the own current commitment's balances.
pub(super) fn settlement(
    cx: &Context<'_>,
    live: &Live,
    feerate: FeeRate,
) -> Result<Result<Settlement, Unpayable>, Fault> {
    let funding = live.funding_outpoint(cx.view);
    match build_settlement(&live.terms.params, &live.balances(), funding, feerate) {
        Ok(settlement) => Ok(Ok(settlement)),
        Err(BuildError::FeeTooHigh { .. } | BuildError::Overflow | BuildError::NoOutput { .. }) => {
            Ok(Err(Unpayable))
        }
        Err(
            error @ (BuildError::Balances { .. }
            | BuildError::HtlcOrder { .. }
            | BuildError::NoHtlc { .. }
            | BuildError::Dust { .. }
            | BuildError::Number { .. }
            | BuildError::NoInputs
            | BuildError::DuplicateInput { .. }
            | BuildError::Underfunded { .. }),
        ) => Err(error.into()),
    }
}

/// Completes `ES` with the other side's signature.
pub(super) fn countersign(
    cx: &Context<'_>,
    live: &Live,
    settlement: &Settlement,
    signature: &InputSignature,
) -> Result<Transaction, Fault> {
    let signed = verify_settlement(&live.terms.params, settlement, cx.remote(), signature)
        .map_err(|_| Invalid::SettlementSignature)?;
    Ok(complete_settlement(&live.terms.params, &signed, cx.keys.funding())?.tx)
}

impl Settling {
    /// Whether this side can ask for a close at this rate.
    pub(crate) fn check(cx: &Context<'_>, live: &Live, feerate: FeeRate) -> Result<(), Fault> {
        if live.carries_htlcs() {
            return Err(Misuse::HtlcsInFlight.into());
        }
        match settlement(cx, live, feerate)? {
            Ok(_) => Ok(()),
            Err(Unpayable) => Err(Misuse::SettlementUnpayable.into()),
        }
    }

    /// Signs `ES`. Nothing happens if the balances have changed so that they cannot pay the fee, or if
    /// HTLCs have been added.
    pub(crate) fn enter(
        cx: &mut Context<'_>,
        mut live: Live,
        feerate: FeeRate,
    ) -> Result<State, Fault> {
        let payable = if live.carries_htlcs() {
            Err(Unpayable)
        } else {
            settlement(cx, &live, feerate)?
        };
        let Ok(settlement) = payable else {
            cx.event(Event::CloseDropped { feerate });
            return Ok(State::Quiet(Box::new(crate::update::Quiet { live })));
        };
        live.drop_queue(cx);
        let settle = Settle {
            number: live.held.number(),
            feerate,
            signature: sign_settlement(&live.terms.params, &settlement, cx.keys.funding())?,
        };
        cx.send(Message::Settle(settle.clone()));
        Ok(State::Settling(Box::new(Self { live, settle })))
    }

    pub(crate) const NAME: StateName = StateName::Settling;

    pub(crate) fn on_command(
        self,
        cx: &mut Context<'_>,
        command: &Command,
    ) -> Result<State, Fault> {
        match command {
            Command::Broadcast(label) => broadcast_own(cx, self.live, *label, None),
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

    pub(crate) fn on_message(
        self,
        cx: &mut Context<'_>,
        message: &Message,
    ) -> Result<State, Fault> {
        match message {
            Message::SettleAnswer(answer) => self.take_answer(cx, answer),
            Message::Settle(settle) => match cx.local() {
                Side::A => Err(Order::Collision.into()),
                Side::B => Settled::agree(cx, self.live, settle),
            },
            Message::Propose(_) | Message::Offer(_) => Err(Order::Collision.into()),
            Message::Open(_)
            | Message::Accept(_)
            | Message::FirstCommitment(_)
            | Message::FundingInputs(_)
            | Message::FundingSignatures(_)
            | Message::Ready(_)
            | Message::Consent(_)
            | Message::Answer(_)
            | Message::Complete(_)
            | Message::Reconnect(_) => Err(unexpected(message, Self::NAME)),
        }
    }

    pub(crate) fn on_chain(self, cx: &mut Context<'_>) -> State {
        match Closed::must_close(cx, &self.live, None) {
            Some(closing) => Closed::with(cx, self.live, closing),
            None => State::Settling(Box::new(self)),
        }
    }

    pub(crate) fn resend(&self, cx: &mut Context<'_>) {
        cx.send(Message::Settle(self.settle.clone()));
    }

    fn take_answer(self, cx: &mut Context<'_>, answer: &SettleAnswer) -> Result<State, Fault> {
        let SettleAnswer { number, signature } = answer;
        if *number != self.settle.number {
            return Err(Order::Number {
                expected: self.settle.number,
                got: *number,
            }
            .into());
        }
        let Ok(settlement) = settlement(cx, &self.live, self.settle.feerate)? else {
            return Err(Invalid::SettlementUnpayable.into());
        };
        let tx = countersign(cx, &self.live, &settlement, signature)?;
        Ok(Settled::enter(cx, self.live, tx, None))
    }
}

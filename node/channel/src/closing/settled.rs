//! `ES` is complete.

use bitcoin::Transaction;

use super::settling::{countersign, settlement};
use super::{Closed, broadcast_own};
use crate::chain::{Closing, Spend, recognise};
use crate::command::Command;
use crate::context::Context;
use crate::event::Event;
use crate::fault::{Fault, Incompatible, Invalid, Misuse, Order};
use crate::live::Live;
use crate::message::{Message, Settle, SettleAnswer};
use crate::state::{State, StateName};
use leyden_tx::sign_settlement;

/// Example: a: `settle`, b: `settle-answer`. Either side broadcasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settled {
    pub(crate) live: Live,
    pub(crate) settlement: Transaction,
    /// Of the side that agreed, in case it is lost.
    answer: Option<SettleAnswer>,
}

impl Settled {
    /// Checks the other side's proposal, and signs too.
    pub(crate) fn agree(
        cx: &mut Context<'_>,
        mut live: Live,
        settle: &Settle,
    ) -> Result<State, Fault> {
        let Settle {
            number,
            feerate,
            signature,
        } = settle;
        if *number != live.held.number() {
            return Err(Order::Number {
                expected: live.held.number(),
                got: *number,
            }
            .into());
        }
        if live.carries_htlcs() {
            return Err(Invalid::HtlcsInFlight.into());
        }
        if *feerate > cx.config.max_settlement_feerate {
            return Err(Incompatible::SettlementFee {
                most: cx.config.max_settlement_feerate,
                asked: *feerate,
            }
            .into());
        }
        let Ok(settlement) = settlement(cx, &live, *feerate)? else {
            return Err(Invalid::SettlementUnpayable.into());
        };
        let tx = countersign(cx, &live, &settlement, signature)?;
        let answer = SettleAnswer {
            number: *number,
            signature: sign_settlement(&live.terms.params, &settlement, cx.keys.funding())?,
        };
        live.drop_queue(cx);
        cx.send(Message::SettleAnswer(answer.clone()));
        Ok(Self::enter(cx, live, tx, Some(answer)))
    }

    pub(super) fn enter(
        cx: &mut Context<'_>,
        live: Live,
        settlement: Transaction,
        answer: Option<SettleAnswer>,
    ) -> State {
        cx.event(Event::Settled {
            txid: settlement.compute_txid(),
        });
        State::Settled(Box::new(Self {
            live,
            settlement,
            answer,
        }))
    }

    pub(crate) const NAME: StateName = StateName::Settled;

    pub(crate) fn on_command(
        self,
        cx: &mut Context<'_>,
        command: &Command,
    ) -> Result<State, Fault> {
        match command {
            Command::Broadcast(label) => {
                broadcast_own(cx, self.live, *label, Some(self.settlement))
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

    /// Stays while `ES` is what spends F; any other spend is enforced.
    pub(crate) fn on_chain(self, cx: &mut Context<'_>) -> Result<State, Fault> {
        for seen in cx.view.spends() {
            match recognise(&self.live, cx.keys, &seen.tx)? {
                Spend::Settlement => {}
                Spend::Commitment(_) | Spend::Unknown => {
                    let closing = Closing {
                        chosen: None,
                        settlement: Some(self.settlement),
                    };
                    return Ok(Closed::with(cx, self.live, closing));
                }
            }
        }
        Ok(State::Settled(Box::new(self)))
    }

    pub(crate) fn resend(&self, cx: &mut Context<'_>) {
        if let Some(answer) = &self.answer {
            cx.send(Message::SettleAnswer(answer.clone()));
        }
    }
}

//! Both sides' coins for F.

use leyden_labels::PerSide;
use leyden_tx::FundingContribution;

use super::contribution::{check_contribution, check_together};
use super::funding_transaction::Candidate;
use super::idle::own_coins;
use super::{Agreed, ExchangingCommitments, Funding, SigningFirst};
use crate::command::Command;
use crate::context::Context;
use crate::event::Event;
use crate::fault::{Fault, Invalid, Misuse, Order};
use crate::held::HeldCommitment;
use crate::live::Live;
use crate::message::{FundingInputs, Message};
use crate::state::{State, StateName, unexpected, wrong_state};

/// Example: a: `funding-inputs`, b: `funding-inputs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExchangingInputs {
    agreed: Agreed,
    theirs: Option<FundingContribution>,
    /// `noinput`: commitment 0 is there already.
    held: Option<HeldCommitment>,
}

impl ExchangingInputs {
    pub(super) fn enter(
        cx: &mut Context<'_>,
        agreed: Agreed,
        held: Option<HeldCommitment>,
    ) -> Result<State, Fault> {
        match &agreed.purse {
            Some(purse) => send_inputs(cx, purse),
            None => cx.event(Event::FundingNeeded),
        }
        let theirs = None;
        Self {
            agreed,
            theirs,
            held,
        }
        .proceed(cx)
    }

    pub(crate) const NAME: StateName = StateName::ExchangingInputs;

    pub(crate) fn on_command(
        mut self,
        cx: &mut Context<'_>,
        command: &Command,
    ) -> Result<State, Fault> {
        match command {
            Command::Fund(contribution) if self.agreed.purse.is_none() => {
                let purse = own_coins(cx, contribution)?;
                if let Some(theirs) = &self.theirs {
                    check_together(&purse, theirs).map_err(Misuse::Contribution)?;
                }
                send_inputs(cx, &purse);
                self.agreed.purse = Some(purse);
                self.proceed(cx)
            }
            Command::Fund(_)
            | Command::Open
            | Command::FundingSigned(_)
            | Command::ReplaceFunding(_)
            | Command::Pay { .. }
            | Command::Update(_)
            | Command::Learn(_)
            | Command::Close { .. }
            | Command::Broadcast(_)
            | Command::ClaimAll
            | Command::Reconnect => Err(wrong_state(command, Self::NAME)),
        }
    }

    pub(crate) fn on_message(
        mut self,
        cx: &mut Context<'_>,
        message: &Message,
    ) -> Result<State, Fault> {
        match message {
            Message::FundingInputs(FundingInputs {
                revision,
                contribution,
            }) if self.theirs.is_none() => {
                if *revision != 0 {
                    return Err(Order::Revision {
                        expected: 0,
                        got: *revision,
                    }
                    .into());
                }
                check_contribution(cx.config, cx.remote(), contribution)
                    .map_err(Invalid::Contribution)?;
                if let Some(purse) = &self.agreed.purse {
                    check_together(purse, contribution).map_err(Invalid::Contribution)?;
                }
                self.theirs = Some(contribution.clone());
                self.proceed(cx)
            }
            Message::FundingInputs(_)
            | Message::Open(_)
            | Message::Accept(_)
            | Message::FirstCommitment(_)
            | Message::FundingSignatures(_)
            | Message::Ready(_)
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
}

impl ExchangingInputs {
    /// Builds F once both sides' coins are known.
    fn proceed(self, cx: &mut Context<'_>) -> Result<State, Fault> {
        let Self {
            agreed,
            theirs,
            held,
        } = self;
        let Agreed { terms, purse } = agreed;
        let (purse, theirs) = match (purse, theirs) {
            (Some(purse), Some(theirs)) => (purse, theirs),
            (purse, theirs) => {
                let agreed = Agreed { terms, purse };
                return Ok(State::ExchangingInputs(Box::new(Self {
                    agreed,
                    theirs,
                    held,
                })));
            }
        };
        let contributions = PerSide::from_holder(cx.local(), purse, theirs);
        let candidate = Candidate::build(&terms.params, 0, contributions)?;
        match held {
            Some(held) => {
                let live = Live::new(terms, held, candidate.outpoint());
                Ok(Funding::sign(cx, live, candidate))
            }
            None if cx.config.signs_funding_first() => SigningFirst::enter(cx, terms, candidate),
            None => ExchangingCommitments::after_inputs(cx, terms, candidate),
        }
    }
}

fn send_inputs(cx: &mut Context<'_>, contribution: &FundingContribution) {
    cx.send(Message::FundingInputs(FundingInputs {
        revision: 0,
        contribution: contribution.clone(),
    }));
}

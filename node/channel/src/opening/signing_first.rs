//! `csv` with malleable coins: F is signed before commitment 0 exists.
//!
//! The construction that Appendix A rejects, for the scenarios that show why. Either side can now
//! broadcast F, or a malleated F, and the coins are locked with no commitment to free them.

use leyden_tx::funding_output;

use super::ExchangingCommitments;
use super::funding_transaction::{Candidate, SignaturesError};
use crate::chain::FundingMatch;
use crate::command::Command;
use crate::context::Context;
use crate::fault::{Fault, Order};
use crate::message::{FundingSignatures, Message};
use crate::state::{State, StateName, unexpected, wrong_state};
use crate::terms::Terms;

/// Example: a: `funding-signatures`, b: `funding-signatures`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SigningFirst {
    terms: Terms,
    candidate: Candidate,
}

impl SigningFirst {
    pub(super) fn enter(
        cx: &mut Context<'_>,
        terms: Terms,
        candidate: Candidate,
    ) -> Result<State, Fault> {
        let candidate = candidate.request(cx);
        Self { terms, candidate }.proceed(cx)
    }

    pub(crate) const NAME: StateName = StateName::SigningFunding;

    pub(crate) fn matcher(&self) -> FundingMatch {
        FundingMatch {
            output: funding_output(&self.terms.params),
            exact: Some(self.candidate.outpoint().txid),
            coins: self.candidate.spends().collect(),
        }
    }

    pub(crate) fn resume(&self, cx: &mut Context<'_>) {
        self.candidate.ask(cx);
    }

    pub(crate) fn on_command(
        mut self,
        cx: &mut Context<'_>,
        command: &Command,
    ) -> Result<State, Fault> {
        match command {
            Command::FundingSigned(inputs) if self.candidate.lacks(cx.local()) => {
                self.candidate
                    .check(cx.local(), inputs)
                    .map_err(SignaturesError::of_own)?;
                self.candidate.sign(cx, inputs.clone());
                self.proceed(cx)
            }
            Command::FundingSigned(_)
            | Command::Fund(_)
            | Command::Open
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
            Message::FundingSignatures(FundingSignatures { revision, inputs })
                if self.candidate.lacks(cx.remote()) =>
            {
                if *revision != 0 {
                    return Err(Order::Revision {
                        expected: 0,
                        got: *revision,
                    }
                    .into());
                }
                self.candidate
                    .check(cx.remote(), inputs)
                    .map_err(SignaturesError::of_other)?;
                self.candidate.take(cx.remote(), inputs.clone());
                self.proceed(cx)
            }
            Message::FundingSignatures(_)
            | Message::Open(_)
            | Message::Accept(_)
            | Message::FirstCommitment(_)
            | Message::FundingInputs(_)
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

    fn proceed(self, cx: &mut Context<'_>) -> Result<State, Fault> {
        match self.candidate.complete() {
            Some(tx) => ExchangingCommitments::after_signing(cx, self.terms, tx, self.candidate),
            None => Ok(State::SigningFirst(Box::new(self))),
        }
    }
}

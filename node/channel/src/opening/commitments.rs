//! Commitment 0: "the child's signatures before the parent's" (§3.1.2).

use bitcoin::{OutPoint, Transaction};
use leyden_tx::{FUNDING_VOUT, funding_output};

use super::funding_transaction::Candidate;
use super::idle::own_coins;
use super::{Agreed, ExchangingInputs, Funding};
use crate::chain::FundingMatch;
use crate::command::Command;
use crate::context::Context;
use crate::fault::Fault;
use crate::held::{HeldCommitment, sign_for_other};
use crate::htlc::Ledger;
use crate::live::Live;
use crate::message::{FirstCommitment, Message};
use crate::state::{State, StateName, unexpected, wrong_state};
use crate::terms::Terms;

/// What is known of F when commitment 0 is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum FundingKnown {
    /// `noinput`: nothing, and nothing is needed.
    Nothing,
    /// `csv`: all but the signatures, which do not change the txid.
    Unsigned(Candidate),
    /// `csv`, malleable: the signed transaction.
    Signed(Transaction, Candidate),
}

/// Example: a: `first-commitment`, b: `first-commitment`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExchangingCommitments {
    agreed: Agreed,
    funding: FundingKnown,
}

impl ExchangingCommitments {
    /// `noinput`: the first thing after the keys.
    pub(super) fn before_inputs(cx: &mut Context<'_>, agreed: Agreed) -> Result<State, Fault> {
        Self {
            agreed,
            funding: FundingKnown::Nothing,
        }
        .enter(cx)
    }

    /// `csv`: F is fixed, not signed.
    pub(super) fn after_inputs(
        cx: &mut Context<'_>,
        terms: Terms,
        candidate: Candidate,
    ) -> Result<State, Fault> {
        Self {
            agreed: Agreed { terms, purse: None },
            funding: FundingKnown::Unsigned(candidate),
        }
        .enter(cx)
    }

    /// `csv` with malleable coins: too late, F can be broadcast already.
    pub(super) fn after_signing(
        cx: &mut Context<'_>,
        terms: Terms,
        tx: Transaction,
        candidate: Candidate,
    ) -> Result<State, Fault> {
        Self {
            agreed: Agreed { terms, purse: None },
            funding: FundingKnown::Signed(tx, candidate),
        }
        .enter(cx)
    }

    fn enter(self, cx: &mut Context<'_>) -> Result<State, Fault> {
        let terms = &self.agreed.terms;
        let first = Ledger::new(cx.config.contribution);
        let spec = terms.spec(cx.keys, cx.remote(), 0, &first)?;
        let signatures = sign_for_other(&terms.params, cx.keys, &spec, self.outpoint())?;
        cx.send(Message::FirstCommitment(FirstCommitment { signatures }));
        Ok(State::ExchangingCommitments(Box::new(self)))
    }

    fn outpoint(&self) -> OutPoint {
        match &self.funding {
            FundingKnown::Nothing => OutPoint::null(),
            FundingKnown::Unsigned(candidate) => candidate.outpoint(),
            FundingKnown::Signed(tx, _) => OutPoint::new(tx.compute_txid(), FUNDING_VOUT),
        }
    }

    pub(crate) const NAME: StateName = StateName::ExchangingCommitments;

    /// With malleable coins F may be in the chain before commitment 0 exists.
    pub(crate) fn matcher(&self) -> Option<FundingMatch> {
        match &self.funding {
            FundingKnown::Nothing => None,
            FundingKnown::Unsigned(candidate) | FundingKnown::Signed(_, candidate) => {
                Some(FundingMatch {
                    output: funding_output(&self.agreed.terms.params),
                    exact: Some(self.outpoint().txid),
                    coins: candidate.spends().collect(),
                })
            }
        }
    }

    pub(crate) fn on_command(
        mut self,
        cx: &mut Context<'_>,
        command: &Command,
    ) -> Result<State, Fault> {
        match (&self.funding, command) {
            (FundingKnown::Nothing, Command::Fund(contribution)) => {
                self.agreed.purse = Some(own_coins(cx, contribution)?);
                Ok(State::ExchangingCommitments(Box::new(self)))
            }
            (
                FundingKnown::Nothing | FundingKnown::Unsigned(_) | FundingKnown::Signed(..),
                command @ (Command::Fund(_)
                | Command::Open
                | Command::FundingSigned(_)
                | Command::ReplaceFunding(_)
                | Command::Pay { .. }
                | Command::Update(_)
                | Command::Learn(_)
                | Command::Close { .. }
                | Command::Broadcast(_)
                | Command::ClaimAll
                | Command::Reconnect),
            ) => Err(wrong_state(command, Self::NAME)),
        }
    }

    pub(crate) fn on_message(
        self,
        cx: &mut Context<'_>,
        message: &Message,
    ) -> Result<State, Fault> {
        match message {
            Message::FirstCommitment(first) => self.take(cx, first),
            Message::Open(_)
            | Message::Accept(_)
            | Message::FundingInputs(_)
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

    fn take(self, cx: &mut Context<'_>, first: &FirstCommitment) -> Result<State, Fault> {
        let outpoint = self.outpoint();
        let Self { agreed, funding } = self;
        let spec =
            agreed
                .terms
                .spec(cx.keys, cx.local(), 0, &Ledger::new(cx.config.contribution))?;
        let FirstCommitment { signatures } = first;
        let held = HeldCommitment::verify(&agreed.terms.params, spec, outpoint, signatures)?;
        match funding {
            FundingKnown::Nothing => ExchangingInputs::enter(cx, agreed, Some(held)),
            FundingKnown::Unsigned(candidate) => {
                let live = Live::new(agreed.terms, held, outpoint);
                Ok(Funding::sign(cx, live, candidate))
            }
            FundingKnown::Signed(tx, candidate) => {
                let live = Live::new(agreed.terms, held, outpoint);
                Funding::signed_before(cx, live, tx, candidate)
            }
        }
    }
}

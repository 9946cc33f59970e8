//! F's signatures, and its replacements, until it confirms.
//!
//! Commitment 0 is held. In `noinput` any F with the channel's output will do, so either side may
//! bring other coins: each new F conflicts with every earlier one that this side signed, complete
//! here or not, so that only one confirms. Two would lock both sides' coins twice, and a commitment
//! signed once spends both: what was paid once would be paid twice.
//!
//! If both sides replace F at once, a's F stands, b gives its own up, and nobody tries again by itself. b has
//! signed its own already, and a could complete it; so b signs a's only if the two conflict. If they
//! do not, neither gets the other's signature: the F before them stands.

use std::collections::BTreeSet;

use bitcoin::{OutPoint, Transaction};
use leyden_labels::{Dialect, PerSide, Side};
use leyden_tx::FundingContribution;

use super::AwaitingReady;
use super::contribution::{check_contribution, check_together};
use super::funding_transaction::{Candidate, SignaturesError};
use crate::chain::Closing;
use crate::closing::{Closed, broadcast_own};
use crate::command::{Command, SignedInput};
use crate::context::Context;
use crate::event::Event;
use crate::fault::{ContributionError, Fault, Invalid, Misuse, Order};
use crate::live::Live;
use crate::message::{FundingInputs, FundingSignatures, Message, Ready};
use crate::output::Output;
use crate::state::{State, StateName, unexpected, wrong_state};

/// Example: a: `funding-signatures`, b: `funding-signatures`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Funding {
    pub(crate) live: Live,
    /// The F that is being signed.
    candidate: Option<Candidate>,
    /// The coins of the newest complete F.
    signed: Option<Signed>,
    /// The coins of each F that this side signed and gave up: the other side may still complete it.
    given_up: Vec<BTreeSet<OutPoint>>,
    /// The other side has seen F confirmed already.
    ready: Option<Ready>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Signed {
    revision: u32,
    contributions: PerSide<FundingContribution>,
}

impl Funding {
    /// Commitment 0 is held: F may be signed.
    pub(super) fn sign(cx: &mut Context<'_>, live: Live, candidate: Candidate) -> State {
        let candidate = Some(candidate.request(cx));
        Self {
            live,
            candidate,
            signed: None,
            given_up: Vec::new(),
            ready: None,
        }
        .proceed(cx)
    }

    /// `csv` with malleable coins: F is complete already, and may even be confirmed.
    pub(super) fn signed_before(
        cx: &mut Context<'_>,
        live: Live,
        tx: Transaction,
        candidate: Candidate,
    ) -> Result<State, Fault> {
        let mut state = Self {
            live,
            candidate: None,
            signed: None,
            given_up: Vec::new(),
            ready: None,
        };
        state.completed(cx, tx, candidate);
        state.on_chain(cx)
    }

    pub(crate) const fn name(&self) -> StateName {
        match &self.signed {
            Some(_) => StateName::AwaitingFunding,
            None => StateName::SigningFunding,
        }
    }

    pub(crate) fn resume(&self, cx: &mut Context<'_>) {
        if let Some(candidate) = &self.candidate {
            candidate.ask(cx);
        }
    }

    pub(crate) fn on_command(
        self,
        cx: &mut Context<'_>,
        command: &Command,
    ) -> Result<State, Fault> {
        match command {
            Command::FundingSigned(inputs) => self.sign_own(cx, inputs),
            Command::ReplaceFunding(contribution) => self.replace_own(cx, contribution),
            Command::Pay { .. } | Command::Update(_) | Command::Close { .. } => {
                Err(Misuse::FundingUnconfirmed.into())
            }
            Command::Broadcast(label) => broadcast_own(cx, self.live, *label, None),
            Command::Fund(_)
            | Command::Open
            | Command::Learn(_)
            | Command::ClaimAll
            | Command::Reconnect => Err(wrong_state(command, self.name())),
        }
    }

    pub(crate) fn on_message(
        mut self,
        cx: &mut Context<'_>,
        message: &Message,
    ) -> Result<State, Fault> {
        match message {
            Message::FundingSignatures(signatures) => self.take_signatures(cx, signatures),
            Message::FundingInputs(inputs) => self.replace_theirs(cx, inputs),
            Message::Ready(ready) if self.ready.is_none() => {
                self.ready = Some(*ready);
                Ok(State::Funding(Box::new(self)))
            }
            Message::Ready(_)
            | Message::Open(_)
            | Message::Accept(_)
            | Message::FirstCommitment(_)
            | Message::Offer(_)
            | Message::Consent(_)
            | Message::Propose(_)
            | Message::Answer(_)
            | Message::Complete(_)
            | Message::Settle(_)
            | Message::SettleAnswer(_)
            | Message::Reconnect(_) => Err(unexpected(message, self.name())),
        }
    }

    pub(crate) fn on_chain(self, cx: &mut Context<'_>) -> Result<State, Fault> {
        if cx.view.funding().is_none() {
            return Ok(State::Funding(Box::new(self)));
        }
        if cx.view.is_funding_spent() {
            return Ok(Closed::with(cx, self.live, Closing::default()));
        }
        AwaitingReady::enter(cx, self.live, self.ready)
    }

    fn sign_own(mut self, cx: &mut Context<'_>, inputs: &[SignedInput]) -> Result<State, Fault> {
        let name = self.name();
        let Some(candidate) = self
            .candidate
            .as_mut()
            .filter(|candidate| candidate.lacks(cx.local()))
        else {
            return Err(Misuse::WrongState {
                command: "funding-signed",
                state: name,
            }
            .into());
        };
        candidate
            .check(cx.local(), inputs)
            .map_err(SignaturesError::of_own)?;
        candidate.sign(cx, inputs.to_vec());
        Ok(self.proceed(cx))
    }

    fn take_signatures(
        mut self,
        cx: &mut Context<'_>,
        message: &FundingSignatures,
    ) -> Result<State, Fault> {
        let name = self.name();
        let FundingSignatures { revision, inputs } = message;
        let Some(candidate) = self
            .candidate
            .as_mut()
            .filter(|candidate| candidate.lacks(cx.remote()))
        else {
            return Err(not_now("funding-signatures", name));
        };
        if *revision != candidate.revision {
            return Err(Order::Revision {
                expected: candidate.revision,
                got: *revision,
            }
            .into());
        }
        if let Err(error) = candidate.check(cx.remote(), inputs) {
            // Those of the F that the other side proposed at the same time have the same revision.
            let own = self.signed.as_ref().is_some_and(|signed| {
                candidate.replaces(signed.contributions.get(cx.local()), cx.local())
            });
            return Err(if own {
                Order::Collision.into()
            } else {
                error.of_other()
            });
        }
        candidate.take(cx.remote(), inputs.clone());
        Ok(self.proceed(cx))
    }

    fn replace_own(
        mut self,
        cx: &mut Context<'_>,
        contribution: &FundingContribution,
    ) -> Result<State, Fault> {
        let possible = cx.config.dialect == Dialect::Noinput && self.candidate.is_none();
        let (true, Some(signed)) = (possible, &self.signed) else {
            return Err(Misuse::WrongState {
                command: "replace-funding",
                state: self.name(),
            }
            .into());
        };
        let revision = signed.revision.saturating_add(1);
        let candidate = self
            .replacement(cx, cx.local(), signed, contribution)?
            .map_err(Misuse::Contribution)?;
        if !self.excludes_given_up(&candidate) {
            return Err(Misuse::Contribution(ContributionError::KeepsNoInput).into());
        }
        cx.send(Message::FundingInputs(FundingInputs {
            revision,
            contribution: contribution.clone(),
        }));
        self.candidate = Some(candidate.request(cx));
        Ok(self.proceed(cx))
    }

    fn replace_theirs(
        mut self,
        cx: &mut Context<'_>,
        inputs: &FundingInputs,
    ) -> Result<State, Fault> {
        let (Dialect::Noinput, Some(signed)) = (cx.config.dialect, &self.signed) else {
            return Err(not_now("funding-inputs", self.name()));
        };
        let FundingInputs {
            revision,
            contribution,
        } = inputs;
        let expected = signed.revision.saturating_add(1);
        if *revision != expected {
            return Err(Order::Revision {
                expected,
                got: *revision,
            }
            .into());
        }
        let candidate = self
            .replacement(cx, cx.remote(), signed, contribution)?
            .map_err(Invalid::Contribution)?;
        match (self.candidate.take(), cx.local()) {
            (Some(_), Side::A) => return Err(Order::Collision.into()),
            (Some(own), Side::B) if !own.lacks(cx.local()) => {
                self.given_up.push(own.spends().collect());
            }
            (Some(_), Side::B) | (None, Side::A | Side::B) => {}
        }
        if !self.excludes_given_up(&candidate) {
            return Err(Order::Collision.into());
        }
        self.candidate = Some(candidate.request(cx));
        Ok(self.proceed(cx))
    }

    /// Builds the next F, with other coins of `side`.
    fn replacement(
        &self,
        cx: &Context<'_>,
        side: Side,
        signed: &Signed,
        contribution: &FundingContribution,
    ) -> Result<Result<Candidate, ContributionError>, Fault> {
        let kept = signed.contributions.get(side.other());
        if let Err(error) = check_contribution(cx.config, side, contribution)
            .and_then(|()| check_together(kept, contribution))
        {
            return Ok(Err(error));
        }
        let mut contributions = signed.contributions.clone();
        contributions.get_mut(side).clone_from(contribution);
        let revision = signed.revision.saturating_add(1);
        let candidate = Candidate::build(&self.live.terms.params, revision, contributions)?;
        let conflicts = self.live.funding.iter().all(|earlier| {
            let mut coins = candidate.spends();
            coins.any(|coin| {
                earlier
                    .input
                    .iter()
                    .any(|input| input.previous_output == coin)
            })
        });
        Ok(if conflicts {
            Ok(candidate)
        } else {
            Err(ContributionError::KeepsNoInput)
        })
    }

    /// Whether `candidate` cannot confirm beside an F that this side signed and gave up.
    fn excludes_given_up(&self, candidate: &Candidate) -> bool {
        self.given_up
            .iter()
            .all(|coins| candidate.spends().any(|coin| coins.contains(&coin)))
    }

    /// F is complete once both sides have signed.
    fn proceed(mut self, cx: &mut Context<'_>) -> State {
        let complete = self.candidate.as_ref().and_then(Candidate::complete);
        if let (Some(tx), Some(candidate)) =
            (complete, self.candidate.take_if(|c| c.complete().is_some()))
        {
            self.completed(cx, tx, candidate);
        }
        State::Funding(Box::new(self))
    }

    fn completed(&mut self, cx: &mut Context<'_>, tx: Transaction, candidate: Candidate) {
        cx.event(Event::FundingSigned {
            txid: tx.compute_txid(),
            revision: candidate.revision,
        });
        self.live.fund(tx);
        cx.outputs.push(Output::Watch(self.live.expected));
        self.signed = Some(Signed {
            revision: candidate.revision,
            contributions: candidate.contributions,
        });
    }
}

fn not_now(message: &'static str, state: StateName) -> Fault {
    Order::Unexpected { message, state }.into()
}

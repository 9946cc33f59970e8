//! What an accepted input does. On a fault the machine is left half changed: its caller throws it away.

use bitcoin::Transaction;
use leyden_labels::{Kind, Label, Side};
use leyden_tx::PaymentPreimage;

use crate::chain::{Due, Role, due_claims, resolved};
use crate::changeset::{BlockFacts, ChangeSet};
use crate::channel::Channel;
use crate::command::Command;
use crate::context::Context;
use crate::event::Event;
use crate::fault::{Fault, Misuse};
use crate::message::Message;
use crate::opening::Idle;
use crate::output::Output;
use crate::state::State;

/// Which claims an input brings out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Emit {
    /// Those that it has made possible.
    New,
    /// All.
    All,
}

impl Channel {
    pub(crate) fn apply(&mut self, change: &ChangeSet) -> Result<(), Fault> {
        match change {
            ChangeSet::Command { command, now: _ } => self.command(command),
            ChangeSet::Message { message, now: _ } => self.message(message),
            ChangeSet::Block(block) => self.block(block),
            ChangeSet::Disconnect { height } => self.disconnect(*height),
            ChangeSet::Mempool(tx) => self.mempool(tx),
        }
    }

    fn command(&mut self, command: &Command) -> Result<(), Fault> {
        match command {
            Command::Reconnect => {
                self.send_reconnect(true);
                Ok(())
            }
            Command::ClaimAll => {
                self.emit_claims(&[], Emit::All);
                Ok(())
            }
            Command::Broadcast(label) if label.kind() != Kind::Commitment => self.broadcast(*label),
            Command::Learn(preimage) => self.learn(preimage),
            Command::Open
            | Command::Fund(_)
            | Command::FundingSigned(_)
            | Command::ReplaceFunding(_)
            | Command::Pay { .. }
            | Command::Update(_)
            | Command::Close { .. }
            | Command::Broadcast(_) => {
                if let Command::Broadcast(label) = command {
                    // On demand, also if it has been emitted before.
                    self.due.retain(|due| due.claim.label != *label);
                }
                self.run(|state, cx| state.on_command(cx, command))?;
                self.refresh(Emit::New)
            }
        }
    }

    /// R has become known, from the other side, from the chain or from elsewhere.
    fn learn(&mut self, preimage: &PaymentPreimage) -> Result<(), Fault> {
        self.note(preimage);
        self.run(State::on_chain)?;
        self.refresh(Emit::New)
    }

    /// Keeps R, and tells if it was news.
    pub(crate) fn note(&mut self, preimage: &PaymentPreimage) {
        if self
            .state
            .live_mut()
            .is_some_and(|live| live.note(preimage))
        {
            let hash = preimage.hash();
            self.push(Output::Event(Event::PreimageLearned { hash }));
        }
    }

    fn message(&mut self, message: &Message) -> Result<(), Fault> {
        if let Message::Reconnect(theirs) = message {
            return self.reconnect(theirs);
        }
        self.run(|state, cx| state.on_message(cx, message))?;
        self.link.accepted(message);
        self.refresh(Emit::New)
    }

    fn block(&mut self, block: &BlockFacts) -> Result<(), Fault> {
        let had_funding = self.view.funding().is_some();
        let matcher = self.state.matcher();
        let added = self.view.connect(block, matcher.as_ref());
        self.tell_confirmed(&added, had_funding)?;
        self.run(State::on_chain)?;
        self.refresh(Emit::All)
    }

    fn disconnect(&mut self, height: u32) -> Result<(), Fault> {
        let before = self.clone();
        let gone = self.view.disconnect(height);
        self.tell_unconfirmed(&before, &gone);
        self.run(State::on_chain)?;
        self.refresh(Emit::All)
    }

    fn mempool(&mut self, tx: &Transaction) -> Result<(), Fault> {
        let role = self
            .state
            .matcher()
            .and_then(|matcher| self.view.role(tx, &matcher));
        match role {
            Some(Role::Spend) => {
                self.view.add_unconfirmed(tx);
                self.tell_commitment(tx, None)?;
            }
            Some(Role::Funding { .. } | Role::Child | Role::Stage | Role::Conflict) | None => {}
        }
        self.learn_from(tx);
        self.run(State::on_chain)?;
        self.refresh(Emit::New)
    }

    /// Emits one claim on demand.
    fn broadcast(&mut self, label: Label) -> Result<(), Fault> {
        let due = self.due.iter().find(|due| due.claim.label == label);
        let due = due.ok_or(Misuse::NotHeld { label })?;
        if due.from > self.view.next_height() {
            return Err(Misuse::NotMature { height: due.from }.into());
        }
        self.outputs.push_back(Output::Broadcast(due.claim.clone()));
        Ok(())
    }

    /// Runs a transition. On a fault the machine is not usable: its caller has the original.
    pub(crate) fn run(
        &mut self,
        transition: impl FnOnce(State, &mut Context<'_>) -> Result<State, Fault>,
    ) -> Result<(), Fault> {
        let state = core::mem::replace(&mut self.state, State::Idle(Idle::default()));
        let mut cx = Context {
            config: &self.config,
            keys: &mut self.keys,
            view: &self.view,
            outputs: Vec::new(),
        };
        self.state = transition(state, &mut cx)?;
        let outputs = cx.outputs;
        for output in outputs {
            if let Output::Send(message) = &output {
                self.link.sent(message);
            }
            self.outputs.push_back(output);
        }
        Ok(())
    }

    pub(crate) fn push(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    /// Computes the claims anew.
    fn refresh(&mut self, emit: Emit) -> Result<(), Fault> {
        let (due, waits) = match self.state.live() {
            Some(live) => due_claims(
                &self.config,
                &mut self.keys,
                &self.view,
                live,
                &self.state.closing(),
            )?,
            None => (Vec::new(), false),
        };
        let was_closed = self.is_closed();
        self.waits = waits;
        let before = core::mem::replace(&mut self.due, due);
        self.emit_claims(&before, emit);
        if self.is_closed() && !was_closed {
            self.push(Output::Event(Event::Closed));
        }
        Ok(())
    }

    /// F's output is spent, and nothing is left to do.
    pub(crate) fn is_closed(&self) -> bool {
        match &self.state {
            State::Settled(_) | State::Closing(_) => resolved(&self.view, &self.due, self.waits),
            State::Idle(_)
            | State::Offered(_)
            | State::ExchangingInputs(_)
            | State::ExchangingCommitments(_)
            | State::SigningFirst(_)
            | State::Funding(_)
            | State::AwaitingReady(_)
            | State::Quiet(_)
            | State::Offering(_)
            | State::Consenting(_)
            | State::Proposed(_)
            | State::Answered(_)
            | State::Settling(_) => false,
        }
    }

    pub(crate) fn emit_claims(&mut self, before: &[Due], emit: Emit) {
        let next_height = self.view.next_height();
        let wanted = self.due.iter().filter(|due| {
            let fresh = match emit {
                Emit::All => true,
                // a broadcasts F; b only if it is not in the next block.
                Emit::New => {
                    !before.contains(due)
                        && (due.claim.label != Label::FUNDING || self.config.side == Side::A)
                }
            };
            fresh && due.from <= next_height
        });
        let wanted: Vec<Output> = wanted
            .map(|due| Output::Broadcast(due.claim.clone()))
            .collect();
        self.outputs.extend(wanted);
    }
}

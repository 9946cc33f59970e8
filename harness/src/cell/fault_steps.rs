//! Steps that make actors silent, crash or lie, and that break connections.

use leyden_labels::Side;
use leyden_scenario::{ActorName, Crash, Disconnect, DropMessage, Stop, Tamper};

use crate::actor::{Armed, Effect};

use super::failure::StepError;
use super::world::World;

impl World<'_> {
    /// An actor says nothing more, from now on or instead of sending a message.
    pub(super) fn stop(&mut self, stop: &Stop) -> Result<(), StepError> {
        match &stop.when {
            Some(when) => self
                .mail
                .arm(Armed::when(&stop.actor, when, Effect::Silence)),
            None => self.actor_mut(&stop.actor)?.fall_asleep(),
        }
        Ok(())
    }

    /// It reads again what came in the meantime.
    pub(super) fn start(&mut self, actor: &ActorName) -> Result<(), StepError> {
        self.actor_mut(actor)?.wake();
        self.settle()
    }

    /// An actor's process is gone and comes back, now or instead of sending a message.
    pub(super) fn crash(&mut self, crash: &Crash) -> Result<(), StepError> {
        if let Some(when) = &crash.when {
            let fault = Armed::when(&crash.actor, when, Effect::Crash);
            self.mail.arm(fault);
            return Ok(());
        }
        self.actor_mut(&crash.actor)?.crash();
        self.settle()
    }

    /// An actor is going to lie.
    pub(super) fn tamper(&mut self, tamper: &Tamper) {
        self.mail.arm(Armed::tamper(tamper));
    }

    /// A message is going to be lost.
    pub(super) fn drop_message(&mut self, drop: &DropMessage) {
        self.mail.arm(Armed::drop(drop));
    }

    /// What is under way in a channel is lost; both sides connect again.
    pub(super) fn disconnect(&mut self, step: &Disconnect) -> Result<(), StepError> {
        let parties = self.parties(&step.channel)?.clone();
        self.mail.lose(&step.channel);
        for side in Side::BOTH {
            let name = parties.get(side);
            let actor = self.actors.get_mut(name);
            let actor = actor.ok_or_else(|| StepError::new("no-such-actor", name.to_string()))?;
            actor.reconnect(&step.channel, &mut self.mail)?;
        }
        self.settle()
    }

    /// A fault that waited for a message that nobody sent: the scenario does not show what it claims to.
    pub(super) fn every_fault_fired(&self) -> Result<(), StepError> {
        let waiting: Vec<String> = self.mail.unfired().map(ToString::to_string).collect();
        if waiting.is_empty() {
            return Ok(());
        }
        let detail = format!("armed, and never fired: {}", waiting.join(", "));
        Err(StepError::new("fault-never-fired", detail))
    }
}

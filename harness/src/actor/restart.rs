//! Actors that sleep, hang and crash, and connections that break.

use leyden_bitcoind::Node;
use leyden_channel::{Channel, Command};
use leyden_scenario::ChannelName;

use super::embedded::{Embedded, Pulse};
use super::failure::ActorFailure;
use super::mail::Mail;

impl Embedded {
    /// Stops reading news and mail.
    pub(crate) fn fall_asleep(&mut self) {
        self.pulse = Pulse::Asleep;
    }

    /// Reads again. What hung is killed, and started anew.
    pub(crate) fn wake(&mut self) {
        self.pulse = match self.pulse {
            Pulse::Awake | Pulse::Asleep => Pulse::Awake,
            Pulse::Silent | Pulse::Crashed => Pulse::Crashed,
        };
    }

    /// Its process is gone; it comes back when it next works.
    pub(crate) fn crash(&mut self) {
        self.pulse = Pulse::Crashed;
    }

    /// Whether it is silent at the moment.
    pub(crate) fn is_asleep(&self) -> bool {
        self.pulse != Pulse::Awake
    }

    /// The transport is up again: tells the other side how far it is.
    pub(crate) fn reconnect(
        &mut self,
        channel: &ChannelName,
        mail: &mut Mail,
    ) -> Result<(), ActorFailure> {
        if self.is_asleep() {
            return Ok(());
        }
        self.order(channel, Command::Reconnect, mail)
    }

    /// Rebuilds every channel from what it made durable, and connects again. Its wallet, its invoices
    /// and its own payments are durable too; what bitcoind has in its mempool it has to see anew.
    pub(super) fn come_back(&mut self, mail: &mut Mail, node: &Node) -> Result<(), ActorFailure> {
        self.pulse = Pulse::Awake;
        self.mempool_seen.clear();
        let channels: Vec<ChannelName> = self.seats.keys().cloned().collect();
        for channel in &channels {
            mail.lose(channel);
            let seat = self.seat(channel)?;
            let config = seat.channel.config().clone();
            let rebuilt = Channel::replay(config, &self.seed, &seat.changes);
            let rebuilt = rebuilt.map_err(|fault| self.fault(fault))?;
            self.seat_mut(channel)?.channel = rebuilt;
        }
        for channel in &channels {
            self.follow(channel, mail, node)?;
        }
        Ok(())
    }
}

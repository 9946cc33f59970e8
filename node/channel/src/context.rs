//! What a transition sees and emits.

use leyden_labels::Side;
use leyden_tx::ChannelKeys;

use crate::chain::View;
use crate::config::Config;
use crate::event::Event;
use crate::fault::Fault;
use crate::message::{ChannelKeysAnnounced, CommitmentKeys, Message};
use crate::output::Output;

/// The surroundings of one transition. Its outputs count only if the transition succeeds.
pub(crate) struct Context<'a> {
    pub(crate) config: &'a Config,
    pub(crate) keys: &'a mut ChannelKeys,
    pub(crate) view: &'a View,
    pub(crate) outputs: Vec<Output>,
}

impl Context<'_> {
    pub(crate) const fn local(&self) -> Side {
        self.config.side
    }

    pub(crate) const fn remote(&self) -> Side {
        self.config.side.other()
    }

    pub(crate) fn send(&mut self, message: Message) {
        self.outputs.push(Output::Send(message));
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.outputs.push(Output::Event(event));
    }

    /// This side's public keys for commitment `number`.
    pub(crate) fn announce(&mut self, number: u64) -> Result<CommitmentKeys, Fault> {
        Ok(CommitmentKeys {
            own: self.keys.own_rsmc(number)?.public(),
            counter: self.keys.counter_rsmc(number)?.public(),
        })
    }

    /// All public keys that the opening needs.
    pub(crate) fn announce_channel(&mut self) -> Result<ChannelKeysAnnounced, Fault> {
        Ok(ChannelKeysAnnounced {
            funding: self.keys.funding().public(),
            delivery: self.keys.delivery().public(),
            first: self.announce(0)?,
            second: self.announce(1)?,
        })
    }
}

//! A cell that is played step by step by somebody else than its file.

use leyden_bitcoind::{Demand, Pool};
use leyden_channel::{Event, HtlcView};
use leyden_labels::Label;
use leyden_scenario::{ScenarioCell, Step};
use leyden_tx::Balances;

use super::failure::StepError;
use super::play::play_step;
use super::run::Settings;
use super::set_up::set_up;
use super::world::World;

/// A running cell.
pub(crate) struct Session<'run> {
    world: World<'run>,
}

impl<'run> Session<'run> {
    /// Starts the bitcoinds and the actors of `cell`, and plays none of its steps.
    pub(crate) fn start(
        cell: &'run ScenarioCell,
        demands: &(Demand, Option<Demand>),
        pool: &Pool,
        settings: &Settings,
    ) -> Result<Self, StepError> {
        let world = set_up(cell, demands, pool, settings)?;
        Ok(Self { world })
    }

    /// Plays one step, and looks at what it changed.
    pub(crate) fn play(&mut self, step: &Step) -> Result<(), StepError> {
        play_step(&mut self.world, step)
    }

    /// The height of the tip.
    pub(crate) fn height(&self) -> u32 {
        self.world.chain.height()
    }

    /// How many transactions have been seen.
    pub(crate) fn transactions(&self) -> usize {
        let transcript = self.world.transcript();
        transcript.map_or(0, |transcript| transcript.transactions.len())
    }

    /// An actor's current commitment number in a channel, and the balances.
    pub(crate) fn says(&self, actor: &str, channel: &str) -> Option<(u64, Balances)> {
        let (channel, _) = self.world.channels.get_key_value(channel)?;
        let (_, number, balances) = self.world.actors.get(actor)?.says(channel)?;
        Some((number, balances))
    }

    /// What an actor says of the HTLCs of a channel.
    pub(crate) fn htlcs(&self, actor: &str, channel: &str) -> Vec<HtlcView> {
        let actor = self.world.actors.get(actor);
        let channel = self.world.channels.get_key_value(channel);
        let (Some(actor), Some((channel, _))) = (actor, channel) else {
            return Vec::new();
        };
        actor.htlcs(channel)
    }

    /// What an actor reported about a channel.
    pub(crate) fn events(&self, actor: &str, channel: &str) -> &[Event] {
        let actor = self.world.actors.get(actor);
        let channel = self.world.channels.get_key_value(channel);
        let (Some(actor), Some((channel, _))) = (actor, channel) else {
            return &[];
        };
        actor.events(channel)
    }

    /// Whether a commitment of a channel, or its settlement, is in the chain.
    pub(crate) fn is_closed_on_chain(&self, channel: &str) -> bool {
        let channel = self.world.channels.get_key_value(channel);
        channel.is_some_and(|(channel, _)| self.world.is_closed_on_chain(channel))
    }

    /// The commitment of a channel that is in the chain.
    pub(crate) fn commitment_on_chain(&self, channel: &str) -> Option<Label> {
        let (channel, _) = self.world.channels.get_key_value(channel)?;
        self.world.commitment_on_chain(channel)
    }

    /// A transaction of somebody's that bitcoind refused for its script.
    pub(crate) fn never_valid(&self) -> Result<(), StepError> {
        self.world.nothing_is_never_valid()
    }
}

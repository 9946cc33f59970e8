//! A cell that is played step by step by somebody else than its file.

use std::collections::BTreeMap;

use bitcoin::Amount;
use leyden_bitcoind::{Demand, Pool};
use leyden_channel::{Event, HtlcView, StateName};
use leyden_scenario::{ActorName, ScenarioCell, Step};

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

    /// An actor's current commitment number in a channel, and its state.
    pub(crate) fn says(&self, actor: &str, channel: &str) -> Option<(StateName, u64)> {
        let (channel, _) = self.world.channels.get_key_value(channel)?;
        let says = self.world.actors.get(actor)?.says(channel)?;
        Some((says.0, says.1))
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

    /// What every actor has in all of its channels together, on chain and off.
    pub(crate) fn funds(&self) -> Result<BTreeMap<ActorName, Amount>, StepError> {
        let names = self.world.actors.keys();
        names
            .map(|name| Ok((name.clone(), self.world.funds(name)?)))
            .collect()
    }
}

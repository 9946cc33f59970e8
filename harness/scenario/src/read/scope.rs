//! What is defined at a point of a scenario.

use std::collections::{BTreeMap, BTreeSet};

use leyden_labels::{PerSide, Side};

use crate::Construction;

/// The names that steps may use from here on.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    pub(crate) actors: BTreeSet<String>,
    /// Channels by name; one whose `open` had a mistake is there without details.
    pub(crate) channels: BTreeMap<String, Option<ChannelScope>>,
    pub(crate) captured: BTreeSet<String>,
    /// Actors that broadcast a revoked commitment somewhere.
    pub(crate) cheats: BTreeSet<String>,
    /// What each actor still has in coins, in satoshi, as long as that is known.
    pub(crate) funds_sat: BTreeMap<String, u64>,
}

/// What is known of a channel before anything runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChannelScope {
    pub(crate) parties: PerSide<String>,
    pub(crate) construction: Construction,
    pub(crate) capacity_sat: u64,
    /// What each side has, in satoshi, as long as that is known.
    pub(crate) balance_sat: Option<PerSide<u64>>,
}

impl ChannelScope {
    /// Which side an actor is.
    pub(crate) fn side_of(&self, actor: &str) -> Option<Side> {
        Side::BOTH
            .into_iter()
            .find(|side| self.parties.get(*side) == actor)
    }
}

impl Scope {
    /// The channel's details, unless its `open` had a mistake.
    pub(crate) fn channel(&self, name: &str) -> Option<&ChannelScope> {
        self.channels.get(name)?.as_ref()
    }

    /// Coins move in ways that are not followed here: nothing is known of funds any more.
    pub(crate) fn forget_funds(&mut self) {
        self.funds_sat.clear();
    }

    /// The same for the balances of one channel.
    pub(crate) fn forget_balance(&mut self, name: &str) {
        if let Some(Some(channel)) = self.channels.get_mut(name) {
            channel.balance_sat = None;
        }
    }

    /// The same for those channels whose balances a repeated body changed.
    pub(crate) fn forget_changed(&mut self, before: &BTreeMap<String, Option<ChannelScope>>) {
        for (name, channel) in &mut self.channels {
            if before.get(name) != Some(channel)
                && let Some(channel) = channel
            {
                channel.balance_sat = None;
            }
        }
    }
}

//! What is defined at a point of a scenario.

use std::collections::{BTreeMap, BTreeSet};

use leyden_labels::{PerSide, Side};

use crate::names::SecretName;
use crate::tree::Node;
use crate::{Construction, limits};

/// The names that steps may use from here on.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    pub(crate) actors: BTreeSet<String>,
    /// Channels by name; one whose `open` had a mistake is there without details.
    pub(crate) channels: BTreeMap<String, Option<ChannelScope>>,
    pub(crate) captured: BTreeSet<String>,
    /// Secrets by name; one whose step had a mistake is there without details.
    pub(crate) secrets: BTreeMap<String, Option<SecretScope>>,
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
    /// Whether a step may have added an HTLC.
    pub(crate) htlcs: bool,
}

/// What is known of a secret before anything runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SecretScope {
    /// Whether the name itself is a secret.
    pub(crate) alone: bool,
    /// The last number of the series of this name; 0: there is none.
    pub(crate) numbered: u32,
    /// Who receives an HTLC or a payment with it.
    pub(crate) receivers: BTreeSet<String>,
    /// Senders and receivers of payments with it.
    pub(crate) payments: BTreeSet<String>,
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

    /// Whether an actor has this name, and no channel.
    pub(crate) fn is_actor_alone(&self, name: &str) -> bool {
        self.actors.contains(name) && !self.channels.contains_key(name)
    }

    /// The channels that join two actors.
    pub(crate) fn channels_between(&self, one: &str, other: &str) -> Vec<String> {
        let joins = |channel: &ChannelScope| {
            [one, other]
                .into_iter()
                .all(|actor| channel.side_of(actor).is_some())
        };
        let known = self.channels.iter();
        let joining = known.filter(|(_, channel)| channel.as_ref().is_some_and(joins));
        joining.map(|(name, _)| name.clone()).collect()
    }

    /// What is known of a secret, perhaps one of a series; the inner option is empty after a mistake.
    #[expect(clippy::option_option, reason = "absent and unknown are different")]
    pub(crate) fn secret(&self, name: &str) -> Option<Option<&SecretScope>> {
        match self.secrets.get(name) {
            Some(None) => return Some(None),
            Some(Some(secret)) if secret.alone => return Some(Some(secret)),
            Some(Some(_)) | None => {}
        }
        let (series, digits) = name.rsplit_once('-')?;
        let series = self.secrets.get(series)?.as_ref();
        let number = digits.parse::<u32>().ok()?;
        let canonical = number >= 1 && !digits.starts_with(['0', '+']);
        match series {
            None => canonical.then_some(None),
            Some(secret) => (canonical && number <= secret.numbered).then_some(Some(secret)),
        }
    }

    /// The secrets that a mistyped one may be: of a series the first and the last.
    pub(crate) fn secret_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for (name, secret) in &self.secrets {
            if secret.as_ref().is_none_or(|secret| secret.alone) {
                names.push(name.clone());
            }
            if let Some(secret) = secret
                && secret.numbered > 0
            {
                names.extend([format!("{name}-1"), format!("{name}-{}", secret.numbered)]);
            }
        }
        names
    }

    /// Notes a secret, or with `times` above 1 a series of them, that `receiver` is to know.
    pub(crate) fn introduce(&mut self, secret: &SecretName, times: u32, receiver: &str) {
        let scope = self
            .secrets
            .entry(secret.to_string())
            .or_insert_with(|| Some(SecretScope::default()));
        let Some(scope) = scope else { return };
        if times == 1 {
            scope.alone = true;
        } else {
            scope.numbered = scope.numbered.max(times);
        }
        scope.receivers.insert(receiver.to_owned());
    }

    /// After a mistake, a secret that is named here counts as known, and every channel may have an HTLC.
    pub(crate) fn poison_secret(&mut self, value: &Node) {
        let Some(name) = value.get("secret").and_then(Node::scalar) else {
            return;
        };
        if self.secrets.contains_key(name) || self.secrets.len() < limits::SECRETS {
            self.secrets.insert(name.to_owned(), None);
        }
        for channel in self.channels.values_mut().flatten() {
            channel.htlcs = true;
        }
    }

    /// An HTLC may exist in this channel from here on.
    pub(crate) fn may_have_htlcs(&mut self, name: &str) {
        if let Some(Some(channel)) = self.channels.get_mut(name) {
            channel.htlcs = true;
        }
    }

    /// HTLCs end in ways that are not followed here: nothing is known of balances any more.
    pub(crate) fn forget_balances(&mut self) {
        for channel in self.channels.values_mut().flatten() {
            channel.balance_sat = None;
        }
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

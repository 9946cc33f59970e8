//! Expectations of what actors say: balances, states, numbers, events.

use std::collections::{BTreeMap, BTreeSet};

use bitcoin::Amount;
use leyden_channel::Event;
use leyden_scenario::{ActorName, BalanceOn, ChannelName, Sat};

use crate::actor::{Embedded, event_name};

use super::expect::differs;
use super::failure::StepError;
use super::world::World;

impl World<'_> {
    pub(super) fn expect_balance(
        &self,
        channel: &ChannelName,
        wanted: &BTreeMap<ActorName, Sat>,
        on: BalanceOn,
    ) -> Result<(), StepError> {
        let found = match on {
            BalanceOn::Chain => self.balances_on_chain(channel)?,
            BalanceOn::Channel => self.balances_off_chain(channel)?,
        };
        for (actor, wanted) in wanted {
            let wanted = Amount::from_sat(wanted.sat());
            let has = found.get(actor).copied();
            if has != Some(wanted) {
                let has = has.map_or_else(|| "no part in it".to_owned(), |has| has.to_string());
                return Err(differs(
                    format!("{actor} to have {wanted} on the {on}"),
                    has,
                ));
            }
        }
        Ok(())
    }

    pub(super) fn expect_funds(&self, at_least: Sat, by: &ActorName) -> Result<(), StepError> {
        let wanted = Amount::from_sat(at_least.sat());
        let found = self.funds(by)?;
        (found >= wanted)
            .then_some(())
            .ok_or_else(|| differs(format!("{by} to have at least {wanted} in all"), found))
    }

    /// What both sides say; they must agree.
    pub(super) fn balances_off_chain(
        &self,
        channel: &ChannelName,
    ) -> Result<BTreeMap<ActorName, Amount>, StepError> {
        let parties = self.parties(channel)?;
        let said = |name: &ActorName| -> Result<_, StepError> {
            if let Some(figures) = self.figures.get(channel) {
                return Ok(figures.says().1);
            }
            let says = self.actor(name)?.says(channel);
            says.map(|(_, _, balances)| balances).ok_or_else(|| {
                StepError::new("no-such-channel", format!("{name} has no {channel}"))
            })
        };
        let (a, b) = (said(&parties.a)?, said(&parties.b)?);
        if a != b {
            return Err(differs(
                format!("{} and {} to agree", parties.a, parties.b),
                format!("{a:?} and {b:?}"),
            ));
        }
        Ok(BTreeMap::from([
            (parties.a.clone(), a.a),
            (parties.b.clone(), a.b),
        ]))
    }

    pub(super) fn expect_each(
        &self,
        channel: &ChannelName,
        by: Option<&ActorName>,
        check: impl Fn(&Embedded, &ChannelName) -> Result<(), StepError>,
    ) -> Result<(), StepError> {
        let parties = self.parties(channel)?;
        let asked = match by {
            Some(actor) => vec![actor],
            None => vec![&parties.a, &parties.b],
        };
        asked.into_iter().try_for_each(|name| {
            check(self.actor(name)?, channel)
                .map_err(|error| StepError::new(error.reason, format!("{name}: {}", error.detail)))
        })
    }

    pub(super) fn expect_number(
        &self,
        channel: &ChannelName,
        number: u64,
        by: Option<&ActorName>,
    ) -> Result<(), StepError> {
        if let Some(figures) = self.figures.get(channel) {
            let found = figures.says().0;
            return (found == number)
                .then_some(())
                .ok_or_else(|| differs(format!("number {number}"), found));
        }
        self.expect_each(channel, by, |actor, channel| {
            let found = actor.says(channel).map(|(_, number, _)| number);
            let shown = found.map_or_else(|| "no channel".to_owned(), |found| found.to_string());
            (found == Some(number))
                .then_some(())
                .ok_or_else(|| differs(format!("number {number}"), shown))
        })
    }

    pub(super) fn expect_event(
        &self,
        event: &str,
        by: &ActorName,
        channel: Option<&ChannelName>,
    ) -> Result<(), StepError> {
        let actor = self.actor(by)?;
        let channels = self
            .channels
            .keys()
            .filter(|name| channel.is_none_or(|wanted| wanted == *name));
        let reported: Vec<&Event> = channels.flat_map(|name| actor.events(name)).collect();
        if reported
            .iter()
            .any(|reported| event_name(reported) == event)
        {
            return Ok(());
        }
        let names: BTreeSet<&str> = reported.into_iter().map(event_name).collect();
        let names: Vec<&str> = names.into_iter().collect();
        Err(differs(format!("{by} to report {event}"), names.join(", ")))
    }
}

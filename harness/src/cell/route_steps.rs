//! Payments over several channels: route, release, refuse.

use bitcoin::Amount;
use leyden_payment::{Invoice, Release, Stop};
use leyden_scenario::{ActorName, Hop, PaymentEnd, PaymentState, Refuse, Route, SecretName};
use leyden_tx::PaymentHash;

use crate::actor::{Planned, identity_of};

use super::failure::StepError;
use super::world::World;

/// When a step is over before everybody is at rest: an actor says this of a payment.
#[derive(Clone, Debug)]
pub(super) struct Goal {
    by: ActorName,
    hash: PaymentHash,
    state: PaymentState,
}

impl Goal {
    pub(super) fn is_reached(&self, world: &World<'_>) -> bool {
        let actor = world.actors.get(&self.by);
        actor.and_then(|actor| actor.payment(self.hash)) == Some(self.state)
    }
}

impl World<'_> {
    /// The receiver makes R, and asks; the sender pays.
    pub(super) fn route(&mut self, route: &Route) -> Result<(), StepError> {
        let hash = self.secrets.introduce(&route.secret);
        self.ask(route, hash)?;
        let mut parts = Vec::new();
        for hops in route.each_part() {
            parts.push(self.planned(route, &hops)?);
        }
        self.actor_mut(&route.from)?.pay(hash, parts)?;
        let state = match route.until {
            None => return self.settle(),
            Some(PaymentEnd::Settled) => PaymentState::Settled,
            Some(PaymentEnd::Failed) => PaymentState::Failed,
        };
        let by = route.from.clone();
        let goal = Goal { by, hash, state };
        self.settle_until(Some(&goal))?;
        if goal.is_reached(self) {
            return Ok(());
        }
        let detail = format!("{} does not say that {} is {state}", goal.by, route.secret);
        Err(StepError::new("expectation", detail))
    }

    /// The receiver's invoice. Another actor may have made R before: then this one does not know it
    /// (the way back of figure 18). A further attempt needs no further invoice.
    fn ask(&mut self, route: &Route, hash: PaymentHash) -> Result<(), StepError> {
        if self
            .actors
            .values()
            .any(|actor| actor.invoice(hash).is_some())
        {
            return Ok(());
        }
        let invoice = Invoice {
            preimage: self.secrets.preimage(hash)?.clone(),
            amount: Amount::from_sat(route.invoice.sat()),
            release: if route.hold {
                Release::Held
            } else {
                Release::AtOnce
            },
        };
        Ok(self.actor_mut(&route.to)?.ask(invoice)?)
    }

    fn planned(&self, route: &Route, hops: &[Hop]) -> Result<Planned, StepError> {
        let first = hops.first().and_then(|hop| hop.channel.as_ref());
        let first = first.ok_or_else(|| StepError::new("path", "no channel to begin with"))?;
        let stops = hops.iter().map(|hop| {
            Ok(Stop {
                to: identity_of(&hop.to)?,
                amount: Amount::from_sat(hop.amount.sat()),
                expiry: Some(self.expiry(hop.expiry)?),
            })
        });
        // What all parts together bring.
        let last = route.paths.first().and_then(|path| path.last());
        Ok(Planned {
            channel: first.clone(),
            stops: stops.collect::<Result<Vec<Stop>, StepError>>()?,
            total: Amount::from_sat(last.map_or(0, |hop| hop.amount.sat())),
        })
    }

    /// The receiver takes what it holds.
    pub(super) fn release(&mut self, step: &leyden_scenario::Release) -> Result<(), StepError> {
        self.end_held(&step.secret, &step.by, true)
    }

    /// The receiver gives back what it holds.
    pub(super) fn refuse(&mut self, step: &Refuse) -> Result<(), StepError> {
        self.end_held(&step.secret, &step.by, false)
    }

    fn end_held(
        &mut self,
        secret: &SecretName,
        by: &ActorName,
        takes: bool,
    ) -> Result<(), StepError> {
        let hash = self.secrets.introduce(secret);
        let preimage = self.secrets.preimage(hash)?.clone();
        let actor = self.actors.get_mut(by);
        let actor = actor.ok_or_else(|| StepError::new("no-such-actor", by.to_string()))?;
        actor.release(&preimage, takes, &mut self.mail)?;
        self.settle()
    }
}

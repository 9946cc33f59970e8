//! Steps on the HTLCs of one channel: add, settle, fail, reveal, and several changes at once.

use bitcoin::Amount;
use bitcoin::absolute::Height;
use leyden_channel::{Command, FailReason, NewHtlc, Onward, Request};
use leyden_scenario::{
    ActorName, AddHtlc, Batch, BatchChange, ChannelName, Expiry, FailHtlc, Reveal, Sat, SecretName,
    SettleHtlc,
};
use leyden_tx::PaymentHash;

use super::failure::StepError;
use super::world::World;

impl World<'_> {
    /// One HTLC, or several in one batch. Only steps end them.
    pub(super) fn htlc(&mut self, step: &AddHtlc) -> Result<(), StepError> {
        let secrets: Vec<SecretName> = step.secrets().collect();
        let requests = secrets
            .iter()
            .map(|secret| self.addition(step.amount, step.expiry, secret))
            .collect::<Result<Vec<Request>, StepError>>()?;
        if self.figures.contains_key(&step.channel) {
            return self.add_figures(&step.from, &step.channel, &requests);
        }
        self.leave_to_steps(&step.channel, &requests)?;
        self.order(&step.from, &step.channel, Command::Update(requests))
    }

    /// HTLCs of figure 11.
    fn add_figures(
        &mut self,
        from: &ActorName,
        channel: &ChannelName,
        requests: &[Request],
    ) -> Result<(), StepError> {
        let sender = self.parties(channel)?.side_of(from);
        for request in requests {
            if let (Request::Add(add), Some(sender), Some(figures)) =
                (request, sender, self.figures.get_mut(channel))
            {
                let added = figures.add_htlc(sender, add);
                added.map_err(|error| StepError::new("construction", error.to_string()))?;
            }
        }
        Ok(())
    }

    /// Ends one of them.
    fn end_figures(
        &mut self,
        channel: &ChannelName,
        number: u64,
        secret: Option<&SecretName>,
    ) -> Result<(), StepError> {
        let preimage = match secret {
            Some(secret) => {
                let hash = self.secrets.introduce(secret);
                Some(self.secrets.preimage(hash)?.clone())
            }
            None => None,
        };
        let figures = self.figures.get_mut(channel);
        let figures =
            figures.ok_or_else(|| StepError::new("no-such-channel", channel.to_string()))?;
        let ended = figures.end_htlc(number, preimage);
        ended.map_err(|error| StepError::new("construction", error.to_string()))
    }

    /// Off chain, with the right R or another.
    pub(super) fn settle_htlc(&mut self, step: &SettleHtlc) -> Result<(), StepError> {
        if self.figures.contains_key(&step.channel) {
            let secret = step.secret.as_ref().ok_or_else(|| {
                let detail = "in a channel of figure 11 `settle` names the secret";
                StepError::new("construction", detail)
            })?;
            return self.end_figures(&step.channel, step.htlc, Some(secret));
        }
        let hash = match &step.secret {
            Some(secret) => self.secrets.introduce(secret),
            None => self.hash_of(&step.by, &step.channel, step.htlc)?,
        };
        let request = self.settlement(step.htlc, hash)?;
        self.order(&step.by, &step.channel, Command::Update(vec![request]))
    }

    /// Given back off chain.
    pub(super) fn fail_htlc(&mut self, step: &FailHtlc) -> Result<(), StepError> {
        if self.figures.contains_key(&step.channel) {
            return self.end_figures(&step.channel, step.htlc, None);
        }
        let request = self.giving_back(&step.by, &step.channel, step.htlc)?;
        self.order(&step.by, &step.channel, Command::Update(vec![request]))
    }

    /// Somebody learns R.
    pub(super) fn reveal(&mut self, step: &Reveal) -> Result<(), StepError> {
        let hash = self.secrets.introduce(&step.secret);
        let preimage = self.secrets.preimage(hash)?.clone();
        self.actor_mut(&step.to)?.learn(preimage);
        self.settle()
    }

    /// Several changes in one update.
    pub(super) fn batch(&mut self, step: &Batch) -> Result<(), StepError> {
        let requests = step
            .changes
            .iter()
            .map(|change| self.request(step, change))
            .collect::<Result<Vec<Request>, StepError>>()?;
        self.leave_to_steps(&step.channel, &requests)?;
        self.order(&step.by, &step.channel, Command::Update(requests))
    }

    fn request(&mut self, step: &Batch, change: &BatchChange) -> Result<Request, StepError> {
        match change {
            BatchChange::Settle(number) => {
                let hash = self.hash_of(&step.by, &step.channel, *number)?;
                self.settlement(*number, hash)
            }
            BatchChange::Fail(number) => self.giving_back(&step.by, &step.channel, *number),
            BatchChange::Htlc {
                amount,
                expiry,
                secret,
            } => self.addition(*amount, *expiry, secret),
            BatchChange::Pay(amount) => Ok(Request::Pay {
                amount: Amount::from_sat(amount.sat()),
            }),
        }
    }

    fn addition(
        &mut self,
        amount: Sat,
        expiry: Expiry,
        secret: &SecretName,
    ) -> Result<Request, StepError> {
        let amount = Amount::from_sat(amount.sat());
        Ok(Request::Add(NewHtlc {
            amount,
            hash: self.secrets.introduce(secret),
            expiry: self.expiry(expiry)?,
            onward: Onward {
                hops: Vec::new(),
                total: amount,
            },
            origin: None,
        }))
    }

    fn settlement(&self, number: u64, hash: PaymentHash) -> Result<Request, StepError> {
        let preimage = self.secrets.preimage(hash)?.clone();
        Ok(Request::Settle { number, preimage })
    }

    /// Refused where the actor has passed the HTLC on: it would pay the next node out of its own pocket.
    fn giving_back(
        &self,
        by: &ActorName,
        channel: &ChannelName,
        number: u64,
    ) -> Result<Request, StepError> {
        if self.actor(by)?.has_passed_on(channel, number) {
            let detail = format!("{by} has passed HTLC {number} of {channel} on");
            return Err(StepError::new("passed-on", detail));
        }
        Ok(failure(number))
    }

    /// Counted from the tip, or as it is.
    pub(super) fn expiry(&self, expiry: Expiry) -> Result<Height, StepError> {
        let height = match expiry {
            Expiry::At(height) => Some(height),
            Expiry::After(blocks) => self.chain.height().checked_add(blocks),
        };
        let height = height.and_then(|height| Height::from_consensus(height).ok());
        height.ok_or_else(|| StepError::new("expiry", "the expiry is no block height"))
    }

    fn hash_of(
        &self,
        by: &ActorName,
        channel: &ChannelName,
        number: u64,
    ) -> Result<PaymentHash, StepError> {
        let htlc = self.actor(by)?.htlc(channel, number);
        let htlc = htlc.ok_or_else(|| {
            let detail = format!("{by} knows of no HTLC {number} in {channel}");
            StepError::new("no-such-htlc", detail)
        })?;
        Ok(htlc.hash)
    }

    /// What a step adds, only steps end: neither side's payments have a say in it.
    fn leave_to_steps(
        &mut self,
        channel: &ChannelName,
        requests: &[Request],
    ) -> Result<(), StepError> {
        let parties = self.parties(channel)?.clone();
        for request in requests {
            if let Request::Add(add) = request {
                self.actor_mut(&parties.a)?.set_aside(channel, add.hash);
                self.actor_mut(&parties.b)?.set_aside(channel, add.hash);
            }
        }
        Ok(())
    }
}

const fn failure(number: u64) -> Request {
    let reason = FailReason::Cancelled;
    Request::Fail { number, reason }
}

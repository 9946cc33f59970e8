//! Steps that actors carry out: open, pay, close, broadcast, replace the funding.

use bitcoin::{Amount, FeeRate};
use leyden_channel::{Command, Config, HtlcLimits};
use leyden_labels::{Kind, Label, PerSide, Side};
use leyden_scenario::{
    ActorName, Broadcast, ChannelName, Close, Construction, Feerate, Open, Pay, ReplaceFunding,
    ReplacementCoins, Sat, TxName, Until,
};
use leyden_tx::{DUST_LIMIT, Delay};

use crate::actor::{Embedded, Figures, Hold, Terms};

use super::failure::StepError;
use super::world::{Parties, World};

/// What a side agrees to pay at most in a settlement that the other proposes.
const MAX_SETTLEMENT_SAT_PER_VB: u32 = 1_000;

fn amount(sat: Sat) -> Amount {
    Amount::from_sat(sat.sat())
}

fn feerate(rate: leyden_scenario::FeeRate) -> FeeRate {
    FeeRate::from_sat_per_kwu(rate.sat_per_kwu())
}

/// What a side takes of the other's HTLCs: the channel's own bounds where the step says nothing.
fn limits(asked: &leyden_scenario::HtlcLimits, dust_limit: Amount) -> HtlcLimits {
    let usual = HtlcLimits::default();
    let most = asked.most.map(usize::try_from);
    HtlcLimits {
        most: most.map_or(usual.most, |most| most.unwrap_or(usize::MAX)),
        least: asked.least.map_or(dust_limit, amount),
        in_flight: asked.in_flight.map_or(usual.in_flight, amount),
    }
}

impl World<'_> {
    /// Opens a channel, as far as `until` says.
    pub(super) fn open(&mut self, open: &Open) -> Result<(), StepError> {
        let parties = Parties {
            a: open.parties.a.actor.clone(),
            b: open.parties.b.actor.clone(),
        };
        self.channels.insert(open.channel.clone(), parties.clone());
        if matches!(open.until, Until::Published | Until::Confirmed) {
            self.allow_label(&open.channel, Label::FUNDING);
        }
        match open.construction {
            Construction::Revocable => self.open_revocable(open, &parties)?,
            Construction::Shared | Construction::Blamed => self.open_figures(open, &parties)?,
        }
        match open.until {
            Until::Confirmed => {
                let funding = self.names.of_label(&open.channel, Label::FUNDING);
                let in_mempool = self
                    .main
                    .mempool()?
                    .iter()
                    .any(|entry| self.name_for(&entry.tx).as_ref() == Some(&funding));
                if !in_mempool {
                    return Err(StepError::new(
                        "not-published",
                        format!("{funding} did not reach the mempool"),
                    ));
                }
                self.mine(&leyden_scenario::Mine {
                    blocks: 1,
                    without: Vec::new(),
                    only: None,
                    congested: false,
                })
            }
            Until::Agreed | Until::Commitments | Until::Signed | Until::Published => Ok(()),
        }
    }

    fn open_revocable(&mut self, open: &Open, parties: &Parties) -> Result<(), StepError> {
        let (hold, withhold) = match open.until {
            Until::Agreed => (Hold::AfterAgreement, true),
            Until::Commitments => (Hold::FundingSignatures, true),
            Until::Signed => (Hold::Nothing, true),
            Until::Published | Until::Confirmed => (Hold::Nothing, false),
        };
        self.mail.hold(&open.channel, hold);
        for side in [Side::B, Side::A] {
            let terms = self.terms(open, parties, side)?;
            let name = parties.get(side);
            let actor = self
                .actors
                .get_mut(name)
                .ok_or_else(|| StepError::new("no-such-actor", name.to_string()))?;
            // Side b first: it must be at the table when the first message arrives.
            actor.open(terms, &mut self.mail)?;
            actor.withhold_funding(&open.channel, withhold)?;
        }
        self.settle()
    }

    fn terms(&self, open: &Open, parties: &Parties, side: Side) -> Result<Terms, StepError> {
        let habits = self.actor(parties.get(side))?.habits();
        let dust_limit = open.dust.map_or(DUST_LIMIT, amount);
        let delay = Delay::new(open.delay_blocks)
            .map_err(|error| StepError::new("delay", error.to_string()))?;
        let config = Config {
            side,
            channel_index: self.channel_index(parties.get(side)),
            dialect: self.cell.dialect,
            delay,
            contribution: PerSide {
                a: amount(open.parties.a.amount),
                b: amount(open.parties.b.amount),
            },
            dust_limit,
            reacts: match habits.reacts {
                leyden_scenario::Reacts::Blocks => leyden_channel::Reacts::Blocks,
                leyden_scenario::Reacts::Mempool => leyden_channel::Reacts::Mempool,
            },
            keep_revoked: habits.keeps_revoked,
            allow_malleable_funding: open.malleable_funding,
            max_settlement_feerate: FeeRate::from_sat_per_vb_u32(MAX_SETTLEMENT_SAT_PER_VB),
            limits: limits(&open.htlcs, dust_limit),
            margin: habits.margin,
            destination: None,
        };
        Ok(Terms {
            channel: open.channel.clone(),
            peer: parties.get(side.other()).clone(),
            config,
            feerate: open.feerate.map(feerate),
        })
    }

    /// How many channels the actor joined before this one: the branch of its keys.
    fn channel_index(&self, actor: &ActorName) -> u32 {
        let joined = self
            .channels
            .keys()
            .filter(|name| self.joined(name, actor))
            .count();
        u32::try_from(joined.saturating_sub(1)).unwrap_or(u32::MAX)
    }

    fn joined(&self, channel: &ChannelName, actor: &ActorName) -> bool {
        self.channels
            .get(channel)
            .is_some_and(|parties| parties.side_of(actor).is_some())
    }

    fn open_figures(&mut self, open: &Open, parties: &Parties) -> Result<(), StepError> {
        let (mut a, mut b) = self.take_pair(parties)?;
        let indexes = PerSide::from_fn(|side| self.channel_index(parties.get(side)));
        let mut actors = PerSide {
            a: &mut a,
            b: &mut b,
        };
        let opened = Figures::open(open, self.cell.dialect, indexes, &mut actors);
        let published = opened.map_err(StepError::from).and_then(|figures| {
            let publish = matches!(open.until, Until::Published | Until::Confirmed);
            if let (true, Some(claim)) = (publish, figures.claim(Label::FUNDING, Side::A)) {
                a.post(&open.channel, &claim, &self.main)?;
            }
            Ok(figures)
        });
        self.actors.insert(parties.a.clone(), a);
        self.actors.insert(parties.b.clone(), b);
        self.figures.insert(open.channel.clone(), published?);
        self.settle()
    }

    fn take_pair(&mut self, parties: &Parties) -> Result<(Embedded, Embedded), StepError> {
        let missing = |name: &ActorName| StepError::new("no-such-actor", name.to_string());
        let a = self
            .actors
            .remove(&parties.a)
            .ok_or_else(|| missing(&parties.a))?;
        if let Some(b) = self.actors.remove(&parties.b) {
            return Ok((a, b));
        }
        self.actors.insert(parties.a.clone(), a);
        Err(missing(&parties.b))
    }

    /// Balance updates, each complete before the next.
    pub(super) fn pay(&mut self, pay: &Pay) -> Result<(), StepError> {
        for _ in 0..pay.times {
            if self.figures.contains_key(&pay.channel) {
                self.pay_figures(pay)?;
            } else {
                let command = Command::Pay {
                    amount: amount(pay.amount),
                };
                self.order(&pay.from, &pay.channel, command)?;
            }
            self.record_holdings()?;
        }
        Ok(())
    }

    fn pay_figures(&mut self, pay: &Pay) -> Result<(), StepError> {
        let side = self.parties(&pay.channel)?.side_of(&pay.from);
        let side = side.ok_or_else(|| {
            StepError::new(
                "no-such-channel",
                format!("{} has no channel {}", pay.from, pay.channel),
            )
        })?;
        let figures = self.figures.get_mut(&pay.channel);
        let figures =
            figures.ok_or_else(|| StepError::new("no-such-channel", pay.channel.to_string()))?;
        figures
            .pay(side, amount(pay.amount))
            .map_err(|error| StepError::new("construction", error.to_string()))
    }

    /// A cooperative close (§3.4).
    pub(super) fn close(&mut self, close: &Close) -> Result<(), StepError> {
        let rate = match close.feerate {
            Some(rate) => feerate(rate),
            None => self.actor(&close.by)?.feerate(),
        };
        self.allow_label(&close.channel, Label::SETTLEMENT);
        self.order(&close.by, &close.channel, Command::Close { feerate: rate })
    }

    /// New coins for an unconfirmed F (`noinput`).
    pub(super) fn replace_funding(&mut self, replace: &ReplaceFunding) -> Result<(), StepError> {
        self.allow_label(&replace.channel, Label::FUNDING);
        let other = matches!(replace.coins, ReplacementCoins::Other);
        let rate = replace.feerate.map(feerate);
        let actor = self.actors.get_mut(&replace.by);
        let actor = actor.ok_or_else(|| StepError::new("no-such-actor", replace.by.to_string()))?;
        actor.replace_funding(&replace.channel, rate, other, &mut self.mail)?;
        self.settle()
    }

    /// An actor puts something on chain that it holds, with the fee it pays.
    pub(super) fn broadcast(&mut self, broadcast: &Broadcast) -> Result<(), StepError> {
        let shown = self.names.of(&broadcast.tx);
        let TxName::Label { channel, label } = &broadcast.tx else {
            return Err(StepError::new(
                "not-held",
                format!("{shown} is no transaction of a channel: use submit"),
            ));
        };
        let current = self
            .actor(&broadcast.by)?
            .says(channel)
            .map(|(_, number, _)| number);
        let revoked = label.kind() == Kind::Commitment
            && current.is_some_and(|current| label.number() < current);
        if revoked && !broadcast.cheat {
            let detail = format!("{shown} is revoked: broadcasting it takes `cheat: true`");
            return Err(StepError::new("needs-cheat", detail));
        }
        self.allow_label(channel, *label);
        let rate = broadcast.feerate.map(feerate);
        let side = self.parties(channel)?.side_of(&broadcast.by);
        let claim = side.and_then(|side| {
            self.figures
                .get(channel)
                .and_then(|figures| figures.claim(*label, side))
        });
        let is_figure = self.figures.contains_key(channel);
        let actor = self.actors.get_mut(&broadcast.by);
        let actor =
            actor.ok_or_else(|| StepError::new("no-such-actor", broadcast.by.to_string()))?;
        let usual = actor.feerate();
        actor.set_feerate(rate.unwrap_or(usual));
        let done = match (is_figure, claim) {
            (false, _) => {
                self.mail.hold(channel, Hold::Nothing);
                actor.broadcast(channel, *label, &mut self.mail, &self.main)
            }
            (true, Some(claim)) => actor.post(channel, &claim, &self.main),
            (true, None) => {
                actor.set_feerate(usual);
                return Err(StepError::new(
                    "not-held",
                    format!("{} does not hold {shown}", broadcast.by),
                ));
            }
        };
        actor.set_feerate(usual);
        done?;
        self.settle()
    }

    /// What actors pay from now on.
    pub(super) fn set_feerate(&mut self, rates: &Feerate) -> Result<(), StepError> {
        match rates {
            Feerate::All(rate) => {
                for actor in self.actors.values_mut() {
                    actor.set_feerate(feerate(*rate));
                }
                Ok(())
            }
            Feerate::Each(each) => each.iter().try_for_each(|(name, rate)| {
                self.actor_mut(name)?.set_feerate(feerate(*rate));
                Ok(())
            }),
        }
    }

    pub(super) fn order(
        &mut self,
        by: &ActorName,
        channel: &ChannelName,
        command: Command,
    ) -> Result<(), StepError> {
        let actor = self
            .actors
            .get_mut(by)
            .ok_or_else(|| StepError::new("no-such-actor", by.to_string()))?;
        actor.order(channel, command, &mut self.mail)?;
        self.settle()
    }

    /// A label that the running step puts on chain, and the child that pays for it.
    fn allow_label(&mut self, channel: &ChannelName, label: Label) {
        self.allowed.insert(self.names.of_label(channel, label));
        if matches!(label.kind(), Kind::Commitment | Kind::SharedCommitment) {
            let side = label.side().unwrap_or(Side::A);
            let bump = Label::new(Kind::FeeBump, label.number(), side);
            self.allowed.insert(self.names.of_label(channel, bump));
        }
    }
}

//! The verbs of actors and channels.

use std::collections::BTreeMap;

use leyden_labels::PerSide;

use super::reader::Reader;
use super::scope::ChannelScope;
use super::steps::StepReader;
use crate::model::{
    Action, Broadcast, Close, Feerate, HtlcLimits, Open, Party, Pay, ReplaceFunding,
};
use crate::names::{ActorName, ChannelName, is_name};
use crate::shape::{HTLC_LIMITS, table};
use crate::tree::Node;
use crate::{Construction, ReplacementCoins, Sat, Until, limits};

const DEFAULT_DELAY_BLOCKS: u32 = 1000;

impl StepReader<'_> {
    /// Reads what stands under a verb.
    pub(super) fn action(&mut self, verb: &str, node: &Node) -> Option<Action> {
        Some(match verb {
            "open" => Action::Open(self.open(node)?),
            "pay" => Action::Pay(self.pay(node)?),
            "close" => Action::Close(self.close(node)?),
            "broadcast" => Action::Broadcast(self.broadcast(node)?),
            "replace_funding" => Action::ReplaceFunding(self.replace_funding(node)?),
            "feerate" => Action::Feerate(self.feerates(node)?),
            "start" => Action::Start(self.one_name(verb, node)?),
            "expect" => Action::Expect(self.expect(node)?),
            _ => self.htlc_action(verb, node)?,
        })
    }

    fn open(&mut self, node: &Node) -> Option<Open> {
        let fields = self.reader.fields(node, table("open")?)?;
        let channel = fields.must(self, "channel", Self::new_channel);
        let parties = self.parties(node, fields.others());
        let delay = fields.or(self, "delay", DEFAULT_DELAY_BLOCKS, |s, n| {
            s.reader.blocks(n, 1, u32::from(u16::MAX))
        });
        let dust = fields.may(&mut self.reader, "dust", Reader::amount);
        let construction = fields.or(self, "construction", Construction::Revocable, |s, n| {
            s.reader
                .word(n, Construction::NAMES, Construction::from_name)
        });
        let until = fields.or(self, "until", Until::Confirmed, |s, n| {
            s.reader.word(n, Until::NAMES, Until::from_name)
        });
        let malleable_funding = fields.or(&mut self.reader, "unsafe", false, |reader, node| {
            let known = |word: &str| (word == "malleable-funding").then_some(());
            reader
                .each(node, |reader, item| {
                    reader.word(item, &["malleable-funding"], known)
                })
                .map(|all| !all.is_empty())
        });
        let feerate = fields.may(&mut self.reader, "feerate", Reader::feerate);
        let htlcs = fields.or(self, "htlcs", HtlcLimits::default(), Self::htlc_limits);
        let open = Open {
            channel: channel?,
            parties: parties?,
            delay_blocks: u16::try_from(delay?).ok()?,
            dust: dust?,
            construction: construction?,
            until: until?,
            malleable_funding: malleable_funding?,
            feerate: feerate?,
            htlcs: htlcs?,
        };
        self.define_channel(node, &open)?;
        Some(open)
    }

    fn htlc_limits(&mut self, node: &Node) -> Option<HtlcLimits> {
        let reader = &mut self.reader;
        let fields = reader.fields(node, &HTLC_LIMITS)?;
        let most = fields.may(reader, "most", |reader, node| {
            reader.count(node, 0, limits::HTLCS)
        });
        let least = fields.may(reader, "least", Reader::amount);
        let in_flight = fields.may(reader, "in_flight", Reader::amount);
        Some(HtlcLimits {
            most: most?,
            least: least?,
            in_flight: in_flight?,
        })
    }

    fn new_channel(&mut self, node: &Node) -> Option<ChannelName> {
        let name = self.reader.name(node)?;
        if self.scope.channels.contains_key(&name) {
            let message = format!("channel `{name}` is already open");
            self.reader
                .report("name-twice", node.span, message, "taken", "");
            return None;
        }
        Some(ChannelName::new(&name))
    }

    /// The two actors and their amounts; the first named one is side a.
    fn parties<'t>(
        &mut self,
        node: &Node,
        others: impl Iterator<Item = (&'t Node, &'t Node)>,
    ) -> Option<PerSide<Party>> {
        let mut parties = Vec::new();
        for (key, value) in others {
            let actor = self.party_key(key)?;
            parties.push(Party {
                actor,
                amount: self.reader.amount(value)?,
            });
        }
        let mut parties = parties.into_iter();
        if let (Some(a), Some(b), None) = (parties.next(), parties.next(), parties.next())
            && a.actor != b.actor
        {
            return Some(PerSide { a, b });
        }
        let help = "`alice: 0.5 BTC, bob: 0.5 BTC`: the first named one is side a";
        self.reader.report(
            "not-two-actors",
            node.span,
            "a channel joins two actors",
            "two different actors are needed",
            help,
        );
        None
    }

    /// An unknown key of `open` may be a mistyped actor or a mistyped key.
    fn party_key(&mut self, key: &Node) -> Option<ActorName> {
        let name = key.scalar().unwrap_or("");
        if is_name(name) && !self.scope.actors.contains(name) {
            let keys = table("open")?.keys.iter().map(|key| key.name);
            let known = self.scope.actors.iter().map(String::as_str).chain(keys);
            let help = crate::suggest::help(name, "an actor or a key", known);
            self.reader.report(
                "no-such-actor",
                key.span,
                format!("there is no actor or key `{name}`"),
                "unknown",
                &help,
            );
            return None;
        }
        self.actor_key(key)
    }

    fn define_channel(&mut self, node: &Node, open: &Open) -> Option<()> {
        let amounts = open.parties.clone().map(|party| party.amount.sat());
        let capacity_sat = amounts.a.checked_add(amounts.b)?;
        let scope = ChannelScope {
            parties: open.parties.clone().map(|party| party.actor.to_string()),
            construction: open.construction,
            capacity_sat,
            balance_sat: Some(amounts),
            htlcs: false,
        };
        self.scope
            .channels
            .insert(open.channel.to_string(), Some(scope));
        if self.failing {
            return Some(());
        }
        for party in [&open.parties.a, &open.parties.b] {
            let Some(funds) = self.scope.funds_sat.get_mut(party.actor.as_str()) else {
                continue;
            };
            if let Some(left) = funds.checked_sub(party.amount.sat()) {
                *funds = left;
                continue;
            }
            let left = Sat::new(*funds).unwrap_or_default();
            let message = format!(
                "{} puts in {}, but has {left} in coins here",
                party.actor, party.amount
            );
            self.reader.report(
                "too-much",
                node.span,
                message,
                "more than the actor has",
                "give it more `coins`",
            );
            return None;
        }
        Some(())
    }

    fn pay(&mut self, node: &Node) -> Option<Pay> {
        let fields = self.reader.fields(node, table("pay")?)?;
        let channel = fields.must(self, "channel", Self::channel)?;
        let from = fields.must(self, "from", |s, n| s.member(n, &channel));
        let to = fields.must(self, "to", |s, n| s.member(n, &channel));
        let amount = fields.must(&mut self.reader, "amount", Reader::amount);
        let times = fields.or(self, "times", 1, |s, n| s.reader.count(n, 1, limits::TIMES));
        let pay = Pay {
            channel,
            from: from?,
            to: to?,
            amount: amount?,
            times: times?,
        };
        self.different(node, &pay.from, &pay.to)?;
        let paid = pay.amount.sat().saturating_mul(u64::from(pay.times));
        self.move_balance(fields.get("amount")?, &pay.channel, &pay.from, paid, 0)?;
        Some(pay)
    }

    /// Refuses a payment to oneself.
    pub(super) fn different(
        &mut self,
        node: &Node,
        from: &ActorName,
        to: &ActorName,
    ) -> Option<()> {
        if from != to {
            return Some(());
        }
        let message = format!("{from} cannot pay itself");
        let label = "payer and payee are the same";
        self.reader
            .report("not-two-actors", node.span, message, label, "");
        None
    }

    /// Follows the balances as long as they are known; refuses what must fail. `paid` satoshi go to
    /// the other side, `locked` satoshi into HTLCs.
    pub(super) fn move_balance(
        &mut self,
        node: &Node,
        channel: &ChannelName,
        from: &ActorName,
        paid: u64,
        locked: u64,
    ) -> Option<()> {
        let (failing, repeated) = (self.failing, self.factor > 1);
        let Some(Some(scope)) = self.scope.channels.get_mut(channel.as_str()) else {
            return Some(());
        };
        let side = scope.side_of(from.as_str())?;
        let (capacity, Some(balance)) = (scope.capacity_sat, scope.balance_sat.as_mut()) else {
            return Some(());
        };
        if failing {
            return Some(());
        }
        let has = *balance.get(side);
        if let Some(left) = has.checked_sub(paid.saturating_add(locked)) {
            *balance.get_mut(side) = left;
            let other = balance.get_mut(side.other());
            *other = other.saturating_add(paid).min(capacity);
            return Some(());
        }
        if repeated {
            scope.balance_sat = None;
            return Some(());
        }
        let has = Sat::new(has).unwrap_or_default();
        let message = format!("{from} has {has} in channel `{channel}` here");
        let help = "a payment that must fail says so with `fails`";
        self.reader.report(
            "too-much",
            node.span,
            message,
            "more than the payer has",
            help,
        );
        None
    }

    fn close(&mut self, node: &Node) -> Option<Close> {
        let fields = self.reader.fields(node, table("close")?)?;
        let channel = fields.must(self, "channel", Self::channel)?;
        let by = fields.must(self, "by", |s, n| s.member(n, &channel));
        let feerate = fields.may(&mut self.reader, "feerate", Reader::feerate);
        self.scope.forget_funds();
        self.scope.forget_balance(channel.as_str());
        Some(Close {
            channel,
            by: by?,
            feerate: feerate?,
        })
    }

    fn broadcast(&mut self, node: &Node) -> Option<Broadcast> {
        let fields = self.reader.fields(node, table("broadcast")?)?;
        let tx = fields.must(self, "tx", Self::tx)?;
        let by = fields.must(self, "by", |s, n| match &tx {
            crate::TxName::Label { channel, .. } => s.member(n, channel),
            crate::TxName::Captured(_) => s.actor(n),
        })?;
        let cheat = fields.or(&mut self.reader, "cheat", false, Reader::boolean)?;
        let feerate = fields.may(&mut self.reader, "feerate", Reader::feerate)?;
        if !self.failing {
            self.check_broadcaster(fields.get("by")?, &tx, &by)?;
        }
        if cheat {
            self.scope.cheats.insert(by.to_string());
        }
        self.scope.forget_funds();
        Some(Broadcast {
            tx,
            by,
            cheat,
            feerate,
        })
    }

    fn replace_funding(&mut self, node: &Node) -> Option<ReplaceFunding> {
        let fields = self.reader.fields(node, table("replace_funding")?)?;
        let channel = fields.must(self, "channel", Self::channel)?;
        let by = fields.must(self, "by", |s, n| s.member(n, &channel));
        let feerate = fields.may(&mut self.reader, "feerate", Reader::feerate);
        let coins = fields.or(self, "coins", ReplacementCoins::Same, |s, n| {
            s.reader
                .word(n, ReplacementCoins::NAMES, ReplacementCoins::from_name)
        });
        Some(ReplaceFunding {
            channel,
            by: by?,
            feerate: feerate?,
            coins: coins?,
        })
    }

    fn feerates(&mut self, node: &Node) -> Option<Feerate> {
        if !Reader::is_map(node) {
            return self.reader.feerate(node).map(Feerate::All);
        }
        let mut each = BTreeMap::new();
        for (key, value) in self.reader.entries(node, "`feerate`")? {
            let actor = self.actor_key(key)?;
            each.insert(actor, self.reader.feerate(value)?);
        }
        Some(Feerate::Each(each))
    }

    /// `start: bob` or `start: { actor: bob }`.
    fn one_name(&mut self, verb: &str, node: &Node) -> Option<ActorName> {
        if !Reader::is_map(node) {
            return self.actor(node);
        }
        let fields = self.reader.fields(node, table(verb)?)?;
        fields.must(self, "actor", Self::actor)
    }
}

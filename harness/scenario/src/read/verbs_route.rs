//! The verbs of payments over several channels.

use super::reader::{Fields, Reader};
use super::steps::StepReader;
use crate::model::{Expiry, Hop, Refuse, Release, Route};
use crate::names::{ActorName, ChannelName, SecretName};
use crate::shape::table;
use crate::tree::Node;
use crate::{PaymentEnd, Sat, limits};

/// Blocks between the expiries of two hops: a day.
const HOP_BLOCKS: u32 = 144;

/// One hop of a path, and the channel if the step names it.
struct Passed {
    channel: Option<ChannelName>,
    from: ActorName,
    to: ActorName,
}

impl StepReader<'_> {
    /// Reads `route`.
    pub(super) fn route(&mut self, node: &Node) -> Option<Route> {
        let fields = self.reader.fields(node, table("route")?)?;
        let secret = fields.must(self, "secret", Self::new_secret);
        let from = fields.must(self, "from", Self::actor);
        let to = fields.must(self, "to", Self::actor);
        let amount = fields.must(&mut self.reader, "amount", Reader::amount);
        let hold = fields.or(&mut self.reader, "hold", false, Reader::boolean);
        let invoice = fields.may(&mut self.reader, "invoice", Reader::amount);
        let until = fields.may(self, "until", |s, n| {
            s.reader.word(n, PaymentEnd::NAMES, PaymentEnd::from_name)
        });
        let (from, to, amount) = (from?, to?, amount?);
        self.different(node, &from, &to)?;
        let paths = self.paths(&fields, &from, &to)?;
        let parts = self.parts(&fields, paths.len())?;
        let paths = self.hops(&fields, paths, amount, parts)?;
        let route = Route {
            from,
            to,
            paths,
            parts,
            secret: secret?,
            hold: hold?,
            invoice: invoice?.unwrap_or(amount),
            until: until?,
        };
        if route.hold && route.until == Some(PaymentEnd::Settled) && !self.failing {
            let span = fields.get("until").map_or(node.span, |node| node.span);
            let message = "the receiver keeps R: the payment is not settled in this step";
            self.reader.report(
                "never",
                span,
                message,
                "cannot happen",
                "`release` comes later",
            );
            return None;
        }
        self.follow_route(&route);
        Some(route)
    }

    /// The one path of `via`, or those of `paths`.
    fn paths(
        &mut self,
        fields: &Fields<'_>,
        from: &ActorName,
        to: &ActorName,
    ) -> Option<Vec<Vec<Passed>>> {
        if let Some(via) = fields.get("via") {
            return self.path(via, from, to).map(|path| vec![path]);
        }
        let list = fields.get("paths")?;
        let most = usize::try_from(limits::PARTS).ok()?;
        let items = self.reader.some_items(list, most, "paths")?;
        let paths: Vec<Option<Vec<Passed>>> =
            items.iter().map(|path| self.path(path, from, to)).collect();
        paths.into_iter().collect()
    }

    /// Channels that join up from one actor to the other. After the first, an actor stands for whichever
    /// channel leads to it: the sender cannot know whether there is one.
    fn path(&mut self, node: &Node, from: &ActorName, to: &ActorName) -> Option<Vec<Passed>> {
        let items = self.reader.some_items(node, limits::HOPS, "hops")?;
        self.count_changes(node, items.len())?;
        let mut at = from.clone();
        let mut path = Vec::new();
        for item in items {
            let text = self.reader.text(item)?;
            let (channel, next) = if !path.is_empty() && self.scope.is_actor_alone(&text) {
                (None, self.next_actor(item, &at)?)
            } else {
                let (channel, next) = self.next_by_channel(item, &at)?;
                (Some(channel), next)
            };
            let from = std::mem::replace(&mut at, next.clone());
            path.push(Passed {
                channel,
                from,
                to: next,
            });
        }
        if at == *to {
            return Some(path);
        }
        let span = items.last().map_or(node.span, |item| item.span);
        let message = format!("this path ends with {at}, not with {to}");
        let help = format!("the last hop is one to {to}");
        self.reader.report(
            "not-joined",
            span,
            message,
            "does not reach the receiver",
            &help,
        );
        None
    }

    /// The actor of a hop that names no channel.
    fn next_actor(&mut self, item: &Node, at: &ActorName) -> Option<ActorName> {
        let next = self.actor(item)?;
        if next != *at {
            return Some(next);
        }
        let message = format!("the payment is with {at} already");
        self.reader
            .report("not-joined", item.span, message, "does not join up", "");
        None
    }

    /// The channel of a hop, and who is on its other side.
    fn next_by_channel(&mut self, item: &Node, at: &ActorName) -> Option<(ChannelName, ActorName)> {
        let channel = self.htlc_channel(item)?;
        let scope = self.scope.channel(channel.as_str())?;
        if let Some(side) = scope.side_of(at.as_str()) {
            let next = ActorName::new(scope.parties.get(side.other()));
            return Some((channel, next));
        }
        let (a, b) = (&scope.parties.a, &scope.parties.b);
        let message = format!("{at} is not in channel `{channel}`");
        let help = format!("`{channel}` joins {a} and {b}; the payment is with {at} here");
        self.reader
            .report("not-joined", item.span, message, "does not join up", &help);
        None
    }

    /// In how many parts the payment goes.
    fn parts(&mut self, fields: &Fields<'_>, paths: usize) -> Option<u32> {
        if fields.get("paths").is_none() {
            return fields.or(self, "parts", 1, |s, n| s.reader.count(n, 1, limits::PARTS));
        }
        if let Some(parts) = fields.get("parts") {
            let message = "`parts` only goes with `via`: each of several paths carries one part";
            self.reader
                .report("unknown-key", parts.span, message, "does not fit", "");
            return None;
        }
        u32::try_from(paths).ok()
    }

    /// The paths with what each hop carries and when its HTLCs expire.
    fn hops(
        &mut self,
        fields: &Fields<'_>,
        paths: Vec<Vec<Passed>>,
        amount: Sat,
        parts: u32,
    ) -> Option<Vec<Vec<Hop>>> {
        let lengths: Vec<usize> = paths.iter().map(Vec::len).collect();
        let expiries = self.for_each_hop(fields, "expiries", &lengths, Self::expiry)?;
        let amounts = self.for_each_hop(fields, "amounts", &lengths, |s, n| s.reader.amount(n))?;
        let smallest = amounts.iter().flatten().min().copied().unwrap_or(amount);
        if smallest.sat() < u64::from(parts) && !self.failing {
            let node = fields.get("amounts").or(fields.get("amount"))?;
            let message = format!("{} sat cannot be split in {parts} parts", smallest.sat());
            self.reader
                .report("out-of-bounds", node.span, message, "too little", "");
            return None;
        }
        let hop = |index: usize, length: usize, passed: Passed| {
            let left = u32::try_from(length.saturating_sub(index)).unwrap_or(1);
            let own = |list: &Option<Vec<Sat>>| list.as_ref()?.get(index).copied();
            let expiry = expiries.as_ref().and_then(|list| list.get(index).copied());
            Hop {
                channel: passed.channel,
                from: passed.from,
                to: passed.to,
                amount: own(&amounts).unwrap_or(amount),
                expiry: expiry.unwrap_or(Expiry::After(left.saturating_mul(HOP_BLOCKS))),
            }
        };
        let with_hops = |path: Vec<Passed>| {
            let length = path.len();
            let numbered = path.into_iter().enumerate();
            numbered
                .map(|(index, passed)| hop(index, length, passed))
                .collect()
        };
        Some(paths.into_iter().map(with_hops).collect())
    }

    /// A list with one element for each hop of every path. The outer option is empty after a mistake.
    #[expect(clippy::option_option, reason = "absent and wrong are different")]
    fn for_each_hop<T>(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
        lengths: &[usize],
        read: impl Fn(&mut Self, &Node) -> Option<T>,
    ) -> Option<Option<Vec<T>>> {
        let Some(node) = fields.get(key) else {
            return Some(None);
        };
        let items = self.reader.some_items(node, limits::HOPS, key)?;
        let values: Vec<Option<T>> = items.iter().map(|item| read(self, item)).collect();
        let values: Vec<T> = values.into_iter().collect::<Option<_>>()?;
        if let Some(hops) = lengths.iter().find(|hops| **hops != values.len()) {
            let plural = if *hops == 1 { "" } else { "s" };
            let message = format!("`{key}` lists {} for {hops} hop{plural}", values.len());
            self.reader.report(
                "wrong-count",
                node.span,
                message,
                "one for each hop is expected",
                "a hop is one element of the path",
            );
            return None;
        }
        Some(Some(values))
    }

    /// What a payment does to secrets, HTLCs and balances.
    fn follow_route(&mut self, route: &Route) {
        self.scope.introduce(&route.secret, 1, route.to.as_str());
        if let Some(Some(secret)) = self.scope.secrets.get_mut(route.secret.as_str()) {
            let parties = [&route.from, &route.to];
            secret.payments.extend(parties.map(ToString::to_string));
        }
        for hop in route.paths.iter().flatten() {
            let channels = match &hop.channel {
                Some(channel) => vec![channel.to_string()],
                None => self
                    .scope
                    .channels_between(hop.from.as_str(), hop.to.as_str()),
            };
            for channel in channels {
                self.scope.may_have_htlcs(&channel);
                self.scope.forget_balance(&channel);
            }
        }
    }

    /// Reads `release`.
    pub(super) fn release(&mut self, node: &Node) -> Option<Release> {
        let (secret, by) = self.held(node, "release")?;
        Some(Release { secret, by })
    }

    /// Reads `refuse`.
    pub(super) fn refuse_payment(&mut self, node: &Node) -> Option<Refuse> {
        let (secret, by) = self.held(node, "refuse")?;
        Some(Refuse { secret, by })
    }

    /// A secret and its receiver.
    fn held(&mut self, node: &Node, verb: &str) -> Option<(SecretName, ActorName)> {
        let fields = self.reader.fields(node, table(verb)?)?;
        let secret = fields.must(self, "secret", Self::secret)?;
        let by = fields.must(self, "by", |s, n| s.receiver(n, &secret))?;
        self.scope.forget_balances();
        Some((secret, by))
    }
}

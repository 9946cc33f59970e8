//! The verbs of HTLCs in one channel.

use super::reader::{Fields, Reader};
use super::steps::StepReader;
use crate::model::{Action, AddHtlc, Batch, BatchChange, Expiry, FailHtlc, Reveal, SettleHtlc};
use crate::names::{ActorName, ChannelName};
use crate::shape::{BATCH_HTLC, CHANGE, HEIGHT, table};
use crate::tree::Node;
use crate::{Construction, limits};

impl StepReader<'_> {
    /// Reads what stands under one of these verbs.
    pub(super) fn htlc_action(&mut self, verb: &str, node: &Node) -> Option<Action> {
        Some(match verb {
            "htlc" => Action::Htlc(self.htlc(node)?),
            "settle" => Action::Settle(self.settle(node)?),
            "fail" => Action::Fail(self.fail(node)?),
            "reveal" => Action::Reveal(self.reveal(node)?),
            "batch" => Action::Batch(self.batch(node)?),
            "route" => Action::Route(self.route(node)?),
            "release" => Action::Release(self.release(node)?),
            "refuse" => Action::Refuse(self.refuse_payment(node)?),
            _ => self.fault_action(verb, node)?,
        })
    }

    /// A channel that can have HTLCs.
    pub(super) fn htlc_channel(&mut self, node: &Node) -> Option<ChannelName> {
        let channel = self.channel(node)?;
        let construction = self
            .scope
            .channel(channel.as_str())
            .map_or(Construction::Revocable, |scope| scope.construction);
        let has_htlcs = matches!(construction, Construction::Revocable | Construction::Blamed);
        if has_htlcs || self.failing {
            return Some(channel);
        }
        let message = format!("a channel of construction {construction} has no HTLCs");
        self.reader.report(
            "wrong-construction",
            node.span,
            message,
            "not in this channel",
            "HTLCs need the construction revocable, or blamed for figure 11",
        );
        None
    }

    /// The number of an HTLC that this channel may have.
    pub(super) fn htlc_number(&mut self, node: &Node, channel: &ChannelName) -> Option<u64> {
        let number = self.reader.integer(node, 1, limits::HTLC_NUMBER)?;
        let scope = self.scope.channel(channel.as_str());
        if self.failing || scope.is_none_or(|scope| scope.htlcs) {
            return Some(number);
        }
        let message = format!("no step before this one adds an HTLC in channel `{channel}`");
        let help = "`htlc`, `batch` and `route` add HTLCs";
        self.reader
            .report("no-such-htlc", node.span, message, "no such HTLC", help);
        None
    }

    /// `3 days` after the tip, or `{ height: 700 }`.
    pub(super) fn expiry(&mut self, node: &Node) -> Option<Expiry> {
        if !Reader::is_map(node) {
            let blocks = self.reader.blocks(node, 1, limits::BLOCKS)?;
            return Some(Expiry::After(blocks));
        }
        let fields = self.reader.fields(node, &HEIGHT)?;
        fields
            .must(self, "height", |s, n| s.reader.count(n, 0, limits::HEIGHT))
            .map(Expiry::At)
    }

    fn htlc(&mut self, node: &Node) -> Option<AddHtlc> {
        let fields = self.reader.fields(node, table("htlc")?)?;
        let channel = fields.must(self, "channel", Self::htlc_channel)?;
        let from = fields.must(self, "from", |s, n| s.member(n, &channel));
        let to = fields.must(self, "to", |s, n| s.member(n, &channel));
        let amount = fields.must(&mut self.reader, "amount", Reader::amount);
        let expiry = fields.must(self, "expiry", Self::expiry);
        let secret = fields.must(self, "secret", Self::new_secret);
        let times = fields.or(self, "times", 1, |s, n| s.reader.count(n, 1, limits::HTLCS));
        let htlc = AddHtlc {
            channel,
            from: from?,
            to: to?,
            amount: amount?,
            expiry: expiry?,
            secret: secret?,
            times: times?,
        };
        self.different(node, &htlc.from, &htlc.to)?;
        let locked = htlc.amount.sat().saturating_mul(u64::from(htlc.times));
        self.move_balance(fields.get("amount")?, &htlc.channel, &htlc.from, 0, locked)?;
        self.scope
            .introduce(&htlc.secret, htlc.times, htlc.to.as_str());
        self.scope.may_have_htlcs(htlc.channel.as_str());
        Some(htlc)
    }

    /// The channel, the HTLC and its receiver.
    fn ended(&mut self, fields: &Fields<'_>) -> Option<(ChannelName, u64, ActorName)> {
        let channel = fields.must(self, "channel", Self::htlc_channel)?;
        let htlc = fields.must(self, "htlc", |s, n| s.htlc_number(n, &channel));
        let by = fields.must(self, "by", |s, n| s.member(n, &channel));
        self.scope.forget_balance(channel.as_str());
        Some((channel, htlc?, by?))
    }

    fn settle(&mut self, node: &Node) -> Option<SettleHtlc> {
        let fields = self.reader.fields(node, table("settle")?)?;
        let ended = self.ended(&fields);
        let secret = fields.may(self, "secret", Self::sent_secret);
        let (channel, htlc, by) = ended?;
        Some(SettleHtlc {
            channel,
            htlc,
            by,
            secret: secret?,
        })
    }

    fn fail(&mut self, node: &Node) -> Option<FailHtlc> {
        let fields = self.reader.fields(node, table("fail")?)?;
        let (channel, htlc, by) = self.ended(&fields)?;
        Some(FailHtlc { channel, htlc, by })
    }

    fn reveal(&mut self, node: &Node) -> Option<Reveal> {
        let fields = self.reader.fields(node, table("reveal")?)?;
        let secret = fields.must(self, "secret", Self::secret);
        let to = fields.must(self, "to", Self::actor);
        Some(Reveal {
            secret: secret?,
            to: to?,
        })
    }

    fn batch(&mut self, node: &Node) -> Option<Batch> {
        let fields = self.reader.fields(node, table("batch")?)?;
        let channel = fields.must(self, "channel", Self::htlc_channel)?;
        let by = fields.must(self, "by", |s, n| s.member(n, &channel));
        let list = fields.get("changes")?;
        let most = usize::try_from(limits::HTLCS).ok()?;
        let items = self.reader.some_items(list, most, "changes")?;
        self.count_changes(list, items.len())?;
        let changes: Vec<Option<BatchChange>> = items
            .iter()
            .map(|item| self.change_of_batch(item, &channel))
            .collect();
        let changes: Option<Vec<BatchChange>> = changes.into_iter().collect();
        let batch = Batch {
            channel,
            by: by?,
            changes: changes?,
        };
        self.follow_batch(list, &batch)?;
        Some(batch)
    }

    fn change_of_batch(&mut self, node: &Node, channel: &ChannelName) -> Option<BatchChange> {
        let fields = self.reader.fields(node, &CHANGE)?;
        if fields.get("settle").is_some() {
            let number = fields.must(self, "settle", |s, n| s.htlc_number(n, channel))?;
            return Some(BatchChange::Settle(number));
        }
        if fields.get("fail").is_some() {
            let number = fields.must(self, "fail", |s, n| s.htlc_number(n, channel))?;
            return Some(BatchChange::Fail(number));
        }
        if fields.get("pay").is_some() {
            let amount = fields.must(&mut self.reader, "pay", Reader::amount)?;
            return Some(BatchChange::Pay(amount));
        }
        let fields = self.reader.fields(fields.get("htlc")?, &BATCH_HTLC)?;
        let amount = fields.must(&mut self.reader, "amount", Reader::amount);
        let expiry = fields.must(self, "expiry", Self::expiry);
        let secret = fields.must(self, "secret", Self::new_secret);
        Some(BatchChange::Htlc {
            amount: amount?,
            expiry: expiry?,
            secret: secret?,
        })
    }

    /// What a batch does to balances, secrets and HTLCs.
    fn follow_batch(&mut self, node: &Node, batch: &Batch) -> Option<()> {
        let channel = batch.channel.as_str();
        let (mut paid, mut locked, mut ends) = (0_u64, 0_u64, false);
        for change in &batch.changes {
            match change {
                BatchChange::Settle(_) | BatchChange::Fail(_) => ends = true,
                BatchChange::Htlc { amount, .. } => locked = locked.saturating_add(amount.sat()),
                BatchChange::Pay(amount) => paid = paid.saturating_add(amount.sat()),
            }
        }
        if ends {
            self.scope.forget_balance(channel);
        }
        self.move_balance(node, &batch.channel, &batch.by, paid, locked)?;
        let scope = self.scope.channel(channel);
        let receiver = scope.and_then(|scope| {
            let side = scope.side_of(batch.by.as_str())?;
            Some(scope.parties.get(side.other()).clone())
        });
        for change in &batch.changes {
            if let (BatchChange::Htlc { secret, .. }, Some(receiver)) = (change, &receiver) {
                self.scope.introduce(secret, 1, receiver);
                self.scope.may_have_htlcs(channel);
            }
        }
        Some(())
    }
}

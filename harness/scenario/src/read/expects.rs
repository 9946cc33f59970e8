//! `expect`.

use std::collections::BTreeMap;

use super::reader::{Fields, Reader, short};
use super::steps::StepReader;
use crate::model::{Expect, TxPlace};
use crate::shape::EXPECTS;
use crate::tree::Node;
use crate::{ActorName, BalanceOn, ChannelName, Sat, suggest};

const COUNT: u32 = 10_000_000;

/// A number of things.
pub(super) fn count(s: &mut StepReader<'_>, node: &Node) -> Option<u32> {
    s.reader.count(node, 0, COUNT)
}

impl StepReader<'_> {
    /// Reads what `expect` expects; the first key that names a kind decides.
    pub(super) fn expect(&mut self, node: &Node) -> Option<Expect> {
        let entries = self.reader.entries(node, "`expect`")?;
        let keys: Vec<&str> = entries.iter().filter_map(|(key, _)| key.scalar()).collect();
        let Some((kind, table)) = EXPECTS.iter().find(|(kind, _)| keys.contains(kind)) else {
            let first = entries.first();
            let name = first.and_then(|(key, _)| key.scalar()).unwrap_or("");
            let help = suggest::help(name, "one of these", EXPECTS.iter().map(|(kind, _)| *kind));
            let span = first.map_or(node.span, |(key, _)| key.span);
            self.reader.report(
                "unknown-expectation",
                span,
                "nothing here says what to expect",
                "unknown",
                &help,
            );
            return None;
        };
        let fields = self.reader.fields(node, table)?;
        match *kind {
            "tx" => self.expect_tx(node, &fields),
            "balance" => self.expect_balance(&fields),
            "state" | "number" | "event" => self.expect_channel(kind, &fields),
            "mempool" => fields.must(self, "mempool", Self::txs).map(Expect::Mempool),
            "fee" => self.expect_fee(&fields),
            "tip" => fields
                .must(self, "tip", |s, n| {
                    s.reader
                        .word(n, &["same"], |word| (word == "same").then_some(()))
                })
                .and_then(|()| self.same_tip(node)),
            "unspent" => {
                let output = fields.must(self, "unspent", Self::output);
                let value = fields.may(self, "value", |s, n| s.reader.amount(n));
                Some(Expect::Unspent {
                    output: output?,
                    value: value?,
                })
            }
            "spent" => {
                let output = fields.must(self, "spent", Self::output);
                let by = fields.must(self, "by", Self::tx);
                Some(Expect::Spent {
                    output: output?,
                    by: by?,
                })
            }
            "funds" | "htlcs" | "htlc" | "payment" | "knows" | "sent" | "signatures" => {
                self.expect_htlc_or_message(kind, &fields)
            }
            "conserved" => {
                let channel = fields.must(self, "conserved", Self::htlc_channel);
                let waiting = fields.may(self, "waiting", |s, n| s.reader.amount(n));
                Some(Expect::Conserved {
                    channel: channel?,
                    waiting: waiting?,
                })
            }
            _ => {
                let output = fields.must(self, "maturity", Self::output);
                let uncongested = fields.must(self, "uncongested", count);
                Some(Expect::Maturity {
                    output: output?,
                    uncongested: uncongested?,
                })
            }
        }
    }

    fn same_tip(&mut self, node: &Node) -> Option<Expect> {
        if self.follower {
            return Some(Expect::SameTip);
        }
        let help = "`bitcoind: { follower: true }` adds a stock node that follows the main one";
        self.reader.report(
            "no-such-node",
            node.span,
            "there is no follower to compare with",
            "no follower",
            help,
        );
        None
    }

    fn expect_tx(&mut self, node: &Node, fields: &Fields<'_>) -> Option<Expect> {
        let tx = fields.must(self, "tx", Self::tx);
        let by = fields.may(self, "by", Self::actor)?;
        let word = fields.must(self, "in", |s, n| {
            s.reader
                .word(n, &["mempool", "chain", "nowhere", "held"], |word| {
                    ["mempool", "chain", "nowhere", "held"]
                        .into_iter()
                        .find(|known| *known == word)
                })
        })?;
        let confirmations = fields.may(self, "confirmations", count)?;
        let height = fields.may(self, "height", count)?;
        let place = match (word, by) {
            ("held", Some(by)) => TxPlace::Held(by),
            ("held", None) => {
                self.reader.report(
                    "missing-key",
                    node.span,
                    "`in: held` needs `by`",
                    "held by whom?",
                    "",
                );
                return None;
            }
            (_, Some(_)) => {
                self.reader.report(
                    "unknown-key",
                    node.span,
                    "`by` only goes with `in: held`",
                    "`by` does not fit",
                    "",
                );
                return None;
            }
            ("mempool", None) => TxPlace::Mempool,
            ("chain", None) => TxPlace::Chain,
            (_, None) => TxPlace::Nowhere,
        };
        if place != TxPlace::Chain && (confirmations.is_some() || height.is_some()) {
            let message = "`confirmations` and `height` only go with `in: chain`";
            self.reader
                .report("unknown-key", node.span, message, "not in the chain", "");
            return None;
        }
        Some(Expect::Tx {
            tx: tx?,
            place,
            confirmations,
            height,
        })
    }

    fn expect_balance(&mut self, fields: &Fields<'_>) -> Option<Expect> {
        let channel = fields.must(self, "of", Self::channel)?;
        let on = fields.or(self, "on", BalanceOn::Channel, |s, n| {
            s.reader.word(n, BalanceOn::NAMES, BalanceOn::from_name)
        })?;
        let node = fields.get("balance")?;
        let mut balance = BTreeMap::new();
        for (key, value) in self.reader.entries(node, "`balance`")? {
            let actor = self.actor_key(key)?;
            let actor = self.check_member(key, &channel, actor)?;
            balance.insert(actor, self.reader.amount(value)?);
        }
        self.check_balances(node, &channel, &balance)?;
        Some(Expect::Balance {
            channel,
            balance,
            on,
        })
    }

    /// Refuses balances that no run can have.
    fn check_balances(
        &mut self,
        node: &Node,
        channel: &ChannelName,
        balance: &BTreeMap<ActorName, Sat>,
    ) -> Option<()> {
        if balance.is_empty() {
            self.reader.report(
                "empty",
                node.span,
                "a balance of whom?",
                "no actor is named",
                "",
            );
            return None;
        }
        let Some(scope) = self.scope.channel(channel.as_str()) else {
            return Some(());
        };
        let capacity = scope.capacity_sat;
        let sum = balance
            .values()
            .try_fold(0_u64, |sum, amount| sum.checked_add(amount.sat()));
        if sum.is_some_and(|sum| sum <= capacity) {
            return Some(());
        }
        let capacity = Sat::new(capacity).unwrap_or_default();
        let message = format!("channel `{channel}` holds {capacity}; more is expected here");
        self.reader.report(
            "too-much",
            node.span,
            message,
            "more than the channel holds",
            "",
        );
        None
    }

    fn expect_channel(&mut self, kind: &str, fields: &Fields<'_>) -> Option<Expect> {
        let channel = fields.may(self, "of", Self::channel)?;
        let by = fields.may(self, "by", |s, n| match &channel {
            Some(channel) => s.member(n, channel),
            None => s.actor(n),
        })?;
        match (kind, channel, by) {
            ("event", channel, Some(by)) => {
                let event = fields.must(self, "event", |s, n| s.known(n, "event"))?;
                Some(Expect::Event { event, by, channel })
            }
            ("state", Some(channel), by) => {
                let state = fields.must(self, "state", |s, n| s.known(n, "state"))?;
                Some(Expect::State { channel, state, by })
            }
            (_, Some(channel), by) => {
                let number = fields.must(self, "number", |s, n| s.reader.integer(n, 0, 1 << 48))?;
                Some(Expect::Number {
                    channel,
                    number,
                    by,
                })
            }
            (_, None, _) => None,
        }
    }

    /// A word of the runner's vocabulary.
    fn known(&mut self, node: &Node, what: &str) -> Option<String> {
        let text = self.reader.text(node)?;
        let words = if what == "state" {
            &self.vocabulary.states
        } else {
            &self.vocabulary.events
        };
        if words.is_empty() || words.contains(&text) {
            return Some(text);
        }
        let help = suggest::help(&text, "one of these", words.iter().map(String::as_str));
        let message = format!("there is no {what} `{}`", short(&text));
        self.reader
            .report("unknown-word", node.span, message, "unknown", &help);
        None
    }

    fn expect_fee(&mut self, fields: &Fields<'_>) -> Option<Expect> {
        let node = fields.get("fee")?;
        let table = EXPECTS
            .iter()
            .find(|(kind, _)| *kind == "fee")
            .map(|(_, table)| table)?;
        let shape = table.keys.iter().find(|key| key.name == "fee")?.shape;
        let crate::shape::Shape::Object(inner) = shape else {
            return None;
        };
        let fields = self.reader.fields(node, inner)?;
        let tx = fields.must(self, "tx", Self::tx);
        let at_least = fields.may(&mut self.reader, "at_least", Reader::feerate)?;
        let at_most = fields.may(&mut self.reader, "at_most", Reader::feerate)?;
        if at_least.is_none() && at_most.is_none() {
            self.reader.report(
                "missing-key",
                node.span,
                "`fee` needs `at_least` or `at_most`",
                "no bound",
                "",
            );
            return None;
        }
        if at_least
            .zip(at_most)
            .is_some_and(|(least, most)| least > most)
        {
            self.reader.report(
                "out-of-bounds",
                node.span,
                "`at_least` is above `at_most`",
                "nothing fits",
                "",
            );
            return None;
        }
        Some(Expect::Fee {
            tx: tx?,
            at_least,
            at_most,
        })
    }
}

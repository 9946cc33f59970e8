//! The verbs of the harness itself: blocks, raw transactions, nodes.

use super::reader::{Fields, Reader, bounds};
use super::steps::StepReader;
use crate::model::{
    Action, Alter, Capture, Captured, Change, Malleate, Mine, NodeStep, Recipient, Reorg, Send,
    Signal, Spam, SpamSize, Spend, Submit,
};
use crate::names::CaptureName;
use crate::shape::{SET, table};
use crate::tree::Node;
use crate::{Malleation, NodeName, SignalBit, Via, limits};

const INDEX: u32 = 10_000;

impl StepReader<'_> {
    /// Reads what stands under one of the harness's verbs.
    pub(super) fn harness_action(&mut self, verb: &str, node: &Node) -> Option<Action> {
        Some(match verb {
            "submit" => Action::Submit(self.submit(node)?),
            "mine" => Action::Mine(self.mine(node)?),
            "reorg" => Action::Reorg(self.reorg(node)?),
            "malleate" => Action::Malleate(self.malleate(node)?),
            "alter" => Action::Alter(self.alter(node)?),
            "spend" => Action::Spend(self.spend(node)?),
            "send" => Action::Send(self.send(node)?),
            "spam" => Action::Spam(self.spam(node)?),
            "capture" => Action::Capture(self.capture(node)?),
            "signal" => Action::Signal(self.signal(node)?),
            "node" => Action::Node(self.node_step(node)?),
            _ => return None,
        })
    }

    /// Every step that names a transaction does so last, once all else is right.
    fn define(&mut self, name: &CaptureName) {
        self.scope.captured.insert(name.to_string());
    }

    fn submit(&mut self, node: &Node) -> Option<Submit> {
        let fields = self.reader.fields(node, table("submit")?)?;
        let package = fields.get("package").is_some();
        let txs = match fields.get("package") {
            Some(list) => self.txs(list),
            None => fields.must(self, "tx", Self::tx).map(|tx| vec![tx]),
        };
        let via = fields.must(self, "via", |s, n| {
            s.reader.word(n, Via::NAMES, Via::from_name)
        });
        let to = fields.or(self, "to", NodeName::Main, Self::node_name);
        let times = fields.or(self, "times", 1, |s, n| s.reader.count(n, 1, limits::TIMES));
        self.scope.forget_funds();
        let txs = txs?;
        if txs.is_empty() {
            self.reader.report(
                "empty",
                node.span,
                "a package of nothing",
                "no transaction is named",
                "",
            );
            return None;
        }
        Some(Submit {
            txs,
            package,
            via: via?,
            to: to?,
            times: times?,
        })
    }

    fn some_blocks(&mut self, node: &Node) -> Option<u32> {
        self.reader.blocks(node, 1, limits::BLOCKS)
    }

    fn mine(&mut self, node: &Node) -> Option<Mine> {
        if !Reader::is_map(node) {
            let blocks = self.some_blocks(node)?;
            return Some(Mine {
                blocks,
                without: Vec::new(),
                only: None,
                congested: false,
            });
        }
        let fields = self.reader.fields(node, table("mine")?)?;
        let blocks = fields.must(self, "blocks", Self::some_blocks);
        let without = fields.or(self, "without", Vec::new(), Self::txs);
        let only = fields.may(self, "only", Self::txs);
        let congested = fields.or(&mut self.reader, "congested", false, Reader::boolean);
        Some(Mine {
            blocks: blocks?,
            without: without?,
            only: only?,
            congested: congested?,
        })
    }

    fn reorg(&mut self, node: &Node) -> Option<Reorg> {
        let fields = self.reader.fields(node, table("reorg")?)?;
        let depth = fields.must(self, "depth", Self::some_blocks)?;
        let blocks = fields.or(self, "blocks", depth.saturating_add(1), Self::some_blocks)?;
        let without = fields.or(self, "without", Vec::new(), Self::txs);
        let only = fields.may(self, "only", Self::txs);
        if blocks <= depth {
            let message = format!("{blocks} new blocks do not replace {depth}");
            let span = fields.get("blocks").map_or(node.span, |node| node.span);
            self.reader.report(
                "out-of-bounds",
                span,
                message,
                "expected more than `depth`",
                "",
            );
            return None;
        }
        Some(Reorg {
            depth,
            blocks,
            without: without?,
            only: only?,
        })
    }

    fn malleate(&mut self, node: &Node) -> Option<Malleate> {
        let fields = self.reader.fields(node, table("malleate")?)?;
        let tx = fields.must(self, "tx", Self::tx);
        let name = fields.must(self, "as", Self::new_name);
        let how = fields.must(self, "how", |s, n| {
            s.reader.word(n, Malleation::NAMES, Malleation::from_name)
        });
        let malleate = Malleate {
            tx: tx?,
            name: name?,
            how: how?,
        };
        self.define(&malleate.name);
        Some(malleate)
    }

    fn alter(&mut self, node: &Node) -> Option<Alter> {
        let fields = self.reader.fields(node, table("alter")?)?;
        let tx = fields.must(self, "tx", Self::tx);
        let name = fields.must(self, "as", Self::new_name);
        let change = self.change(&fields);
        let resign = fields.may(self, "resign", Self::actor);
        let alter = Alter {
            tx: tx?,
            name: name?,
            change: change?,
            resign: resign?,
        };
        self.define(&alter.name);
        Some(alter)
    }

    fn change(&mut self, alter: &Fields<'_>) -> Option<Change> {
        let index = |s: &mut Self, n: &Node| s.reader.count(n, 0, INDEX);
        let input = alter.or(self, "input", 0, index)?;
        let output = alter.or(self, "output", 0, index)?;
        let set = self.reader.fields(alter.get("set")?, &SET)?;
        let number = |s: &mut Self, n: &Node| {
            s.reader
                .number(n, u64::from(u32::MAX))
                .and_then(|n| u32::try_from(n).ok())
        };
        let (wants_input, wants_output, change) = if set.get("outpoint").is_some() {
            (
                true,
                false,
                Change::Outpoint {
                    input,
                    outpoint: set.must(self, "outpoint", Self::output)?,
                },
            )
        } else if set.get("sequence").is_some() {
            (
                true,
                false,
                Change::Sequence {
                    input,
                    sequence: set.must(self, "sequence", number)?,
                },
            )
        } else if set.get("lock_time").is_some() {
            (
                false,
                false,
                Change::LockTime(set.must(self, "lock_time", number)?),
            )
        } else if set.get("version").is_some() {
            let version = set.must(self, "version", |s, n| s.reader.number(n, 0x7FFF_FFFF))?;
            (false, false, Change::Version(i32::try_from(version).ok()?))
        } else if set.get("amount").is_some() {
            (
                false,
                true,
                Change::Amount {
                    output,
                    amount: set.must(&mut self.reader, "amount", Reader::amount)?,
                },
            )
        } else if set.get("hash_type").is_some() {
            let hash_type = set.must(self, "hash_type", |s, n| s.reader.number(n, 0xFF))?;
            (
                true,
                false,
                Change::HashType {
                    input,
                    hash_type: u8::try_from(hash_type).ok()?,
                },
            )
        } else {
            let items = set.must(&mut self.reader, "witness", |reader, node| {
                reader.each(node, Reader::hex)
            })?;
            (true, false, Change::Witness { input, items })
        };
        self.refuse_index(alter, "input", wants_input)?;
        self.refuse_index(alter, "output", wants_output)?;
        Some(change)
    }

    fn refuse_index(&mut self, alter: &Fields<'_>, key: &str, wanted: bool) -> Option<()> {
        let Some(node) = alter.get(key).filter(|_| !wanted) else {
            return Some(());
        };
        let message = format!("what is set here belongs to no {key}");
        self.reader
            .report("unknown-key", node.span, message, "does not fit", "");
        None
    }

    /// `miner`, an actor, or an output whose script is paid again.
    fn recipient(&mut self, node: &Node) -> Option<Recipient> {
        let text = self.reader.text(node)?;
        if text == "miner" {
            return Some(Recipient::Miner);
        }
        if text.contains(':') {
            return self.output(node).map(Recipient::ScriptOf);
        }
        self.actor(node).map(Recipient::Actor)
    }

    fn spend(&mut self, node: &Node) -> Option<Spend> {
        let fields = self.reader.fields(node, table("spend")?)?;
        let output = fields.must(self, "output", Self::output);
        let name = fields.must(self, "as", Self::new_name);
        let witness = fields.must(&mut self.reader, "witness", |reader, node| {
            reader.each(node, Reader::hex)
        });
        let to = fields.or(self, "to", Recipient::Miner, Self::recipient);
        let sequence = fields.may(self, "sequence", |s, n| {
            s.reader
                .number(n, u64::from(u32::MAX))
                .and_then(|n| u32::try_from(n).ok())
        });
        let fee = fields.may(&mut self.reader, "fee", Reader::amount);
        let spend = Spend {
            output: output?,
            name: name?,
            witness: witness?,
            to: to?,
            sequence: sequence?,
            fee: fee?,
        };
        self.define(&spend.name);
        Some(spend)
    }

    fn send(&mut self, node: &Node) -> Option<Send> {
        let fields = self.reader.fields(node, table("send")?)?;
        let to = fields.must(self, "to", Self::recipient);
        let amount = fields.must(&mut self.reader, "amount", Reader::amount);
        let name = fields.must(self, "as", Self::new_name);
        let inputs = fields.or(self, "inputs", Vec::new(), |s, n| {
            let items = s.reader.items(n)?;
            let read: Vec<_> = items.iter().map(|item| s.output(item)).collect();
            read.into_iter().collect()
        });
        let send = Send {
            to: to?,
            amount: amount?,
            name: name?,
            inputs: inputs?,
        };
        self.scope.forget_funds();
        self.define(&send.name);
        Some(send)
    }

    fn spam(&mut self, node: &Node) -> Option<Spam> {
        let table = table("spam")?;
        let fields = self.reader.fields(node, table)?;
        let feerate = fields.must(&mut self.reader, "feerate", Reader::feerate);
        let (least, most) = bounds(table, "weight");
        let size = match fields.get("weight") {
            Some(weight) => self
                .reader
                .integer(weight, least, most)
                .map(SpamSize::Weight),
            None => fields
                .must(self, "blocks", Self::some_blocks)
                .map(SpamSize::Blocks),
        };
        let name = fields.may(self, "as", Self::new_name);
        let spam = Spam {
            feerate: feerate?,
            size: size?,
            name: name?,
        };
        if let Some(name) = &spam.name {
            self.define(name);
        }
        Some(spam)
    }

    fn capture(&mut self, node: &Node) -> Option<Capture> {
        let fields = self.reader.fields(node, table("capture")?)?;
        let name = fields.must(self, "as", Self::new_name);
        let what = if fields.get("tx").is_some() {
            fields.must(self, "tx", Self::tx).map(Captured::Tx)
        } else if fields.get("txid").is_some() {
            fields.must(self, "txid", Self::txid).map(Captured::Txid)
        } else {
            fields
                .must(self, "spender_of", Self::output)
                .map(Captured::SpenderOf)
        };
        let capture = Capture {
            name: name?,
            what: what?,
        };
        self.define(&capture.name);
        Some(capture)
    }

    fn txid(&mut self, node: &Node) -> Option<[u8; 32]> {
        let bytes = self.reader.hex(node)?;
        let txid = <[u8; 32]>::try_from(bytes).ok();
        if txid.is_none() {
            self.reader.report(
                "not-a-txid",
                node.span,
                "a txid has 64 hex digits",
                "another length",
                "",
            );
        }
        txid
    }

    fn signal(&mut self, node: &Node) -> Option<Signal> {
        let fields = self.reader.fields(node, table("signal")?)?;
        let bit = fields.must(self, "bit", |s, n| {
            s.reader.word(n, SignalBit::NAMES, SignalBit::from_name)
        });
        let blocks = fields.must(self, "blocks", Self::some_blocks);
        Some(Signal {
            bit: bit?,
            blocks: blocks?,
        })
    }

    fn node_step(&mut self, node: &Node) -> Option<NodeStep> {
        let fields = self.reader.fields(node, table("node")?)?;
        match fields.get("restart") {
            Some(name) => self.node_name(name).map(NodeStep::Restart),
            None => fields
                .must(self, "reindex", Self::node_name)
                .map(NodeStep::Reindex),
        }
    }
}

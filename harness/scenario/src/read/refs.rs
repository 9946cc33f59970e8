//! References: to actors, channels, transactions, outputs.

use leyden_labels::{Kind, Label, Side};

use super::reader::short;
use super::steps::StepReader;
use crate::names::{ActorName, CaptureName, ChannelName, OutputRef, TxName, is_name};
use crate::suggest;
use crate::tree::Node;
use crate::{Construction, NodeName};

impl StepReader<'_> {
    /// An actor of the scenario.
    pub(super) fn actor(&mut self, node: &Node) -> Option<ActorName> {
        let text = self.reader.text(node)?;
        self.actor_named(node, &text)
    }

    fn actor_named(&mut self, node: &Node, text: &str) -> Option<ActorName> {
        if self.scope.actors.contains(text) {
            return Some(ActorName::new(text));
        }
        let help = suggest::help(
            text,
            "an actor",
            self.scope.actors.iter().map(String::as_str),
        );
        self.reader.report(
            "no-such-actor",
            node.span,
            format!("there is no actor `{}`", short(text)),
            "unknown actor",
            &help,
        );
        None
    }

    /// The actor that a key names.
    pub(super) fn actor_key(&mut self, key: &Node) -> Option<ActorName> {
        let text = key.scalar().unwrap_or("").to_owned();
        let text = if text.contains("${") {
            self.reader.text(key)?
        } else {
            text
        };
        self.actor_named(key, &text)
    }

    /// An actor of this channel.
    pub(super) fn member(&mut self, node: &Node, channel: &ChannelName) -> Option<ActorName> {
        let actor = self.actor(node)?;
        self.check_member(node, channel, actor)
    }

    /// Refuses an actor that is not of this channel.
    pub(super) fn check_member(
        &mut self,
        node: &Node,
        channel: &ChannelName,
        actor: ActorName,
    ) -> Option<ActorName> {
        let Some(scope) = self.scope.channel(channel.as_str()) else {
            return Some(actor);
        };
        if scope.side_of(actor.as_str()).is_some() {
            return Some(actor);
        }
        let help = format!(
            "`{channel}` joins {} and {}",
            scope.parties.a, scope.parties.b
        );
        let message = format!("{actor} is not in channel `{channel}`");
        self.reader.report(
            "not-in-channel",
            node.span,
            message,
            "not of this channel",
            &help,
        );
        None
    }

    /// A channel that an earlier step has opened.
    pub(super) fn channel(&mut self, node: &Node) -> Option<ChannelName> {
        let text = self.reader.text(node)?;
        self.channel_named(node, &text)
    }

    fn channel_named(&mut self, node: &Node, text: &str) -> Option<ChannelName> {
        if self.scope.channels.contains_key(text) {
            return Some(ChannelName::new(text));
        }
        let help = suggest::help(
            text,
            "a channel that is open",
            self.scope.channels.keys().map(String::as_str),
        );
        let message = format!("no step before this one opens a channel `{}`", short(text));
        self.reader.report(
            "no-such-channel",
            node.span,
            message,
            "unknown channel",
            &help,
        );
        None
    }

    /// A transaction that is defined here.
    pub(super) fn tx(&mut self, node: &Node) -> Option<TxName> {
        let text = self.reader.text(node)?;
        self.tx_named(node, &text)
    }

    fn tx_named(&mut self, node: &Node, text: &str) -> Option<TxName> {
        if let Some((channel, label)) = text.split_once('/') {
            let channel = self.channel_named(node, channel)?;
            return self.labelled(node, channel, label);
        }
        if self.scope.captured.contains(text) {
            return Some(TxName::Captured(CaptureName::new(text)));
        }
        if text.parse::<Label>().is_err() && is_name(text) {
            let labels = near_labels(text);
            let known = self
                .scope
                .captured
                .iter()
                .chain(&labels)
                .map(String::as_str);
            let help = suggest::nearest(text, known).map_or_else(
                || "a name is given to a transaction by `as:`".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            let message = format!(
                "no step before this one names a transaction `{}`",
                short(text)
            );
            self.reader.report(
                "no-such-tx",
                node.span,
                message,
                "unknown transaction",
                &help,
            );
            return None;
        }
        let channel = self.only_channel(node, text)?;
        self.labelled(node, channel, text)
    }

    /// The channel that a bare label belongs to.
    fn only_channel(&mut self, node: &Node, text: &str) -> Option<ChannelName> {
        let mut names = self.scope.channels.keys();
        match (names.next(), names.next()) {
            (Some(name), None) => Some(ChannelName::new(name)),
            (None, _) => {
                let message = format!("no channel is open that `{}` could belong to", short(text));
                self.reader.report(
                    "no-such-channel",
                    node.span,
                    message,
                    "no channel yet",
                    "an `open` step must come first",
                );
                None
            }
            (Some(name), Some(_)) => {
                let help = format!("several channels are open: write `{name}/{}`", short(text));
                let message = format!("`{}` of which channel?", short(text));
                self.reader.report(
                    "ambiguous-label",
                    node.span,
                    message,
                    "the channel is missing",
                    &help,
                );
                None
            }
        }
    }

    fn labelled(&mut self, node: &Node, channel: ChannelName, text: &str) -> Option<TxName> {
        let Ok(label) = text.parse::<Label>() else {
            let labels = near_labels(text);
            let help = suggest::nearest(text, labels.iter().map(String::as_str)).map_or_else(
                || "expected a label such as F, C1a, RD1a, BR1b, D0b or ES, or a name".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            let message = format!("`{}` is no transaction of the paper", short(text));
            self.reader
                .report("not-a-label", node.span, message, "unknown label", &help);
            return None;
        };
        if is_htlc(label.kind()) && label.number() == 0 {
            let message = format!("there is no HTLC 0 for `{label}`");
            let help = "HTLCs are numbered from 1, commitments from 0";
            self.reader
                .report("not-a-label", node.span, message, "no such HTLC", help);
            return None;
        }
        let construction = self
            .scope
            .channel(channel.as_str())
            .map(|scope| scope.construction);
        if construction.is_none_or(|construction| exists_in(label.kind(), construction)) {
            return Some(TxName::Label { channel, label });
        }
        let construction = construction.map(Construction::name).unwrap_or_default();
        let message = format!("a channel of construction {construction} has no `{label}`");
        let help = "C1: figures 1 and 2 (shared); C1a: figures 3 (blamed) and later (revocable); RD, BR: revocable";
        self.reader.report(
            "wrong-construction",
            node.span,
            message,
            "not in this channel",
            help,
        );
        None
    }

    /// `C1b:0`.
    pub(super) fn output(&mut self, node: &Node) -> Option<OutputRef> {
        let text = self.reader.text(node)?;
        let parts = text.rsplit_once(':').and_then(|(tx, vout)| {
            let canonical = vout == "0" || !vout.starts_with(['0', '+']);
            Some((tx, vout.parse::<u32>().ok().filter(|_| canonical)?))
        });
        let Some((tx, vout)) = parts else {
            let message = format!("`{}` names no output", short(&text));
            self.reader.report(
                "not-an-output",
                node.span,
                message,
                "expected transaction:index",
                "for example `C1b:0`",
            );
            return None;
        };
        Some(OutputRef {
            tx: self.tx_named(node, tx)?,
            vout,
        })
    }

    /// A list of transactions.
    pub(super) fn txs(&mut self, node: &Node) -> Option<Vec<TxName>> {
        let items = self.reader.items(node)?;
        let read: Vec<Option<TxName>> = items.iter().map(|item| self.tx(item)).collect();
        read.into_iter().collect()
    }

    /// A name for a new transaction.
    pub(super) fn new_name(&mut self, node: &Node) -> Option<CaptureName> {
        let name = self.reader.name(node)?;
        if self.scope.captured.contains(&name) {
            let message = format!("`{name}` is already the name of a transaction");
            self.reader
                .report("name-twice", node.span, message, "taken", "");
            return None;
        }
        Some(CaptureName::new(&name))
    }

    /// A node that this cell has.
    pub(super) fn node_name(&mut self, node: &Node) -> Option<NodeName> {
        let name = self
            .reader
            .word(node, NodeName::NAMES, NodeName::from_name)?;
        let exists = match name {
            NodeName::Main => true,
            NodeName::Follower => self.follower,
            NodeName::Patched => self.cell.flavour == crate::Flavour::Patched,
            NodeName::Stock => self.follower || self.cell.flavour == crate::Flavour::Stock,
        };
        if exists {
            return Some(name);
        }
        let help = "`bitcoind: { follower: true }` adds a stock node; `only: { bitcoind: … }` keeps a step to some cells";
        let message = format!("there is no {name} node in {}", self.cell.id);
        self.reader
            .report("no-such-node", node.span, message, "no such node", help);
        None
    }

    /// Refuses a broadcast that the label itself rules out.
    pub(super) fn check_broadcaster(
        &mut self,
        node: &Node,
        tx: &TxName,
        by: &ActorName,
    ) -> Option<()> {
        let TxName::Label { channel, label } = tx else {
            return Some(());
        };
        let Some(scope) = self.scope.channel(channel.as_str()) else {
            return Some(());
        };
        let Some(side) = label
            .side()
            .and_then(|holder| broadcaster(label.kind(), holder))
        else {
            return Some(());
        };
        let right = scope.parties.get(side).clone();
        if right == by.as_str() {
            return Some(());
        }
        let message = format!("only {right} can broadcast `{label}`");
        let help = format!(
            "{right} is side {side} of channel `{channel}`; a step that must fail says so with `fails`"
        );
        self.reader.report(
            "wrong-broadcaster",
            node.span,
            message,
            "not by this actor",
            &help,
        );
        None
    }
}

/// Who can broadcast a transaction of `holder`'s commitment, where only one side can.
fn broadcaster(kind: Kind, holder: Side) -> Option<Side> {
    match kind {
        Kind::Commitment
        | Kind::RevocableDelivery
        | Kind::FeeBump
        | Kind::HtlcTimeout
        | Kind::HtlcTimeoutRevocableDelivery
        | Kind::HtlcExecution
        | Kind::HtlcExecutionRevocableDelivery => Some(holder),
        Kind::BreachRemedy
        | Kind::Delivery
        | Kind::HtlcExecutionDelivery
        | Kind::HtlcTimeoutBreachRemedy
        | Kind::HtlcTimeoutDelivery
        | Kind::HtlcExecutionBreachRemedy
        | Kind::HtlcBreachRemedy => Some(holder.other()),
        Kind::Funding | Kind::SharedCommitment | Kind::ExerciseSettlement => None,
    }
}

/// Whether labels of this kind carry the number of an HTLC.
fn is_htlc(kind: Kind) -> bool {
    match kind {
        Kind::HtlcExecutionDelivery
        | Kind::HtlcTimeout
        | Kind::HtlcTimeoutRevocableDelivery
        | Kind::HtlcTimeoutBreachRemedy
        | Kind::HtlcTimeoutDelivery
        | Kind::HtlcExecution
        | Kind::HtlcExecutionRevocableDelivery
        | Kind::HtlcExecutionBreachRemedy
        | Kind::HtlcBreachRemedy => true,
        Kind::Funding
        | Kind::SharedCommitment
        | Kind::Commitment
        | Kind::Delivery
        | Kind::RevocableDelivery
        | Kind::BreachRemedy
        | Kind::ExerciseSettlement
        | Kind::FeeBump => false,
    }
}

fn exists_in(kind: Kind, construction: Construction) -> bool {
    match construction {
        Construction::Revocable => kind != Kind::SharedCommitment,
        Construction::Shared => matches!(
            kind,
            Kind::Funding | Kind::SharedCommitment | Kind::ExerciseSettlement
        ),
        Construction::Blamed => {
            matches!(
                kind,
                Kind::Funding
                    | Kind::Commitment
                    | Kind::ExerciseSettlement
                    | Kind::FeeBump
                    | Kind::Delivery
                    | Kind::HtlcExecutionDelivery
                    | Kind::HtlcTimeout
            )
        }
    }
}

/// Labels with the number that stands in `text`, to find the one that was meant.
fn near_labels(text: &str) -> Vec<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).take(6).collect();
    let number = digits.parse().unwrap_or(0);
    let mut labels: Vec<String> = Kind::ALL
        .into_iter()
        .flat_map(|kind| Side::BOTH.map(|side| Label::new(kind, number, side).to_string()))
        .collect();
    // What only differs in case is nearest.
    labels.sort_by_key(|label| !label.eq_ignore_ascii_case(text));
    labels
}

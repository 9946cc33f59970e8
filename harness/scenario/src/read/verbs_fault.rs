//! The verbs of faults: silence, crashes, lies, broken connections.

use super::reader::{Fields, Reader};
use super::steps::StepReader;
use crate::model::{Action, Crash, Disconnect, DropMessage, Place, Stop, Tamper, When};
use crate::names::{ActorName, ChannelName};
use crate::shape::{WHEN, table};
use crate::tree::{Node, Text};
use crate::{MessageField, MessageName, limits, suggest};

/// A channel that a fault names before a step opens it.
pub(crate) struct Awaited {
    channel: ChannelName,
    actor: ActorName,
    of: Node,
    by: Node,
    text: Text,
    via: Vec<Place>,
}

impl StepReader<'_> {
    /// Reads what stands under one of these verbs.
    pub(super) fn fault_action(&mut self, verb: &str, node: &Node) -> Option<Action> {
        Some(match verb {
            "stop" => {
                let (actor, when) = self.actor_when(verb, node)?;
                Action::Stop(Stop { actor, when })
            }
            "crash" => {
                let (actor, when) = self.actor_when(verb, node)?;
                Action::Crash(Crash { actor, when })
            }
            "tamper" => Action::Tamper(self.tamper(node)?),
            "drop" => Action::Drop(self.drop_message(node)?),
            "disconnect" => Action::Disconnect(self.disconnect(node)?),
            _ => self.harness_action(verb, node)?,
        })
    }

    /// `bob`, `{ actor: bob }` or `{ actor: bob, when: … }`.
    fn actor_when(&mut self, verb: &str, node: &Node) -> Option<(ActorName, Option<When>)> {
        if !Reader::is_map(node) {
            return self.actor(node).map(|actor| (actor, None));
        }
        let fields = self.reader.fields(node, table(verb)?)?;
        let by = fields.get("actor")?;
        let actor = self.actor(by)?;
        let when = fields.may(self, "when", |s, n| s.when(n, by, &actor))?;
        Some((actor, when))
    }

    fn when(&mut self, node: &Node, by: &Node, actor: &ActorName) -> Option<When> {
        let fields = self.reader.fields(node, &WHEN)?;
        let sends = fields.must(self, "sends", Self::message);
        let channel = fields.must(self, "of", |s, n| s.coming_channel(n, by, actor));
        let count = fields.or(self, "count", 1, |s, n| {
            s.reader.count(n, 1, limits::MESSAGES)
        });
        Some(When {
            sends: sends?,
            channel: channel?,
            count: count?,
        })
    }

    /// One of the messages between two sides.
    pub(super) fn message(&mut self, node: &Node) -> Option<MessageName> {
        self.reader
            .word(node, MessageName::NAMES, MessageName::from_name)
    }

    fn tamper(&mut self, node: &Node) -> Option<Tamper> {
        let fields = self.reader.fields(node, table("tamper")?)?;
        let told = self.message_of(&fields);
        let field = fields.must(self, "field", |s, n| {
            s.reader
                .word(n, MessageField::NAMES, MessageField::from_name)
        });
        let told = told?;
        Some(Tamper {
            channel: told.channel,
            by: told.by,
            message: told.message,
            field: field?,
            count: told.count,
        })
    }

    fn drop_message(&mut self, node: &Node) -> Option<DropMessage> {
        let fields = self.reader.fields(node, table("drop")?)?;
        self.message_of(&fields)
    }

    /// A message that `by` is going to send.
    fn message_of(&mut self, fields: &Fields<'_>) -> Option<DropMessage> {
        let sender = fields.get("by")?;
        let by = self.actor(sender)?;
        let channel = fields.must(self, "of", |s, n| s.coming_channel(n, sender, &by));
        let message = fields.must(self, "message", Self::message);
        let count = fields.or(self, "count", 1, |s, n| {
            s.reader.count(n, 1, limits::MESSAGES)
        });
        Some(DropMessage {
            channel: channel?,
            by,
            message: message?,
            count: count?,
        })
    }

    fn disconnect(&mut self, node: &Node) -> Option<Disconnect> {
        let fields = self.reader.fields(node, table("disconnect")?)?;
        let channel = fields.must(self, "of", Self::channel)?;
        self.scope.forget_balance(channel.as_str());
        Some(Disconnect { channel })
    }

    /// A channel of this actor, which a later step may open.
    fn coming_channel(&mut self, of: &Node, by: &Node, actor: &ActorName) -> Option<ChannelName> {
        let name = self.reader.name(of)?;
        let channel = ChannelName::new(&name);
        if self.scope.channels.contains_key(&name) {
            self.check_member(by, &channel, actor.clone())?;
            self.scope.forget_balance(&name);
            return Some(channel);
        }
        self.awaited.push(Awaited {
            channel: channel.clone(),
            actor: actor.clone(),
            of: of.clone(),
            by: by.clone(),
            text: self.reader.text.clone(),
            via: self.reader.via.clone(),
        });
        Some(channel)
    }

    /// After the last step: refuses channels that nobody opened, and actors that are not in them.
    pub(super) fn check_awaited(&mut self) -> Option<()> {
        let mut good = Some(());
        for awaited in std::mem::take(&mut self.awaited) {
            self.reader.text = awaited.text;
            self.reader.via = awaited.via;
            if self.scope.channels.contains_key(awaited.channel.as_str()) {
                let member = self.check_member(&awaited.by, &awaited.channel, awaited.actor);
                good = good.and(member.map(drop));
                continue;
            }
            let known = self.scope.channels.keys().map(String::as_str);
            let help = suggest::help(awaited.channel.as_str(), "a channel", known);
            let message = format!("no step opens a channel `{}`", awaited.channel);
            self.reader.report(
                "no-such-channel",
                awaited.of.span,
                message,
                "unknown channel",
                &help,
            );
            good = None;
        }
        good
    }
}

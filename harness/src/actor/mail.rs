//! Messages under way between embedded actors, in order, each once; and the faults that wait for one.

use std::collections::{BTreeMap, VecDeque};

use leyden_channel::Message;
use leyden_scenario::{ActorName, ChannelName, MessageName};

use super::armed::{Armed, Effect};
use super::failure::ActorFailure;
use super::tamper::{signatures, tamper};

/// What a channel's link does not deliver, so that a scenario can stop in the middle of an opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// Everything after the keys and parameters are agreed.
    AfterAgreement,
    /// Every signature on F.
    FundingSignatures,
    /// Nothing.
    Nothing,
}

impl Hold {
    fn holds(self, message: &Message) -> bool {
        match self {
            Self::AfterAgreement => !matches!(message, Message::Open(_) | Message::Accept(_)),
            Self::FundingSignatures => matches!(message, Message::FundingSignatures(_)),
            Self::Nothing => false,
        }
    }
}

/// One message under way.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) channel: ChannelName,
    pub(crate) message: Message,
    /// Whether it is not what its sender's channel wrote.
    pub(crate) tampered: bool,
}

/// What has become of a message that was to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Posting {
    /// It is under way.
    Sent,
    /// Its sender has gone silent instead.
    Silenced,
    /// Its sender has crashed instead.
    Crashed,
}

/// What an actor has sent in a channel.
#[derive(Clone, Debug, Default)]
struct Tally {
    messages: BTreeMap<&'static str, u32>,
    /// In the messages of the last step.
    signatures: u32,
}

/// The links between all actors of a scenario.
#[derive(Debug, Default)]
pub(crate) struct Mail {
    inboxes: BTreeMap<ActorName, VecDeque<Letter>>,
    holds: BTreeMap<ChannelName, Hold>,
    armed: Vec<Armed>,
    /// Who has lied in which channel.
    liars: Vec<(ActorName, ChannelName)>,
    tallies: BTreeMap<(ChannelName, ActorName), Tally>,
    /// Lies that could not be told.
    complaints: Vec<ActorFailure>,
    log: Vec<String>,
}

impl Mail {
    /// From now on `channel` does not deliver what `hold` names; what is held stays in order.
    pub(crate) fn hold(&mut self, channel: &ChannelName, hold: Hold) {
        self.holds.insert(channel.clone(), hold);
    }

    /// From now on a fault waits for its message.
    pub(crate) fn arm(&mut self, fault: Armed) {
        self.armed.push(fault);
    }

    /// Lies that could not be told since this was last asked.
    pub(crate) fn take_complaints(&mut self) -> Vec<ActorFailure> {
        core::mem::take(&mut self.complaints)
    }

    /// The faults whose message was never sent.
    pub(crate) fn unfired(&self) -> impl Iterator<Item = &Armed> {
        self.armed.iter()
    }

    /// Whether an actor has lied in a channel: what its own machine then complains about is its own doing.
    pub(crate) fn is_liar(&self, actor: &ActorName, channel: &ChannelName) -> bool {
        let mut liars = self.liars.iter();
        liars.any(|(liar, of)| liar == actor && of == channel)
    }

    /// Puts a message on its way, unless a fault that waits for it forbids.
    ///
    /// A message that lacks what was to be changed in it is sent as it is, and complained of.
    pub(crate) fn send(
        &mut self,
        from: &ActorName,
        to: &ActorName,
        channel: &ChannelName,
        message: Message,
    ) -> Posting {
        let mut letter = Letter {
            channel: channel.clone(),
            message,
            tampered: false,
        };
        for effect in self.fire(from, channel, letter.message.name()) {
            let name = letter.message.name();
            match effect {
                Effect::Silence => {
                    self.log
                        .push(format!("{from} goes silent instead of {name} on {channel}"));
                    return Posting::Silenced;
                }
                Effect::Crash => {
                    self.log
                        .push(format!("{from} crashes instead of {name} on {channel}"));
                    return Posting::Crashed;
                }
                Effect::Lose => {
                    self.count(from, &letter);
                    self.log
                        .push(format!("{from} -> {to} on {channel}: {name} is lost"));
                    return Posting::Sent;
                }
                Effect::Tamper(field) => {
                    let Some(changed) = tamper(&letter.message, field) else {
                        self.complaints.push(ActorFailure::Refused {
                            actor: from.to_string(),
                            reason: "no-such-field",
                            text: format!("this {name} has no {field} to change"),
                        });
                        continue;
                    };
                    letter.message = changed;
                    letter.tampered = true;
                    self.liars.push((from.clone(), channel.clone()));
                }
            }
        }
        self.count(from, &letter);
        self.log.push(format!(
            "{from} -> {to} on {channel}: {:?}{}",
            letter.message,
            if letter.tampered { " (changed)" } else { "" }
        ));
        self.inboxes
            .entry(to.clone())
            .or_default()
            .push_back(letter);
        Posting::Sent
    }

    /// What the faults that wait for this message do.
    fn fire(&mut self, from: &ActorName, channel: &ChannelName, message: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.armed.retain_mut(|armed| {
            if !armed.waits_for(from, channel, message) {
                return true;
            }
            armed.left = armed.left.saturating_sub(1);
            if armed.left == 0 {
                effects.push(armed.effect);
            }
            armed.left > 0
        });
        effects
    }

    fn count(&mut self, from: &ActorName, letter: &Letter) {
        let key = (letter.channel.clone(), from.clone());
        let tally = self.tallies.entry(key).or_default();
        let messages = tally.messages.entry(letter.message.name()).or_default();
        *messages = messages.saturating_add(1);
        tally.signatures = tally.signatures.saturating_add(signatures(&letter.message));
    }

    /// Another step begins, and with it the count of signatures.
    pub(crate) fn begin_step(&mut self) {
        for tally in self.tallies.values_mut() {
            tally.signatures = 0;
        }
    }

    /// How many messages of a kind an actor has sent in a channel.
    pub(crate) fn sent(&self, from: &ActorName, channel: &ChannelName, of: MessageName) -> u32 {
        let tally = self.tallies.get(&(channel.clone(), from.clone()));
        tally
            .and_then(|tally| tally.messages.get(of.name()))
            .copied()
            .unwrap_or(0)
    }

    /// How many signatures an actor has sent in a channel in the last step.
    pub(crate) fn signatures(&self, from: &ActorName, channel: &ChannelName) -> u32 {
        let tally = self.tallies.get(&(channel.clone(), from.clone()));
        tally.map_or(0, |tally| tally.signatures)
    }

    /// The next message that may be delivered to `to`.
    pub(crate) fn receive(&mut self, to: &ActorName) -> Option<Letter> {
        let inbox = self.inboxes.get_mut(to)?;
        let deliverable = inbox.iter().position(|letter| {
            !self
                .holds
                .get(&letter.channel)
                .is_some_and(|hold| hold.holds(&letter.message))
        })?;
        inbox.remove(deliverable)
    }

    /// The connection breaks: what is under way in this channel, either way, is lost.
    pub(crate) fn lose(&mut self, channel: &ChannelName) {
        for inbox in self.inboxes.values_mut() {
            inbox.retain(|letter| letter.channel != *channel);
        }
        self.log.push(format!("{channel} is disconnected"));
    }

    /// Every message so far, for the folder of a failed scenario. Secrets are redacted by their types.
    pub(crate) fn log(&self) -> &[String] {
        &self.log
    }
}

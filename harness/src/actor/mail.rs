//! Messages under way between embedded actors, in order, each once.

use std::collections::{BTreeMap, VecDeque};

use leyden_channel::Message;
use leyden_scenario::{ActorName, ChannelName};

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
}

/// The links between all actors of a scenario.
#[derive(Debug, Default)]
pub(crate) struct Mail {
    inboxes: BTreeMap<ActorName, VecDeque<Letter>>,
    holds: BTreeMap<ChannelName, Hold>,
    log: Vec<String>,
}

impl Mail {
    /// From now on `channel` does not deliver what `hold` names; what is held stays in order.
    pub(crate) fn hold(&mut self, channel: &ChannelName, hold: Hold) {
        self.holds.insert(channel.clone(), hold);
    }

    /// Puts a message on its way.
    pub(crate) fn send(&mut self, from: &ActorName, to: &ActorName, letter: Letter) {
        self.log.push(format!(
            "{from} -> {to} on {}: {:?}",
            letter.channel, letter.message
        ));
        self.inboxes
            .entry(to.clone())
            .or_default()
            .push_back(letter);
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

    /// Every message so far, for the folder of a failed scenario. Secrets are redacted by their types.
    pub(crate) fn log(&self) -> &[String] {
        &self.log
    }
}

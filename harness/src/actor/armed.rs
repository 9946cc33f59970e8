//! Faults that wait for a message.

use core::fmt;

use leyden_scenario::{
    ActorName, ChannelName, DropMessage, MessageField, MessageName, Tamper, When,
};

/// What happens to a message that a fault waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It is not sent, and its sender says nothing more.
    Silence,
    /// It is not sent: its sender's process is gone, and comes back with what it made durable.
    Crash,
    /// It is sent, and never arrives.
    Lose,
    /// It is sent with another value in this field.
    Tamper(MessageField),
}

/// A fault that waits.
#[derive(Clone, Debug)]
pub(crate) struct Armed {
    by: ActorName,
    channel: ChannelName,
    message: MessageName,
    /// The next such message is 1.
    pub(super) left: u32,
    pub(super) effect: Effect,
}

impl Armed {
    /// For `stop … when` and `crash … when`.
    pub(crate) fn when(by: &ActorName, when: &When, effect: Effect) -> Self {
        Self {
            by: by.clone(),
            channel: when.channel.clone(),
            message: when.sends,
            left: when.count,
            effect,
        }
    }

    /// For `tamper`.
    pub(crate) fn tamper(tamper: &Tamper) -> Self {
        Self {
            by: tamper.by.clone(),
            channel: tamper.channel.clone(),
            message: tamper.message,
            left: tamper.count,
            effect: Effect::Tamper(tamper.field),
        }
    }

    /// For `drop`.
    pub(crate) fn drop(drop: &DropMessage) -> Self {
        Self {
            by: drop.by.clone(),
            channel: drop.channel.clone(),
            message: drop.message,
            left: drop.count,
            effect: Effect::Lose,
        }
    }

    pub(super) fn waits_for(&self, by: &ActorName, channel: &ChannelName, message: &str) -> bool {
        self.by == *by && self.channel == *channel && self.message.name() == message
    }
}

impl fmt::Display for Armed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let effect = match self.effect {
            Effect::Silence => "stop",
            Effect::Crash => "crash",
            Effect::Lose => "drop",
            Effect::Tamper(_) => "tamper",
        };
        let Self {
            by,
            channel,
            message,
            left,
            ..
        } = self;
        write!(f, "{effect} {by} at {message} in {channel} ({left} to go)")
    }
}

//! Actors that go silent, crash or lie, and connections that break.

use crate::{ActorName, ChannelName, MessageField, MessageName};

/// The moment at which an actor is about to send a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    /// The message.
    pub sends: MessageName,
    /// In this channel, which a later step may open.
    pub channel: ChannelName,
    /// The next one is 1.
    pub count: u32,
}

/// `stop`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Who.
    pub actor: ActorName,
    /// Instead of sending this; nothing = now.
    pub when: Option<When>,
}

/// `crash`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crash {
    /// Who.
    pub actor: ActorName,
    /// Instead of sending this, which is lost; nothing = now.
    pub when: Option<When>,
}

/// `tamper`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tamper {
    /// In this channel, which a later step may open.
    pub channel: ChannelName,
    /// Who lies.
    pub by: ActorName,
    /// In this message.
    pub message: MessageName,
    /// What is changed.
    pub field: MessageField,
    /// The next one is 1.
    pub count: u32,
}

/// `drop`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DropMessage {
    /// In this channel, which a later step may open.
    pub channel: ChannelName,
    /// Whose.
    pub by: ActorName,
    /// This message.
    pub message: MessageName,
    /// The next one is 1.
    pub count: u32,
}

/// `disconnect`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disconnect {
    /// This channel.
    pub channel: ChannelName,
}

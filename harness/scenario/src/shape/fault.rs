//! The keys of faults.

use super::{Key, Shape, Table, may, must};
use crate::limits::MESSAGES;
use crate::{MessageField, MessageName};

const ACTOR: Key = must("actor", Shape::Name, "The actor.");
const OF: Key = must("of", Shape::Name, "In this channel.");
const COUNT: Key = may(
    "count",
    Shape::Integer(1, MESSAGES as u64),
    "Which of the next ones. Default: 1.",
);
const WHEN_KEY: Key = may(
    "when",
    Shape::Object(&WHEN),
    "Instead of sending this message. Default: now.",
);

/// The moment at which an actor is about to send a message.
pub(crate) static WHEN: Table = Table::new(
    "`when`",
    &[
        must("sends", Shape::Word(MessageName::NAMES), "The message."),
        OF,
        COUNT,
    ],
);

pub(super) static STOP: Table = Table::new("`stop`", &[ACTOR, WHEN_KEY]);

pub(super) static CRASH: Table = Table::new("`crash`", &[ACTOR, WHEN_KEY]);

pub(super) static TAMPER: Table = Table::new(
    "`tamper`",
    &[
        OF,
        must("by", Shape::Name, "Who lies."),
        must(
            "message",
            Shape::Word(MessageName::NAMES),
            "In this message.",
        ),
        must(
            "field",
            Shape::Word(MessageField::NAMES),
            "What is changed.",
        ),
        COUNT,
    ],
);

pub(super) static DROP: Table = Table::new(
    "`drop`",
    &[
        OF,
        must("by", Shape::Name, "Whose."),
        must("message", Shape::Word(MessageName::NAMES), "This message."),
        COUNT,
    ],
);

pub(super) static DISCONNECT: Table =
    Table::new("`disconnect`", &[must("of", Shape::Name, "The channel.")]);

//! The verbs, and the keys that may stand beside them.

use super::channel::{BROADCAST, CLOSE, OPEN, PAY, REPLACE_FUNDING};
use super::fault::{CRASH, DISCONNECT, DROP, STOP, TAMPER};
use super::harness::{
    ALTER, CAPTURE, MALLEATE, MINE, NODE, REORG, REPEAT_TABLE, SEND, SIGNAL, SPAM, SPEND, SUBMIT,
};
use super::htlc::{BATCH, FAIL, HTLC, REFUSE, RELEASE, REVEAL, ROUTE, SETTLE};
use super::{Key, Shape, TXS, Table, USE, may, must};

/// The keys that may stand beside a verb.
pub(crate) static MODIFIERS: Table = Table::new(
    "a step",
    &[
        may(
            "fails",
            Shape::Any(&[
                Shape::Text,
                Shape::Map(&Shape::Any(&[Shape::Null, Shape::Text])),
            ]),
            "The reason the step must fail with, or reasons by dialect or bitcoind.",
        ),
        may("note", Shape::Text, "A remark for reports."),
        may(
            "only",
            Shape::Map(&Shape::ListOrOne(&Shape::Text)),
            "The step runs in these cells only.",
        ),
        may(
            "allow",
            TXS,
            "Transactions that may appear without being expected.",
        ),
    ],
);

/// Each verb with what stands under it.
pub(crate) static VERBS: &[Key] = &[
    must(
        "open",
        Shape::Object(&OPEN),
        "Two actors open a channel; the first named one is side a.",
    ),
    must(
        "pay",
        Shape::Object(&PAY),
        "One side pays the other in a channel.",
    ),
    must("close", Shape::Object(&CLOSE), "Cooperative close."),
    must(
        "broadcast",
        Shape::Object(&BROADCAST),
        "An actor broadcasts a transaction with its fees.",
    ),
    must(
        "submit",
        Shape::Object(&SUBMIT),
        "The harness hands raw transactions to a node.",
    ),
    must(
        "mine",
        Shape::Any(&[Shape::Blocks, Shape::Object(&MINE)]),
        "The harness mines.",
    ),
    must(
        "reorg",
        Shape::Object(&REORG),
        "The harness replaces blocks.",
    ),
    must("expect", Shape::Expect, "A fact must hold."),
    must(
        "replace_funding",
        Shape::Object(&REPLACE_FUNDING),
        "F is replaced before it confirms.",
    ),
    must(
        "malleate",
        Shape::Object(&MALLEATE),
        "A third party changes a txid without touching what is signed.",
    ),
    must(
        "alter",
        Shape::Object(&ALTER),
        "A copy of a transaction with exactly one field changed.",
    ),
    must(
        "spend",
        Shape::Object(&SPEND),
        "The harness makes a transaction that spends an output.",
    ),
    must(
        "send",
        Shape::Object(&SEND),
        "The harness pays from its own coins.",
    ),
    must(
        "spam",
        Shape::Object(&SPAM),
        "The harness fills the mempool.",
    ),
    must(
        "feerate",
        Shape::Any(&[Shape::FeeRate, Shape::Map(&Shape::FeeRate)]),
        "What actors pay from now on.",
    ),
    must("capture", Shape::Object(&CAPTURE), "Names a transaction."),
    must(
        "repeat",
        Shape::Object(&REPEAT_TABLE),
        "Steps several times.",
    ),
    must(
        "htlc",
        Shape::Object(&HTLC),
        "One side adds HTLCs in a channel.",
    ),
    must(
        "settle",
        Shape::Object(&SETTLE),
        "The receiver of an HTLC settles it off chain.",
    ),
    must(
        "fail",
        Shape::Object(&FAIL),
        "The receiver of an HTLC gives it back off chain.",
    ),
    must("reveal", Shape::Object(&REVEAL), "An actor learns R."),
    must(
        "batch",
        Shape::Object(&BATCH),
        "Several changes in one update.",
    ),
    must(
        "route",
        Shape::Object(&ROUTE),
        "A payment over several channels.",
    ),
    must(
        "release",
        Shape::Object(&RELEASE),
        "The receiver of a payment settles what it holds.",
    ),
    must(
        "refuse",
        Shape::Object(&REFUSE),
        "The receiver of a payment cancels it.",
    ),
    must(
        "stop",
        Shape::Any(&[Shape::Name, Shape::Object(&STOP)]),
        "An actor goes silent, now or instead of sending a message.",
    ),
    must(
        "start",
        Shape::Any(&[Shape::Name, Shape::Object(&ACTOR_ONLY)]),
        "An actor wakes up and catches up.",
    ),
    must(
        "crash",
        Shape::Any(&[Shape::Name, Shape::Object(&CRASH)]),
        "An actor's process is gone and comes back with what it made durable.",
    ),
    must(
        "tamper",
        Shape::Object(&TAMPER),
        "An actor lies in a message.",
    ),
    must(
        "drop",
        Shape::Object(&DROP),
        "A message is lost under way; neither side knows.",
    ),
    must(
        "disconnect",
        Shape::Object(&DISCONNECT),
        "What is under way in a channel is lost; the two sides reconnect.",
    ),
    must(
        "signal",
        Shape::Object(&SIGNAL),
        "Mines blocks that signal.",
    ),
    must("node", Shape::Object(&NODE), "Something happens to a node."),
    must(
        "use",
        Shape::Any(&[Shape::Name, Shape::Object(&USE)]),
        "Puts a fragment's steps here.",
    ),
];

/// The keys of a verb that takes a map.
pub(crate) fn table(verb: &str) -> Option<&'static Table> {
    let shape = VERBS.iter().find(|known| known.name == verb)?.shape;
    let shapes = if let Shape::Any(shapes) = shape {
        shapes
    } else {
        &[shape]
    };
    shapes.iter().find_map(|shape| {
        if let Shape::Object(table) = shape {
            Some(*table)
        } else {
            None
        }
    })
}

static ACTOR_ONLY: Table = Table::new("this step", &[must("actor", Shape::Name, "The actor.")]);

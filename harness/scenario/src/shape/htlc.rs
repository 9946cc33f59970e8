//! The keys of HTLCs and payments.

use super::{BY, CHANNEL, Key, Shape, Table, may, must};
use crate::PaymentEnd;
use crate::limits::{HTLC_NUMBER, HTLCS, PARTS};

const SECRET: Key = must("secret", Shape::Name, "Names R.");
const KNOWN_SECRET: Key = must("secret", Shape::Name, "Which R.");
const NUMBER: Shape = Shape::Integer(1, HTLC_NUMBER);
const HTLC_KEY: Key = must("htlc", NUMBER, "Its number, from 1.");
const EXPIRY: Shape = Shape::Any(&[Shape::Blocks, Shape::Object(&HEIGHT)]);
const EXPIRY_KEY: Key = must(
    "expiry",
    EXPIRY,
    "Blocks after the tip, or `{ height: … }`.",
);
const PATH: Shape = Shape::Some(&Shape::Name);

/// An expiry that is a height.
pub(crate) static HEIGHT: Table = Table::new(
    "an expiry",
    &[must(
        "height",
        Shape::Integer(0, crate::limits::HEIGHT as u64),
        "At this height.",
    )],
);

pub(super) static HTLC: Table = Table::new(
    "`htlc`",
    &[
        CHANNEL,
        must("from", Shape::Name, "Who adds it."),
        must("to", Shape::Name, "Who receives it."),
        must("amount", Shape::Amount, "Of each."),
        EXPIRY_KEY,
        SECRET,
        may(
            "times",
            Shape::Integer(1, HTLCS as u64),
            "How many, in one batch, with secrets `r-1`, `r-2`, …. Default: one.",
        ),
    ],
);

pub(super) static SETTLE: Table = Table::new(
    "`settle`",
    &[
        CHANNEL,
        HTLC_KEY,
        must("by", Shape::Name, "Its receiver."),
        may(
            "secret",
            Shape::Name,
            "What is sent as R; `wrong` is nobody's. Default: the right one.",
        ),
    ],
);

pub(super) static FAIL: Table = Table::new(
    "`fail`",
    &[CHANNEL, HTLC_KEY, must("by", Shape::Name, "Its receiver.")],
);

pub(super) static REVEAL: Table = Table::new(
    "`reveal`",
    &[KNOWN_SECRET, must("to", Shape::Name, "Who learns it.")],
);

pub(super) static BATCH: Table = Table::new(
    "`batch`",
    &[
        CHANNEL,
        BY,
        must(
            "changes",
            Shape::Some(&Shape::Object(&CHANGE)),
            "What changes, in this order.",
        ),
    ],
);

/// One change of a batch.
pub(crate) static CHANGE: Table = Table::new(
    "a change",
    &[
        may("settle", NUMBER, "The HTLC of this number, with its R."),
        may("fail", NUMBER, "Gives the HTLC of this number back."),
        may(
            "htlc",
            Shape::Object(&BATCH_HTLC),
            "Adds one to the other side.",
        ),
        may("pay", Shape::Amount, "To the other side."),
    ],
)
.one_of(&["settle", "fail", "htlc", "pay"]);

/// An HTLC that a batch adds.
pub(crate) static BATCH_HTLC: Table = Table::new(
    "`htlc`",
    &[
        must("amount", Shape::Amount, "How much."),
        EXPIRY_KEY,
        SECRET,
    ],
);

pub(super) static ROUTE: Table = Table::new(
    "`route`",
    &[
        must("from", Shape::Name, "The sender."),
        must("to", Shape::Name, "The receiver."),
        may(
            "via",
            PATH,
            "The channels in order; after the first, an actor for any channel with it.",
        ),
        may(
            "paths",
            Shape::Some(&PATH),
            "Several paths, one part by each.",
        ),
        must("amount", Shape::Amount, "What each hop carries."),
        SECRET,
        may(
            "expiries",
            Shape::Some(&EXPIRY),
            "One for each hop. Default: 144 blocks for each hop that is left.",
        ),
        may(
            "amounts",
            Shape::Some(&Shape::Amount),
            "One for each hop, where they differ.",
        ),
        may(
            "parts",
            Shape::Integer(1, PARTS as u64),
            "Equal parts, with the same secret. Default: 1.",
        ),
        may(
            "hold",
            Shape::Bool,
            "The receiver keeps R until `release`. Default: false.",
        ),
        may(
            "invoice",
            Shape::Amount,
            "What the receiver asked for. Default: amount.",
        ),
        may(
            "until",
            Shape::Word(PaymentEnd::NAMES),
            "Ends the step when the sender says so. Default: when nobody has anything to say.",
        ),
    ],
)
.one_of(&["via", "paths"]);

pub(super) static RELEASE: Table = Table::new(
    "`release`",
    &[KNOWN_SECRET, must("by", Shape::Name, "The receiver.")],
);

pub(super) static REFUSE: Table = Table::new(
    "`refuse`",
    &[KNOWN_SECRET, must("by", Shape::Name, "The receiver.")],
);

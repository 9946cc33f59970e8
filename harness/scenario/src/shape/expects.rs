//! What stands under `expect`: the first key decides.

use super::{Key, Shape, Table, may, must};
use crate::limits::HTLC_NUMBER;
use crate::{BalanceOn, FailReason, HtlcState, MessageName, PaymentState};

const OF: Key = must("of", Shape::Name, "The channel.");
const BY: Key = may("by", Shape::Name, "According to this actor. Default: both.");
const WHO: Key = must("by", Shape::Name, "According to this actor.");
const REASON: Key = may(
    "reason",
    Shape::Word(FailReason::NAMES),
    "With `is: failed`: why.",
);
const COUNT: Shape = Shape::Integer(0, 10_000_000);

/// Each kind of fact by the key that names it.
pub(crate) static EXPECTS: &[(&str, Table)] = &[
    (
        "tx",
        Table::new(
            "`expect: tx`",
            &[
                must("tx", Shape::Tx, "The transaction."),
                must(
                    "in",
                    Shape::Word(&["mempool", "chain", "nowhere", "held"]),
                    "Where it must be.",
                ),
                may(
                    "by",
                    Shape::Name,
                    "With `in: held`: who could broadcast it.",
                ),
                may(
                    "confirmations",
                    COUNT,
                    "With `in: chain`: exactly this many.",
                ),
                may("height", COUNT, "With `in: chain`: in this block."),
            ],
        ),
    ),
    (
        "balance",
        Table::new(
            "`expect: balance`",
            &[
                must(
                    "balance",
                    Shape::Map(&Shape::Amount),
                    "Each actor's amount.",
                ),
                OF,
                may(
                    "on",
                    Shape::Word(BalanceOn::NAMES),
                    "As agreed, or as paid out. Default: channel.",
                ),
            ],
        ),
    ),
    (
        "state",
        Table::new(
            "`expect: state`",
            &[must("state", Shape::Text, "The state's name."), OF, BY],
        ),
    ),
    (
        "number",
        Table::new(
            "`expect: number`",
            &[
                must(
                    "number",
                    Shape::Integer(0, 1 << 48),
                    "The commitment number.",
                ),
                OF,
                BY,
            ],
        ),
    ),
    (
        "event",
        Table::new(
            "`expect: event`",
            &[
                must("event", Shape::Text, "The event's name."),
                must("by", Shape::Name, "Who reports it."),
                may("of", Shape::Name, "About this channel."),
            ],
        ),
    ),
    (
        "mempool",
        Table::new(
            "`expect: mempool`",
            &[must("mempool", Shape::List(&Shape::Tx), "Exactly these.")],
        ),
    ),
    (
        "unspent",
        Table::new(
            "`expect: unspent`",
            &[
                must("unspent", Shape::Output, "The output."),
                may("value", Shape::Amount, "Its value."),
            ],
        ),
    ),
    (
        "spent",
        Table::new(
            "`expect: spent`",
            &[
                must("spent", Shape::Output, "The output."),
                must("by", Shape::Tx, "What spends it."),
            ],
        ),
    ),
    (
        "fee",
        Table::new(
            "`expect: fee`",
            &[must("fee", Shape::Object(&FEE), "The bounds.")],
        ),
    ),
    (
        "tip",
        Table::new(
            "`expect: tip`",
            &[must(
                "tip",
                Shape::Word(&["same"]),
                "Follower and main agree.",
            )],
        ),
    ),
    (
        "maturity",
        Table::new(
            "`expect: maturity`",
            &[
                must("maturity", Shape::Output, "The output."),
                must(
                    "uncongested",
                    COUNT,
                    "Blocks that the timestop has counted for it.",
                ),
            ],
        ),
    ),
    (
        "htlcs",
        Table::new(
            "`expect: htlcs`",
            &[
                must(
                    "htlcs",
                    Shape::List(&Shape::Integer(1, HTLC_NUMBER)),
                    "Exactly these are alive in the actor's own commitment.",
                ),
                OF,
                must("by", Shape::Name, "The actor."),
            ],
        ),
    ),
    (
        "htlc",
        Table::new(
            "`expect: htlc`",
            &[
                must("htlc", Shape::Integer(1, HTLC_NUMBER), "Its number."),
                OF,
                WHO,
                must(
                    "is",
                    Shape::Word(HtlcState::NAMES),
                    "What has become of it.",
                ),
                REASON,
            ],
        ),
    ),
    (
        "payment",
        Table::new(
            "`expect: payment`",
            &[
                must("payment", Shape::Name, "Its R."),
                must("by", Shape::Name, "According to its sender or receiver."),
                must(
                    "is",
                    Shape::Word(PaymentState::NAMES),
                    "What has become of it.",
                ),
                REASON,
            ],
        ),
    ),
    (
        "knows",
        Table::new(
            "`expect: knows`",
            &[
                must("knows", Shape::Name, "Which R."),
                must("by", Shape::Name, "Who knows it."),
                may("not", Shape::Bool, "It does not. Default: false."),
            ],
        ),
    ),
    (
        "sent",
        Table::new(
            "`expect: sent`",
            &[
                must("sent", Shape::Object(&SENT), "How many of which."),
                OF,
                must("by", Shape::Name, "Who sent them."),
            ],
        ),
    ),
    (
        "funds",
        Table::new(
            "`expect: funds`",
            &[
                must(
                    "funds",
                    Shape::Amount,
                    "The least that it has in all of its channels together, on chain and off.",
                ),
                must("by", Shape::Name, "Who."),
            ],
        ),
    ),
    (
        "conserved",
        Table::new(
            "`expect: conserved`",
            &[
                must(
                    "conserved",
                    Shape::Name,
                    "The channel: what F held is, to the satoshi, with its two sides or waits.",
                ),
                may(
                    "waiting",
                    Shape::Amount,
                    "What outputs hold that nothing has spent yet. Default: whatever that is.",
                ),
            ],
        ),
    ),
    (
        "signatures",
        Table::new(
            "`expect: signatures`",
            &[
                must(
                    "signatures",
                    COUNT,
                    "How many were in what it sent during the last step.",
                ),
                OF,
                must("by", Shape::Name, "Who sent them."),
            ],
        ),
    ),
];

/// `sent`.
pub(crate) static SENT: Table = Table::new(
    "`sent`",
    &[
        must("message", Shape::Word(MessageName::NAMES), "Which ones."),
        must("count", COUNT, "How many so far."),
    ],
);

static FEE: Table = Table::new(
    "`fee`",
    &[
        must("tx", Shape::Tx, "The transaction."),
        may("at_least", Shape::FeeRate, "The least."),
        may("at_most", Shape::FeeRate, "The most."),
    ],
);

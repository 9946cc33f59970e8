//! What stands under `expect`: the first key decides.

use super::{Key, Shape, Table, may, must};
use crate::BalanceOn;

const OF: Key = must("of", Shape::Name, "The channel.");
const BY: Key = may("by", Shape::Name, "According to this actor. Default: both.");
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
];

static FEE: Table = Table::new(
    "`fee`",
    &[
        must("tx", Shape::Tx, "The transaction."),
        may("at_least", Shape::FeeRate, "The least."),
        may("at_most", Shape::FeeRate, "The most."),
    ],
);

//! The verbs and their keys.

use super::{Key, Shape, Table, USE, may, must};
use crate::limits::{REPEAT, TIMES};
use crate::{Construction, Malleation, NodeName, ReplacementCoins, SignalBit, Until, Via};

const CHANNEL: Key = must("channel", Shape::Name, "The channel.");
const BY: Key = must("by", Shape::Name, "The actor.");
const AS: Key = must("as", Shape::Name, "The new transaction's name.");
const TX: Key = must("tx", Shape::Tx, "The transaction.");
const FEERATE: Key = may(
    "feerate",
    Shape::FeeRate,
    "What it pays. Default: the actor's rate.",
);
const INDEX: Shape = Shape::Integer(0, 10_000);
const TXS: Shape = Shape::List(&Shape::Tx);
const U32: Shape = Shape::Number(0xFFFF_FFFF);

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
        "stop",
        Shape::Any(&[Shape::Name, Shape::Object(&ACTOR_ONLY)]),
        "An actor goes silent.",
    ),
    must(
        "start",
        Shape::Any(&[Shape::Name, Shape::Object(&ACTOR_ONLY)]),
        "An actor wakes up and catches up.",
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

static OPEN: Table = Table::new(
    "`open`",
    &[
        CHANNEL,
        may(
            "delay",
            Shape::Blocks,
            "The delay of RD. Default: 1000 blocks.",
        ),
        may(
            "dust",
            Shape::Amount,
            "Outputs below this are left out. Default: 330 sat.",
        ),
        may(
            "construction",
            Shape::Word(Construction::NAMES),
            "Which figure's commitments. Default: revocable.",
        ),
        may(
            "until",
            Shape::Word(Until::NAMES),
            "How far it goes. Default: confirmed.",
        ),
        may(
            "unsafe",
            Shape::List(&Shape::Word(&["malleable-funding"])),
            "Checks that are switched off.",
        ),
        FEERATE,
    ],
)
.others("an actor", Shape::Amount);

static PAY: Table = Table::new(
    "`pay`",
    &[
        CHANNEL,
        must("from", Shape::Name, "The payer."),
        must("to", Shape::Name, "The payee."),
        must("amount", Shape::Amount, "Each time."),
        may(
            "times",
            Shape::Integer(1, TIMES as u64),
            "How often. Default: once.",
        ),
    ],
);

static CLOSE: Table = Table::new("`close`", &[CHANNEL, BY, FEERATE]);

static BROADCAST: Table = Table::new(
    "`broadcast`",
    &[
        TX,
        BY,
        may("cheat", Shape::Bool, "It is a revoked commitment."),
        FEERATE,
    ],
);

static SUBMIT: Table = Table::new(
    "`submit`",
    &[
        may("tx", Shape::Tx, "One transaction."),
        may("package", TXS, "Several, as one package."),
        must(
            "via",
            Shape::Word(Via::NAMES),
            "To the mempool, or in a block of exactly these.",
        ),
        may(
            "to",
            Shape::Word(NodeName::NAMES),
            "To this node. Default: main.",
        ),
        may(
            "times",
            Shape::Integer(1, TIMES as u64),
            "How often. Default: once.",
        ),
    ],
)
.one_of(&["tx", "package"]);

static MINE: Table = Table::new(
    "`mine`",
    &[
        must("blocks", Shape::Blocks, "How many."),
        may("without", TXS, "Transactions that the miner leaves out."),
        may("only", TXS, "Only these are put in."),
        may(
            "congested",
            Shape::Bool,
            "The blocks count as congested. Default: false.",
        ),
    ],
);

static REORG: Table = Table::new(
    "`reorg`",
    &[
        must("depth", Shape::Blocks, "How many blocks go."),
        may(
            "blocks",
            Shape::Blocks,
            "How many come. Default: one more than go.",
        ),
        may(
            "without",
            TXS,
            "Transactions that the new blocks leave out.",
        ),
        may("only", TXS, "Only these are put in."),
    ],
);

static REPLACE_FUNDING: Table = Table::new(
    "`replace_funding`",
    &[
        CHANNEL,
        BY,
        FEERATE,
        may(
            "coins",
            Shape::Word(ReplacementCoins::NAMES),
            "What the new one spends. Default: same.",
        ),
    ],
);

static MALLEATE: Table = Table::new(
    "`malleate`",
    &[
        TX,
        AS,
        must("how", Shape::Word(Malleation::NAMES), "What is changed."),
    ],
);

static ALTER: Table = Table::new(
    "`alter`",
    &[
        TX,
        AS,
        may("input", INDEX, "Of this input. Default: 0."),
        may("output", INDEX, "Of this output. Default: 0."),
        must("set", Shape::Object(&SET), "The one field that changes."),
        may(
            "resign",
            Shape::Name,
            "The actor that signs its part again.",
        ),
    ],
);

/// The fields that `alter` can set.
pub(crate) static SET: Table = Table::new(
    "`set`",
    &[
        may("outpoint", Shape::Output, "What the input spends."),
        may("sequence", U32, "The input's nSequence."),
        may("lock_time", U32, "nLockTime."),
        may("version", Shape::Number(0x7FFF_FFFF), "nVersion."),
        may("amount", Shape::Amount, "The output's amount."),
        may(
            "hash_type",
            Shape::Number(0xFF),
            "The last byte of the input's signatures.",
        ),
        may(
            "witness",
            Shape::List(&Shape::Hex),
            "The input's whole witness.",
        ),
    ],
)
.one_of(&[
    "outpoint",
    "sequence",
    "lock_time",
    "version",
    "amount",
    "hash_type",
    "witness",
]);

static SPEND: Table = Table::new(
    "`spend`",
    &[
        must("output", Shape::Output, "What is spent."),
        AS,
        must("witness", Shape::List(&Shape::Hex), "First item first."),
        may(
            "to",
            Shape::Any(&[Shape::Name, Shape::Output]),
            "`miner`, an actor, or an output's script. Default: miner.",
        ),
        may("sequence", U32, "The input's nSequence."),
        may(
            "fee",
            Shape::Amount,
            "What stays for the miner of the block.",
        ),
    ],
);

static SEND: Table = Table::new(
    "`send`",
    &[
        must(
            "to",
            Shape::Any(&[Shape::Name, Shape::Output]),
            "`miner`, an actor, or an output's script.",
        ),
        must("amount", Shape::Amount, "How much."),
        AS,
        may(
            "inputs",
            Shape::List(&Shape::Output),
            "Outputs of the harness's own to spend.",
        ),
    ],
);

static SPAM: Table = Table::new(
    "`spam`",
    &[
        must("feerate", Shape::FeeRate, "What each transaction pays."),
        may(
            "weight",
            Shape::Integer(1, 400_000_000),
            "How much, in weight units.",
        ),
        may("blocks", Shape::Blocks, "How much, in full blocks."),
        may("as", Shape::Name, "The first one's name."),
    ],
)
.one_of(&["weight", "blocks"]);

static CAPTURE: Table = Table::new(
    "`capture`",
    &[
        AS,
        may("tx", Shape::Tx, "The transaction that has this name now."),
        may("txid", Shape::Hex, "The transaction with this txid."),
        may("spender_of", Shape::Output, "Whatever spends this output."),
    ],
)
.one_of(&["tx", "txid", "spender_of"]);

static REPEAT_TABLE: Table = Table::new(
    "`repeat`",
    &[
        must("times", Shape::Integer(1, REPEAT as u64), "How often."),
        must("steps", Shape::Steps, "What."),
    ],
);

static ACTOR_ONLY: Table = Table::new("this step", &[must("actor", Shape::Name, "The actor.")]);

static SIGNAL: Table = Table::new(
    "`signal`",
    &[
        must("bit", Shape::Word(SignalBit::NAMES), "For this soft fork."),
        must("blocks", Shape::Blocks, "How many."),
    ],
);

static NODE: Table = Table::new(
    "`node`",
    &[
        may(
            "restart",
            Shape::Word(NodeName::NAMES),
            "Stops and starts it.",
        ),
        may(
            "reindex",
            Shape::Word(NodeName::NAMES),
            "Starts it again with a rebuilt index.",
        ),
    ],
)
.one_of(&["restart", "reindex"]);

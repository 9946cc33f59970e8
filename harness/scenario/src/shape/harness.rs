//! The keys of what the harness itself does.

use super::{AS, Shape, TX, TXS, Table, may, must};
use crate::limits::{REPEAT, TIMES};
use crate::{Malleation, NodeName, SignalBit, Via};

const INDEX: Shape = Shape::Integer(0, 10_000);
const U32: Shape = Shape::Number(0xFFFF_FFFF);

pub(super) static SUBMIT: Table = Table::new(
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

pub(super) static MINE: Table = Table::new(
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

pub(super) static REORG: Table = Table::new(
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

pub(super) static MALLEATE: Table = Table::new(
    "`malleate`",
    &[
        TX,
        AS,
        must("how", Shape::Word(Malleation::NAMES), "What is changed."),
    ],
);

pub(super) static ALTER: Table = Table::new(
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

pub(super) static SPEND: Table = Table::new(
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

pub(super) static SEND: Table = Table::new(
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

pub(super) static SPAM: Table = Table::new(
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

pub(super) static CAPTURE: Table = Table::new(
    "`capture`",
    &[
        AS,
        may("tx", Shape::Tx, "The transaction that has this name now."),
        may("txid", Shape::Hex, "The transaction with this txid."),
        may("spender_of", Shape::Output, "Whatever spends this output."),
    ],
)
.one_of(&["tx", "txid", "spender_of"]);

pub(super) static REPEAT_TABLE: Table = Table::new(
    "`repeat`",
    &[
        must("times", Shape::Integer(1, REPEAT as u64), "How often."),
        must("steps", Shape::Steps, "What."),
    ],
);

pub(super) static SIGNAL: Table = Table::new(
    "`signal`",
    &[
        must("bit", Shape::Word(SignalBit::NAMES), "For this soft fork."),
        must("blocks", Shape::Blocks, "How many."),
    ],
);

pub(super) static NODE: Table = Table::new(
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

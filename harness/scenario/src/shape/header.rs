//! The keys outside steps.

use super::{Shape, Table, may, must};
use crate::limits;
use crate::{CoinKind, Deployment, Flavour, Reacts};

const DIALECTS: &[&str] = &["noinput", "csv"];
const HEIGHT: Shape = Shape::Integer(0, 1_000_000);

/// A scenario file.
pub(crate) static SCENARIO: Table = Table::new(
    "a scenario",
    &[
        must(
            "name",
            Shape::Text,
            "Unique; small letters, digits and hyphens.",
        ),
        must(
            "about",
            Shape::Text,
            "The scenario's one claim, in a sentence.",
        ),
        may(
            "paper",
            Shape::Text,
            "Where the paper says so: section, figure.",
        ),
        may(
            "tags",
            Shape::List(&Shape::Text),
            "For selection; small letters, digits and hyphens.",
        ),
        may(
            "bitcoind_lacks_noinput",
            Shape::Bool,
            "Keeps the cells in which dialect noinput meets a stock bitcoind.",
        ),
        may(
            "matrix",
            Shape::Object(&MATRIX),
            "Dimensions; the scenario runs once for each combination of values.",
        ),
        may(
            "skip",
            Shape::List(&Shape::Object(&SKIP)),
            "Combinations that are left out.",
        ),
        may(
            "bitcoind",
            Shape::Object(&BITCOIND),
            "How the nodes are set up.",
        ),
        must(
            "actors",
            Shape::Map(&Shape::Any(&[Shape::Null, Shape::Object(&ACTOR)])),
            "The parties, by name.",
        ),
        may(
            "use",
            Shape::ListOrOne(&USE_ITEM),
            "Fragments that run before the steps.",
        ),
        must("steps", Shape::Steps, "What happens."),
    ],
);

/// A fragment file.
pub(crate) static FRAGMENT: Table = Table::new(
    "a fragment",
    &[
        must(
            "about",
            Shape::Text,
            "What the fragment does, in a sentence.",
        ),
        may(
            "params",
            Shape::Map(&Shape::Any(&[Shape::Null, Shape::Text])),
            "Its parameters with their defaults; `~`: must be given.",
        ),
        must("steps", Shape::Steps, "What happens."),
    ],
);

static MATRIX: Table = Table::new(
    "the matrix",
    &[
        may(
            "dialect",
            Shape::ListOrOne(&Shape::Word(DIALECTS)),
            "How contracts are written. Default: both.",
        ),
        may(
            "bitcoind",
            Shape::ListOrOne(&Shape::Word(Flavour::NAMES)),
            "The main node. Default: noinput on patched, csv on both.",
        ),
    ],
)
.others("a parameter", Shape::ListOrOne(&Shape::Text));

static SKIP: Table = Table::new(
    "a combination to skip",
    &[
        may(
            "dialect",
            Shape::ListOrOne(&Shape::Word(DIALECTS)),
            "These dialects.",
        ),
        may(
            "bitcoind",
            Shape::ListOrOne(&Shape::Word(Flavour::NAMES)),
            "These main nodes.",
        ),
    ],
)
.others("a parameter", Shape::ListOrOne(&Shape::Text));

/// `bitcoind`.
pub(crate) static BITCOIND: Table = Table::new(
    "`bitcoind`",
    &[
        may(
            "noinput",
            Shape::Word(Deployment::NAMES),
            "NOINPUT on the patched node. Default: active.",
        ),
        may(
            "timestop",
            Shape::Word(Deployment::NAMES),
            "The timestop on the patched node. Default: never.",
        ),
        may(
            "csv_height",
            HEIGHT,
            "The height at which BIP 68 and 112 come into force.",
        ),
        may(
            "block_weight",
            Shape::Integer(4_000, 4_000_000),
            "The most weight of a block that is mined.",
        ),
        may(
            "follower",
            Shape::Bool,
            "Whether a stock node follows the main one. Default: false.",
        ),
    ],
);

/// An actor.
pub(crate) static ACTOR: Table = Table::new(
    "an actor",
    &[
        may(
            "coins",
            Shape::List(&Shape::Any(&[Shape::Amount, Shape::Object(&COIN)])),
            "Confirmed coins that it starts with.",
        ),
        may(
            "reacts",
            Shape::Word(Reacts::NAMES),
            "What it reacts to. Default: blocks.",
        ),
        may(
            "keeps_revoked",
            Shape::Bool,
            "Keeps revoked commitments. Default: if a step makes it cheat.",
        ),
        may(
            "feerate",
            Shape::FeeRate,
            "What it pays. Default: 2 sat/vB.",
        ),
        may(
            "enforces",
            Shape::Bool,
            "Acts on what it sees in the chain. Default: true.",
        ),
        may(
            "forwards",
            Shape::Bool,
            "Forwards the HTLCs that it should. Default: true.",
        ),
        may(
            "margin",
            Shape::Blocks,
            "Blocks before an HTLC's expiry at which it goes on chain with R.",
        ),
    ],
);

/// A coin that is more than an amount.
pub(crate) static COIN: Table = Table::new(
    "a coin",
    &[
        must("amount", Shape::Amount, "Its value."),
        may(
            "type",
            Shape::Word(CoinKind::NAMES),
            "Its script type. Default: p2wpkh.",
        ),
    ],
);

const USE_ITEM: Shape = Shape::Any(&[Shape::Name, Shape::Object(&USE)]);

/// `use` with parameters.
pub(crate) static USE: Table = Table::new(
    "`use`",
    &[
        must(
            "fragment",
            Shape::Name,
            "The fragment's file name without `.yaml`.",
        ),
        may("with", Shape::Map(&Shape::Text), "Its parameters."),
    ],
);

const _: () = assert!(limits::DEPTH > 8, "the tables nest this deep");

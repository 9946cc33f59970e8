//! The keys of what actors do with a channel.

use super::{BY, CHANNEL, FEERATE, Shape, TX, Table, may, must};
use crate::limits::{HTLCS, TIMES};
use crate::{Construction, ReplacementCoins, Until};

pub(super) static OPEN: Table = Table::new(
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
        may("htlcs", Shape::Object(&HTLC_LIMITS), "What HTLCs it takes."),
    ],
)
.others("an actor", Shape::Amount);

pub(super) static PAY: Table = Table::new(
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

pub(super) static CLOSE: Table = Table::new("`close`", &[CHANNEL, BY, FEERATE]);

pub(super) static BROADCAST: Table = Table::new(
    "`broadcast`",
    &[
        TX,
        BY,
        may("cheat", Shape::Bool, "It is a revoked commitment."),
        FEERATE,
    ],
);

pub(super) static REPLACE_FUNDING: Table = Table::new(
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

/// `htlcs` of `open`.
pub(crate) static HTLC_LIMITS: Table = Table::new(
    "`htlcs`",
    &[
        may("most", Shape::Integer(0, HTLCS as u64), "How many at once."),
        may("least", Shape::Amount, "The smallest."),
        may("in_flight", Shape::Amount, "All together."),
    ],
);

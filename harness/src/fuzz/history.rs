//! A random history: who takes part, and what happens, in terms that need no knowledge of how it goes.

use leyden_labels::{Dialect, Side};

/// Who takes part: two to four actors in a line, each with a channel to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cast {
    pub(super) dialect: Dialect,
    /// How many actors.
    pub(super) actors: usize,
    /// The one that cheats and lies, if there is one.
    pub(super) liar: Option<usize>,
    /// Whether actors also look at the mempool.
    pub(super) watches_mempool: bool,
}

/// The names, in the order of the line.
pub(super) const NAMES: [&str; 4] = ["alice", "bob", "carol", "dave"];
/// The channel between each and the next.
pub(super) const CHANNELS: [&str; 3] = ["ab", "bc", "cd"];

impl Cast {
    /// The name of an actor.
    pub(super) fn name(actor: usize) -> &'static str {
        NAMES.get(actor).copied().unwrap_or("alice")
    }

    /// The name of a channel.
    pub(super) fn channel(channel: usize) -> &'static str {
        CHANNELS.get(channel).copied().unwrap_or("ab")
    }

    /// How many channels.
    pub(super) const fn channels(&self) -> usize {
        self.actors.saturating_sub(1)
    }

    /// Who is on this side of a channel.
    pub(super) const fn party(channel: usize, side: Side) -> usize {
        match side {
            Side::A => channel,
            Side::B => channel.saturating_add(1),
        }
    }
}

/// One thing that happens. Numbers of commitments are counted back from the newest, and HTLCs go by their
/// secrets, so that an operation means the same wherever it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Op {
    /// One side pays the other.
    Pay {
        channel: usize,
        from: Side,
        sat: u32,
    },
    /// A payment along the line.
    Route {
        from: usize,
        to: usize,
        sat: u32,
        parts: u32,
        hold: bool,
        secret: u32,
    },
    /// The payee of a held payment takes it.
    Release { secret: u32, by: usize },
    /// The payee of a held payment gives it back.
    Refuse { secret: u32, by: usize },
    /// A single HTLC.
    Htlc {
        channel: usize,
        from: Side,
        sat: u32,
        blocks: u32,
        secret: u32,
    },
    /// Its receiver learns R.
    Reveal { secret: u32, to: usize },
    /// An HTLC is ended off chain.
    Settle {
        channel: usize,
        secret: u32,
        by: Side,
    },
    /// An HTLC is given back off chain.
    Fail {
        channel: usize,
        secret: u32,
        by: Side,
    },
    /// Blocks.
    Mine { blocks: u32 },
    /// The last blocks are replaced.
    Reorg { depth: u32 },
    /// An actor's process dies and comes back.
    Crash { actor: usize },
    /// An actor's process dies and comes back when it would have sent a message.
    CrashBefore {
        actor: usize,
        channel: usize,
        message: &'static str,
    },
    /// An actor is gone for good.
    Vanish { actor: usize },
    /// An actor is gone for good when it would have sent a message.
    VanishBefore {
        actor: usize,
        channel: usize,
        message: &'static str,
    },
    /// What is under way in a channel is lost.
    Disconnect { channel: usize },
    /// A side goes on chain with its newest commitment.
    Close { channel: usize, by: Side },
    /// The liar goes on chain with an old one.
    Cheat { channel: usize, back: u64 },
    /// The liar changes a message.
    Tamper {
        channel: usize,
        message: &'static str,
        field: &'static str,
    },
    /// A message is lost, and neither side knows.
    Lose {
        channel: usize,
        by: Side,
        message: &'static str,
    },
    /// What everybody pays from now on.
    Feerate { sat_per_vb: u32 },
}

/// A cast, and what happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct History {
    pub(super) cast: Cast,
    pub(super) ops: Vec<Op>,
}

//! What happens in one network.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any};
use proptest::prop_oneof;

/// A network.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    /// Per node: whether it keeps to the rules, its fee, and whether it holds payments.
    pub(crate) nodes: Vec<(bool, i64, bool)>,
    /// Between which nodes, and what each side has.
    pub(crate) channels: Vec<(usize, usize, u64)>,
    /// Blocks until a transaction confirms.
    pub(crate) lag: u32,
}

impl Setup {
    /// Alice, Bob, Carol, Dave.
    pub(crate) fn line() -> Self {
        Self {
            nodes: vec![(true, 0, false); 4],
            channels: vec![(0, 1, 10_000), (1, 2, 10_000), (2, 3, 10_000)],
            lag: 1,
        }
    }

    /// The same, and Dave has a channel with Bob too.
    pub(crate) fn ring() -> Self {
        let mut setup = Self::line();
        setup.channels.push((3, 1, 10_000));
        setup
    }
}

/// One thing that happens. Numbers pick one of what there is.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// So many blocks.
    Blocks(u8),
    /// So many rounds of messages, within a block.
    Exchange(u8),
    /// A channel makes no updates for a time.
    Stall { channel: usize, blocks: u8 },
    /// Somebody closes a channel; the coin says which commitment is in the chain.
    Close { channel: usize, coin: bool },
    /// A node is down for a while.
    Down { node: usize, blocks: u8 },
    /// A node stops in the middle of what it decided.
    Crash { node: usize, after: usize },
    /// An honest node pays, in parts, on the hash of the payee or of another node: its own, if it pays back.
    Pay {
        from: usize,
        to: usize,
        secret: Option<usize>,
        parts: u8,
    },
    /// A payee lets R go.
    Release { secret: usize },
    /// A payee gives up.
    Refuse { secret: usize },
    /// A cheat sends an HTLC that is a little wrong.
    Send(Attack),
    /// A cheat takes an HTLC with R, off chain or on chain, late, or after a reorg that undoes its timeout.
    Take { htlc: usize },
    /// A cheat gives an HTLC back, whatever it has out.
    Fail { htlc: usize },
    /// A cheat gives an HTLC back, and closes with the commitment that still carries it before it revokes that.
    Betray { htlc: usize },
    /// The cheats of a channel stop to answer, and take what they can at the last moment.
    Ambush { channel: usize },
}

/// An HTLC from a cheat.
#[derive(Clone, Debug)]
pub(crate) struct Attack {
    pub(crate) channel: usize,
    pub(crate) secret: usize,
    pub(crate) way: Vec<usize>,
    pub(crate) amount: u64,
    pub(crate) total: i64,
    pub(crate) gain: Vec<i64>,
    pub(crate) blocks: u32,
    pub(crate) between: Vec<u32>,
}

/// Setup and acts.
#[derive(Clone, Debug)]
pub(crate) struct Play {
    pub(crate) setup: Setup,
    pub(crate) acts: Vec<Act>,
}

pub(crate) fn strategy() -> impl Strategy<Value = Play> {
    (setup(), vec(act(), 1..40)).prop_map(|(setup, acts)| Play { setup, acts })
}

fn setup() -> impl Strategy<Value = Setup> {
    let node = (
        proptest::bool::weighted(0.65),
        -1_i64..=1,
        proptest::bool::weighted(0.2),
    );
    (
        vec(node, 2..=4),
        vec((0_usize..4, 0_usize..4), 0..3),
        1_u32..=3,
        vec(any::<bool>(), 6),
    )
        .prop_map(|(nodes, extra, lag, poor)| {
            let count = nodes.len();
            let line = (1..count).map(|node| (node - 1, node));
            let extra = extra.into_iter().map(|(a, b)| (a % count, b % count));
            let pairs = line.chain(extra.filter(|(a, b)| a != b));
            let channels = pairs
                .zip(poor)
                .map(|((a, b), poor)| (a, b, if poor { 2_500 } else { 20_000 }));
            let channels = channels.collect();
            Setup {
                nodes,
                channels,
                lag,
            }
        })
}

fn act() -> impl Strategy<Value = Act> {
    let any_index = || 0_usize..1_000;
    prop_oneof![
        4 => (1_u8..50).prop_map(Act::Blocks),
        6 => (1_u8..30).prop_map(Act::Exchange),
        2 => (any_index(), 1_u8..120).prop_map(|(channel, blocks)| Act::Stall { channel, blocks }),
        2 => (any_index(), any::<bool>()).prop_map(|(channel, coin)| Act::Close { channel, coin }),
        1 => (any_index(), 1_u8..=3).prop_map(|(node, blocks)| Act::Down { node, blocks }),
        2 => (any_index(), 0_usize..4).prop_map(|(node, after)| Act::Crash { node, after }),
        8 => (0_usize..12, 0_usize..12, prop_oneof![4 => Just(None), 1 => (0_usize..4).prop_map(Some)], 1_u8..=3)
            .prop_map(|(from, to, secret, parts)| Act::Pay { from, to, secret, parts }),
        1 => (0_usize..4).prop_map(|secret| Act::Release { secret }),
        1 => (0_usize..4).prop_map(|secret| Act::Refuse { secret }),
        8 => attack().prop_map(Act::Send),
        8 => any_index().prop_map(|htlc| Act::Take { htlc }),
        1 => any_index().prop_map(|htlc| Act::Fail { htlc }),
        3 => any_index().prop_map(|htlc| Act::Betray { htlc }),
        3 => any_index().prop_map(|channel| Act::Ambush { channel }),
    ]
}

fn attack() -> impl Strategy<Value = Attack> {
    let amount = prop_oneof![Just(1_000_u64), Just(500), 990_u64..1_010];
    let total = prop_oneof![8 => Just(0_i64), 1 => -2_i64..=2];
    let between = prop_oneof![4 => 22_u32..27, 1 => 0_u32..60, 1 => 0_u32..8];
    (
        (0_usize..1_000, 0_usize..4, vec(0_usize..8, 0..3)),
        (amount, total, vec(-2_i64..=2, 3)),
        (
            prop_oneof![3 => 40_u32..120, 1 => 10_u32..30, 1 => 2_u32..12],
            vec(between, 3),
        ),
    )
        .prop_map(
            |((channel, secret, way), (amount, total, gain), (blocks, between))| Attack {
                channel,
                secret,
                way,
                amount,
                total,
                gain,
                blocks,
                between,
            },
        )
}

//! Makes histories up.

use std::collections::VecDeque;

use leyden_labels::{Dialect, Side};

use super::dice::Dice;
use super::history::{Cast, History, Op};
use super::scheme::{lie, scheme};

/// Messages before which an actor can be cut off.
const MESSAGES: [&str; 5] = ["offer", "consent", "propose", "answer", "complete"];

/// What is in flight as far as the generator can tell: it does not know how things go.
#[derive(Default)]
pub(super) struct Imagined {
    secrets: u32,
    /// Secret and receiver of each held payment.
    held: Vec<(u32, usize)>,
    /// Secret and receiver of each single HTLC.
    single: Vec<(u32, usize)>,
    /// The secrets of the HTLCs that each channel has had.
    htlcs: [Vec<u32>; 3],
    /// What the liar is up to.
    planned: VecDeque<Op>,
    vanished: bool,
}

impl Imagined {
    pub(super) fn new_secret(&mut self) -> u32 {
        self.secrets = self.secrets.saturating_add(1);
        self.secrets
    }

    /// An HTLC with this secret is added to a channel.
    pub(super) fn add_htlc(&mut self, channel: usize, secret: u32) {
        if let Some(secrets) = self.htlcs.get_mut(channel) {
            secrets.push(secret);
        }
    }

    /// The secret of some HTLC of a channel.
    fn some_htlc(&self, dice: &mut Dice, channel: usize) -> Option<u32> {
        dice.pick(self.htlcs.get(channel)?).copied()
    }
}

/// The history of this number in the run of this seed.
pub(super) fn generate(seed: u64, number: u64, actors: (usize, usize), length: u32) -> History {
    let mut dice = Dice::new(seed, number);
    let (least, most) = actors;
    let spread = u64::try_from(most.saturating_sub(least)).unwrap_or(0);
    let extra = usize::try_from(dice.roll(spread.saturating_add(1))).unwrap_or(0);
    let actors = least.saturating_add(extra);
    let dialect = if dice.chance(60) {
        Dialect::Noinput
    } else {
        Dialect::Csv
    };
    let cast = Cast {
        dialect,
        actors,
        liar: dice.chance(40).then(|| index(&mut dice, actors)),
        watches_mempool: dice.chance(30),
    };
    let mut imagined = Imagined::default();
    let ops = (0..length)
        .map(|_| op(&mut dice, &cast, &mut imagined))
        .collect();
    History { cast, ops }
}

fn index(dice: &mut Dice, count: usize) -> usize {
    let count = u64::try_from(count).unwrap_or(1);
    usize::try_from(dice.roll(count)).unwrap_or(0)
}

fn side(dice: &mut Dice) -> Side {
    if dice.chance(50) { Side::A } else { Side::B }
}

fn op(dice: &mut Dice, cast: &Cast, imagined: &mut Imagined) -> Op {
    let channel = index(dice, cast.channels());
    if let Some(liar) = cast.liar {
        // What else happens in between, may spoil the plan, or make it better.
        if !imagined.planned.is_empty() && dice.chance(65) {
            return imagined
                .planned
                .pop_front()
                .unwrap_or(Op::Mine { blocks: 1 });
        }
        if imagined.planned.is_empty() && dice.chance(12) {
            imagined.planned = scheme(dice, cast, liar, imagined).into();
        }
        if dice.chance(4) {
            return lie(dice, cast, liar);
        }
    }
    match dice.roll(100) {
        0..=17 => Op::Pay {
            channel,
            from: side(dice),
            sat: dice.between(1, 12_000_000),
        },
        18..=37 => route(dice, cast, imagined),
        38..=49 => single(dice, channel, imagined),
        50..=61 => end(dice, channel, imagined),
        62..=80 => Op::Mine {
            blocks: blocks(dice),
        },
        81..=82 => Op::Reorg {
            depth: dice.between(1, 3),
        },
        83..=93 => trouble(dice, cast, channel, imagined),
        94..=96 => Op::Close {
            channel,
            by: side(dice),
        },
        _ => Op::Feerate {
            sat_per_vb: dice.between(1, 60),
        },
    }
}

/// Mostly few, sometimes enough for an HTLC to expire.
fn blocks(dice: &mut Dice) -> u32 {
    if dice.chance(85) {
        dice.between(1, 6)
    } else {
        dice.between(7, 45)
    }
}

fn route(dice: &mut Dice, cast: &Cast, imagined: &mut Imagined) -> Op {
    let from = index(dice, cast.actors);
    let others = cast.actors.saturating_sub(1);
    let skip = index(dice, others);
    let to = if skip >= from {
        skip.saturating_add(1)
    } else {
        skip
    };
    let (secret, hold) = (imagined.new_secret(), dice.chance(35));
    if hold {
        imagined.held.push((secret, to));
    }
    for channel in from.min(to)..from.max(to) {
        imagined.add_htlc(channel, secret);
    }
    Op::Route {
        from,
        to,
        sat: dice.between(2_000, 6_000_000),
        parts: if dice.chance(25) {
            dice.between(2, 3)
        } else {
            1
        },
        hold,
        secret,
    }
}

fn single(dice: &mut Dice, channel: usize, imagined: &mut Imagined) -> Op {
    let from = side(dice);
    let secret = imagined.new_secret();
    imagined.add_htlc(channel, secret);
    imagined
        .single
        .push((secret, Cast::party(channel, from.other())));
    Op::Htlc {
        channel,
        from,
        sat: dice.between(330, 8_000_000),
        blocks: dice.between(3, 40),
        secret,
    }
}

fn end(dice: &mut Dice, channel: usize, imagined: &Imagined) -> Op {
    let Some(secret) = imagined.some_htlc(dice, channel) else {
        return Op::Mine { blocks: 1 };
    };
    match dice.roll(4) {
        0 => match dice.pick(&imagined.held) {
            Some((secret, by)) if dice.chance(70) => Op::Release {
                secret: *secret,
                by: *by,
            },
            Some((secret, by)) => Op::Refuse {
                secret: *secret,
                by: *by,
            },
            None => Op::Mine { blocks: 1 },
        },
        1 => match dice.pick(&imagined.single) {
            Some((secret, to)) => Op::Reveal {
                secret: *secret,
                to: *to,
            },
            None => Op::Mine { blocks: 1 },
        },
        2 => Op::Settle {
            channel,
            secret,
            by: side(dice),
        },
        _ => Op::Fail {
            channel,
            secret,
            by: side(dice),
        },
    }
}

fn trouble(dice: &mut Dice, cast: &Cast, channel: usize, imagined: &mut Imagined) -> Op {
    let by = side(dice);
    let actor = Cast::party(channel, by);
    let message = dice.pick(&MESSAGES).copied().unwrap_or("answer");
    match dice.roll(10) {
        0..=2 => Op::CrashBefore {
            actor,
            channel,
            message,
        },
        3..=4 => Op::Disconnect { channel },
        // Two that are gone would leave nobody to look at.
        5 if !imagined.vanished && cast.liar.is_none() => {
            imagined.vanished = true;
            Op::Vanish { actor }
        }
        6 if !imagined.vanished && cast.liar.is_none() => {
            imagined.vanished = true;
            Op::VanishBefore {
                actor,
                channel,
                message,
            }
        }
        7 => Op::Lose {
            channel,
            by,
            message,
        },
        _ => Op::Crash { actor },
    }
}

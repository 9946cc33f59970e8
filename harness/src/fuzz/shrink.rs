//! Makes a failing history smaller.

use super::history::{Cast, History, Op};

/// The smallest history found that still fails, by leaving operations out and making numbers smaller.
/// `fails` is asked at most `tries` times.
pub(super) fn shrink(
    failing: &History,
    tries: u32,
    mut fails: impl FnMut(&History) -> bool,
) -> History {
    let mut best = failing.clone();
    let mut left = tries;
    let mut attempt = |candidate: &History, best: &mut History| {
        if left == 0 || candidate == best {
            return false;
        }
        left = left.saturating_sub(1);
        let still = fails(candidate);
        if still {
            *best = candidate.clone();
        }
        still
    };
    let mut size = best.ops.len();
    while size > 0 {
        let mut from = 0;
        while from < best.ops.len() {
            let candidate = without(&best, from, size);
            if !attempt(&candidate, &mut best) {
                from = from.saturating_add(size);
            }
        }
        size = size.checked_div(2).unwrap_or(0);
    }
    for fewer in [without_last, without_first] {
        while best.cast.actors > 2 && attempt(&fewer(&best), &mut best) {}
    }
    for index in 0..best.ops.len() {
        while let Some(smaller) = best.ops.get(index).and_then(smaller) {
            let mut candidate = best.clone();
            if let Some(op) = candidate.ops.get_mut(index) {
                *op = smaller;
            }
            if !attempt(&candidate, &mut best) {
                break;
            }
        }
    }
    best
}

fn without(history: &History, from: usize, size: usize) -> History {
    let until = from.saturating_add(size);
    let kept = history.ops.iter().enumerate();
    let kept = kept.filter(|(index, _)| *index < from || *index >= until);
    History {
        cast: history.cast.clone(),
        ops: kept.map(|(_, op)| op.clone()).collect(),
    }
}

/// Without the last of the line, and all that it takes part in.
fn without_last(history: &History) -> History {
    let actors = history.cast.actors.saturating_sub(1);
    let cast = Cast {
        actors,
        liar: history.cast.liar.filter(|liar| *liar < actors),
        ..history.cast.clone()
    };
    let fits = |op: &&Op| match op {
        Op::Route { from, to, .. } => *from < actors && *to < actors,
        Op::Release { by: actor, .. }
        | Op::Refuse { by: actor, .. }
        | Op::Reveal { to: actor, .. }
        | Op::Crash { actor }
        | Op::Vanish { actor } => *actor < actors,
        Op::Pay { channel, .. }
        | Op::Htlc { channel, .. }
        | Op::Settle { channel, .. }
        | Op::Fail { channel, .. }
        | Op::CrashBefore { channel, .. }
        | Op::VanishBefore { channel, .. }
        | Op::Disconnect { channel }
        | Op::Close { channel, .. }
        | Op::Cheat { channel, .. }
        | Op::Tamper { channel, .. }
        | Op::Lose { channel, .. } => *channel < cast.channels(),
        Op::Mine { .. } | Op::Reorg { .. } | Op::Feerate { .. } => true,
    };
    History {
        ops: history.ops.iter().filter(fits).cloned().collect(),
        cast,
    }
}

/// Without the first of the line, and all that it takes part in: everybody moves up.
fn without_first(history: &History) -> History {
    let liar = history.cast.liar;
    let cast = Cast {
        actors: history.cast.actors.saturating_sub(1),
        // Without its liar it hardly fails.
        liar: liar.and_then(|liar| liar.checked_sub(1)),
        ..history.cast.clone()
    };
    let ops = history.ops.iter().filter_map(moved_up).collect();
    History { cast, ops }
}

/// The same one place up the line; `None` if the first took part in it.
fn moved_up(op: &Op) -> Option<Op> {
    let mut op = op.clone();
    let up = |place: &mut usize| {
        *place = place.checked_sub(1)?;
        Some(())
    };
    match &mut op {
        Op::Route { from, to, .. } => up(from).and(up(to))?,
        Op::Release { by: actor, .. }
        | Op::Refuse { by: actor, .. }
        | Op::Reveal { to: actor, .. }
        | Op::Crash { actor }
        | Op::Vanish { actor } => up(actor)?,
        Op::CrashBefore { actor, channel, .. } | Op::VanishBefore { actor, channel, .. } => {
            up(actor).and(up(channel))?;
        }
        Op::Pay { channel, .. }
        | Op::Htlc { channel, .. }
        | Op::Settle { channel, .. }
        | Op::Fail { channel, .. }
        | Op::Disconnect { channel }
        | Op::Close { channel, .. }
        | Op::Cheat { channel, .. }
        | Op::Tamper { channel, .. }
        | Op::Lose { channel, .. } => up(channel)?,
        Op::Mine { .. } | Op::Reorg { .. } | Op::Feerate { .. } => {}
    }
    Some(op)
}

/// The same with a smaller number.
fn smaller(op: &Op) -> Option<Op> {
    let half = |number: u32, least: u32| {
        let half = number.checked_div(2)?.max(least);
        (half < number).then_some(half)
    };
    let mut op = op.clone();
    match &mut op {
        Op::Pay { sat, .. } | Op::Htlc { sat, .. } => *sat = half(*sat, 1_000)?,
        Op::Route { parts, .. } if *parts > 1 => *parts = 1,
        Op::Route { sat, .. } => *sat = half(*sat, 2_000)?,
        Op::Mine { blocks } => *blocks = half(*blocks, 1)?,
        Op::Reorg { depth } => *depth = half(*depth, 1)?,
        Op::Cheat { back, .. } => *back = (*back > 1).then_some(1)?,
        Op::Release { .. }
        | Op::Refuse { .. }
        | Op::Reveal { .. }
        | Op::Settle { .. }
        | Op::Fail { .. }
        | Op::Crash { .. }
        | Op::CrashBefore { .. }
        | Op::Vanish { .. }
        | Op::VanishBefore { .. }
        | Op::Disconnect { .. }
        | Op::Close { .. }
        | Op::Tamper { .. }
        | Op::Lose { .. }
        | Op::Feerate { .. } => return None,
    }
    Some(op)
}

#[cfg(test)]
mod tests {
    use leyden_labels::{Dialect, Side};

    use super::*;

    /// What fails is a cheat of Carol's towards Bob: neither the others nor the numbers matter.
    #[test]
    fn what_does_not_matter_is_left_out_from_both_ends_of_the_line() {
        let history = History {
            cast: Cast {
                dialect: Dialect::Csv,
                actors: 4,
                liar: Some(2),
                watches_mempool: false,
            },
            ops: vec![
                Op::Mine { blocks: 7 },
                Op::Pay {
                    channel: 2,
                    from: Side::A,
                    sat: 5_000,
                },
                Op::Cheat {
                    channel: 1,
                    back: 4,
                },
                Op::Crash { actor: 0 },
                Op::Reorg { depth: 3 },
            ],
        };
        let fails = |history: &History| {
            let mut ops = history.ops.iter();
            ops.any(|op| {
                matches!(op, Op::Cheat { channel, .. }
                    if history.cast.liar == Some(Cast::party(*channel, Side::B)))
            })
        };
        let smallest = shrink(&history, 200, fails);
        assert_eq!((smallest.cast.actors, smallest.cast.liar), (2, Some(1)));
        let cheat = Op::Cheat {
            channel: 0,
            back: 1,
        };
        assert_eq!(smallest.ops, [cheat]);

        let mut asked = 0;
        let unchanged = shrink(&history, 3, |_| {
            asked += 1;
            false
        });
        assert_eq!((unchanged, asked), (history, 3));
    }
}

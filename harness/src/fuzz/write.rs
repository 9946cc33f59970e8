//! Histories as scenario files.

use core::fmt::Write as _;

use leyden_labels::{Dialect, Side};

use super::history::{CHANNELS, Cast, NAMES, Op};

/// Blocks between the expiries of two hops, and after the last.
const HOP: u32 = 48;

/// The file up to its first steps: the actors, and a channel between each and the next.
pub(super) fn head(name: &str, about: &str, cast: &Cast) -> String {
    let mut text = String::new();
    let bitcoind = match cast.dialect {
        Dialect::Noinput => "patched",
        Dialect::Csv => "stock",
    };
    let reacts = if cast.watches_mempool {
        "mempool"
    } else {
        "blocks"
    };
    let _ = write!(
        text,
        "name: {name}\nabout: {about}\nmatrix: {{ dialect: [{}], bitcoind: [{bitcoind}] }}\nactors:\n",
        cast.dialect
    );
    let coins = ["0.6 BTC", "0.6 BTC"]
        .into_iter()
        .chain(core::iter::repeat_n("0.02 BTC", 24))
        .collect::<Vec<_>>()
        .join(", ");
    for (index, name) in NAMES.iter().enumerate().take(cast.actors) {
        let liar = if cast.liar == Some(index) {
            ", keeps_revoked: true"
        } else {
            ""
        };
        let _ = writeln!(
            text,
            "  {name}: {{ coins: [{coins}], reacts: {reacts}{liar} }}"
        );
    }
    text.push_str("steps:\n");
    for (index, channel) in CHANNELS.iter().enumerate().take(cast.channels()) {
        let (a, b) = (
            Cast::name(Cast::party(index, Side::A)),
            Cast::name(Cast::party(index, Side::B)),
        );
        let _ = writeln!(
            text,
            "  - open: {{ channel: {channel}, {a}: 0.5 BTC, {b}: 0.5 BTC, delay: 10 }}"
        );
    }
    text
}

/// What has to be known of the actors to write a step down.
pub(super) trait Known {
    /// A side's newest commitment number in a channel.
    fn number(&self, channel: usize, side: Side) -> u64;
    /// The number that a side gives the HTLC with this secret in a channel, the living ones first.
    fn htlc(&self, channel: usize, side: Side, secret: u32) -> Option<u64>;
}

/// One step; `None` where the operation means nothing.
pub(super) fn step(op: &Op, liar: Option<usize>, known: &impl Known) -> Option<String> {
    let name = |channel: usize, side: Side| Cast::name(Cast::party(channel, side));
    Some(match op {
        Op::Pay { channel, from, sat } => format!(
            "pay: {{ channel: {}, from: {}, to: {}, amount: {sat} sat }}",
            Cast::channel(*channel),
            name(*channel, *from),
            name(*channel, from.other()),
        ),
        Op::Route { .. } => route(op)?,
        Op::Release { secret, by } => {
            format!("release: {{ secret: s{secret}, by: {} }}", Cast::name(*by))
        }
        Op::Refuse { secret, by } => {
            format!("refuse: {{ secret: s{secret}, by: {} }}", Cast::name(*by))
        }
        Op::Htlc {
            channel,
            from,
            sat,
            blocks,
            secret,
        } => format!(
            "htlc: {{ channel: {}, from: {}, to: {}, amount: {sat} sat, expiry: {blocks} blocks, secret: s{secret} }}",
            Cast::channel(*channel),
            name(*channel, *from),
            name(*channel, from.other()),
        ),
        Op::Reveal { secret, to } => {
            format!("reveal: {{ secret: s{secret}, to: {} }}", Cast::name(*to))
        }
        Op::Settle {
            channel,
            secret,
            by,
        } => format!(
            "settle: {{ channel: {}, htlc: {}, by: {} }}",
            Cast::channel(*channel),
            known.htlc(*channel, *by, *secret)?,
            name(*channel, *by)
        ),
        Op::Fail {
            channel,
            secret,
            by,
        } => format!(
            "fail: {{ channel: {}, htlc: {}, by: {} }}",
            Cast::channel(*channel),
            known.htlc(*channel, *by, *secret)?,
            name(*channel, *by)
        ),
        Op::Mine { blocks } => format!("mine: {blocks}"),
        Op::Reorg { depth } => {
            format!(
                "reorg: {{ depth: {depth}, blocks: {} }}",
                depth.saturating_add(1)
            )
        }
        Op::Crash { .. }
        | Op::CrashBefore { .. }
        | Op::Vanish { .. }
        | Op::VanishBefore { .. }
        | Op::Disconnect { .. }
        | Op::Tamper { .. }
        | Op::Lose { .. } => fault(op, liar)?,
        Op::Close { channel, by } => format!(
            "broadcast: {{ tx: {}, by: {} }}",
            commitment(*channel, *by, known.number(*channel, *by)),
            name(*channel, *by)
        ),
        Op::Cheat { channel, back } => {
            let by = side_of(*channel, liar?)?;
            let old = known.number(*channel, by).checked_sub(*back)?;
            format!(
                "broadcast: {{ tx: {}, by: {}, cheat: true }}",
                commitment(*channel, by, old),
                name(*channel, by)
            )
        }
        Op::Feerate { sat_per_vb } => format!("feerate: {sat_per_vb} sat/vB"),
    })
}

/// One step that makes something fail.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "`step` hands over only the operations that are named here"
)]
fn fault(op: &Op, liar: Option<usize>) -> Option<String> {
    Some(match op {
        Op::Crash { actor } => format!("crash: {{ actor: {} }}", Cast::name(*actor)),
        Op::CrashBefore {
            actor,
            channel,
            message,
        } => before("crash", *actor, *channel, message),
        Op::Vanish { actor } => format!("stop: {{ actor: {} }}", Cast::name(*actor)),
        Op::VanishBefore {
            actor,
            channel,
            message,
        } => before("stop", *actor, *channel, message),
        Op::Disconnect { channel } => {
            format!("disconnect: {{ of: {} }}", Cast::channel(*channel))
        }
        Op::Tamper {
            channel,
            message,
            field,
        } => format!(
            "tamper: {{ of: {}, by: {}, message: {message}, field: {field} }}",
            Cast::channel(*channel),
            Cast::name(liar?)
        ),
        Op::Lose {
            channel,
            by,
            message,
        } => format!(
            "drop: {{ of: {}, by: {}, message: {message} }}",
            Cast::channel(*channel),
            Cast::name(Cast::party(*channel, *by))
        ),
        _ => return None,
    })
}

/// The liar's side in one of its channels.
pub(super) fn side_of(channel: usize, actor: usize) -> Option<Side> {
    Side::BOTH
        .into_iter()
        .find(|side| Cast::party(channel, *side) == actor)
}

/// Labels are alone where there is one channel, and always may carry its name.
fn commitment(channel: usize, side: Side, number: u64) -> String {
    format!("{}/C{number}{side}", Cast::channel(channel))
}

fn before(verb: &str, actor: usize, channel: usize, message: &str) -> String {
    format!(
        "{verb}: {{ actor: {}, when: {{ sends: {message}, of: {} }} }}",
        Cast::name(actor),
        Cast::channel(channel)
    )
}

fn route(op: &Op) -> Option<String> {
    let Op::Route {
        from,
        to,
        sat,
        parts,
        hold,
        secret,
    } = op
    else {
        return None;
    };
    let mut via: Vec<&str> = (*from.min(to)..*from.max(to)).map(Cast::channel).collect();
    if from > to {
        via.reverse();
    }
    let hops = u32::try_from(via.len()).ok()?;
    let expiries = (1..=hops)
        .rev()
        .map(|left| format!("{} blocks", left.saturating_mul(HOP)))
        .collect::<Vec<_>>()
        .join(", ");
    Some(format!(
        "route: {{ from: {}, to: {}, via: [{}], amount: {sat} sat, secret: s{secret}, expiries: [{expiries}], parts: {parts}, hold: {hold} }}",
        Cast::name(*from),
        Cast::name(*to),
        via.join(", ")
    ))
}

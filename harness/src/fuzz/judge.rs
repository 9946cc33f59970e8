//! What must hold when a history is over, as the last steps of its file.

use leyden_channel::{Event, Standing};
use leyden_labels::Side;

use crate::cell::Session;

use super::due::Promises;
use super::history::{Cast, History, Op};

/// What must hold at the end.
pub(super) struct Demand {
    /// What it is about.
    pub(super) kind: &'static str,
    /// The step that asks for it.
    pub(super) line: String,
}

/// An honest actor has at least what is due to it. Nothing of a channel goes to fees or is lost; where both
/// sides are honest, nothing is left waiting either.
pub(super) fn last_steps(
    promises: &Promises,
    history: &History,
    session: &Session<'_>,
) -> Vec<Demand> {
    let cast = &history.cast;
    let honest = (0..cast.actors).filter(|actor| is_honest(*actor, history));
    let mut steps: Vec<Demand> = honest
        .map(|actor| {
            let due = promises.due(actor, cast, session).max(0);
            let line = format!("expect: {{ funds: {due} sat, by: {} }}", Cast::name(actor));
            Demand {
                kind: "funds",
                line,
            }
        })
        .collect();
    for channel in 0..cast.channels() {
        let name = Cast::channel(channel);
        let mut sides = Side::BOTH.iter().map(|side| Cast::party(channel, *side));
        let line = if sides.all(|actor| is_honest(actor, history)) {
            format!("expect: {{ conserved: {name}, waiting: 0 sat }}")
        } else if session.is_closed_on_chain(name) {
            format!("expect: {{ conserved: {name} }}")
        } else {
            // Who is gone, or lies, may think of an update otherwise than its peer.
            continue;
        };
        steps.push(Demand {
            kind: "conserved",
            line,
        });
        steps.extend(taken_whole(channel, history, session));
    }
    steps
}

/// Who published an old commitment is left nothing of the channel (§3.3.4), unless that still had an HTLC
/// which had not ended: such a one is resolved by its own terms.
fn taken_whole(channel: usize, history: &History, session: &Session<'_>) -> Option<Demand> {
    let name = Cast::channel(channel);
    let seen = session.commitment_on_chain(name)?;
    let cheat = Cast::party(channel, seen.side()?);
    let victim = Cast::party(channel, seen.side()?.other());
    let events = session.events(Cast::name(victim), name);
    let is_breach = events.iter().any(|event| {
        matches!(event, Event::CommitmentSeen { label, standing: Standing::Revoked, .. } if *label == seen)
    });
    let has_ended = |number: u64| {
        events.iter().any(|event| {
            matches!(event, Event::HtlcSettled { number: ended } | Event::HtlcFailed { number: ended, .. } if *ended == number)
        })
    };
    let views = session.htlcs(Cast::name(victim), name);
    let mut numbers = views.iter().filter_map(|view| view.number);
    let whole = is_breach && is_honest(victim, history) && numbers.all(has_ended);
    whole.then(|| Demand {
        kind: "taken-whole",
        line: format!(
            "expect: {{ balance: {{ {}: 0 sat }}, of: {name}, on: chain }}",
            Cast::name(cheat)
        ),
    })
}

/// Neither the liar nor gone.
fn is_honest(actor: usize, history: &History) -> bool {
    let gone = history.ops.iter().any(|op| {
        matches!(op, Op::Vanish { actor: gone } | Op::VanishBefore { actor: gone, .. } if *gone == actor)
    });
    !gone && history.cast.liar != Some(actor)
}

//! What must hold when a history is over, as the last steps of its file.

use leyden_labels::Side;

use crate::cell::Session;

use super::due::Promises;
use super::history::{Cast, History, Op};

/// An honest actor has at least what is due to it. Nothing of a channel goes to fees or is lost; where both
/// sides are honest, nothing is left waiting either.
pub(super) fn last_steps(
    promises: &Promises,
    history: &History,
    session: &Session<'_>,
) -> Vec<String> {
    let cast = &history.cast;
    let honest = (0..cast.actors).filter(|actor| is_honest(*actor, history));
    let mut steps: Vec<String> = honest
        .map(|actor| {
            let due = promises.due(actor, cast, session).max(0);
            format!("expect: {{ funds: {due} sat, by: {} }}", Cast::name(actor))
        })
        .collect();
    for channel in 0..cast.channels() {
        let name = Cast::channel(channel);
        let mut sides = Side::BOTH.iter().map(|side| Cast::party(channel, *side));
        let step = if sides.all(|actor| is_honest(actor, history)) {
            format!("expect: {{ conserved: {name}, waiting: 0 sat }}")
        } else if session.is_closed_on_chain(name) {
            format!("expect: {{ conserved: {name} }}")
        } else {
            // Who is gone, or lies, may think of an update otherwise than its peer.
            continue;
        };
        steps.push(step);
    }
    steps
}

/// Neither the liar nor gone.
fn is_honest(actor: usize, history: &History) -> bool {
    let gone = history.ops.iter().any(|op| {
        matches!(op, Op::Vanish { actor: gone } | Op::VanishBefore { actor: gone, .. } if *gone == actor)
    });
    !gone && history.cast.liar != Some(actor)
}

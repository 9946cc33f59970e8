//! The words that scenario files may use for states and events.

use leyden_scenario::Vocabulary;

use crate::actor::{EVENTS, STATES};

/// What the embedded actors can say.
pub(crate) fn vocabulary() -> Vocabulary {
    let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
    Vocabulary {
        states: words(&STATES),
        events: words(&EVENTS),
        ..Vocabulary::default()
    }
}

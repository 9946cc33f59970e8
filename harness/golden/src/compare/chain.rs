//! What entered and left the chain, when.

use std::collections::BTreeMap;

use super::pair::Pairing;
use crate::difference::{Difference, Place};
use crate::model::{ChainEvent, GoldenFile};

pub(super) fn compare_chain(
    expected: &GoldenFile,
    actual: &GoldenFile,
    pairing: &Pairing<'_>,
    out: &mut Vec<Difference>,
) {
    let before = out.len();
    let (wanted, found) = (events_by_id(expected), events_by_id(actual));
    for pair in &pairing.pairs {
        let wanted = events_words(wanted.get(pair.expected.golden.id.as_str()));
        let found = events_words(found.get(pair.actual.golden.id.as_str()));
        if wanted != found {
            pair.root(Place::Chain, wanted, found, out);
        }
    }
    let all_paired = pairing.missing.is_empty() && pairing.unexpected.is_empty();
    if all_paired && out.len() == before {
        compare_chain_order(expected, actual, pairing, out);
        compare_off_chain(expected, actual, out);
    }
}

fn events_by_id(file: &GoldenFile) -> BTreeMap<&str, Vec<&ChainEvent>> {
    let mut events: BTreeMap<&str, Vec<&ChainEvent>> = BTreeMap::new();
    for event in &file.chain {
        events.entry(event.tx.as_str()).or_default().push(event);
    }
    events
}

fn events_words(events: Option<&Vec<&ChainEvent>>) -> String {
    let word = |event: &&ChainEvent| {
        format!(
            "{} at height {:+} in step {}",
            event.event.word(),
            event.height,
            event.step
        )
    };
    match events {
        Some(events) => events.iter().map(word).collect::<Vec<_>>().join(", "),
        None => "never".to_owned(),
    }
}

/// Each transaction has the same events; is their order over all transactions the same?
fn compare_chain_order(
    expected: &GoldenFile,
    actual: &GoldenFile,
    pairing: &Pairing<'_>,
    out: &mut Vec<Difference>,
) {
    let shown = |by_expected: bool| -> BTreeMap<&str, &str> {
        pairing
            .pairs
            .iter()
            .map(|pair| {
                let golden = if by_expected {
                    pair.expected.golden
                } else {
                    pair.actual.golden
                };
                (golden.id.as_str(), pair.shown.as_str())
            })
            .collect()
    };
    let (wanted_names, found_names) = (shown(true), shown(false));
    let both = expected.chain.iter().zip(&actual.chain);
    let first = both
        .map(|(wanted, found)| {
            (
                wanted_names.get(wanted.tx.as_str()),
                found_names.get(found.tx.as_str()),
                wanted,
            )
        })
        .find(|(wanted, found, _)| wanted != found);
    if let Some((Some(wanted), Some(found), event)) = first {
        out.push(Difference {
            tx: (*wanted).to_owned(),
            place: Place::ChainOrder,
            expected: format!("{wanted} next at height {:+}", event.height),
            found: (*found).to_owned(),
            follows: false,
        });
    }
}

/// What stays off the chain follows from the events; a golden file may still say otherwise.
fn compare_off_chain(expected: &GoldenFile, actual: &GoldenFile, out: &mut Vec<Difference>) {
    if expected.off_chain != actual.off_chain && out.is_empty() {
        out.push(Difference {
            tx: "golden".to_owned(),
            place: Place::Description,
            expected: format!("off chain: {}", expected.off_chain.join(", ")),
            found: actual.off_chain.join(", "),
            follows: false,
        });
    }
}

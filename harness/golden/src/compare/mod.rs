//! How a recording differs from its golden file.
//!
//! Transactions are paired by id, then by bytes, then by name. Each pair is compared from its raw
//! bytes, field by field. A difference *follows* when the fields it is made from differ already:
//! an outpoint of a parent by the same name, a signature over other data, a script or an amount
//! taken over from the output that is spent. All others are root causes and come first.

mod chain;
mod input;
mod order;
mod output;
mod pair;
mod signed;
mod view;

use std::collections::BTreeMap;

use crate::difference::{Difference, Place};
use crate::model::{GoldenFile, Stage};
use pair::{Pair, Pairing};
use view::{Seen, View};

/// How `actual` differs from `expected`: root causes first, each group in the golden file's order.
/// Empty if the two are equal.
#[must_use]
pub fn compare(expected: &GoldenFile, actual: &GoldenFile) -> Vec<Difference> {
    if expected == actual {
        return Vec::new();
    }
    let mut unreadable = Vec::new();
    let expected_view = View::new(expected, &mut unreadable);
    let actual_view = View::new(actual, &mut unreadable);
    let pairing = Pairing::new(&expected_view, &actual_view);
    let mut differences = header(expected, actual);
    differences.append(&mut unreadable);
    for seen in &pairing.missing {
        differences.push(pairing.lone(seen, Place::Missing));
    }
    let before = differences.len();
    for pair in &pairing.pairs {
        compare_pair(pair, &mut differences);
    }
    let compared = differences.get_mut(before..).unwrap_or_default();
    mute_other_versions(&pairing, compared);
    for seen in &pairing.unexpected {
        differences.push(pairing.lone(seen, Place::Unexpected));
    }
    order::compare_order(&pairing, &mut differences);
    chain::compare_chain(expected, actual, &pairing, &mut differences);
    roots_first(differences)
}

/// Should nothing be left to follow from, all are causes: no difference is ever hidden.
fn roots_first(differences: Vec<Difference>) -> Vec<Difference> {
    let (mut roots, mut follow): (Vec<_>, Vec<_>) =
        differences.into_iter().partition(|d| !d.follows);
    if roots.is_empty() {
        for difference in &mut follow {
            difference.follows = false;
        }
    }
    roots.extend(follow);
    roots
}

fn header(expected: &GoldenFile, actual: &GoldenFile) -> Vec<Difference> {
    let title = |file: &GoldenFile| {
        format!(
            "format {} of {} in {}",
            file.format, file.scenario, file.cell
        )
    };
    let (wanted, found) = (title(expected), title(actual));
    if wanted == found {
        return Vec::new();
    }
    vec![Difference {
        tx: "golden".to_owned(),
        place: Place::Header,
        expected: wanted,
        found,
        follows: false,
    }]
}

/// What differs in one version of a transaction differs in the others for the same reason.
fn mute_other_versions(pairing: &Pairing<'_>, differences: &mut [Difference]) {
    let names: BTreeMap<&str, &str> = pairing
        .pairs
        .iter()
        .map(|pair| (pair.shown.as_str(), pair.expected.golden.name.as_str()))
        .collect();
    let mut said: Vec<(&str, Place, String, String)> = Vec::new();
    for difference in differences
        .iter_mut()
        .filter(|d| !d.follows && !matches!(d.place, Place::HeldBy | Place::Stage))
    {
        let Some(name) = names.get(difference.tx.as_str()) else {
            continue;
        };
        let what = (
            *name,
            difference.place,
            difference.expected.clone(),
            difference.found.clone(),
        );
        if said.contains(&what) {
            difference.follows = true;
        } else {
            said.push(what);
        }
    }
}

fn compare_pair(pair: &Pair<'_>, out: &mut Vec<Difference>) {
    let (expected, actual) = (pair.expected.golden, pair.actual.golden);
    if expected.stage != actual.stage {
        pair.root(
            Place::Stage,
            reached(expected.stage),
            reached(actual.stage),
            out,
        );
    }
    if expected.held_by != actual.held_by && expected.stage == actual.stage {
        pair.root(
            Place::HeldBy,
            holders(&expected.held_by),
            holders(&actual.held_by),
            out,
        );
    }
    if expected.raw == actual.raw {
        compare_description(pair, out);
        return;
    }
    let (Some(wanted), Some(found)) = (&pair.expected.tx, &pair.actual.tx) else {
        return;
    };
    let before = out.len();
    if wanted.version != found.version {
        pair.root(
            Place::Version,
            wanted.version.to_string(),
            found.version.to_string(),
            out,
        );
    }
    if wanted.lock_time != found.lock_time {
        let words = |seen: &Seen<'_>| seen.lock_time_words();
        pair.root(
            Place::LockTime,
            words(pair.expected),
            words(pair.actual),
            out,
        );
    }
    input::compare_inputs(pair, wanted, found, out);
    output::compare_outputs(pair, wanted, found, out);
    if out.len() == before {
        pair.root(Place::Raw, expected.raw.clone(), actual.raw.clone(), out);
    }
}

fn reached(stage: Stage) -> String {
    match stage {
        Stage::Held => "an actor's hands",
        Stage::Chain => "the chain, held by nobody",
        Stage::Mempool => "a mempool only, held by nobody",
    }
    .to_owned()
}

fn holders(held_by: &[String]) -> String {
    if held_by.is_empty() {
        "nobody".to_owned()
    } else {
        held_by.join(" and ")
    }
}

/// The bytes are the same; the words may still be wrong, or name other parents.
fn compare_description(pair: &Pair<'_>, out: &mut Vec<Difference>) {
    let (expected, actual) = (pair.expected.golden, pair.actual.golden);
    if expected.described() == actual.described() && expected.name == actual.name {
        return;
    }
    let lines = |golden| serde_json::to_string_pretty(golden).unwrap_or_default();
    let (expected, actual) = (lines(expected), lines(actual));
    // The ids may differ in number only, which is no difference of the transactions.
    let both = expected
        .lines()
        .zip(actual.lines())
        .filter(|(line, _)| !line.starts_with("  \"id\""));
    let line = |line: &str| line.trim().trim_end_matches(',').to_owned();
    if let Some((wanted, found)) = both.into_iter().find(|(wanted, found)| wanted != found) {
        pair.root(Place::Description, line(wanted), line(found), out);
    }
}

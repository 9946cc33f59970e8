//! Which transaction of the recording is which of the golden file.

use std::collections::{BTreeMap, BTreeSet};

use super::view::{Seen, View};
use crate::difference::{Difference, Place};
use crate::model::{GoldenTx, Stage};

/// The same transaction in both files.
#[derive(Debug)]
pub(super) struct Pair<'a> {
    pub(super) expected: &'a Seen<'a>,
    pub(super) actual: &'a Seen<'a>,
    pub(super) expected_view: &'a View<'a>,
    pub(super) actual_view: &'a View<'a>,
    /// As differences show it.
    pub(super) shown: String,
}

impl Pair<'_> {
    pub(super) fn root(
        &self,
        place: Place,
        expected: String,
        found: String,
        out: &mut Vec<Difference>,
    ) {
        self.difference(place, expected, found, false, out);
    }

    pub(super) fn difference(
        &self,
        place: Place,
        expected: String,
        found: String,
        follows: bool,
        out: &mut Vec<Difference>,
    ) {
        out.push(Difference {
            tx: self.shown.clone(),
            place,
            expected,
            found,
            follows,
        });
    }
}

/// The transactions of two files, matched.
#[derive(Debug)]
pub(super) struct Pairing<'a> {
    /// In the golden file's order.
    pub(super) pairs: Vec<Pair<'a>>,
    pub(super) missing: Vec<&'a Seen<'a>>,
    pub(super) unexpected: Vec<&'a Seen<'a>>,
    /// Names that several versions share, in either file.
    shared: BTreeSet<&'a str>,
}

impl<'a> Pairing<'a> {
    pub(super) fn new(expected: &'a View<'a>, actual: &'a View<'a>) -> Self {
        let matched = match_indexes(expected, actual);
        let mut pairing = Self {
            pairs: Vec::new(),
            missing: Vec::new(),
            unexpected: Vec::new(),
            shared: shared_names(expected)
                .union(&shared_names(actual))
                .copied()
                .collect(),
        };
        for (index, seen) in expected.seen.iter().enumerate() {
            match matched
                .get(&index)
                .and_then(|found| actual.seen.get(*found))
            {
                Some(found) => {
                    let shown = pairing.shown(seen.golden);
                    pairing.pairs.push(Pair {
                        expected: seen,
                        actual: found,
                        expected_view: expected,
                        actual_view: actual,
                        shown,
                    });
                }
                None => pairing.missing.push(seen),
            }
        }
        let used: BTreeSet<usize> = matched.into_values().collect();
        let unused = actual
            .seen
            .iter()
            .enumerate()
            .filter(|(index, _)| !used.contains(index));
        pairing.unexpected = unused.map(|(_, seen)| seen).collect();
        pairing
    }

    /// The name, and which version if there are several: `RD1b (chain)`.
    pub(super) fn shown(&self, golden: &GoldenTx) -> String {
        if !self.shared.contains(golden.name.as_str()) {
            return golden.name.clone();
        }
        match golden
            .id
            .rsplit_once('.')
            .and_then(|(_, nth)| nth.parse::<u32>().ok())
        {
            Some(nth) => format!("{} ({}, number {nth})", golden.name, golden.stage.word()),
            None => format!("{} ({})", golden.name, golden.stage.word()),
        }
    }

    /// The difference of a transaction that only one file has.
    pub(super) fn lone(&self, seen: &Seen<'_>, place: Place) -> Difference {
        let golden = seen.golden;
        let words = match golden.stage {
            Stage::Held => format!(
                "held by {}, txid {}",
                golden.held_by.join(" and "),
                golden.txid
            ),
            Stage::Chain => format!("in the chain, txid {}", golden.txid),
            Stage::Mempool => format!("in a mempool, txid {}", golden.txid),
        };
        let none = "none".to_owned();
        let (expected, found) = if place == Place::Missing {
            (words, none)
        } else {
            (none, words)
        };
        Difference {
            tx: self.shown(golden),
            place,
            expected,
            found,
            follows: false,
        }
    }
}

fn shared_names<'a>(view: &View<'a>) -> BTreeSet<&'a str> {
    let mut once = BTreeSet::new();
    let mut shared = BTreeSet::new();
    for name in view.seen.iter().map(|seen| seen.golden.name.as_str()) {
        if !once.insert(name) {
            shared.insert(name);
        }
    }
    shared
}

/// Index in `expected` → index in `actual`: by id, then what is left by bytes, then by name.
fn match_indexes(expected: &View<'_>, actual: &View<'_>) -> BTreeMap<usize, usize> {
    let mut matched = BTreeMap::new();
    let mut used = BTreeSet::new();
    let keys: [fn(&GoldenTx) -> &str; 3] = [|tx| &tx.id, |tx| &tx.wtxid, |tx| &tx.name];
    for key in keys {
        let mut free: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, seen) in actual.seen.iter().enumerate().rev() {
            if !used.contains(&index) {
                free.entry(key(seen.golden)).or_default().push(index);
            }
        }
        for (index, seen) in expected.seen.iter().enumerate() {
            if matched.contains_key(&index) {
                continue;
            }
            if let Some(found) = free.get_mut(key(seen.golden)).and_then(Vec::pop) {
                matched.insert(index, found);
                used.insert(found);
            }
        }
    }
    matched
}

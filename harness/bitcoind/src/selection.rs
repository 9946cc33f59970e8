//! Which transactions of a mempool go into the next block. Pure.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};

use bitcoin::{FeeRate, Transaction, Txid, Weight};

use crate::mempool::MempoolEntry;

/// Room for the header and the coinbase, of the 4,000,000 of a block.
const RESERVED_WU: u64 = 8_000;

/// The rule by which a block is filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Most weight that the selected transactions may have together.
    pub max_weight: Weight,
    /// What does not pay this, together with its ancestors that are not in yet, stays out.
    pub min_feerate: FeeRate,
    /// Left out, and with them all that descends from them.
    pub without: BTreeSet<Txid>,
    /// If there, nothing else is taken: a listed transaction whose unconfirmed parent is not listed stays out too.
    pub only: Option<BTreeSet<Txid>>,
}

impl Default for Selection {
    /// Everything, as long as it fits into a block.
    fn default() -> Self {
        Self {
            max_weight: Weight::MAX_BLOCK
                .checked_sub(Weight::from_wu(RESERVED_WU))
                .unwrap_or(Weight::ZERO),
            min_feerate: FeeRate::ZERO,
            without: BTreeSet::new(),
            only: None,
        }
    }
}

impl Selection {
    fn excludes(&self, txid: &Txid) -> bool {
        self.without.contains(txid) || self.only.as_ref().is_some_and(|only| !only.contains(txid))
    }
}

/// Fills a block: again and again the transaction that, with its unconfirmed ancestors not yet taken, pays most per weight (the lower txid if
/// two pay the same), until nothing more fits.
///
/// The result is in block order: parents before children, otherwise by txid.
#[must_use]
pub fn select(entries: &[MempoolEntry], selection: &Selection) -> Vec<Transaction> {
    let mut state = State::new(entries, selection);
    let mut left = selection.max_weight.to_wu();
    while let Some((score, Reverse(txid))) = state.queue.pop_last() {
        if score.weight > left || !score.pays(selection.min_feerate) {
            continue;
        }
        left = left.saturating_sub(score.weight);
        state.take(txid);
    }
    block_order(&state.entries, &state.taken)
}

/// Fee and weight of a transaction and its ancestors that are not taken yet; more per weight is greater.
#[derive(Clone, Copy, Debug)]
struct Score {
    fee: u64,
    weight: u64,
}

impl Score {
    fn pays(self, least: FeeRate) -> bool {
        let needed = u128::from(least.to_sat_per_kwu()).saturating_mul(u128::from(self.weight));
        u128::from(self.fee).saturating_mul(1_000) >= needed
    }
}

impl Ord for Score {
    fn cmp(&self, other: &Self) -> Ordering {
        let product = |fee: u64, weight: u64| u128::from(fee).saturating_mul(u128::from(weight));
        product(self.fee, other.weight)
            .cmp(&product(other.fee, self.weight))
            .then(other.weight.cmp(&self.weight))
    }
}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Score {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Score {}

struct State<'a> {
    entries: BTreeMap<Txid, &'a MempoolEntry>,
    /// Itself included.
    ancestors: BTreeMap<Txid, BTreeSet<Txid>>,
    /// Itself included.
    descendants: BTreeMap<Txid, BTreeSet<Txid>>,
    scores: BTreeMap<Txid, Score>,
    queue: BTreeSet<(Score, Reverse<Txid>)>,
    taken: BTreeSet<Txid>,
}

impl<'a> State<'a> {
    fn new(entries: &'a [MempoolEntry], selection: &Selection) -> Self {
        let all: BTreeMap<_, _> = entries.iter().map(|entry| (entry.txid, entry)).collect();
        let mut ancestors = ancestor_sets(&all);
        ancestors.retain(|_, set| !set.iter().any(|txid| selection.excludes(txid)));
        let mut descendants: BTreeMap<Txid, BTreeSet<Txid>> = BTreeMap::new();
        for (txid, set) in &ancestors {
            for ancestor in set {
                descendants.entry(*ancestor).or_default().insert(*txid);
            }
        }
        let mut state = Self {
            entries: all,
            ancestors,
            descendants,
            scores: BTreeMap::new(),
            queue: BTreeSet::new(),
            taken: BTreeSet::new(),
        };
        let eligible: Vec<_> = state.ancestors.keys().copied().collect();
        for txid in eligible {
            state.queue_again(txid);
        }
        state
    }

    /// Takes a transaction with its ancestors; what descends from them has fewer ancestors to pay for then.
    fn take(&mut self, txid: Txid) {
        let package: Vec<_> = self.missing(txid).collect();
        self.taken.extend(package.iter().copied());
        let affected: BTreeSet<_> = package
            .iter()
            .filter_map(|txid| self.descendants.get(txid))
            .flatten()
            .copied()
            .collect();
        for txid in affected {
            self.queue_again(txid);
        }
    }

    fn queue_again(&mut self, txid: Txid) {
        if let Some(score) = self.scores.remove(&txid) {
            self.queue.remove(&(score, Reverse(txid)));
        }
        if self.taken.contains(&txid) {
            return;
        }
        let score = self
            .missing(txid)
            .filter_map(|txid| self.entries.get(&txid))
            .fold(Score { fee: 0, weight: 0 }, |sum, entry| Score {
                fee: sum.fee.saturating_add(entry.fee.to_sat()),
                weight: sum.weight.saturating_add(entry.weight.to_wu()),
            });
        self.scores.insert(txid, score);
        self.queue.insert((score, Reverse(txid)));
    }

    /// A transaction and its ancestors, without those taken.
    fn missing(&self, txid: Txid) -> impl Iterator<Item = Txid> {
        let set = self.ancestors.get(&txid);
        set.into_iter()
            .flatten()
            .copied()
            .filter(|txid| !self.taken.contains(txid))
    }
}

/// Each transaction's unconfirmed ancestors and itself. A parent that is not listed makes a transaction ineligible: it is not there.
fn ancestor_sets(entries: &BTreeMap<Txid, &MempoolEntry>) -> BTreeMap<Txid, BTreeSet<Txid>> {
    let mut sets: BTreeMap<Txid, BTreeSet<Txid>> = BTreeMap::new();
    let mut open: Vec<_> = entries.values().collect();
    loop {
        let before = open.len();
        open.retain(|entry| {
            let parents: Option<Vec<_>> = entry.parents.iter().map(|txid| sets.get(txid)).collect();
            let Some(parents) = parents else { return true };
            let mut set: BTreeSet<Txid> = parents.into_iter().flatten().copied().collect();
            set.insert(entry.txid);
            sets.insert(entry.txid, set);
            false
        });
        if open.len() == before {
            return sets;
        }
    }
}

fn block_order(
    entries: &BTreeMap<Txid, &MempoolEntry>,
    taken: &BTreeSet<Txid>,
) -> Vec<Transaction> {
    let mut ordered = Vec::with_capacity(taken.len());
    let mut placed = BTreeSet::new();
    let mut open = taken.clone();
    while let Some(entry) = open
        .iter()
        .filter_map(|txid| entries.get(txid))
        .find(|entry| entry.parents.is_subset(&placed))
    {
        open.remove(&entry.txid);
        placed.insert(entry.txid);
        ordered.push(Transaction::clone(&entry.tx));
    }
    ordered
}

#[cfg(test)]
#[path = "selection_tests.rs"]
mod tests;

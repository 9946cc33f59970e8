//! The order of first appearance.

use std::collections::BTreeMap;

use super::pair::Pairing;
use crate::difference::{Difference, Place};

/// Names the fewest transactions that must move for the recording to have the golden file's order.
pub(super) fn compare_order(pairing: &Pairing<'_>, out: &mut Vec<Difference>) {
    let mut found: Vec<usize> = (0..pairing.pairs.len()).collect();
    let positions = actual_positions(pairing);
    found.sort_by_key(|index| {
        pairing
            .pairs
            .get(*index)
            .and_then(|pair| positions.get(pair.actual.golden.id.as_str()))
    });
    let kept = longest_increasing(&found);
    for (position, index) in found
        .iter()
        .enumerate()
        .filter(|(_, index)| kept.binary_search(index).is_err())
    {
        let Some(pair) = pairing.pairs.get(*index) else {
            continue;
        };
        let after = |previous: Option<usize>| match previous.and_then(|i| pairing.pairs.get(i)) {
            Some(previous) => format!("after {}", previous.shown),
            None => "first".to_owned(),
        };
        let expected = after(index.checked_sub(1));
        let found = after(position.checked_sub(1).and_then(|p| found.get(p).copied()));
        pair.root(Place::Order, expected, found, out);
    }
}

fn actual_positions<'a>(pairing: &Pairing<'a>) -> BTreeMap<&'a str, usize> {
    let Some(pair) = pairing.pairs.first() else {
        return BTreeMap::new();
    };
    let seen = pair.actual_view.seen.iter().enumerate();
    seen.map(|(position, seen)| (seen.golden.id.as_str(), position))
        .collect()
}

/// A longest increasing subsequence, ascending.
fn longest_increasing(values: &[usize]) -> Vec<usize> {
    // For each length, the smallest last value of a run of that length; `before` links a run.
    let mut tails: Vec<usize> = Vec::new();
    let mut before: BTreeMap<usize, usize> = BTreeMap::new();
    for &value in values {
        let at = tails.partition_point(|tail| *tail < value);
        if let Some(previous) = at.checked_sub(1).and_then(|i| tails.get(i)) {
            before.insert(value, *previous);
        }
        match tails.get_mut(at) {
            Some(tail) => *tail = value,
            None => tails.push(value),
        }
    }
    let mut run: Vec<usize> =
        std::iter::successors(tails.last().copied(), |value| before.get(value).copied()).collect();
    run.reverse();
    run
}

#[cfg(test)]
mod tests {
    use super::longest_increasing;

    #[test]
    fn keeps_as_many_as_possible() {
        assert_eq!(longest_increasing(&[0, 1, 2]), [0, 1, 2]);
        assert_eq!(longest_increasing(&[3, 0, 1, 2]), [0, 1, 2]);
        assert_eq!(longest_increasing(&[1, 2, 3, 0]), [1, 2, 3]);
        assert_eq!(longest_increasing(&[]), [0; 0]);
    }
}

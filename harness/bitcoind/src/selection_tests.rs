use std::sync::Arc;

use bitcoin::absolute::LockTime;
use bitcoin::transaction::Version;
use bitcoin::{Amount, OutPoint, ScriptBuf, Sequence, TxIn, TxOut, Witness};

use super::*;

/// A small mempool: transactions by name, each with its fee, weight and parents.
#[derive(Default)]
struct Pool {
    names: BTreeMap<&'static str, Txid>,
    entries: Vec<MempoolEntry>,
}

impl Pool {
    fn add(&mut self, name: &'static str, fee_sat: u64, weight_wu: u64, parents: &[&str]) {
        let parents: BTreeSet<Txid> = parents.iter().map(|parent| self.names[parent]).collect();
        let tx = Transaction {
            version: Version::TWO,
            lock_time: LockTime::ZERO,
            input: parents
                .iter()
                .map(|txid| TxIn {
                    previous_output: OutPoint::new(*txid, 0),
                    script_sig: ScriptBuf::new(),
                    sequence: Sequence::MAX,
                    witness: Witness::new(),
                })
                .collect(),
            output: vec![TxOut {
                value: Amount::from_sat(fee_sat),
                script_pubkey: ScriptBuf::from_bytes(name.as_bytes().to_vec()),
            }],
        };
        let txid = tx.compute_txid();
        self.names.insert(name, txid);
        self.entries.push(MempoolEntry {
            txid,
            tx: Arc::new(tx),
            fee: Amount::from_sat(fee_sat),
            vsize: weight_wu.div_ceil(4),
            weight: Weight::from_wu(weight_wu),
            parents,
        });
    }

    fn select(&self, selection: &Selection) -> Vec<&'static str> {
        select(&self.entries, selection)
            .iter()
            .map(|tx| {
                let txid = tx.compute_txid();
                let found = self.names.iter().find(|(_, known)| **known == txid);
                *found.unwrap().0
            })
            .collect()
    }

    fn sorted(&self, selection: &Selection) -> Vec<&'static str> {
        let mut names = self.select(selection);
        names.sort_unstable();
        names
    }

    fn txids(&self, names: &[&str]) -> BTreeSet<Txid> {
        names.iter().map(|name| self.names[name]).collect()
    }
}

fn up_to(max_wu: u64) -> Selection {
    Selection {
        max_weight: Weight::from_wu(max_wu),
        ..Selection::default()
    }
}

#[test]
fn a_child_pays_for_its_parent() {
    let mut pool = Pool::default();
    pool.add("commitment", 0, 400, &[]);
    pool.add("bump", 4_000, 400, &["commitment"]);
    pool.add("ordinary", 1_000, 400, &[]);
    assert_eq!(pool.select(&up_to(800)), ["commitment", "bump"]);
    // Alone, the parent that pays nothing is worth less than the ordinary one.
    assert_eq!(pool.select(&up_to(400)), ["ordinary"]);
}

#[test]
fn a_parent_that_is_taken_is_not_paid_for_twice() {
    let mut pool = Pool::default();
    pool.add("parent", 0, 1_000, &[]);
    pool.add("rich", 9_000, 100, &["parent"]);
    pool.add("poor", 500, 100, &["parent"]);
    pool.add("other", 300, 100, &[]);
    // Once the rich child has brought the parent in, the poor one (5 sat/wu) beats the other (3 sat/wu).
    assert_eq!(pool.sorted(&up_to(1_200)), ["parent", "poor", "rich"]);
}

#[test]
fn what_does_not_fit_makes_room_for_what_does() {
    let mut pool = Pool::default();
    pool.add("large", 10_000, 1_000, &[]);
    pool.add("small", 10, 100, &[]);
    assert_eq!(pool.select(&up_to(999)), ["small"]);
}

#[test]
fn leaving_one_out_leaves_out_its_descendants() {
    let mut pool = Pool::default();
    pool.add("a", 100, 100, &[]);
    pool.add("b", 100, 100, &["a"]);
    pool.add("c", 100, 100, &["b"]);
    pool.add("d", 100, 100, &[]);
    let selection = Selection {
        without: pool.txids(&["b"]),
        ..Selection::default()
    };
    assert_eq!(pool.sorted(&selection), ["a", "d"]);
}

#[test]
fn only_takes_nothing_that_is_not_listed() {
    let mut pool = Pool::default();
    pool.add("a", 100, 100, &[]);
    pool.add("b", 100, 100, &["a"]);
    pool.add("c", 100, 100, &[]);
    let only = |names: &[&str]| Selection {
        only: Some(pool.txids(names)),
        ..Selection::default()
    };
    assert_eq!(pool.sorted(&only(&["a", "b"])), ["a", "b"]);
    assert!(pool.sorted(&only(&["b"])).is_empty());
    assert!(pool.sorted(&only(&[])).is_empty());
}

#[test]
fn the_least_fee_rate_is_met_by_packages() {
    let mut pool = Pool::default();
    pool.add("free", 0, 400, &[]);
    pool.add("parent", 0, 400, &[]);
    pool.add("child", 800, 400, &["parent"]);
    let selection = Selection {
        min_feerate: FeeRate::from_sat_per_kwu(1_000),
        ..Selection::default()
    };
    assert_eq!(pool.sorted(&selection), ["child", "parent"]);
}

#[test]
fn the_order_does_not_depend_on_the_input_order() {
    let mut pool = Pool::default();
    pool.add("a", 100, 100, &[]);
    pool.add("b", 100, 100, &["a"]);
    pool.add("c", 300, 100, &[]);
    pool.add("d", 100, 100, &["b", "c"]);
    let forwards = pool.select(&Selection::default());
    pool.entries.reverse();
    assert_eq!(pool.select(&Selection::default()), forwards);
    let place = |name| forwards.iter().position(|other| *other == name).unwrap();
    assert!(place("a") < place("b") && place("b") < place("d") && place("c") < place("d"));
}

//! The pool hands out what was started ahead, each node once.

mod common;

use std::collections::BTreeSet;

use common::{eventually, process_with, stock};
use leyden_bitcoind::{Chain, Demand, NodeOptions, Pool};

fn demand(args: &[&str]) -> Demand {
    Demand {
        binary: stock(),
        options: NodeOptions {
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            ..NodeOptions::default()
        },
    }
}

#[test]
fn each_node_is_fresh_and_of_the_kind_asked_for() {
    let (usual, other) = (demand(&[]), demand(&["-uacomment=other"]));
    let plan = vec![usual.clone(), other.clone(), usual.clone(), usual.clone()];
    let pool = Pool::new(plan, 2);
    let mut pids = BTreeSet::new();
    // Not in the plan's order, and one more than planned.
    for wanted in [&other, &usual, &usual, &usual, &other] {
        let node = pool.take(wanted).unwrap();
        assert_eq!(node.options(), &wanted.options);
        assert_eq!(node.tip().unwrap().hash, Chain::prepared().tip());
        assert!(node.mempool().unwrap().is_empty());
        assert!(pids.insert(node.pid()));
        Chain::prepared().mine_empty(&node, 1).unwrap();
    }
    assert_eq!(pool.stats().taken, 5);
}

#[test]
fn what_is_not_taken_is_killed_with_the_pool() {
    let marked = demand(&["-uacomment=untaken"]);
    let pool = Pool::new(vec![marked; 6], 2);
    eventually("a start ahead of need", || {
        process_with("uacomment=untaken").is_some()
    });
    drop(pool);
    eventually("the end of the nodes", || {
        process_with("uacomment=untaken").is_none()
    });
}

#[test]
fn a_node_that_does_not_start_is_reported_to_who_takes_it() {
    let broken = demand(&["-maxmempool=1"]);
    let pool = Pool::new(vec![broken.clone()], 1);
    let error = pool.take(&broken).unwrap_err();
    assert!(error.to_string().contains("maxmempool"), "{error}");
    assert!(pool.take(&demand(&[])).is_ok());
}

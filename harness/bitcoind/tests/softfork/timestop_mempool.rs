//! The mempool through reorganisations over congested blocks: what has matured on one branch may not have on the other, though that is higher.

use std::collections::BTreeSet;

use bitcoin::{Amount, Transaction, Txid};
use leyden_bitcoind::BlockContents;

use crate::fixture::{
    Bench, Coin, OK, TIMESTOP, coins_of, marked, rate, send, template, template_txids,
};
use crate::spending::{anyone, output, sink, spend_after};
use crate::timestop::EARLY;

/// What is in the mempool. The miner can make a valid block of it, and takes all.
fn mempool(bench: &Bench) -> BTreeSet<Txid> {
    let listed = template_txids(&template(&bench.node, &bench.chain, 10));
    let txids = bench.node.mempool_txids().unwrap();
    let listed: BTreeSet<Txid> = listed.iter().map(|txid| txid.parse().unwrap()).collect();
    assert_eq!(listed, txids);
    txids
}

fn ids(txs: &[&Transaction]) -> BTreeSet<Txid> {
    txs.iter().map(|tx| tx.compute_txid()).collect()
}

fn reorg(bench: &mut Bench, depth: u32, rival: Vec<BlockContents>) {
    bench.chain.reorg(&bench.node, depth, rival).unwrap();
}

/// Two coins in block 111.
fn two_coins() -> (Bench, Coin, Coin) {
    let mut bench = Bench::patched(&[TIMESTOP]);
    let mut coins = bench.confirm(vec![output(anyone()); 2]);
    let second = coins.pop().unwrap();
    (bench, coins.remove(0), second)
}

#[test]
fn what_is_early_again_leaves_and_comes_back() {
    let (mut bench, first, second) = two_coins();
    let (late, soon) = (spend_after(&first, 3), spend_after(&second, 1));
    bench.mine_each(vec![BlockContents::empty(); 2]);
    assert_eq!(send(&bench.node, &late), OK);
    assert_eq!(send(&bench.node, &soon), OK);
    assert_eq!(mempool(&bench), ids(&[&late, &soon]));
    // One block higher, but none that counts since the coin's.
    reorg(&mut bench, 2, vec![marked(vec![]); 3]);
    assert_eq!(mempool(&bench), ids(&[&soon]));
    assert_eq!(send(&bench.node, &late), EARLY);
    bench.mine_each(vec![BlockContents::empty(), marked(vec![])]);
    assert_eq!(send(&bench.node, &late), EARLY);
    bench.mine(BlockContents::empty());
    assert_eq!(send(&bench.node, &late), OK);
    assert_eq!(mempool(&bench), ids(&[&late, &soon]));
}

#[test]
fn a_disconnected_spend_returns_only_if_it_is_still_mature() {
    let (mut bench, first, second) = two_coins();
    let (late, soon) = (spend_after(&first, 3), spend_after(&second, 2));
    bench.mine_each(vec![BlockContents::empty(); 2]);
    bench.mine(BlockContents::of(vec![late.clone(), soon.clone()]));
    reorg(&mut bench, 1, vec![marked(vec![]); 2]);
    assert_eq!(mempool(&bench), ids(&[&late, &soon]));
    let both = vec![late.clone(), soon.clone()];
    bench.mine(marked(both));
    // Of the two blocks that counted, one is left.
    reorg(&mut bench, 4, vec![marked(vec![]); 5]);
    assert_eq!(mempool(&bench), ids(&[&soon]));
    bench.mine(BlockContents::empty());
    assert_eq!(send(&bench.node, &late), OK);
}

/// Catches: cached lock points that are kept although the coin's own block is another now.
#[test]
fn a_coin_that_confirms_elsewhere_is_counted_from_there() {
    let mut bench = Bench::patched(&[TIMESTOP]);
    bench.mine(BlockContents::empty());
    let maker = bench.chain.pay(vec![output(anyone())], rate()).unwrap();
    let tx = spend_after(&coins_of(&maker).remove(0), 2);
    let with_maker = || BlockContents::of(vec![maker.clone()]);
    let empty = BlockContents::empty;
    bench.mine_each(vec![with_maker(), empty()]);
    assert_eq!(send(&bench.node, &tx), OK);
    reorg(&mut bench, 2, vec![with_maker(), empty(), marked(vec![])]);
    assert_eq!(mempool(&bench), ids(&[&tx]));
    reorg(
        &mut bench,
        3,
        vec![empty(), marked(vec![]), empty(), with_maker()],
    );
    assert!(mempool(&bench).is_empty());
    assert_eq!(send(&bench.node, &tx), EARLY);
    bench.mine(BlockContents::empty());
    assert_eq!(send(&bench.node, &tx), OK);
    reorg(
        &mut bench,
        5,
        vec![
            empty(),
            with_maker(),
            marked(vec![]),
            marked(vec![]),
            marked(vec![]),
            marked(vec![]),
        ],
    );
    assert!(mempool(&bench).is_empty());
}

/// Catches: a lock of 0 kept as a height to be passed, which a branch with more congested blocks falls below.
#[test]
fn no_lock_is_never_early() {
    let (mut bench, first, second) = two_coins();
    bench.mine_each(vec![BlockContents::empty(); 3]);
    let mut parent = spend_after(&first, 0);
    parent.output[0].script_pubkey = anyone();
    // Relay wants 65 bytes.
    parent.output.push(sink(2, Amount::from_sat(1_000)));
    let child = spend_after(&coins_of(&parent)[0], 0);
    let alone = spend_after(&second, 0);
    for tx in [&parent, &child, &alone] {
        assert_eq!(send(&bench.node, tx), OK);
    }
    reorg(&mut bench, 3, vec![marked(vec![]); 4]);
    assert_eq!(mempool(&bench), ids(&[&parent, &child, &alone]));
    bench.mine(marked(vec![parent, child, alone]));
}

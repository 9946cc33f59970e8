//! Which spends a relative lock allows in the next block, when some blocks are congested.

use std::collections::BTreeSet;

use bitcoin::absolute::LockTime;
use bitcoin::transaction::Version;
use bitcoin::{Sequence, Transaction};
use leyden_bitcoind::{BlockContents, Chain, Node};

use crate::fixture::{
    Bench, Coin, OK, TIMESTOP, coins_of, counted, in_block, in_mempool, marked, proposed, rate,
    reason, relay,
};
use crate::spending::{anyone, bytes, output, p2nsh, p2wsh, spend, spend_after};

pub(crate) const EARLY: &str = "non-BIP68-final";
pub(crate) const EARLY_BLOCK: &str = "bad-txns-nonfinal";
const ALLOWED: [&str; 2] = [OK, OK];
const FORBIDDEN: [&str; 2] = [EARLY, EARLY_BLOCK];
/// BIP68: the lock is in units of 512 seconds.
const TIME_LOCK: u32 = 1 << 22;

/// The largest lock that is satisfied: `marks[i]` is the mark of block i, the coin is in block `made`, the last block is the tip.
fn allowed(marks: &[bool], made: usize) -> u32 {
    let uncongested = marks[made + 1..].iter().filter(|mark| !**mark).count();
    1 + u32::try_from(uncongested).unwrap()
}

/// Asks for each coin and all locks near the border: in relay, in an ordinary and in a marked block.
fn check_border(bench: &Bench, coins: &[Coin], marks: &[bool]) {
    let mut cases = Vec::new();
    for (made, coin) in coins.iter().enumerate() {
        let most = allowed(marks, made);
        for lock in BTreeSet::from([0, 1, most, most + 1, most + 2]) {
            cases.push((made, lock, lock <= most, spend_after(coin, lock)));
        }
    }
    let txs: Vec<Transaction> = cases.iter().map(|case| case.3.clone()).collect();
    let relayed = relay(&bench.node, &txs);
    let blocks = bench.in_blocks(&txs);
    let in_marked = txs.into_iter().map(|tx| marked(vec![tx])).collect();
    let in_marked = proposed(&bench.node, &bench.chain, in_marked);
    for (n, (made, lock, may, _)) in cases.iter().enumerate() {
        let [early, refused] = if *may { ALLOWED } else { FORBIDDEN };
        let verdicts = [&relayed[n], &blocks[n], &in_marked[n]];
        let expected = [early, refused, refused];
        assert_eq!(
            verdicts, expected,
            "coin of block {made}, lock {lock}, {marks:?}"
        );
    }
}

#[test]
fn a_lock_counts_the_uncongested_blocks() {
    let mut bench = Bench::patched(&[TIMESTOP]);
    let (mut coins, mut marks) = (Vec::new(), Vec::new());
    let pattern = [0, 1, 0, 0, 1, 1, 1, 0, 1, 0, 0, 1];
    for congested in pattern.map(|mark| mark == 1) {
        let tx = bench.chain.pay(vec![output(anyone())], rate()).unwrap();
        bench.mine(BlockContents {
            congested,
            ..BlockContents::of(vec![tx.clone()])
        });
        coins.push(coins_of(&tx).remove(0));
        marks.push(congested);
        check_border(&bench, &coins, &marks);
    }
    assert_eq!(counted(&bench.node, 122), (true, 122 - 6));
}

/// §3.3.1: with 6 confirmations, the seventh block congested, it has still 6. And so through 4 congested blocks: 6 of 10.
#[test]
fn the_seventh_block_congested_still_6() {
    let mut bench = Bench::both(&[TIMESTOP]);
    let coin = bench.confirm(vec![output(anyone())]).remove(0);
    let table = |bench: &Bench, lock| bench.table(&spend_after(&coin, lock));
    bench.mine_each(vec![BlockContents::empty(); 5]);
    assert_eq!(table(&bench, 6), [ALLOWED, ALLOWED]);
    assert_eq!(table(&bench, 7), [FORBIDDEN, FORBIDDEN]);
    for confirmations in 7..=10 {
        bench.mine(marked(vec![]));
        assert_eq!(table(&bench, 6), [ALLOWED, ALLOWED]);
        assert_eq!(table(&bench, 7), [ALLOWED, FORBIDDEN]);
        assert_eq!(table(&bench, confirmations), [ALLOWED, FORBIDDEN]);
        assert_eq!(table(&bench, confirmations + 1), [FORBIDDEN, FORBIDDEN]);
    }
    bench.mine(BlockContents::empty());
    assert_eq!(table(&bench, 7), [ALLOWED, ALLOWED]);
    assert_eq!(table(&bench, 8), [ALLOWED, FORBIDDEN]);
    // Matured, it may be mined in a congested block.
    bench.mine(marked(vec![spend_after(&coin, 7)]));
}

/// What a node says of a next block that is really submitted: a proposal's own mark is not counted anywhere. Only for blocks that are refused.
fn refusal(node: &Node, chain: &Chain, contents: BlockContents) -> String {
    let block = chain.next_block(contents);
    node.set_mock_time(block.header.time).unwrap();
    reason(node.submit_block(&block).unwrap_err())
}

/// Catches: a coin made in the block that spends it, whose mark makes it seem a block older. That is looser than BIP68: a hard fork.
#[test]
fn a_coin_of_the_same_block_is_not_older_for_a_mark() {
    let mut bench = Bench::both(&[TIMESTOP]);
    for congested_before in [0, 2] {
        bench.mine_each(vec![marked(vec![]); congested_before]);
        let maker = bench.chain.pay(vec![output(anyone())], rate()).unwrap();
        let coin = coins_of(&maker).remove(0);
        for lock in [1, 2] {
            let txs = vec![maker.clone(), spend_after(&coin, lock)];
            for node in [bench.stock(), &bench.node] {
                for contents in [BlockContents::of(txs.clone()), marked(txs.clone())] {
                    let refused = refusal(node, &bench.chain, contents);
                    assert_eq!(
                        refused, EARLY_BLOCK,
                        "lock {lock}, {congested_before} before"
                    );
                }
            }
        }
        // An unconfirmed coin is one of the next block.
        bench.node.send_raw(&maker).unwrap();
        assert_eq!(bench.relay(&spend_after(&coin, 0)), OK);
        assert_eq!(bench.relay(&spend_after(&coin, 1)), EARLY);
        bench.mine(marked(vec![maker, spend_after(&coin, 0)]));
    }
}

/// Neither the mark of the coin's block nor that of the spending block counts.
#[test]
fn the_marks_at_both_ends_do_not_matter() {
    let mut bench = Bench::both(&[TIMESTOP]);
    for between in [&[][..], &[false], &[true], &[true, false, true]] {
        for (made_in, spent_in) in [(false, false), (false, true), (true, false), (true, true)] {
            let block = |congested, txs| BlockContents {
                congested,
                ..BlockContents::of(txs)
            };
            let maker = bench.chain.pay(vec![output(anyone())], rate()).unwrap();
            bench.mine(block(made_in, vec![maker.clone()]));
            bench.mine_each(between.iter().map(|mark| block(*mark, vec![])).collect());
            let coin = coins_of(&maker).remove(0);
            let most = allowed(&[&[made_in], between].concat(), 0);
            let early = block(spent_in, vec![spend_after(&coin, most + 1)]);
            let refused = refusal(&bench.node, &bench.chain, early);
            assert_eq!(refused, EARLY_BLOCK, "{made_in} {between:?} {spent_in}");
            bench.mine(block(spent_in, vec![spend_after(&coin, most)]));
        }
    }
    assert_eq!(bench.stock().tip().unwrap().hash, bench.chain.tip());
}

#[test]
fn other_locks_run_on() {
    let mut bench = Bench::both(&[TIMESTOP]);
    let coin = bench.confirm(vec![output(anyone())]).remove(0);
    for blocks in 1..=5 {
        // The median time grows by 600 seconds each block.
        let units = 600 * blocks / 512;
        for (lock, row) in [(units, ALLOWED), (units + 1, FORBIDDEN)] {
            let table = bench.table(&spend_after(&coin, TIME_LOCK | lock));
            assert_eq!(table, [row, row], "{lock} units after {blocks} blocks");
        }
        let tip = bench.chain.height();
        for (height, row) in [(tip, ALLOWED), (tip + 1, ["non-final", EARLY_BLOCK])] {
            let mut tx = spend(&[&coin]);
            tx.lock_time = LockTime::from_consensus(height);
            assert_eq!(bench.table(&tx), [row, row], "lock time {height} on {tip}");
        }
        // No lock at all: version 1, or bit 31.
        let mut old = spend_after(&coin, 50);
        old.version = Version::ONE;
        assert_eq!(bench.table(&old), [ALLOWED, ALLOWED]);
        let disabled = spend_after(&coin, 0x8000_0032);
        assert_eq!(bench.table(&disabled), [ALLOWED, ALLOWED]);
        bench.mine(marked(vec![]));
    }
}

/// `OP_CHECKSEQUENCEVERIFY` compares with nSequence alone, whose lock is then counted: in P2WSH as in P2NSH.
#[test]
fn a_delay_in_a_script_is_delayed_too() {
    let mut bench = Bench::both(&[TIMESTOP]);
    let script = bytes(&[0x53, 0xb2, 0x75, 0x51]);
    let coins = bench.confirm(vec![output(p2wsh(&script)), output(p2nsh(&script))]);
    let after = |coin: &Coin, sequence| {
        let mut tx = spend_after(coin, sequence);
        tx.input[0].witness.push(script.to_bytes());
        tx
    };
    bench.mine(BlockContents::empty());
    bench.mine(marked(vec![]));
    assert_eq!(bench.table(&after(&coins[0], 3)), [ALLOWED, FORBIDDEN]);
    let short = [
        in_mempool("Locktime requirement not satisfied"),
        in_block("Locktime requirement not satisfied"),
    ];
    for coin in &coins {
        let early = after(coin, 3);
        assert_eq!([bench.relay(&early), bench.in_block(&early)], FORBIDDEN);
        let early = after(coin, 2);
        assert_eq!([bench.relay(&early), bench.in_block(&early)], short);
    }
    bench.mine(BlockContents::empty());
    for coin in &coins {
        let ripe = after(coin, 3);
        assert_eq!([bench.relay(&ripe), bench.in_block(&ripe)], ALLOWED);
    }
    assert_eq!(bench.table(&after(&coins[0], 3)), [ALLOWED, ALLOWED]);
    // Each input has its own lock: the latest decides.
    let young = bench.confirm(vec![output(anyone())]).remove(0);
    let mut two = spend(&[&coins[0], &young]);
    two.input[0].witness.push(script.to_bytes());
    for (lock, row) in [(1, ALLOWED), (2, FORBIDDEN)] {
        two.input[0].sequence = Sequence(3);
        two.input[1].sequence = Sequence(lock);
        assert_eq!(
            [bench.relay(&two), bench.in_block(&two)],
            row,
            "lock {lock}"
        );
    }
}

#[test]
fn not_active_a_mark_means_nothing() {
    let mut bench = Bench::both(&[]);
    let coin = bench.confirm(vec![output(anyone())]).remove(0);
    for blocks in 1..=3 {
        let (may, early) = (spend_after(&coin, blocks), spend_after(&coin, blocks + 1));
        assert_eq!(bench.table(&may), [ALLOWED, ALLOWED]);
        assert_eq!(bench.table(&early), [FORBIDDEN, FORBIDDEN]);
        bench.mine(marked(vec![]));
        let height = bench.chain.height();
        assert_eq!(counted(&bench.node, height), (false, u64::from(height)));
    }
}

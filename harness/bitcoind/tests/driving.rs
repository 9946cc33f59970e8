//! Blocks, transactions, reorganisations and refusals against a real bitcoind.

mod common;

use bitcoin::transaction::Version;
use bitcoin::{Amount, OutPoint, Sequence, Transaction, TxIn, Witness};
use common::{BOUND, output, prepared, rate, stock};
use leyden_bitcoind::{
    BlockContents, Chain, ChainError, Flavour, Lack, Node, NodeOptions, Selection, SubmitError,
    WaitError,
};

#[test]
fn the_prepared_chain_is_taken_as_it_is() {
    let node = prepared();
    let chain = Chain::prepared();
    let tip = node.tip().unwrap();
    assert_eq!((tip.height, tip.hash), (110, chain.tip()));
    assert_eq!(tip.median_time, chain.median_time());
    assert_eq!(node.block_hash(7).unwrap(), chain.hash(7).unwrap());
    assert_eq!(
        &node.block(chain.tip()).unwrap(),
        &**chain.block(110).unwrap()
    );
}

#[test]
fn a_thousand_blocks_are_one_call() {
    let node = prepared();
    let mut chain = Chain::prepared();
    let before = node.stats().calls;
    chain.mine_empty(&node, 1_000).unwrap();
    assert_eq!(node.tip().unwrap().hash, chain.tip());
    // The clock, the batch and the tip.
    assert_eq!(node.stats().calls - before, 3);
    assert!(!node.stats().waited.is_zero());
}

#[test]
fn a_payment_is_relayed_mined_and_found() {
    let node = prepared();
    let mut chain = Chain::prepared();
    let tx = chain.pay(vec![output(123_456)], rate()).unwrap();
    let txid = node.send_raw(&tx).unwrap();
    node.wait_in_mempool(txid, BOUND).unwrap();
    let entries = node.mempool().unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(*entries[0].tx, tx);
    assert_eq!(entries[0].weight, tx.weight());

    let block = chain
        .mine_mempool(&node, &Selection::default(), false)
        .unwrap();
    assert_eq!(block.txdata[1], tx);
    assert_eq!(chain.find(txid), Some(111));
    let unspent = node.utxo(&OutPoint::new(txid, 0), true).unwrap();
    assert_eq!(unspent, Some(output(123_456)));
    assert!(node.mempool().unwrap().is_empty());
}

#[test]
fn a_longer_branch_takes_over_and_returns_its_transactions() {
    let node = prepared();
    let mut chain = Chain::prepared();
    let tx = chain.pay(vec![output(50_000)], rate()).unwrap();
    node.send_raw(&tx).unwrap();
    chain
        .mine_mempool(&node, &Selection::default(), false)
        .unwrap();
    chain.mine_empty(&node, 2).unwrap();
    let old = chain.clone();

    let reorg = chain.reorg(&node, 3, Vec::new()).unwrap();
    assert_eq!(reorg.fork_height, 110);
    assert_eq!(reorg.disconnected.len(), 3);
    assert_eq!(reorg.disconnected[0].block_hash(), old.tip());
    assert_eq!(reorg.connected.len(), 4);
    assert_eq!(node.tip().unwrap().hash, chain.tip());
    assert_eq!(chain.find(tx.compute_txid()), None);
    // Back in the mempool, and mined again on the new branch.
    assert!(node.mempool_txids().unwrap().contains(&tx.compute_txid()));
    let again = chain.reorg(&node, 1, vec![BlockContents::of(vec![tx.clone()])]);
    again.unwrap();
    assert_eq!(chain.find(tx.compute_txid()), Some(114));
    assert_eq!(node.tip().unwrap().hash, chain.tip());
}

#[test]
fn a_reorganisation_that_breaks_a_rule_changes_nothing() {
    let node = prepared();
    let mut chain = Chain::prepared();
    chain.mine_empty(&node, 2).unwrap();
    let before = chain.tip();
    let mut forged = chain.pay(vec![output(50_000)], rate()).unwrap();
    forged.output[0].value = Amount::from_sat(40_000);
    let rival = vec![BlockContents::of(vec![forged])];
    let error = chain.reorg(&node, 2, rival).unwrap_err();
    assert!(matches!(error, ChainError::NotSwitched { .. }), "{error}");
    assert_eq!(chain.tip(), before);
    assert_eq!(node.tip().unwrap().hash, before);
    chain.mine_empty(&node, 1).unwrap();
}

#[test]
fn refusals_are_in_bitcoinds_words() {
    let node = prepared();
    let mut chain = Chain::prepared();
    let reason = |error: SubmitError| error.reject().expect("a refusal").reason.clone();

    let mut forged = chain.pay(vec![output(50_000)], rate()).unwrap();
    forged.output[0].value = Amount::from_sat(40_000);
    let refused = reason(node.send_raw(&forged).unwrap_err());
    assert!(refused.contains("script-verify-flag"), "{refused}");
    let tested = node.test_accept(std::slice::from_ref(&forged)).unwrap();
    let tested = tested[0].as_ref().unwrap_err();
    assert!(tested.reason.contains("script-verify-flag"), "{tested}");
    assert_eq!(tested.txid, Some(forged.compute_txid()));
    let offered = chain.offer(&node, BlockContents::of(vec![forged]));
    let refused = reason(offered.unwrap_err());
    assert!(refused.contains("script-verify-flag"), "{refused}");

    let mut spent = chain.pay(vec![output(50_000)], rate()).unwrap();
    spent.input[0].previous_output.vout = 5;
    assert_eq!(
        reason(node.send_raw(&spent).unwrap_err()),
        "bad-txns-inputs-missingorspent"
    );
    let block = chain.next_block(BlockContents::empty());
    node.submit_block(&block).unwrap();
    assert_eq!(reason(node.submit_block(&block).unwrap_err()), "duplicate");
    chain.adopt(block);
    chain.mine_empty(&node, 1).unwrap();
}

#[test]
fn a_parent_without_fee_needs_its_child() {
    let node = prepared();
    let mut chain = Chain::prepared();
    let anchor = bitcoin::TxOut {
        value: Amount::ZERO,
        script_pubkey: bitcoin::ScriptBuf::from_bytes(vec![0x51, 0x02, 0x4e, 0x73]),
    };
    // Spends an anyone-can-spend anchor, so that no signature is needed after the version is set.
    let funding = bitcoin::TxOut {
        value: Amount::from_sat(100_000),
        ..anchor.clone()
    };
    let coins = chain.pay(vec![funding.clone(), funding], rate()).unwrap();
    node.send_raw(&coins).unwrap();
    chain
        .mine_mempool(&node, &Selection::default(), false)
        .unwrap();
    let spend = |outpoints: &[OutPoint], outputs| Transaction {
        version: Version(3),
        lock_time: bitcoin::absolute::LockTime::ZERO,
        input: outpoints
            .iter()
            .map(|outpoint| TxIn {
                previous_output: *outpoint,
                sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
                script_sig: bitcoin::ScriptBuf::new(),
                witness: Witness::new(),
            })
            .collect(),
        output: outputs,
    };
    let coin = |vout| OutPoint::new(coins.compute_txid(), vout);
    let parent = spend(&[coin(0)], vec![output(100_000), anchor]);
    let child = |fee: u64| {
        let anchor = OutPoint::new(parent.compute_txid(), 1);
        spend(&[anchor, coin(1)], vec![output(100_000 - fee)])
    };

    let alone = node.send_raw(&parent).unwrap_err();
    assert!(
        alone
            .reject()
            .unwrap()
            .reason
            .contains("min relay fee not met"),
        "{alone}"
    );
    let poor = node
        .submit_package(&[parent.clone(), child(10)])
        .unwrap_err();
    assert!(poor.reject().is_some(), "{poor}");
    let package = [parent.clone(), child(1_000)];
    let accepted = node.submit_package(&package).unwrap();
    assert_eq!(accepted.transactions.len(), 2);
    let block = chain
        .mine_mempool(&node, &Selection::default(), false)
        .unwrap();
    assert_eq!(block.txdata[1..], package);
}

#[test]
fn a_follower_has_the_same_tip() {
    let options = NodeOptions {
        p2p: true,
        ..NodeOptions::default()
    };
    let leader = Node::start_prepared(&stock(), &options).unwrap();
    let follower = Node::start_prepared(&stock(), &options).unwrap();
    follower.connect_to(&leader).unwrap();
    let mut chain = Chain::prepared();
    // Far beyond the two hours that a block may be ahead of a clock, and the 20 minutes after which a silent peer is dropped.
    chain.mine_empty(&leader, 50).unwrap();
    follower.wait_tip(chain.tip(), BOUND).unwrap();
    let tx = chain.pay(vec![output(70_000)], rate()).unwrap();
    leader.send_raw(&tx).unwrap();
    follower.wait_in_mempool(tx.compute_txid(), BOUND).unwrap();
    chain.reorg(&leader, 6, Vec::new()).unwrap();
    follower.wait_same_tip(&leader, BOUND).unwrap();
    assert_eq!(follower.tip().unwrap().hash, chain.tip());
}

#[test]
fn a_wait_ends_and_names_what_it_saw() {
    let node = prepared();
    let chain = Chain::prepared();
    let next = chain.next_block(BlockContents::empty()).block_hash();
    let error = node
        .wait_tip(next, std::time::Duration::from_millis(30))
        .unwrap_err();
    assert!(matches!(error, WaitError::TimedOut { .. }));
    let text = error.to_string();
    assert!(text.contains(&next.to_string()), "{text}");
    assert!(
        text.contains(&format!("{} at height 110", chain.tip())),
        "{text}"
    );
}

#[test]
fn stock_says_what_it_lacks() {
    let identity = stock().identify().unwrap();
    assert_eq!(identity.flavour, Flavour::Stock);
    assert!(identity.deployments["segwit"].active);
    let lacks: Vec<_> = identity.lacks.iter().copied().collect();
    assert_eq!(lacks, [Lack::Noinput, Lack::Timestop]);
    let error = identity
        .require(&[Lack::SubmitPackage, Lack::Noinput])
        .unwrap_err();
    assert!(error.to_string().contains("NOINPUT"), "{error}");
    identity.require(&[Lack::EphemeralDust]).unwrap();
}

//! Signature operations in P2NSH scripts count as in P2WSH, up to 80,000 in a block.

use bitcoin::hashes::{Hash as _, hash160};
use bitcoin::{Amount, ScriptBuf, Transaction, TxOut, Witness};
use leyden_bitcoind::BlockContents;
use serde_json::{Value, json};

use crate::fixture::{
    Bench, Coin, NOINPUT_NEVER, OK, UNKNOWN_PROGRAM, proposed, template, template_txids,
};
use crate::spending::{CHECKSIG, bytes, p2nsh, spend};

const LIMIT: u64 = 80_000;
/// Of a script full of `CHECKMULTISIG`, which count as 20 each.
const FULL: u64 = 3_980;

/// `0 IF … ENDIF 1`, with so many signature operations that are never run.
fn costing(sigops: u64) -> ScriptBuf {
    let multi = usize::try_from(sigops / 20).unwrap();
    let single = usize::try_from(sigops % 20).unwrap();
    let body = [[0xae].repeat(multi), [CHECKSIG].repeat(single)].concat();
    bytes(&[&[0x00, 0x63][..], &body, &[0x68, 0x51]].concat())
}

fn outputs(costs: &[u64]) -> Vec<TxOut> {
    let paid = |cost: &u64| TxOut {
        value: Amount::from_sat(200_000),
        script_pubkey: p2nsh(&costing(*cost)),
    };
    costs.iter().map(paid).collect()
}

fn spend_all(coins: &[Coin], costs: &[u64]) -> Transaction {
    let mut tx = spend(&coins.iter().collect::<Vec<_>>());
    for (input, cost) in tx.input.iter_mut().zip(costs) {
        input.witness = Witness::from_slice(&[costing(*cost)]);
    }
    tx
}

/// Stock counts none of them; nor does patched while the fork is not active, nor in programs that are not P2NSH.
#[test]
fn a_block_over_the_limit_is_refused() {
    let mut at_limit = vec![FULL; 20];
    at_limit.push(LIMIT - 20 * FULL);
    let mut over = at_limit.clone();
    *over.last_mut().unwrap() += 1;
    for (args, costs, verdict) in [
        (&[][..], &at_limit, OK),
        (&[], &over, "bad-blk-sigops"),
        (&[NOINPUT_NEVER], &over, OK),
    ] {
        let mut bench = Bench::both(args);
        let coins = bench.confirm(outputs(costs));
        let tx = spend_all(&coins, costs);
        let contents = || vec![BlockContents::of(vec![tx.clone()])];
        let both = [bench.stock(), &bench.node]
            .map(|node| proposed(node, &bench.chain, contents()).remove(0));
        assert_eq!(both, [OK, verdict], "{args:?}");
    }
}

/// Neither do programs of another length nor those in P2SH, which stay unknown.
#[test]
fn other_programs_count_none() {
    let mut bench = Bench::patched(&[]);
    let costs = vec![FULL; 21];
    let p2nsh = p2nsh(&costing(FULL));
    // 33 bytes
    let mut longer = p2nsh.to_bytes();
    longer[1] = 33;
    longer.push(0);
    let hash = hash160::Hash::hash(p2nsh.as_bytes());
    let wrapped = [&[0xa9, 20][..], hash.as_byte_array(), &[0x87]].concat();
    let redeem = [&[34][..], p2nsh.as_bytes()].concat();
    for (script, script_sig) in [(longer, vec![]), (wrapped, redeem)] {
        let mut paid = outputs(&costs);
        for output in &mut paid {
            output.script_pubkey = bytes(&script);
        }
        let coins = bench.confirm(paid);
        let mut tx = spend_all(&coins, &costs);
        for input in &mut tx.input {
            input.script_sig = bytes(&script_sig);
        }
        assert_eq!(bench.in_block(&tx), OK, "{script_sig:?}");
    }
}

fn entry(bench: &Bench, tx: &Transaction) -> Value {
    let txid = tx.compute_txid();
    bench
        .node
        .rpc()
        .call("getmempoolentry", &[json!(txid)])
        .unwrap()
}

/// Catches: sigops that the mempool does not see. The miner then builds a block over the limit, and cannot make a template at all.
#[test]
fn the_mempool_and_the_miner_count_them() {
    let mut bench = Bench::both(&[]);
    let costs = [FULL; 4];
    let coins = bench.confirm(outputs(&[FULL; 24]));
    let txs: Vec<_> = coins
        .chunks(4)
        .map(|four| spend_all(four, &costs))
        .collect();
    assert_eq!(bench.table(&txs[0]), [[UNKNOWN_PROGRAM, OK], [OK, OK]]);
    for tx in &txs {
        bench.node.send_raw(tx).unwrap();
        // 20 bytes (80 weight units) for each.
        assert_eq!(entry(&bench, tx)["vsize"], 4 * FULL * 20 / 4);
    }
    let template = template(&bench.node, &bench.chain, 10);
    let listed = template["transactions"].as_array().unwrap();
    assert!(
        listed.iter().all(|tx| tx["sigops"] == 4 * FULL),
        "{listed:?}"
    );
    let taken = template_txids(&template).len();
    assert!((4..=5).contains(&taken), "{taken} of {}", txs.len());
    // All of them are too much for a block.
    let all = BlockContents::of(txs.clone());
    let verdict = proposed(&bench.node, &bench.chain, vec![all]);
    assert_eq!(verdict, ["bad-blk-sigops"]);
}

/// One transaction may use a fifth of a block's.
#[test]
fn relay_has_its_own_limit() {
    let mut bench = Bench::patched(&[]);
    let costs = [FULL, FULL, FULL, FULL, 16_000 - 4 * FULL + 1];
    let coins = bench.confirm(outputs(&costs));
    let tx = spend_all(&coins, &costs);
    assert_eq!(bench.relay(&tx), "bad-txns-too-many-sigops");
    assert_eq!(bench.in_block(&tx), OK);
}

//! P2NSH scripts run under the rules of P2WSH; everything near P2NSH stays as it was.

use bitcoin::hashes::{Hash as _, hash160};
use bitcoin::{ScriptBuf, Transaction};
use leyden_bitcoind::{BlockContents, Flavour};
use serde_json::Value;

use crate::fixture::{
    Bench, Coin, OK, UNKNOWN_PROGRAM, in_block, in_mempool, program, reason, start,
};
use crate::noinput_policy::{Case, cases};
use crate::sighash::FALSE;
use crate::spending::{
    V16, anyone, bytes, input, one_key, output, p2nsh, p2wsh, spend_signed, spend_with,
};

pub(crate) const EMPTY: &str = "Witness program was passed an empty witness";
const MISMATCH: &str = "Witness program hash mismatch";

/// In 2 × 2: stock never relays a P2NSH spend and takes each in a block; patched judges it as P2WSH, which both judge alike.
#[test]
fn scripts_run_under_the_rules_of_p2wsh() {
    let cases = cases();
    let mut bench = Bench::both(&[]);
    let outputs = |program: fn(&bitcoin::Script) -> ScriptBuf| {
        let output = |case: &Case| output(program(&case.script));
        cases.iter().map(output).collect::<Vec<_>>()
    };
    let new = bench.confirm(outputs(p2nsh));
    let old = bench.confirm(outputs(p2wsh));
    for (case, (new, old)) in cases.iter().zip(new.iter().zip(&old)) {
        let expected = [case.relay.as_str(), case.block.as_str()];
        let v0 = bench.table(&spend_with(old, &case.witness()));
        assert_eq!(v0, [expected, expected], "P2WSH: {}", case.name);
        let v16 = bench.table(&spend_with(new, &case.witness()));
        assert_eq!(
            v16,
            [[UNKNOWN_PROGRAM, OK], expected],
            "P2NSH: {}",
            case.name
        );
    }
}

#[test]
fn the_script_must_be_there_and_match() {
    let mut bench = Bench::both(&[]);
    let coin = bench
        .confirm(vec![output(p2nsh(&bytes(&[0x51])))])
        .remove(0);
    for (witness, error) in [
        (vec![], EMPTY),
        (vec![vec![0x52]], MISMATCH),
        (vec![vec![]], MISMATCH),
        (vec![vec![0x51], vec![0x52]], MISMATCH),
    ] {
        let table = bench.table(&spend_with(&coin, &witness));
        let patched = [in_mempool(error), in_block(error)];
        assert_eq!(table[0], [UNKNOWN_PROGRAM, OK], "stock, {witness:?}");
        assert_eq!(table[1], patched, "patched, {witness:?}");
    }
    // BIP141 asks an empty scriptSig of every native program, known or not.
    let mut tx = spend_with(&coin, &[vec![0x51]]);
    tx.input[0].script_sig = bytes(&[0x51]);
    let error = "Witness requires empty scriptSig";
    let table = bench.table(&tx);
    assert_eq!(table[0], [UNKNOWN_PROGRAM, &in_block(error)]);
    assert_eq!(table[1], [in_mempool(error), in_block(error)]);
}

/// A program that is not P2NSH, and what unlocks its output besides the witness.
fn neighbours() -> Vec<(&'static str, ScriptBuf, ScriptBuf)> {
    let native = |name, opcode, size| (name, program(opcode, &vec![9; size]), ScriptBuf::new());
    let redeem = p2nsh(&one_key(1));
    let hash = hash160::Hash::hash(redeem.as_bytes());
    let wrapped = [&[0xa9, 20][..], hash.as_byte_array(), &[0x87]].concat();
    let push = [&[34][..], redeem.as_bytes()].concat();
    vec![
        native("v16, 2 bytes", V16, 2),
        native("v16, 20 bytes", V16, 20),
        native("v16, 31 bytes", V16, 31),
        native("v16, 33 bytes", V16, 33),
        native("v16, 40 bytes", V16, 40),
        native("v15, 32 bytes", 0x5f, 32),
        native("v2, 32 bytes", 0x52, 32),
        ("P2SH of P2NSH", bytes(&wrapped), bytes(&push)),
    ]
}

#[test]
fn other_programs_stay_anyone_can_spend() {
    let mut bench = Bench::both(&[]);
    let neighbours = neighbours();
    let outputs = neighbours.iter().map(|n| output(n.1.clone())).collect();
    let coins = bench.confirm(outputs);
    for ((name, _, script_sig), coin) in neighbours.iter().zip(&coins) {
        for witness in [vec![], vec![vec![1], one_key(1).into_bytes()]] {
            let mut tx = spend_with(coin, &witness);
            tx.input[0].script_sig.clone_from(script_sig);
            let relay = if script_sig.is_empty() {
                UNKNOWN_PROGRAM.to_owned()
            } else {
                in_mempool("Witness version reserved for soft-fork upgrades")
            };
            let table = bench.table(&tx);
            assert_eq!(
                table,
                [[relay.as_str(), OK], [relay.as_str(), OK]],
                "{name}"
            );
        }
    }
}

/// A spend of `coin` whose signature is of another transaction.
fn forged(coin: &Coin) -> Transaction {
    let mut tx = spend_signed(coin, 1, 0x41);
    tx.output[0].value -= bitcoin::Amount::from_sat(1);
    tx
}

/// Catches: the script flag missing from the mandatory flags. The failure of a block's script is then called a matter of policy
/// (`mempool-script-…`), and only where scripts are not checked in parallel.
#[test]
fn a_script_failure_in_a_block_is_a_consensus_failure() {
    for threads in ["-par=1", "-par=3"] {
        let mut bench = Bench::patched(&[threads]);
        let coin = bench.confirm(vec![output(p2nsh(&one_key(1)))]).remove(0);
        let contents = BlockContents::of(vec![forged(&coin)]);
        let refused = bench.chain.next_block(contents.clone()).block_hash();
        let error = bench.chain.offer(&bench.node, contents).unwrap_err();
        assert_eq!(reason(error), in_block(FALSE), "{threads}");
        let tips: Value = bench.node.rpc().call("getchaintips", &[]).unwrap();
        let tips = tips.as_array().unwrap();
        let tip = tips
            .iter()
            .find(|tip| tip["hash"] == refused.to_string().as_str())
            .unwrap();
        assert_eq!(tip["status"], "invalid", "{threads}");
        assert_eq!(bench.node.tip().unwrap().hash, bench.chain.tip());
    }
}

/// A verdict under the active rules must not be remembered for the inactive ones, or the other way round.
#[test]
fn a_spend_is_judged_by_the_rules_of_its_block() {
    let mut bench = Bench::patched(&["-vbparams=noinput:-2:9223372036854775807"]);
    let coin = bench.confirm(vec![output(p2nsh(&one_key(1)))]).remove(0);
    assert_eq!(bench.in_block(&forged(&coin)), OK);
    bench.mine(BlockContents::of(vec![forged(&coin)]));
    // The same chain under the other parameters: the block that breaks the rule is not taken.
    let other = start(Flavour::Patched, &[]);
    let block = |height| (**bench.chain.block(height).unwrap()).clone();
    other.submit_block(&block(111)).unwrap();
    let error = other.submit_block(&block(112)).unwrap_err();
    assert_eq!(reason(error), in_block(FALSE));
}

/// NOINPUT includes ANYONECANPAY: whoever sees the transaction can add inputs, and its txid is another.
#[test]
fn a_stranger_can_add_an_input_and_change_the_txid() {
    let mut bench = Bench::both(&[]);
    let coins = bench.confirm(vec![output(p2nsh(&one_key(1))), output(anyone())]);
    let tx = spend_signed(&coins[0], 1, 0x41);
    let mut changed = tx.clone();
    changed.input.push(input(&coins[1]));
    assert_ne!(tx.compute_txid(), changed.compute_txid());
    assert_eq!(bench.table(&changed), [[UNKNOWN_PROGRAM, OK], [OK, OK]]);
    let fixed = spend_signed(&coins[0], 1, 0x01);
    let mut changed = fixed.clone();
    changed.input.push(input(&coins[1]));
    assert_eq!(bench.in_blocks(&[fixed, changed]), [OK, &in_block(FALSE)]);
}

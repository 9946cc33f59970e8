//! Several hash types together, and 0x40 outside of P2NSH.

use bitcoin::hashes::Hash as _;
use bitcoin::sighash::SighashCache;
use bitcoin::{Amount, ScriptBuf, Transaction, Witness};
use leyden_bitcoind::BlockContents;
use leyden_tx::{DigestRules, HashType, SpentInput, digest_bip143, digest_noinput};

use crate::fixture::{Bench, Coin, OK, Table, in_block, in_mempool};
use crate::sighash::{FALSE, STANDARD};
use crate::spending::{
    CHECKSIG, VALUE, bytes, der, noinput, one_key, output, p2nsh, p2wsh, push_key, signature, sink,
    spend, two_keys,
};

/// All pairs of standard hash types.
fn pairs() -> impl Iterator<Item = (u8, u8)> {
    let second = |first| STANDARD.into_iter().map(move |second| (first, second));
    STANDARD.into_iter().flat_map(second)
}

fn multisig_witness(first: Vec<u8>, second: Vec<u8>) -> Witness {
    let script = two_keys(1, 2).into_bytes();
    Witness::from_slice(&[Vec::new(), first, second, script])
}

/// Catches: a cache of digests that keeps one entry for a hash type with and without NOINPUT (both signatures of one input share it).
#[test]
fn any_two_hash_types_go_together_in_one_input() {
    let mut bench = Bench::both(&[]);
    let script = two_keys(1, 2);
    let coins = bench.confirm(pairs().map(|_| output(p2nsh(&script))).collect());
    let coin = &coins[0];
    let each: Vec<_> = pairs()
        .map(|(a, b)| {
            let mut tx = spend(&[coin]);
            let spent = noinput(&tx, 0, &script, VALUE);
            let signed = [signature(&spent, a, 1), signature(&spent, b, 2)];
            let [first, second] = signed;
            tx.input[0].witness = multisig_witness(first, second);
            tx
        })
        .collect();
    for ((a, b), verdict) in pairs().zip(bench.in_blocks(&each)) {
        assert_eq!(verdict, OK, "{a:#04x} with {b:#04x}");
    }
    // And all of them in one transaction, really mined, on both nodes.
    let mut all = spend(&coins.iter().collect::<Vec<_>>());
    all.output = (0..coins.len())
        .map(|_| sink(3, Amount::from_sat(50_000)))
        .collect();
    let unsigned = all.clone();
    for (index, (a, b)) in pairs().enumerate() {
        let spent = noinput(&unsigned, index, &script, VALUE);
        all.input[index].witness =
            multisig_witness(signature(&spent, a, 1), signature(&spent, b, 2));
    }
    bench.mine(BlockContents::of(vec![all]));
    assert_eq!(bench.stock().tip().unwrap().hash, bench.chain.tip());
}

/// Catches the other side of that fault: a signature that is only right if the other one's digest is taken for its own.
#[test]
fn no_hash_type_borrows_the_digest_of_another() {
    let mut bench = Bench::patched(&[]);
    let script = two_keys(1, 2);
    let coin = bench.confirm(vec![output(p2nsh(&script))]).remove(0);
    let tx = spend(&[&coin]);
    let spent = noinput(&tx, 0, &script, VALUE);
    // As it would be with the middle of the digest computed as if 0x40 were flipped.
    let borrowed = |hash_type: u8, key| {
        let wrong = if hash_type & 0x40 == 0 {
            let mut preimage = leyden_tx::preimage(&spent, HashType(hash_type | 0x40)).unwrap();
            preimage.hash_type = u32::from(hash_type).to_le_bytes();
            preimage.digest()
        } else {
            digest_bip143(&spent, HashType(hash_type)).unwrap()
        };
        der(wrong, hash_type, key)
    };
    let mut txs = Vec::new();
    for (a, b) in pairs() {
        for witness in [
            multisig_witness(signature(&spent, a, 1), borrowed(b, 2)),
            multisig_witness(borrowed(a, 1), signature(&spent, b, 2)),
        ] {
            let mut tx = tx.clone();
            tx.input[0].witness = witness;
            txs.push(tx);
        }
    }
    let verdicts = bench.in_blocks(&txs);
    let refusal = in_block(FALSE);
    assert!(
        verdicts.iter().all(|verdict| *verdict == refusal),
        "{verdicts:?}"
    );
}

/// Catches a cache that forgets that `OP_CODESEPARATOR` changes the script code between two signatures.
#[test]
fn the_script_code_begins_after_the_last_code_separator() {
    let mut bench = Bench::patched(&[]);
    let rest = one_key(2);
    let first = [push_key(1), vec![0xad, 0xab]].concat();
    let script = bytes(&[&first, rest.as_bytes()].concat());
    let coin = bench.confirm(vec![output(p2nsh(&script))]).remove(0);
    for (a, b) in [(0x41, 0x41), (0x01, 0x41), (0x41, 0x01), (0xc3, 0xc3)] {
        let mut tx = spend(&[&coin]);
        let stack = [
            signature(&noinput(&tx, 0, &rest, VALUE), b, 2),
            signature(&noinput(&tx, 0, &script, VALUE), a, 1),
            script.to_bytes(),
        ];
        tx.input[0].witness = Witness::from_slice(&stack);
        assert_eq!(bench.in_block(&tx), OK, "{a:#04x} {b:#04x}");
        assert_eq!(bench.relay(&tx), OK, "{a:#04x} {b:#04x}");
    }
}

/// SINGLE pairs with whatever index the input has: children signed apart can share a transaction.
#[test]
fn children_signed_apart_share_a_transaction() {
    let mut bench = Bench::patched(&[]);
    let script = one_key(4);
    let coins = bench.confirm(vec![output(p2nsh(&script)); 2]);
    let child = |number: u8| {
        let mut tx = spend(&[&coins[usize::from(number)]]);
        tx.output = vec![sink(number, Amount::from_sat(60_000))];
        let signed = signature(&noinput(&tx, 0, &script, VALUE), 0xc3, 4);
        tx.input[0].witness = Witness::from_slice(&[signed, script.to_bytes()]);
        tx
    };
    let (mut both, second) = (child(0), child(1));
    both.input.extend(second.input);
    both.output.extend(second.output);
    assert_eq!(bench.relay(&both), OK);
    let mut crossed = both.clone();
    crossed.output.swap(0, 1);
    // Same amount and script: each signature is good for the other coin too.
    let mut exchanged = both.clone();
    let outpoint = exchanged.input[0].previous_output;
    exchanged.input[0].previous_output = exchanged.input[1].previous_output;
    exchanged.input[1].previous_output = outpoint;
    let verdicts = bench.in_blocks(&[both, crossed, exchanged]);
    assert_eq!(verdicts, [OK, &in_block(FALSE), OK]);
}

/// SINGLE without an output at its index signs none, as in BIP143 (and not the digest 1 of legacy scripts).
#[test]
fn single_without_its_output_signs_no_output() {
    let mut bench = Bench::patched(&[]);
    let script = one_key(4);
    let coins = bench.confirm(vec![output(p2nsh(&script)); 2]);
    let unsigned = spend(&[&coins[0], &coins[1]]);
    for hash_type in [0x03, 0x43, 0x83, 0xc3] {
        let mut tx = unsigned.clone();
        for (index, hash_type) in [(0, 0x42), (1, hash_type)] {
            let signed = signature(&noinput(&unsigned, index, &script, VALUE), hash_type, 4);
            tx.input[index].witness = Witness::from_slice(&[signed, script.to_bytes()]);
        }
        let mut other = tx.clone();
        other.output[0].value -= Amount::from_sat(1);
        assert_eq!(bench.in_blocks(&[tx, other]), [OK, OK], "{hash_type:#04x}");
    }
}

fn tables(bench: &Bench, txs: &[Transaction]) -> Vec<Table> {
    txs.iter().map(|tx| bench.table(tx)).collect()
}

/// In version 0 and in legacy scripts 0x40 stays what it was: a bit that is hashed and does nothing, which relay refuses.
#[test]
fn outside_of_p2nsh_0x40_is_what_it_was() {
    let mut bench = Bench::both(&[]);
    let script = one_key(5);
    let coins = bench.confirm(vec![output(p2wsh(&script)), output(script.clone())]);
    let undefined = in_mempool("Signature hash type missing or not understood");
    let valid = [[undefined.as_str(), OK], [undefined.as_str(), OK]];
    let invalid_block = in_block(FALSE);
    let invalid = [[undefined.as_str(), &invalid_block]; 2];
    for hash_type in [0x41, 0x42, 0x43, 0xc1, 0xc2, 0xc3] {
        let v0 = |digest| version_0(&coins[0], &script, digest, hash_type);
        let txs = [
            v0(digest_bip143),
            v0(digest_noinput),
            legacy(&coins[1], &script, hash_type),
        ];
        assert_eq!(
            tables(&bench, &txs),
            [valid, invalid, valid],
            "{hash_type:#04x}"
        );
    }
}

type Digest = fn(&SpentInput<'_>, HashType) -> Result<[u8; 32], leyden_tx::SignatureError>;

fn version_0(coin: &Coin, script: &ScriptBuf, digest: Digest, hash_type: u8) -> Transaction {
    let mut tx = spend(&[coin]);
    let spent = SpentInput {
        rules: DigestRules::Bip143,
        ..noinput(&tx, 0, script, VALUE)
    };
    let hash = digest(&spent, HashType(hash_type)).unwrap();
    tx.input[0].witness = Witness::from_slice(&[der(hash, hash_type, 5), script.to_bytes()]);
    tx
}

fn legacy(coin: &Coin, script: &ScriptBuf, hash_type: u8) -> Transaction {
    assert_eq!(script.as_bytes().last(), Some(&CHECKSIG));
    let mut tx = spend(&[coin]);
    let hash = SighashCache::new(&tx)
        .legacy_signature_hash(0, script, u32::from(hash_type))
        .unwrap();
    let signed = der(hash.to_byte_array(), hash_type, 5);
    let length = u8::try_from(signed.len()).unwrap();
    tx.input[0].script_sig = bytes(&[&[length][..], &signed].concat());
    tx
}

//! Scripts, and transactions that spend them.

use bitcoin::absolute::LockTime;
use bitcoin::hashes::{Hash as _, sha256};
use bitcoin::secp256k1::{Message, SecretKey};
use bitcoin::transaction::Version;
use bitcoin::{Amount, Script, ScriptBuf, Sequence, Transaction, TxIn, TxOut, Witness};
use leyden_tx::{DigestRules, HashType, SpentInput, digest, secp};

use crate::fixture::{Coin, program};

/// `OP_16`: P2NSH's witness version.
pub(crate) const V16: u8 = 0x60;
pub(crate) const CHECKSIG: u8 = 0xac;
/// Value of most coins: half of it is fee when it is spent.
pub(crate) const VALUE: Amount = Amount::from_sat(100_000);

pub(crate) fn p2nsh(script: &Script) -> ScriptBuf {
    program(V16, sha256::Hash::hash(script.as_bytes()).as_byte_array())
}

pub(crate) fn p2wsh(script: &Script) -> ScriptBuf {
    program(0x00, sha256::Hash::hash(script.as_bytes()).as_byte_array())
}

/// Pay to anchor: anyone can spend it, and relays.
pub(crate) fn anyone() -> ScriptBuf {
    program(0x51, &[0x4e, 0x73])
}

pub(crate) fn output(script_pubkey: ScriptBuf) -> TxOut {
    TxOut {
        value: VALUE,
        script_pubkey,
    }
}

pub(crate) fn bytes(script: &[u8]) -> ScriptBuf {
    ScriptBuf::from_bytes(script.to_vec())
}

fn secret(key: u8) -> SecretKey {
    SecretKey::from_slice(&[key; 32]).unwrap()
}

/// The push of a compressed public key.
pub(crate) fn push_key(key: u8) -> Vec<u8> {
    let public = secret(key).public_key(secp()).serialize();
    [&[33][..], &public].concat()
}

/// `<key> CHECKSIG`
pub(crate) fn one_key(key: u8) -> ScriptBuf {
    bytes(&[push_key(key), vec![CHECKSIG]].concat())
}

/// `2 <key> <key> 2 CHECKMULTISIG`
pub(crate) fn two_keys(first: u8, second: u8) -> ScriptBuf {
    let keys = [push_key(first), push_key(second)].concat();
    bytes(&[&[0x52][..], &keys, &[0x52, 0xae]].concat())
}

/// The digest's signature with the hash type after it.
pub(crate) fn signature(spent: &SpentInput<'_>, hash_type: u8, key: u8) -> Vec<u8> {
    let hash = digest(spent, HashType(hash_type)).unwrap();
    der(hash, hash_type, key)
}

pub(crate) fn der(digest: [u8; 32], hash_type: u8, key: u8) -> Vec<u8> {
    let signature = secp().sign_ecdsa(&Message::from_digest(digest), &secret(key));
    [&signature.serialize_der()[..], &[hash_type]].concat()
}

/// The input of a coin whose witness script is `script`, under the rules of P2NSH.
pub(crate) fn noinput<'a>(
    tx: &'a Transaction,
    index: usize,
    script_code: &'a Script,
    amount: Amount,
) -> SpentInput<'a> {
    SpentInput {
        rules: DigestRules::Noinput,
        tx,
        index,
        script_code,
        amount,
    }
}

/// Where spends pay.
pub(crate) fn sink(number: u8, value: Amount) -> TxOut {
    TxOut {
        value,
        script_pubkey: program(0x00, &[number; 20]),
    }
}

pub(crate) fn input(coin: &Coin) -> TxIn {
    TxIn {
        previous_output: coin.outpoint,
        script_sig: ScriptBuf::new(),
        sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
        witness: Witness::new(),
    }
}

/// Spends coins, half into one output and half as fee; nothing is signed.
pub(crate) fn spend(coins: &[&Coin]) -> Transaction {
    let total: Amount = coins.iter().map(|coin| coin.output.value).sum();
    Transaction {
        version: Version::TWO,
        lock_time: LockTime::ZERO,
        input: coins.iter().map(|coin| input(coin)).collect(),
        output: vec![sink(1, total / 2)],
    }
}

/// Spends one coin with this witness.
pub(crate) fn spend_with(coin: &Coin, witness: &[Vec<u8>]) -> Transaction {
    let mut tx = spend(&[coin]);
    tx.input[0].witness = Witness::from_slice(witness);
    tx
}

/// Spends one coin with a relative lock.
pub(crate) fn spend_after(coin: &Coin, sequence: u32) -> Transaction {
    let mut tx = spend(&[coin]);
    tx.input[0].sequence = Sequence(sequence);
    tx
}

/// Spends a P2NSH coin of `<key> CHECKSIG`.
pub(crate) fn spend_signed(coin: &Coin, key: u8, hash_type: u8) -> Transaction {
    let mut tx = spend(&[coin]);
    let script = one_key(key);
    let signed = signature(&noinput(&tx, 0, &script, coin.output.value), hash_type, key);
    tx.input[0].witness = Witness::from_slice(&[signed, script.into_bytes()]);
    tx
}

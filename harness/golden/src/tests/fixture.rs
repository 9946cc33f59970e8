//! `breach-remedy` in small: setup, F, C1b, Bob's `RD1b` (held), Alice's `BR1b` (in the chain).
//!
//! The signatures are not valid; like valid ones they change with the data they sign.

use bitcoin::absolute::LockTime;
use bitcoin::hashes::{Hash as _, sha256};
use bitcoin::opcodes::all::{OP_CHECKMULTISIG, OP_CHECKSIG};
use bitcoin::script::Builder;
use bitcoin::transaction::Version;
use bitcoin::{
    Amount, OutPoint, PublicKey, ScriptBuf, Sequence, Transaction, TxIn, TxOut, Txid, Witness,
};

use crate::explain::{ANYONECANPAY, NOINPUT};
use crate::{GoldenFile, Recorder, Sighting};

pub(super) const START: u32 = 111;
/// `ALL|NOINPUT`.
const PARENT: u8 = 0x41;
/// `SINGLE|ANYONECANPAY|NOINPUT`.
const CHILD: u8 = 0xc3;

/// What a recording may have that the golden file has not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Channel {
    /// Alice's output of C1b, in satoshis; Bob's is 100,000,000 less that.
    pub(super) alice_sat: u64,
    pub(super) capacity_sat: u64,
    pub(super) delay: u32,
    pub(super) remedy_type: u8,
    pub(super) rsmc_opcode: bitcoin::Opcode,
    pub(super) signer: u8,
    pub(super) funding_fee_sat: u64,
}

pub(super) const PAPER: Channel = Channel {
    alice_sat: 40_000_000,
    capacity_sat: 100_000_000,
    delay: 1000,
    remedy_type: CHILD,
    rsmc_opcode: OP_CHECKMULTISIG,
    signer: 1,
    funding_fee_sat: 500,
};

#[derive(Clone, Debug)]
pub(super) struct Transactions {
    pub(super) setup: Transaction,
    pub(super) funding: Transaction,
    pub(super) commitment: Transaction,
    pub(super) revocable_delivery: Transaction,
    /// As Alice signed it, without a fee.
    pub(super) breach_remedy: Transaction,
    /// With a fee input and change.
    pub(super) breach_remedy_paid: Transaction,
}

pub(super) fn key(n: u8) -> PublicKey {
    let secret = bitcoin::secp256k1::SecretKey::from_slice(&[n; 32]).unwrap();
    PublicKey::new(secret.public_key(&bitcoin::secp256k1::Secp256k1::signing_only()))
}

fn two_of_two(a: u8, b: u8, last: bitcoin::Opcode) -> ScriptBuf {
    let start = Builder::new()
        .push_int(2)
        .push_key(&key(a))
        .push_key(&key(b));
    start.push_int(2).push_opcode(last).into_script()
}

fn p2nsh(script: &ScriptBuf) -> ScriptBuf {
    Builder::new()
        .push_int(16)
        .push_slice(sha256::Hash::hash(script.as_bytes()).to_byte_array())
        .into_script()
}

pub(super) fn p2wpkh(n: u8) -> ScriptBuf {
    ScriptBuf::new_p2wpkh(&key(n).wpubkey_hash().unwrap())
}

pub(super) fn spend(
    version: i32,
    inputs: &[(OutPoint, u32)],
    outputs: &[(u64, ScriptBuf)],
) -> Transaction {
    Transaction {
        version: Version(version),
        lock_time: LockTime::ZERO,
        input: inputs
            .iter()
            .map(|(previous_output, sequence)| TxIn {
                previous_output: *previous_output,
                script_sig: ScriptBuf::new(),
                sequence: Sequence(*sequence),
                witness: Witness::new(),
            })
            .collect(),
        output: outputs
            .iter()
            .map(|(sat, script_pubkey)| TxOut {
                value: Amount::from_sat(*sat),
                script_pubkey: script_pubkey.clone(),
            })
            .collect(),
    }
}

/// DER-shaped bytes that are a hash of what such a signature signs.
fn signature(
    tx: &Transaction,
    input: usize,
    script: &ScriptBuf,
    amount_sat: u64,
    signer: u8,
    hash_type: u8,
) -> Vec<u8> {
    let mut data = tx.clone();
    for input in &mut data.input {
        input.witness = Witness::new();
        if hash_type & NOINPUT != 0 {
            input.previous_output = OutPoint::null();
        }
    }
    if hash_type & (ANYONECANPAY | NOINPUT) != 0 {
        data.input = vec![data.input[input].clone()];
    }
    if hash_type & 0x1f == 3 {
        data.output = vec![data.output[input].clone()];
    }
    let text = format!("{data:?} {script:?} {amount_sat} {signer} {hash_type}");
    let r = sha256::Hash::hash(text.as_bytes()).to_byte_array();
    let mut der = vec![0x30, 0x44, 0x02, 0x20];
    der.extend(r);
    der.extend([0x02, 0x20]);
    der.extend([0x11; 32]);
    der.push(hash_type);
    der
}

fn multisig_witness(
    tx: &mut Transaction,
    script: &ScriptBuf,
    amount_sat: u64,
    signers: (u8, u8),
    hash_type: u8,
) {
    let one = signature(tx, 0, script, amount_sat, signers.0, hash_type);
    let two = signature(tx, 0, script, amount_sat, signers.1, hash_type);
    tx.input[0].witness = Witness::from_slice(&[Vec::new(), one, two, script.to_bytes()]);
}

fn key_witness(tx: &mut Transaction, input: usize, amount_sat: u64, n: u8) {
    let signature = signature(tx, input, &p2wpkh(n), amount_sat, n, 0x01);
    tx.input[input].witness = Witness::from_slice(&[signature, key(n).to_bytes()]);
}

pub(super) fn outpoint(tx: &Transaction, vout: u32) -> OutPoint {
    OutPoint {
        txid: tx.compute_txid(),
        vout,
    }
}

fn commitment(channel: Channel, funding: &Transaction, rsmc: &ScriptBuf) -> Transaction {
    let script = two_of_two(1, 2, OP_CHECKMULTISIG);
    let anchor = ScriptBuf::from_hex("51024e73").unwrap();
    let mut tx = spend(
        3,
        &[(outpoint(funding, 0), 0x80aa_bbcc)],
        &[
            (60_000_000, p2nsh(rsmc)),
            (channel.alice_sat, p2wpkh(6)),
            (0, anchor),
        ],
    );
    tx.lock_time = LockTime::from_consensus(0x2011_2233);
    multisig_witness(
        &mut tx,
        &script,
        channel.capacity_sat,
        (channel.signer, 2),
        PARENT,
    );
    tx
}

pub(super) fn transactions(channel: Channel) -> Transactions {
    let coinbase = OutPoint {
        txid: Txid::from_byte_array([7; 32]),
        vout: 0,
    };
    let mut setup = spend(
        2,
        &[(coinbase, 0xffff_fffd)],
        &[(200_000_000, p2wpkh(5)), (50_000, p2wpkh(8))],
    );
    key_witness(&mut setup, 0, 0, 9);
    let change = 200_000_000_u64
        .checked_sub(channel.capacity_sat)
        .and_then(|rest| rest.checked_sub(channel.funding_fee_sat));
    let mut funding = spend(
        2,
        &[(outpoint(&setup, 0), 0xffff_fffd)],
        &[
            (
                channel.capacity_sat,
                p2nsh(&two_of_two(1, 2, OP_CHECKMULTISIG)),
            ),
            (change.unwrap(), p2wpkh(5)),
        ],
    );
    key_witness(&mut funding, 0, 200_000_000, 5);
    let rsmc = two_of_two(3, 4, channel.rsmc_opcode);
    let commitment = commitment(channel, &funding, &rsmc);
    let mut revocable_delivery = spend(
        3,
        &[(outpoint(&commitment, 0), channel.delay)],
        &[(60_000_000, p2wpkh(7))],
    );
    multisig_witness(&mut revocable_delivery, &rsmc, 60_000_000, (3, 4), CHILD);
    let mut breach_remedy = spend(
        3,
        &[(outpoint(&commitment, 0), 0xffff_fffd)],
        &[(60_000_000, p2wpkh(6))],
    );
    multisig_witness(
        &mut breach_remedy,
        &rsmc,
        60_000_000,
        (3, 4),
        channel.remedy_type,
    );
    let mut breach_remedy_paid = breach_remedy.clone();
    let fee = spend(
        3,
        &[(outpoint(&setup, 1), 0xffff_fffd)],
        &[(49_000, p2wpkh(8))],
    );
    breach_remedy_paid.input.extend(fee.input);
    breach_remedy_paid.output.extend(fee.output);
    key_witness(&mut breach_remedy_paid, 1, 50_000, 8);
    Transactions {
        setup,
        funding,
        commitment,
        revocable_delivery,
        breach_remedy,
        breach_remedy_paid,
    }
}

/// Heights are from genesis.
pub(super) fn in_block(recorder: &mut Recorder, tx: &Transaction, height: u32) {
    recorder.seen(tx, Sighting::Block { height }).unwrap();
}

pub(super) fn record_transactions(txs: &Transactions) -> Recorder {
    let mut recorder = Recorder::new(START);
    recorder.name(txs.setup.compute_txid(), "setup").unwrap();
    in_block(&mut recorder, &txs.setup, 112);
    recorder.step(1);
    for actor in ["alice", "bob"] {
        recorder.held("F", actor, &txs.funding).unwrap();
    }
    in_block(&mut recorder, &txs.funding, 113);
    recorder.step(2);
    recorder.held("C1b", "bob", &txs.commitment).unwrap();
    recorder
        .held("RD1b", "bob", &txs.revocable_delivery)
        .unwrap();
    recorder.step(3);
    in_block(&mut recorder, &txs.commitment, 114);
    recorder.held("BR1b", "alice", &txs.breach_remedy).unwrap();
    recorder.step(4);
    recorder
        .alias(txs.breach_remedy_paid.compute_txid(), "BR1b")
        .unwrap();
    recorder
        .seen(&txs.breach_remedy_paid, Sighting::Mempool)
        .unwrap();
    in_block(&mut recorder, &txs.breach_remedy_paid, 115);
    recorder
}

pub(super) fn record(channel: Channel) -> GoldenFile {
    let recorder = record_transactions(&transactions(channel));
    recorder.finish("breach-remedy", "noinput").unwrap()
}

/// A one-element script for tests that need any opcode.
pub(super) const OTHER_OPCODE: bitcoin::Opcode = OP_CHECKSIG;

//! Vectors about digests: every hash type, several inputs, all positions, and each part changed.

use bitcoin::absolute::LockTime;
use bitcoin::consensus::encode::serialize;
use bitcoin::hashes::Hash;
use bitcoin::transaction::Version;
use bitcoin::{
    Amount, OutPoint, PubkeyHash, ScriptBuf, Sequence, Transaction, TxIn, TxOut, Txid, Witness,
};
use leyden_tx::{FundingPubkey, KeyError, script_funding};

use super::plan::{Entry, Plan, bytes, publics, script};
use crate::model::HexBytes;
use crate::model::inputs::{Digest, Inputs, Rules};

/// All with a meaning, then those whose base is none of 1, 2, 3.
const HASH_TYPES: [u8; 18] = [
    0x01, 0x02, 0x03, 0x41, 0x42, 0x43, 0x81, 0x82, 0x83, 0xc1, 0xc2, 0xc3, 0x00, 0x40, 0x04, 0x1f,
    0x23, 0xff,
];
/// Amount of the coin: a prime, so that no half of it is zero.
const AMOUNT: u64 = 99_999_989;

pub(super) fn add(plan: &mut Plan) -> Result<(), KeyError> {
    let base = transaction()?;
    let code = code()?;
    for rules in [Rules::Noinput, Rules::Bip143] {
        for hash_type in HASH_TYPES {
            for index in 0..base.input.len() {
                let name = format!("{}-{hash_type:02x}-input-{index}", word(rules));
                let why = why(rules, hash_type, index);
                add_one(
                    plan,
                    name,
                    why,
                    &Case {
                        rules,
                        tx: base.clone(),
                        index,
                        code: code.clone(),
                        amount: AMOUNT,
                        hash_type,
                    },
                );
            }
        }
    }
    add_codes(plan, &base)?;
    add_changed(plan, &base, &code)
}

struct Case {
    rules: Rules,
    tx: Transaction,
    index: usize,
    code: ScriptBuf,
    amount: u64,
    hash_type: u8,
}

fn add_one(plan: &mut Plan, name: String, why: String, case: &Case) {
    let paper = match case.rules {
        Rules::Noinput => "App. A",
        Rules::Bip143 => "§3.3",
    };
    let inputs = Digest {
        rules: case.rules,
        transaction: HexBytes(serialize(&case.tx)),
        index: case.index,
        script_code: HexBytes(case.code.to_bytes()),
        amount_sat: case.amount,
        hash_type: case.hash_type,
    };
    plan.add(Entry::new(name, paper, why, Inputs::Digest(inputs)));
}

const fn word(rules: Rules) -> &'static str {
    match rules {
        Rules::Bip143 => "bip143",
        Rules::Noinput => "noinput",
    }
}

fn why(rules: Rules, hash_type: u8, index: usize) -> String {
    let outputs = match hash_type & 0x1f {
        2 => "no output".to_owned(),
        3 if index < 2 => format!("output {index}"),
        3 => "no output, since there is none at its index".to_owned(),
        1 => "all outputs".to_owned(),
        other => format!("all outputs, as base {other} counts as ALL"),
    };
    let blind = rules == Rules::Noinput && hash_type & 0x40 != 0;
    let inputs = if blind {
        "no outpoint at all, not even its own"
    } else if hash_type & 0x80 != 0 {
        "its own outpoint only"
    } else {
        "all outpoints"
    };
    let flag = if rules == Rules::Bip143 && hash_type & 0x40 != 0 {
        " In witness version 0 the bit 0x40 is hashed with the byte and has no other effect."
    } else {
        ""
    };
    format!("Input {index} with type {hash_type:#04x} signs {outputs} and {inputs}.{flag}")
}

/// Three inputs and two outputs, everything different.
fn transaction() -> Result<Transaction, KeyError> {
    let input = |index: u32, sequence| TxIn {
        previous_output: OutPoint::new(
            Txid::from_byte_array(bytes(&format!("digest input {index}"))),
            index.saturating_mul(258),
        ),
        script_sig: ScriptBuf::new(),
        sequence: Sequence(sequence),
        witness: Witness::new(),
    };
    let output = |value, text: &str| {
        Ok::<_, KeyError>(TxOut {
            value: Amount::from_sat(value),
            script_pubkey: ScriptBuf::from_bytes(script(text)?.0),
        })
    };
    Ok(Transaction {
        version: Version(3),
        lock_time: LockTime::from_consensus(0x0102_0304),
        input: vec![input(0, 1000), input(1, 0xffff_fffd), input(2, 0x8011_2233)],
        output: vec![
            output(50_000_000, "digest 0")?,
            output(49_990_007, "digest 1")?,
        ],
    })
}

fn code() -> Result<ScriptBuf, KeyError> {
    let keys = publics("F")?;
    Ok(script_funding(&leyden_labels::PerSide {
        a: FundingPubkey::parse(&keys.a.0)?,
        b: FundingPubkey::parse(&keys.b.0)?,
    }))
}

/// The script's length is a compact size: one byte, three from 253 on.
fn add_codes(plan: &mut Plan, base: &Transaction) -> Result<(), KeyError> {
    let key = code()?;
    let hash = PubkeyHash::hash(key.as_bytes());
    let codes = [
        (
            "empty-script",
            ScriptBuf::new(),
            "An empty script is signed as its length alone, one byte of zero.",
        ),
        (
            "p2wpkh-code",
            ScriptBuf::new_p2pkh(&hash),
            "A P2WPKH input signs the script of P2PKH, which stands nowhere in the transaction.",
        ),
        (
            "script-of-252",
            ScriptBuf::from_bytes(vec![0x51; 252]),
            "The longest script with a length of one byte.",
        ),
        (
            "script-of-253",
            ScriptBuf::from_bytes(vec![0x51; 253]),
            "The shortest script with a length of three bytes.",
        ),
    ];
    for (name, code, why) in codes {
        for (rules, hash_type) in [(Rules::Noinput, 0xc3), (Rules::Bip143, 0x01)] {
            let case = Case {
                rules,
                tx: base.clone(),
                index: 0,
                code: code.clone(),
                amount: AMOUNT,
                hash_type,
            };
            add_one(
                plan,
                format!("{name}-{}", word(rules)),
                why.to_owned(),
                &case,
            );
        }
    }
    Ok(())
}

/// One part changed at a time: signed by 0xC3 of input 0, or not.
fn add_changed(plan: &mut Plan, base: &Transaction, code: &ScriptBuf) -> Result<(), KeyError> {
    let case = |tx: Transaction, index, amount| Case {
        rules: Rules::Noinput,
        tx,
        index,
        code: code.clone(),
        amount,
        hash_type: 0xc3,
    };
    let with = |change: &dyn Fn(&mut Transaction)| {
        let mut tx = base.clone();
        change(&mut tx);
        tx
    };
    let other = script("digest other")?;
    let signed: [(&str, &str, Case); 6] = [
        (
            "version",
            "The version is signed: with another, relative locks could be switched off.",
            case(with(&|tx| tx.version = Version(2)), 0, AMOUNT),
        ),
        (
            "lock-time",
            "nLockTime is signed: an HTLC's expiry depends on it.",
            case(
                with(&|tx| tx.lock_time = LockTime::from_consensus(0)),
                0,
                AMOUNT,
            ),
        ),
        (
            "own-sequence",
            "The input's own nSequence is signed: the RSMC's delay depends on it.",
            case(with(&|tx| sequence(tx, 0, 999)), 0, AMOUNT),
        ),
        (
            "amount",
            "The coin's amount is signed, stricter than the paper asks.",
            case(base.clone(), 0, AMOUNT.saturating_sub(1)),
        ),
        (
            "own-output-amount",
            "The amount of the output at the input's index is signed.",
            case(with(&|tx| output(tx, 0, 49_999_999)), 0, AMOUNT),
        ),
        (
            "own-output-script",
            "The script of the output at the input's index is signed.",
            case(with(&|tx| output_script(tx, 0, &other.0)), 0, AMOUNT),
        ),
    ];
    let free: [(&str, &str, Case); 6] = [
        (
            "own-outpoint",
            "The outpoint is not signed: the digest is that of noinput-c3-input-0.",
            case(with(&|tx| outpoint(tx, 0)), 0, AMOUNT),
        ),
        (
            "other-outpoint",
            "Other inputs' outpoints are not signed: the digest is that of noinput-c3-input-0.",
            case(with(&|tx| outpoint(tx, 1)), 0, AMOUNT),
        ),
        (
            "other-sequence",
            "Other inputs' nSequence is not signed: the digest is that of noinput-c3-input-0.",
            case(with(&|tx| sequence(tx, 1, 7)), 0, AMOUNT),
        ),
        (
            "other-output",
            "Other outputs are not signed: the digest is that of noinput-c3-input-0.",
            case(with(&|tx| output(tx, 1, 1)), 0, AMOUNT),
        ),
        (
            "added-input",
            "Who broadcasts may add a fee input: the digest is that of noinput-c3-input-0.",
            case(with(&|tx| add_input(tx)), 0, AMOUNT),
        ),
        (
            "moved-input",
            "The index is not signed: input and output at another index, together, have the digest of noinput-c3-input-0.",
            case(with(&move_first), 1, AMOUNT),
        ),
    ];
    for (name, why, case) in signed {
        add_one(plan, format!("changed-{name}"), why.to_owned(), &case);
    }
    for (name, why, case) in free {
        add_one(plan, format!("free-{name}"), why.to_owned(), &case);
    }
    Ok(())
}

fn sequence(tx: &mut Transaction, index: usize, value: u32) {
    if let Some(input) = tx.input.get_mut(index) {
        input.sequence = Sequence(value);
    }
}

fn outpoint(tx: &mut Transaction, index: usize) {
    if let Some(input) = tx.input.get_mut(index) {
        input.previous_output = OutPoint::new(Txid::from_byte_array(bytes("elsewhere")), 5);
    }
}

fn output(tx: &mut Transaction, index: usize, sat: u64) {
    if let Some(output) = tx.output.get_mut(index) {
        output.value = Amount::from_sat(sat);
    }
}

fn output_script(tx: &mut Transaction, index: usize, script: &[u8]) {
    if let Some(output) = tx.output.get_mut(index) {
        output.script_pubkey = ScriptBuf::from_bytes(script.to_vec());
    }
}

fn add_input(tx: &mut Transaction) {
    tx.input.extend(tx.input.first().cloned());
}

fn move_first(tx: &mut Transaction) {
    if tx.input.len() > 1 && tx.output.len() > 1 {
        tx.input.swap(0, 1);
        tx.output.swap(0, 1);
    }
}

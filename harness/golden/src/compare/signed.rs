//! What a signature commits to, so that a change of it can be told from a change of the signer.

use bitcoin::absolute::LockTime;
use bitcoin::transaction::Version;
use bitcoin::{OutPoint, Script, Sequence, Transaction, TxIn, TxOut};

use super::view::View;
use crate::explain::{ANYONECANPAY, BASE_MASK, NOINPUT, NONE, OutputKind, SINGLE, output_kind};

/// The fields that go into a signature's digest, BIP 143 with or without `NOINPUT`. Not the digest:
/// two of these are equal if and only if the same data was signed, as far as the file shows it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SignedData<'a> {
    version: Version,
    lock_time: LockTime,
    sequence: Option<Sequence>,
    outpoint: Option<OutPoint>,
    spent: Option<&'a TxOut>,
    script: Option<&'a Script>,
    all_outpoints: Option<Vec<OutPoint>>,
    all_sequences: Option<Vec<Sequence>>,
    outputs: Vec<&'a TxOut>,
}

/// What the signature of input `index` with `hash_type` commits to.
pub(super) fn signed_data<'a>(
    view: &'a View<'_>,
    tx: &'a Transaction,
    index: usize,
    hash_type: u8,
) -> SignedData<'a> {
    let input = tx.input.get(index);
    let spent = input.and_then(|input| view.spent(input));
    // Elsewhere than under P2NSH the bit has no such meaning.
    let may_be_p2nsh =
        spent.is_none_or(|output| output_kind(&output.script_pubkey) == OutputKind::P2nsh);
    let noinput = hash_type & NOINPUT != 0 && may_be_p2nsh;
    let others_open = noinput || hash_type & ANYONECANPAY != 0;
    let base = hash_type & BASE_MASK;
    let all_outputs = base != NONE && base != SINGLE;
    SignedData {
        version: tx.version,
        lock_time: tx.lock_time,
        sequence: input.map(|input| input.sequence),
        outpoint: input
            .map(|input| input.previous_output)
            .filter(|_| !noinput),
        spent,
        script: input.and_then(|input| view.witness_script(input)),
        all_outpoints: (!others_open).then(|| tx.input.iter().map(outpoint).collect()),
        all_sequences: (!others_open && all_outputs)
            .then(|| tx.input.iter().map(sequence).collect()),
        outputs: match base {
            NONE => Vec::new(),
            SINGLE => tx.output.get(index).into_iter().collect(),
            _ => tx.output.iter().collect(),
        },
    }
}

fn outpoint(input: &TxIn) -> OutPoint {
    input.previous_output
}

fn sequence(input: &TxIn) -> Sequence {
    input.sequence
}

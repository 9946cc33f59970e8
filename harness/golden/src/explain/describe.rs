//! A whole transaction in words.

use std::collections::BTreeMap;

use bitcoin::hex::DisplayHex as _;
use bitcoin::{Amount, OutPoint, Script, Transaction, TxIn, TxOut, Txid};
use serde::{Deserialize, Serialize};

use super::{
    Role, asm, hash_type_name, input_sequence_meaning, output_kind, signature_hash_type,
    tx_lock_time_meaning, witness_roles,
};

/// A lock time or sequence number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The field as it stands.
    pub value: u32,
    /// What it means, in words.
    pub means: String,
}

/// One input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoldenInput {
    /// The output it spends by its transaction's name: `F:0`; the outpoint if there is no name.
    pub spends: String,
    /// The output it spends: `txid:index`.
    pub outpoint: String,
    /// nSequence.
    pub sequence: Lock,
    /// The script of a non-segwit input, as assembly. Empty for others.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub script_sig: String,
    /// The witness, first item first.
    pub witness: Vec<GoldenWitness>,
}

/// One item of a witness.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoldenWitness {
    /// What it seems to be.
    pub role: Role,
    /// A signature's hash type; a witness script's assembly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The bytes.
    pub hex: String,
}

/// One output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoldenOutput {
    /// The amount in satoshis.
    pub value_sat: u64,
    /// The kind of script: `p2nsh`, `p2wpkh`, `p2a` …
    pub kind: String,
    /// The script as assembly.
    pub script: String,
    /// The script's bytes.
    pub hex: String,
}

/// What [`describe`] says of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// nVersion.
    pub version: i32,
    /// nLockTime.
    pub lock_time: Lock,
    /// Weight in weight units.
    pub weight_wu: u64,
    /// The fee in satoshis, if every spent amount is known.
    pub fee_sat: Option<u64>,
    /// The inputs in order.
    pub inputs: Vec<GoldenInput>,
    /// The outputs in order.
    pub outputs: Vec<GoldenOutput>,
}

/// Puts `tx` in words.
///
/// `prevouts` are the outputs known so far: they give the fee, and tell a witness script from data.
/// `name_of` names the transactions whose outputs are spent.
#[must_use]
pub fn describe(
    tx: &Transaction,
    prevouts: &BTreeMap<OutPoint, TxOut>,
    name_of: &dyn Fn(Txid) -> Option<String>,
) -> Described {
    Described {
        version: tx.version.0,
        lock_time: Lock {
            value: tx.lock_time.to_consensus_u32(),
            means: tx_lock_time_meaning(tx),
        },
        weight_wu: tx.weight().to_wu(),
        fee_sat: fee_sat(tx, prevouts),
        inputs: tx
            .input
            .iter()
            .map(|input| describe_input(tx, input, prevouts, name_of))
            .collect(),
        outputs: tx.output.iter().map(describe_output).collect(),
    }
}

fn fee_sat(tx: &Transaction, prevouts: &BTreeMap<OutPoint, TxOut>) -> Option<u64> {
    let sum = |total: Amount, value: Amount| total.checked_add(value);
    let paid_in = tx
        .input
        .iter()
        .map(|input| {
            prevouts
                .get(&input.previous_output)
                .map(|spent| spent.value)
        })
        .try_fold(Amount::ZERO, |total, value| sum(total, value?))?;
    let paid_out = tx
        .output
        .iter()
        .try_fold(Amount::ZERO, |total, output| sum(total, output.value))?;
    paid_in.checked_sub(paid_out).map(Amount::to_sat)
}

fn describe_input(
    tx: &Transaction,
    input: &TxIn,
    prevouts: &BTreeMap<OutPoint, TxOut>,
    name_of: &dyn Fn(Txid) -> Option<String>,
) -> GoldenInput {
    let outpoint = input.previous_output;
    let spent = prevouts
        .get(&outpoint)
        .map(|spent| spent.script_pubkey.as_script());
    GoldenInput {
        spends: name_of(outpoint.txid).map_or_else(
            || outpoint.to_string(),
            |name| format!("{name}:{}", outpoint.vout),
        ),
        outpoint: outpoint.to_string(),
        sequence: Lock {
            value: input.sequence.to_consensus_u32(),
            means: input_sequence_meaning(tx, input.sequence),
        },
        script_sig: asm(&input.script_sig),
        witness: witness_roles(&input.witness, spent)
            .into_iter()
            .zip(input.witness.iter())
            .map(|(role, item)| describe_item(role, item))
            .collect(),
    }
}

fn describe_item(role: Role, item: &[u8]) -> GoldenWitness {
    let detail = match role {
        Role::Signature => signature_hash_type(item).map(hash_type_name),
        Role::WitnessScript => Some(asm(Script::from_bytes(item))),
        Role::Empty | Role::True | Role::PublicKey | Role::Data => None,
    };
    GoldenWitness {
        role,
        detail,
        hex: hex(item),
    }
}

fn describe_output(output: &TxOut) -> GoldenOutput {
    GoldenOutput {
        value_sat: output.value.to_sat(),
        kind: output_kind(&output.script_pubkey).to_string(),
        script: asm(&output.script_pubkey),
        hex: hex(output.script_pubkey.as_bytes()),
    }
}

/// Bytes as lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.to_lower_hex_string()
}

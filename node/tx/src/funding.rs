//! `F`, the Funding Transaction (§3.1).

use std::collections::BTreeSet;

use bitcoin::absolute::LockTime;
use bitcoin::secp256k1::{Message, PublicKey};
use bitcoin::sighash::SighashCache;
use bitcoin::transaction::Version;
use bitcoin::{
    Amount, CompressedPublicKey, OutPoint, Script, ScriptBuf, Sequence, Transaction, TxIn, TxOut,
    Witness,
};
use leyden_labels::PerSide;

use crate::amounts::total;
use crate::sighash::{DigestRules, HashType, SpentInput};
use crate::signature::{InputSignature, SignatureError, verify_input};
use crate::{BuildError, ChannelParams, funding_output};

/// The index of the channel's output in `F`.
pub const FUNDING_VOUT: u32 = 0;

/// A coin that one side puts in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FundingInput {
    /// The coin.
    pub outpoint: OutPoint,
    /// Its amount.
    pub value: Amount,
    /// Its output script.
    pub script_pubkey: ScriptBuf,
}

/// What one side puts in, and gets back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FundingContribution {
    /// The coins.
    pub inputs: Vec<FundingInput>,
    /// The change.
    pub change: Option<TxOut>,
}

/// Builds the funding transaction.
///
/// Paper: §3.1, `F`. Spends: the coins of a, then those of b. nSequence: 0xFFFFFFFD, replaceable;
/// version 2, no lock. Pays: 0: the capacity to the 2-of-2 of `P_aF` and `P_bF` · the change of a ·
/// the change of b. The fee is what the contributions leave.
///
/// # Errors
/// [`BuildError::NoInputs`], [`BuildError::DuplicateInput`], [`BuildError::Underfunded`] if the inputs
/// hold less than the outputs, [`BuildError::Dust`] if the capacity or a change is below dust.
pub fn build_funding(
    params: &ChannelParams,
    contributions: &PerSide<FundingContribution>,
) -> Result<Transaction, BuildError> {
    let PerSide { a, b } = contributions;
    let inputs = || a.inputs.iter().chain(&b.inputs);
    let output: Vec<TxOut> = [funding_output(params)]
        .into_iter()
        .chain(a.change.clone())
        .chain(b.change.clone())
        .collect();
    check_inputs(inputs().map(|input| input.outpoint))?;
    if let Some(dust) = output.iter().find(|out| out.value < params.dust_limit) {
        return Err(BuildError::Dust {
            value: dust.value,
            limit: params.dust_limit,
        });
    }
    let needed = total(output.iter().map(|out| out.value))?;
    let got = total(inputs().map(|input| input.value))?;
    if got < needed {
        return Err(BuildError::Underfunded { needed, got });
    }
    Ok(Transaction {
        version: Version::TWO,
        lock_time: LockTime::ZERO,
        input: inputs().map(|input| unsigned(input.outpoint)).collect(),
        output,
    })
}

fn check_inputs(outpoints: impl Iterator<Item = OutPoint>) -> Result<(), BuildError> {
    let mut seen = BTreeSet::new();
    for outpoint in outpoints {
        if !seen.insert(outpoint) {
            return Err(BuildError::DuplicateInput { outpoint });
        }
    }
    if seen.is_empty() {
        return Err(BuildError::NoInputs);
    }
    Ok(())
}

fn unsigned(outpoint: OutPoint) -> TxIn {
    TxIn {
        previous_output: outpoint,
        script_sig: ScriptBuf::new(),
        sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
        witness: Witness::new(),
    }
}

/// Whether spending the coin leaves the txid alone: its output script is a witness program.
///
/// Dialect `csv` needs that of every input, because commitments are signed for one txid of `F`.
/// P2SH is not taken: what it wraps cannot be seen.
#[must_use]
pub fn is_segwit(input: &FundingInput) -> bool {
    input.script_pubkey.is_witness_program()
}

/// Verifies the scriptSig and witness that the other side gives for one of its inputs of `F`.
///
/// Knows P2WPKH and P2PKH, signed with ALL.
///
/// # Errors
/// [`SignatureError::Unexpected`] for another script, or a scriptSig or witness of another form;
/// [`SignatureError::WrongKey`] if the key is not the coin's; [`SignatureError::HashType`] or
/// [`SignatureError::Invalid`] if the signature is not good.
pub fn verify_funding_input(
    tx: &Transaction,
    index: usize,
    coin: &FundingInput,
    script_sig: &Script,
    witness: &Witness,
) -> Result<(), SignatureError> {
    if coin.script_pubkey.is_p2wpkh() && script_sig.is_empty() {
        let (signature, key) = pair(witness.iter().map(<[u8]>::to_vec))?;
        verify_p2wpkh(tx, index, coin, &signature, key)
    } else if coin.script_pubkey.is_p2pkh() && witness.is_empty() {
        let pushes = script_sig.instructions_minimal().map(|instruction| {
            let push = instruction.ok()?;
            Some(push.push_bytes()?.as_bytes().to_vec())
        });
        let pushes: Option<Vec<Vec<u8>>> = pushes.collect();
        let (signature, key) = pair(pushes.ok_or(SignatureError::Unexpected)?.into_iter())?;
        verify_p2pkh(tx, index, coin, &signature, key)
    } else {
        Err(SignatureError::Unexpected)
    }
}

/// A signature and a compressed key, and nothing else.
fn pair(
    mut items: impl Iterator<Item = Vec<u8>>,
) -> Result<(InputSignature, PublicKey), SignatureError> {
    match (items.next(), items.next(), items.next()) {
        (Some(signature), Some(key), None) if key.len() == 33 => Ok((
            InputSignature::parse(&signature)?,
            PublicKey::from_slice(&key).map_err(|_| SignatureError::Unexpected)?,
        )),
        _ => Err(SignatureError::Unexpected),
    }
}

fn verify_p2wpkh(
    tx: &Transaction,
    index: usize,
    coin: &FundingInput,
    signature: &InputSignature,
    key: PublicKey,
) -> Result<(), SignatureError> {
    let hash = CompressedPublicKey(key).wpubkey_hash();
    if coin.script_pubkey != ScriptBuf::new_p2wpkh(&hash) {
        return Err(SignatureError::WrongKey);
    }
    let script_code = ScriptBuf::p2wpkh_script_code(hash);
    let spent = SpentInput {
        rules: DigestRules::Bip143,
        tx,
        index,
        script_code: &script_code,
        amount: coin.value,
    };
    verify_input(&spent, HashType::ALL, &key, signature).map(|_| ())
}

fn verify_p2pkh(
    tx: &Transaction,
    index: usize,
    coin: &FundingInput,
    signature: &InputSignature,
    key: PublicKey,
) -> Result<(), SignatureError> {
    let hash = CompressedPublicKey(key).pubkey_hash();
    if coin.script_pubkey != ScriptBuf::new_p2pkh(&hash) {
        return Err(SignatureError::WrongKey);
    }
    let message = legacy_message(tx, index, &coin.script_pubkey)?;
    signature.verify_message(HashType::ALL, &message, &key)
}

/// The digest of a P2PKH input, signed with ALL.
pub(crate) fn legacy_message(
    tx: &Transaction,
    index: usize,
    script_pubkey: &Script,
) -> Result<Message, SignatureError> {
    SighashCache::new(tx)
        .legacy_signature_hash(index, script_pubkey, u32::from(HashType::ALL.0))
        .map(Message::from)
        .map_err(|_| SignatureError::NoSuchInput {
            index,
            inputs: tx.input.len(),
        })
}

#[cfg(test)]
#[path = "funding_tests.rs"]
mod tests;

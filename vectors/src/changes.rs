//! Changes of a transaction that was as it should be.

use std::collections::BTreeMap;

use bitcoin::absolute::LockTime;
use bitcoin::secp256k1::constants::CURVE_ORDER;
use bitcoin::secp256k1::{SecretKey, ecdsa};
use bitcoin::transaction::Version;
use bitcoin::{Amount, ScriptBuf, Sequence, Transaction, TxIn, TxOut, Witness};
use leyden_labels::Side;
use leyden_tx::{DigestRules, HashType, KeyError};

use crate::compute::{ComputeError, Rules, Spend};
use crate::model::inputs::{Change, Rules as RulesName};

const NO_ELEMENT: ComputeError = ComputeError::Inputs("the witness has no such element");
const NO_OUTPUT: ComputeError = ComputeError::Inputs("there is no such output");
const NO_INPUT: ComputeError = ComputeError::Inputs("there is no input");

/// Where each side's signature stands in the witness.
pub(crate) type Places = BTreeMap<Side, usize>;

/// Finds the signatures of the finished transaction.
pub(crate) fn places(tx: &Transaction, spend: &Spend) -> Result<Places, ComputeError> {
    let input = tx.input.first().ok_or(NO_INPUT)?;
    let mut places = Places::new();
    for signer in &spend.signers {
        let signature = spend.sign(tx, 0, &signer.secret)?.to_bytes();
        let mut elements = input.witness.iter();
        let at = elements.position(|element| element == signature);
        places.insert(signer.side, at.ok_or(NO_ELEMENT)?);
    }
    Ok(places)
}

/// Applies one change to input 0, to the transaction, or to what is known of the coin.
pub(crate) fn apply(
    tx: &mut Transaction,
    spend: &mut Spend,
    places: &Places,
    change: &Change,
) -> Result<(), ComputeError> {
    match change {
        Change::Sequence { value } => first(tx)?.sequence = Sequence(*value),
        Change::LockTime { value } => tx.lock_time = LockTime::from_consensus(*value),
        Change::Version { value } => tx.version = Version(*value),
        Change::Outpoint { value } => first(tx)?.previous_output = (*value).into(),
        Change::OutputAmountSat { index, value } => {
            output(tx, *index)?.value = Amount::from_sat(*value);
        }
        Change::OutputScript { index, value } => {
            output(tx, *index)?.script_pubkey = ScriptBuf::from_bytes(value.0.clone());
        }
        Change::SpentAmountSat { value } => spend.spent.value = Amount::from_sat(*value),
        Change::SpentScript { value } => {
            spend.spent.script_pubkey = ScriptBuf::from_bytes(value.0.clone());
        }
        Change::Witness { index, value } => {
            edit(tx, |elements| {
                let element = elements.get_mut(*index).ok_or(NO_ELEMENT)?;
                element.clone_from(&value.0);
                Ok(())
            })?;
        }
        Change::WholeWitness { value } => {
            let elements: Vec<&[u8]> = value.iter().map(|bytes| bytes.0.as_slice()).collect();
            first(tx)?.witness = Witness::from_slice(&elements);
        }
        Change::Swap { value: (i, j) } => edit(tx, |elements| {
            if elements.len() <= *i.max(j) {
                return Err(NO_ELEMENT);
            }
            elements.swap(*i, *j);
            Ok(())
        })?,
        Change::HighS { value } => {
            let at = *places.get(value).ok_or(NO_ELEMENT)?;
            edit(tx, |elements| {
                let element = elements.get_mut(at).ok_or(NO_ELEMENT)?;
                *element = high_s(element)?;
                Ok(())
            })?;
        }
        Change::Signature {
            side,
            hash_type,
            rules,
            secret,
        } => {
            let mut how = spend.clone();
            how.hash_type = hash_type.map_or(spend.hash_type, HashType);
            if let Some(rules) = rules {
                how.rules = Rules::Script(match rules {
                    RulesName::Bip143 => DigestRules::Bip143,
                    RulesName::Noinput => DigestRules::Noinput,
                });
            }
            let secret = match secret {
                Some(bytes) => SecretKey::from_slice(&bytes.0).map_err(|_| KeyError::BadSecret)?,
                None => spend.signer(*side)?.secret,
            };
            let signature = how.sign(tx, 0, &secret)?.to_bytes();
            let at = *places.get(side).ok_or(NO_ELEMENT)?;
            edit(tx, |elements| {
                *elements.get_mut(at).ok_or(NO_ELEMENT)? = signature;
                Ok(())
            })?;
        }
    }
    Ok(())
}

fn first(tx: &mut Transaction) -> Result<&mut TxIn, ComputeError> {
    tx.input.first_mut().ok_or(NO_INPUT)
}

fn output(tx: &mut Transaction, index: usize) -> Result<&mut TxOut, ComputeError> {
    tx.output.get_mut(index).ok_or(NO_OUTPUT)
}

fn edit(
    tx: &mut Transaction,
    change: impl FnOnce(&mut Vec<Vec<u8>>) -> Result<(), ComputeError>,
) -> Result<(), ComputeError> {
    let input = first(tx)?;
    let mut elements = input.witness.to_vec();
    change(&mut elements)?;
    input.witness = Witness::from_slice(&elements);
    Ok(())
}

/// The same signature with n - s: just as valid.
pub(crate) fn high_s(signature: &[u8]) -> Result<Vec<u8>, ComputeError> {
    const NONE: ComputeError = ComputeError::Inputs("this is no signature");
    let (hash_type, der) = signature.split_last().ok_or(NONE)?;
    let compact = ecdsa::Signature::from_der(der)
        .map_err(|_| NONE)?
        .serialize_compact();
    let (r, s) = compact.split_at(32);
    let s = SecretKey::from_slice(s).map_err(|_| NONE)?.negate();
    debug_assert!(s.secret_bytes() < CURVE_ORDER);
    let mut other = [0; 64];
    let (left, right) = other.split_at_mut(32);
    left.copy_from_slice(r);
    right.copy_from_slice(&s.secret_bytes());
    let other = ecdsa::Signature::from_compact(&other).map_err(|_| NONE)?;
    let mut bytes = other.serialize_der().to_vec();
    bytes.push(*hash_type);
    Ok(bytes)
}

//! Changing transactions by hand, as a third party or an attacker could. Pure functions on bytes.

use bitcoin::opcodes::all::OP_PUSHDATA1;
use bitcoin::script::{Instruction, PushBytesBuf};
use bitcoin::secp256k1::ecdsa;
use bitcoin::{Amount, OutPoint, Script, ScriptBuf, Sequence, Transaction, Witness};
use leyden_scenario::Malleation;

use super::failure::StepError;

/// n of secp256k1, big endian.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
    0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
];

fn impossible(detail: impl Into<String>) -> StepError {
    StepError::new("cannot-craft", detail)
}

/// Changes the txid without touching anything that a signature commits to (Appendix A): needs an
/// input with a signature script.
pub(super) fn malleate(tx: &Transaction, how: Malleation) -> Result<Transaction, StepError> {
    let mut changed = tx.clone();
    let input = changed
        .input
        .iter_mut()
        .find(|input| !input.script_sig.is_empty())
        .ok_or_else(|| {
            impossible("every input is segwit: a third party cannot change this txid")
        })?;
    input.script_sig = match how {
        Malleation::Signature => with_high_s(&input.script_sig)?,
        Malleation::Push => with_long_push(&input.script_sig)?,
    };
    Ok(changed)
}

fn pushes(script: &Script) -> Result<Vec<Vec<u8>>, StepError> {
    script
        .instructions()
        .map(|instruction| match instruction {
            Ok(Instruction::PushBytes(bytes)) => Ok(bytes.as_bytes().to_vec()),
            Ok(Instruction::Op(_)) | Err(_) => {
                Err(impossible("the signature script is more than pushes"))
            }
        })
        .collect()
}

/// (r, n - s) is as valid as (r, s) in a block; only policy asks for the lower.
fn with_high_s(script: &Script) -> Result<ScriptBuf, StepError> {
    let mut rebuilt = ScriptBuf::new();
    for (index, item) in pushes(script)?.into_iter().enumerate() {
        let item = if index == 0 { negate_s(&item)? } else { item };
        let bytes = PushBytesBuf::try_from(item).map_err(|error| impossible(error.to_string()))?;
        rebuilt.push_slice(bytes);
    }
    Ok(rebuilt)
}

fn negate_s(signature: &[u8]) -> Result<Vec<u8>, StepError> {
    let (hash_type, der) = signature
        .split_last()
        .ok_or_else(|| impossible("an empty signature"))?;
    let parsed = ecdsa::Signature::from_der(der).map_err(|error| impossible(error.to_string()))?;
    let mut compact = parsed.serialize_compact();
    let (_, s) = compact.split_at_mut(32);
    let mut borrow = 0_u16;
    for (byte, order) in s.iter_mut().rev().zip(ORDER.iter().rev()) {
        let difference = 0x100_u16
            .saturating_add(u16::from(*order))
            .saturating_sub(u16::from(*byte))
            .saturating_sub(borrow);
        let [borrowed, low] = difference.to_be_bytes();
        *byte = low;
        borrow = u16::from(borrowed == 0);
    }
    let flipped =
        ecdsa::Signature::from_compact(&compact).map_err(|error| impossible(error.to_string()))?;
    let mut bytes = flipped.serialize_der().to_vec();
    bytes.push(*hash_type);
    Ok(bytes)
}

/// The last push written with a longer opcode: the same stack, other bytes.
fn with_long_push(script: &Script) -> Result<ScriptBuf, StepError> {
    let items = pushes(script)?;
    let (last, first) = items
        .split_last()
        .ok_or_else(|| impossible("an empty signature script"))?;
    let mut rebuilt = ScriptBuf::new();
    for item in first {
        let bytes =
            PushBytesBuf::try_from(item.clone()).map_err(|error| impossible(error.to_string()))?;
        rebuilt.push_slice(bytes);
    }
    let length = u8::try_from(last.len())
        .map_err(|_| impossible("the last push is longer than 255 bytes"))?;
    let mut bytes = rebuilt.into_bytes();
    bytes.push(OP_PUSHDATA1.to_u8());
    bytes.push(length);
    bytes.extend_from_slice(last);
    Ok(ScriptBuf::from_bytes(bytes))
}

/// One field of a transaction, with its new value.
#[derive(Clone, Debug)]
pub(super) enum Edit {
    Outpoint { input: u32, outpoint: OutPoint },
    Sequence { input: u32, sequence: u32 },
    LockTime(u32),
    Version(i32),
    Amount { output: u32, amount: Amount },
    HashType { input: u32, hash_type: u8 },
    Witness { input: u32, items: Vec<Vec<u8>> },
}

/// Changes exactly one field; signatures stay as they are.
pub(super) fn edit(tx: &Transaction, edit: &Edit) -> Result<Transaction, StepError> {
    let mut changed = tx.clone();
    match edit {
        Edit::Outpoint { input, outpoint } => {
            input_mut(&mut changed, *input)?.previous_output = *outpoint;
        }
        Edit::Sequence { input, sequence } => {
            input_mut(&mut changed, *input)?.sequence = Sequence(*sequence);
        }
        Edit::LockTime(lock_time) => {
            changed.lock_time = bitcoin::absolute::LockTime::from_consensus(*lock_time);
        }
        Edit::Version(version) => changed.version = bitcoin::transaction::Version(*version),
        Edit::Amount { output, amount } => {
            let index = usize::try_from(*output).unwrap_or(usize::MAX);
            let found = changed.output.get_mut(index);
            found
                .ok_or_else(|| impossible(format!("there is no output {output}")))?
                .value = *amount;
        }
        Edit::HashType { input, hash_type } => {
            let input = input_mut(&mut changed, *input)?;
            input.witness = with_hash_type(&input.witness, *hash_type);
        }
        Edit::Witness { input, items } => {
            input_mut(&mut changed, *input)?.witness = Witness::from_slice(items);
        }
    }
    if changed == *tx {
        return Err(impossible("the field has this value already"));
    }
    Ok(changed)
}

fn input_mut(tx: &mut Transaction, index: u32) -> Result<&mut bitcoin::TxIn, StepError> {
    let found = tx
        .input
        .get_mut(usize::try_from(index).unwrap_or(usize::MAX));
    found.ok_or_else(|| impossible(format!("there is no input {index}")))
}

/// Every DER signature of a witness with another last byte.
fn with_hash_type(witness: &Witness, hash_type: u8) -> Witness {
    let items: Vec<Vec<u8>> = witness
        .iter()
        .map(|item| match item.split_last() {
            Some((_, der)) if ecdsa::Signature::from_der(der).is_ok() => {
                let mut changed = der.to_vec();
                changed.push(hash_type);
                changed
            }
            _ => item.to_vec(),
        })
        .collect();
    Witness::from_slice(&items)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bitcoin::secp256k1::{Message, Secp256k1, SecretKey};

    #[test]
    fn the_other_s_is_another_valid_signature() {
        let secp = Secp256k1::new();
        let key = SecretKey::from_slice(&[7; 32]).unwrap();
        for byte in 0..64 {
            let message = Message::from_digest([byte; 32]);
            let signature = secp.sign_ecdsa(&message, &key);
            let mut bytes = signature.serialize_der().to_vec();
            bytes.push(1);
            let flipped = negate_s(&bytes).unwrap();
            assert_ne!(flipped, bytes);
            let mut parsed = ecdsa::Signature::from_der(&flipped[..flipped.len() - 1]).unwrap();
            assert!(
                secp.verify_ecdsa(&message, &parsed, &key.public_key(&secp))
                    .is_err(),
                "high s"
            );
            parsed.normalize_s();
            assert_eq!(parsed, signature);
            assert_eq!(negate_s(&flipped).unwrap(), bytes);
        }
    }
}

//! Signatures on the transactions that spend `F`: commitments and `ES`. Both sides sign.

use bitcoin::{ScriptBuf, Transaction, Witness};
use leyden_labels::{PerSide, Side};

use crate::sighash::{DigestRules, HashType, SpentInput};
use crate::signature::{
    InputSignature, SignatureError, VerifiedSignature, sign_input, verify_input,
};
use crate::{ChannelParams, FundingSecret, script_funding};

fn with_spent<T>(
    params: &ChannelParams,
    tx: &Transaction,
    run: impl FnOnce(&SpentInput<'_>) -> Result<T, SignatureError>,
) -> Result<T, SignatureError> {
    run(&SpentInput {
        rules: DigestRules::of(params.dialect),
        tx,
        index: 0,
        script_code: &script_funding(&params.funding),
        amount: params.capacity,
    })
}

pub(crate) fn sign(
    params: &ChannelParams,
    tx: &Transaction,
    hash_type: HashType,
    secret: &FundingSecret,
) -> Result<InputSignature, SignatureError> {
    let public = secret.public();
    if public != params.funding.a && public != params.funding.b {
        return Err(SignatureError::WrongKey);
    }
    with_spent(params, tx, |spent| {
        sign_input(spent, hash_type, secret.expose())
    })
}

pub(crate) fn verify(
    params: &ChannelParams,
    tx: &Transaction,
    hash_type: HashType,
    signer: Side,
    signature: &InputSignature,
) -> Result<VerifiedSignature, SignatureError> {
    let key = params.funding.get(signer).key();
    with_spent(params, tx, |spent| {
        verify_input(spent, hash_type, key, signature)
    })
}

/// Adds the second signature. Witness: `[<empty>, sigA, sigB, script]`.
pub(crate) fn complete(
    params: &ChannelParams,
    tx: &Transaction,
    first: &VerifiedSignature,
    signer: Side,
    secret: &FundingSecret,
) -> Result<Transaction, SignatureError> {
    if secret.public() != *params.funding.get(signer.other()) {
        return Err(SignatureError::WrongKey);
    }
    let second = sign(params, tx, first.signature().hash_type(), secret)?;
    let signatures = PerSide::from_holder(signer, *first.signature(), second);
    let witness = two_of_two(&signatures, None, &script_funding(&params.funding));
    with_witness(tx, witness)
}

/// The witness of a 2-of-2: `[<empty>, sigA, sigB, (branch,) script]`.
pub(crate) fn two_of_two(
    signatures: &PerSide<InputSignature>,
    branch: Option<&[u8]>,
    script: &ScriptBuf,
) -> Witness {
    let mut witness = Witness::new();
    witness.push([]);
    witness.push(signatures.a.to_bytes());
    witness.push(signatures.b.to_bytes());
    if let Some(branch) = branch {
        witness.push(branch);
    }
    witness.push(script);
    witness
}

/// The transaction with this witness on input 0.
pub(crate) fn with_witness(
    tx: &Transaction,
    witness: Witness,
) -> Result<Transaction, SignatureError> {
    let mut tx = tx.clone();
    let first = tx.input.first_mut();
    let input = first.ok_or(SignatureError::NoSuchInput {
        index: 0,
        inputs: 0,
    })?;
    input.witness = witness;
    Ok(tx)
}

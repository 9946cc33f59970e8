//! The inputs of a transaction: what each spends, what is hashed, who signs it.
//!
//! The digest and the signature are computed here one by one; the witness is the one that the finished
//! transaction has, and must hold exactly these signatures.

use bitcoin::hashes::{Hash, sha256d};
use bitcoin::secp256k1::{SecretKey, ecdsa};
use bitcoin::sighash::{EncodeSigningDataResult, SighashCache};
use bitcoin::{ScriptBuf, Transaction, TxIn, TxOut, Weight};
use leyden_labels::Side;
use leyden_tx::{
    DigestRules, HashType, InputShape, InputSignature, SpentInput, preimage, secp, sign_input,
    sign_legacy, transaction_weight,
};

use super::ComputeError;
use super::digest::show_preimage;
use super::nonce::nonce;
use crate::trace::Trace;

/// How an input is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rules {
    /// A witness script, or the code of P2WPKH.
    Script(DigestRules),
    /// P2PKH.
    Legacy,
    /// Not at all: an anchor.
    Nothing,
    /// It is signed already, and shown elsewhere.
    Signed,
}

impl Rules {
    const fn name(self) -> &'static str {
        match self {
            Self::Script(DigestRules::Bip143) => "bip143",
            Self::Script(DigestRules::Noinput) => "noinput",
            Self::Legacy => "legacy",
            Self::Nothing | Self::Signed => "none",
        }
    }
}

/// A key that signs.
#[derive(Clone)]
pub(crate) struct Signer {
    /// Whose key it is.
    pub(crate) side: Side,
    pub(crate) secret: SecretKey,
    /// The value that shows the public key. None: it is shown beside the signature.
    pub(crate) public_name: Option<String>,
}

/// One input.
#[derive(Clone)]
pub(crate) struct Spend {
    pub(crate) spent: TxOut,
    pub(crate) rules: Rules,
    pub(crate) script_code: ScriptBuf,
    pub(crate) hash_type: HashType,
    pub(crate) signers: Vec<Signer>,
    pub(crate) shape: InputShape,
}

impl Spend {
    /// An input that needs no signature, or has it already.
    pub(crate) fn without_signers(spent: TxOut, rules: Rules, shape: InputShape) -> Self {
        Self {
            spent,
            rules,
            script_code: ScriptBuf::new(),
            hash_type: HashType::ALL,
            signers: Vec::new(),
            shape,
        }
    }

    pub(crate) fn spent_input<'a>(
        &'a self,
        rules: DigestRules,
        tx: &'a Transaction,
        index: usize,
    ) -> SpentInput<'a> {
        SpentInput {
            rules,
            tx,
            index,
            script_code: &self.script_code,
            amount: self.spent.value,
        }
    }

    pub(crate) fn digest(&self, tx: &Transaction, index: usize) -> Result<[u8; 32], ComputeError> {
        match self.rules {
            Rules::Script(rules) => {
                Ok(preimage(&self.spent_input(rules, tx, index), self.hash_type)?.digest())
            }
            Rules::Legacy => {
                let preimage = self.legacy_preimage(tx, index)?;
                Ok(sha256d::Hash::hash(&preimage).to_byte_array())
            }
            Rules::Nothing | Rules::Signed => Err(ComputeError::Inputs("an input without digest")),
        }
    }

    pub(crate) fn sign(
        &self,
        tx: &Transaction,
        index: usize,
        secret: &SecretKey,
    ) -> Result<InputSignature, ComputeError> {
        match self.rules {
            Rules::Script(rules) => {
                let spent = self.spent_input(rules, tx, index);
                Ok(sign_input(&spent, self.hash_type, secret)?)
            }
            Rules::Legacy => Ok(sign_legacy(tx, index, &self.script_code, secret)?),
            Rules::Nothing | Rules::Signed => {
                Err(ComputeError::Inputs("an input without signature"))
            }
        }
    }

    pub(crate) fn signer(&self, side: Side) -> Result<&Signer, ComputeError> {
        let found = self.signers.iter().find(|signer| signer.side == side);
        found.ok_or(ComputeError::Inputs("this side does not sign"))
    }

    fn legacy_preimage(&self, tx: &Transaction, index: usize) -> Result<Vec<u8>, ComputeError> {
        let mut bytes = Vec::new();
        let ty = u32::from(self.hash_type.0);
        match SighashCache::new(tx).legacy_encode_signing_data_to(
            &mut bytes,
            index,
            &self.script_code,
            ty,
        ) {
            EncodeSigningDataResult::WriteResult(Ok(())) => Ok(bytes),
            EncodeSigningDataResult::WriteResult(Err(_))
            | EncodeSigningDataResult::SighashSingleBug => {
                Err(ComputeError::Inputs("a legacy input cannot be signed"))
            }
        }
    }
}

/// Shows a transaction: without witness, each input, and the finished one as the result.
///
/// `already` are the signatures in inputs that are shown elsewhere.
pub(crate) fn show_transaction(
    trace: &mut Trace,
    label: &str,
    finished: &Transaction,
    spends: &[Spend],
    already: &[String],
) -> Result<(), ComputeError> {
    let bare = without_signatures(finished);
    trace.unsigned("unsigned", finished);
    let mut names = already.to_vec();
    for (index, (spend, input)) in spends.iter().zip(&finished.input).enumerate() {
        if spend.rules == Rules::Signed {
            continue;
        }
        let amount = spend.spent.value.to_sat();
        trace.int(&format!("spent.{index}.amount_sat"), amount);
        let script = spend.spent.script_pubkey.as_bytes();
        trace.hex(&format!("spent.{index}.script"), script);
        trace.text(&format!("input.{index}.rules"), spend.rules.name());
        if spend.rules == Rules::Nothing {
            continue;
        }
        names.extend(show_input(trace, label, &bare, index, spend, input)?);
    }
    show_result(trace, finished, spends, &names);
    Ok(())
}

/// Without scriptSigs and witnesses: what signatures are made over.
fn without_signatures(tx: &Transaction) -> Transaction {
    let mut tx = tx.clone();
    for input in &mut tx.input {
        input.script_sig = ScriptBuf::new();
        input.witness.clear();
    }
    tx
}

/// The names of the input's signatures.
fn show_input(
    trace: &mut Trace,
    label: &str,
    bare: &Transaction,
    index: usize,
    spend: &Spend,
    input: &TxIn,
) -> Result<Vec<String>, ComputeError> {
    let name = format!("input.{index}");
    match spend.rules {
        Rules::Script(rules) => {
            let own = spend.spent_input(rules, bare, index);
            let preimage = preimage(&own, spend.hash_type)?;
            show_preimage(trace, &format!("{name}.preimage"), &preimage);
        }
        Rules::Legacy => {
            let preimage = spend.legacy_preimage(bare, index)?;
            trace.hex(&format!("{name}.preimage"), &preimage);
        }
        Rules::Nothing | Rules::Signed => {}
    }
    let digest = spend.digest(bare, index)?;
    let digest_name = format!("{name}.digest");
    trace.hex(&digest_name, &digest);
    let mut made: Vec<(String, Vec<u8>)> = Vec::new();
    for signer in &spend.signers {
        let own = format!("{name}.{}", signer.side);
        let public_name = signer.public_name.clone().unwrap_or_else(|| {
            let public = signer.secret.public_key(secp()).serialize();
            trace.hex(&format!("{own}.public"), &public);
            format!("{own}.public")
        });
        let nonce = nonce(&digest, &signer.secret)?;
        trace
            .hex(&format!("{own}.nonce"), &nonce.secret_bytes())
            .loose();
        let signature = spend.sign(bare, index, &signer.secret)?.to_bytes();
        prove_nonce(&signature, &nonce)?;
        let signature_name = format!("{own}.signature");
        trace.signature(&signature_name, &signature, &digest_name, &public_name);
        if !holds(input, &signature) {
            return Err(ComputeError::NotSigned {
                label: label.to_owned(),
                index,
                side: if signer.side == Side::A { 'a' } else { 'b' },
            });
        }
        made.push((trace.full(&signature_name), signature));
    }
    show_witness(trace, &name, spend, input, &made);
    Ok(made.into_iter().map(|(name, _)| name).collect())
}

/// Whether the finished input has this signature.
fn holds(input: &TxIn, signature: &[u8]) -> bool {
    let pushed = input.script_sig.instructions().flatten();
    input.witness.iter().any(|element| element == signature)
        || pushed
            .filter_map(|one| one.push_bytes().map(|push| push.as_bytes().to_vec()))
            .any(|push| push == signature)
}

fn prove_nonce(signature: &[u8], nonce: &SecretKey) -> Result<(), ComputeError> {
    const WRONG: ComputeError = ComputeError::Inputs("a signature is not the one of RFC 6979");
    let der = signature.split_last().map(|(_, der)| der).ok_or(WRONG)?;
    let compact = ecdsa::Signature::from_der(der)
        .map_err(|_| WRONG)?
        .serialize_compact();
    let (x, _) = nonce.x_only_public_key(secp());
    if compact.starts_with(&x.serialize()) {
        Ok(())
    } else {
        Err(WRONG)
    }
}

fn show_witness(
    trace: &mut Trace,
    name: &str,
    spend: &Spend,
    input: &TxIn,
    made: &[(String, Vec<u8>)],
) {
    if spend.rules == Rules::Legacy {
        let script_sig = input.script_sig.as_bytes();
        trace.hex(&format!("{name}.script_sig"), script_sig).loose();
        return;
    }
    for (j, element) in input.witness.iter().enumerate() {
        let of: Vec<String> = made
            .iter()
            .filter(|(_, signature)| signature == element)
            .map(|(name, _)| name.clone())
            .collect();
        trace
            .hex(&format!("{name}.witness.{j}"), element)
            .signed(&of);
    }
}

fn show_result(trace: &mut Trace, tx: &Transaction, spends: &[Spend], names: &[String]) {
    let legacy = spends.iter().any(|spend| spend.rules == Rules::Legacy);
    let txid = trace.txid("txid", tx.compute_txid()).result();
    if legacy {
        txid.loose();
    }
    let wtxid = bitcoin::Txid::from_byte_array(tx.compute_wtxid().to_byte_array());
    trace.txid("wtxid", wtxid).result().loose();
    trace.int("weight", tx.weight().to_wu()).result().loose();
    let worst = worst_weight(tx, spends).to_wu();
    trace.int("worst_weight", worst).result();
    let transaction = trace.transaction("transaction", tx).result();
    if legacy {
        transaction.loose();
    } else {
        transaction.signed(names);
    }
}

/// With all signatures at 73 bytes.
pub(crate) fn worst_weight(tx: &Transaction, spends: &[Spend]) -> Weight {
    let shapes: Vec<InputShape> = spends.iter().map(|spend| spend.shape).collect();
    transaction_weight(&shapes, &tx.output)
}

//! Subject `invalid`: what must be refused, and by whom.

use bitcoin::consensus::encode::deserialize;
use bitcoin::hashes::{Hash, hash160};
use bitcoin::hex::FromHex;
use bitcoin::{Amount, OutPoint, Script, ScriptBuf, Transaction, TxOut, Witness};
use leyden_labels::{Kind, Side};
use leyden_tx::{
    Disclosure, FundingPubkey, FundingSecret, InputSignature, PaymentHash, SignatureError,
    preimage_in, secp, verify_input,
};

use super::ComputeError;
use super::channel::Channel;
use super::children::{build, complete};
use super::commitment::Parent;
use super::fees::added;
use super::funding::{sign_coin, spend_coin};
use super::spend::{Rules, Spend};
use crate::changes;
use crate::model::inputs::{Change, Fee, Invalid, Spending, What};
use crate::model::{Build, HexBytes, Place, Verdict};
use crate::trace::Trace;

/// Gives the transaction that a bitcoind is asked for, if there is one.
pub(crate) fn show(
    trace: &mut Trace,
    inputs: &Invalid,
    verdict: Option<&Verdict>,
) -> Result<Option<Transaction>, ComputeError> {
    match inputs {
        Invalid::Transaction {
            base, changes, fee, ..
        } => show_transaction(trace, base, changes, fee.as_ref(), verdict).map(Some),
        Invalid::Presignature {
            base,
            signer,
            signature,
        } => show_presignature(trace, base, *signer, signature).map(|()| None),
        Invalid::Terms {
            channel,
            funding,
            commitment,
        } => {
            let channel = Channel::new(channel)?;
            let built = Parent::new(&channel, commitment, (*funding).into());
            let accepted = match built {
                Ok(_) => true,
                Err(ComputeError::Build(_)) => false,
                Err(other) => return Err(other),
            };
            trace.text("outcome", word(accepted)).result();
            Ok(None)
        }
        Invalid::Parse { what, data } => {
            trace.text("outcome", word(parses(*what, data))).result();
            Ok(None)
        }
    }
}

const fn word(accepted: bool) -> &'static str {
    if accepted { "accepted" } else { "refused" }
}

// --- transactions ---

fn show_transaction(
    trace: &mut Trace,
    base: &Spending,
    changes: &[Change],
    fee: Option<&Fee>,
    verdict: Option<&Verdict>,
) -> Result<Transaction, ComputeError> {
    let (mut tx, mut spend) = base_of(base)?;
    trace.txid("base.txid", tx.compute_txid());
    trace.hex("base.digest", &spend.digest(&tx, 0)?);
    trace.transaction("base.transaction", &tx).loose();
    let places = changes::places(&tx, &spend)?;
    for change in changes {
        changes::apply(&mut tx, &mut spend, &places, change)?;
    }
    if let Some(fee) = fee {
        attach(&mut tx, fee)?;
    }
    trace.txid("txid", tx.compute_txid()).result();
    trace.transaction("transaction", &tx).result().loose();
    let unknown = Verdict::default();
    let verdict = verdict.unwrap_or(&unknown);
    for build in Build::ALL {
        for place in Place::ALL {
            let name = format!("verdict.{}.{}", build.name(), place.name());
            trace.text(&name, verdict.get(build, place));
        }
    }
    trace.text("refused_by", verdict.refused_by()).result();
    Ok(tx)
}

/// A commitment or a child, signed as it should be.
fn base_of(base: &Spending) -> Result<(Transaction, Spend), ComputeError> {
    let channel = Channel::new(&base.channel)?;
    let parent = Parent::new(&channel, &base.commitment, base.funding.into())?;
    if matches!(base.label.kind(), Kind::Commitment | Kind::SharedCommitment) {
        return Ok((parent.complete()?, parent.spend()));
    }
    let built = build(&parent, base.label, base.destination.as_ref())?;
    let finished = complete(&parent, &built, base.preimage.as_ref())?;
    Ok((finished.tx, built.spend))
}

/// A coin of a's and its change, for a fixed fee. Its owner signs what there is.
fn attach(tx: &mut Transaction, fee: &Fee) -> Result<(), ComputeError> {
    let coin = spend_coin(&fee.coin, Side::A)?;
    tx.input
        .push(added(OutPoint::new(fee.coin.txid, fee.coin.vout)));
    let left = fee.coin.amount_sat.checked_sub(fee.fee_sat);
    let left = left.ok_or(ComputeError::Inputs("the coin does not pay the fee"))?;
    tx.output.push(TxOut {
        value: Amount::from_sat(left),
        script_pubkey: ScriptBuf::from_bytes(fee.change_script.0.clone()),
    });
    let index = tx.input.len().saturating_sub(1);
    let bare = tx.clone();
    sign_coin(&bare, tx, index, &coin)
}

// --- what a peer refuses ---

fn show_presignature(
    trace: &mut Trace,
    base: &Spending,
    signer: Side,
    signature: &HexBytes,
) -> Result<(), ComputeError> {
    let (tx, spend) = base_of(base)?;
    let public = spend.signer(signer)?.secret.public_key(secp());
    trace.hex("public", &public.serialize());
    trace.hex("digest", &spend.digest(&tx, 0)?);
    trace.int("hash_type", spend.hash_type.0);
    let Rules::Script(rules) = spend.rules else {
        return Err(ComputeError::Inputs("no pre-signature here"));
    };
    let checked = InputSignature::parse(&signature.0).and_then(|signature| {
        let input = spend.spent_input(rules, &tx, 0);
        verify_input(&input, spend.hash_type, &public, &signature)
    });
    let outcome = match checked {
        Ok(_) => "accepted",
        Err(SignatureError::Encoding) => "encoding",
        Err(SignatureError::HashType { .. }) => "hash-type",
        Err(SignatureError::Invalid) => "invalid",
        Err(other) => return Err(other.into()),
    };
    trace.text("outcome", outcome).result();
    Ok(())
}

// --- what a parser refuses ---

fn parses(what: What, data: &str) -> bool {
    let Ok(bytes) = Vec::from_hex(data) else {
        return false;
    };
    match what {
        What::Transaction => deserialize::<Transaction>(&bytes).is_ok(),
        What::PublicKey => FundingPubkey::parse(&bytes).is_ok(),
        What::Secret => {
            <[u8; 32]>::try_from(bytes).is_ok_and(|bytes| FundingSecret::parse(&bytes).is_ok())
        }
        What::Signature => InputSignature::parse(&bytes).is_ok(),
        What::Disclosure => {
            <[u8; 64]>::try_from(bytes).is_ok_and(|bytes| Disclosure::from_bytes(&bytes).is_ok())
        }
        What::Preimage => {
            // R is whatever hashes to the payment hash, if nodes relay it.
            let hash = PaymentHash::new(hash160::Hash::hash(&bytes).to_byte_array());
            let witness = Witness::from_slice(&[&bytes[..], &[1], &[]]);
            preimage_in(&witness, &hash).is_some_and(|preimage| preimage.is_relayed())
        }
        What::Script => Script::from_bytes(&bytes)
            .instructions()
            .all(|instruction| instruction.is_ok()),
    }
}

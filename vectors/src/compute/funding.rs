//! `F`, with the coins of both sides.

use bitcoin::script::{Builder, PushBytesBuf};
use bitcoin::secp256k1::SecretKey;
use bitcoin::{Amount, OutPoint, PubkeyHash, ScriptBuf, Transaction, TxOut, Witness};
use leyden_labels::{Dialect, PerSide, Side};
use leyden_tx::{
    DigestRules, FundingContribution, FundingInput, HashType, InputShape, KeyError, build_funding,
    is_segwit, secp, verify_funding_input,
};

use super::ComputeError;
use super::channel::{Channel, coin_script};
use super::spend::{Rules, Signer, Spend, show_transaction};
use crate::model::inputs::{Channel as ChannelInputs, Coin, CoinKind, Contribution};
use crate::trace::Trace;

/// Shows `F`, and gives it back signed.
pub(crate) fn show(
    trace: &mut Trace,
    channel: &ChannelInputs,
    contributions: &PerSide<Contribution>,
) -> Result<Transaction, ComputeError> {
    let channel = Channel::new(channel)?;
    channel.show_lasting_keys(trace);
    channel.show_funding_script(trace);
    let given = PerSide {
        a: contribution(&contributions.a)?,
        b: contribution(&contributions.b)?,
    };
    let mut tx = build_funding(&channel.params, &given)?;
    let mut spends = Vec::new();
    for side in Side::BOTH {
        for coin in &contributions.get(side).inputs {
            spends.push(spend_coin(coin, side)?);
        }
    }
    let inputs: Vec<FundingInput> = given.a.inputs.into_iter().chain(given.b.inputs).collect();
    if channel.dialect() == Dialect::Csv && !inputs.iter().all(is_segwit) {
        return Err(ComputeError::Inputs("csv: F's inputs must be segwit"));
    }
    let bare = tx.clone();
    for (index, spend) in spends.iter().enumerate() {
        sign_coin(&bare, &mut tx, index, spend)?;
    }
    for (index, coin) in inputs.iter().enumerate() {
        let input = tx.input.get(index).ok_or(ComputeError::Inputs("inputs"))?;
        verify_funding_input(&bare, index, coin, &input.script_sig, &input.witness)?;
    }
    show_transaction(trace, "F", &tx, &spends, &[])?;
    Ok(tx)
}

fn contribution(inputs: &Contribution) -> Result<FundingContribution, ComputeError> {
    let coins = inputs.inputs.iter().map(|coin| {
        Ok::<_, ComputeError>(FundingInput {
            outpoint: OutPoint::new(coin.txid, coin.vout),
            value: Amount::from_sat(coin.amount_sat),
            script_pubkey: coin_script(coin.kind, &secret(coin)?),
        })
    });
    Ok(FundingContribution {
        inputs: coins.collect::<Result<_, _>>()?,
        change: inputs.change.as_ref().map(|change| TxOut {
            value: Amount::from_sat(change.amount_sat),
            script_pubkey: ScriptBuf::from_bytes(change.script.0.clone()),
        }),
    })
}

fn secret(coin: &Coin) -> Result<SecretKey, KeyError> {
    SecretKey::from_slice(&coin.secret.0).map_err(|_| KeyError::BadSecret)
}

/// The input that spends a wallet's coin.
pub(crate) fn spend_coin(coin: &Coin, side: Side) -> Result<Spend, ComputeError> {
    let secret = secret(coin)?;
    let script_pubkey = coin_script(coin.kind, &secret);
    let (rules, shape) = match coin.kind {
        CoinKind::P2wpkh => (Rules::Script(DigestRules::Bip143), InputShape::P2WPKH),
        CoinKind::P2pkh => (Rules::Legacy, InputShape::P2PKH),
    };
    let public = bitcoin::CompressedPublicKey(secret.public_key(secp()));
    let script_code = ScriptBuf::new_p2pkh(&PubkeyHash::from(public));
    Ok(Spend {
        spent: TxOut {
            value: Amount::from_sat(coin.amount_sat),
            script_pubkey,
        },
        rules,
        script_code,
        hash_type: HashType::ALL,
        signers: vec![Signer {
            side,
            secret,
            public_name: None,
        }],
        shape,
    })
}

/// Signs a wallet's coin; `bare` is the transaction without any signature.
pub(crate) fn sign_coin(
    bare: &Transaction,
    tx: &mut Transaction,
    index: usize,
    spend: &Spend,
) -> Result<(), ComputeError> {
    const NO_INPUT: ComputeError = ComputeError::Inputs("no such input");
    let [signer] = spend.signers.as_slice() else {
        return Err(ComputeError::Inputs("a coin has one key"));
    };
    let signature = spend.sign(bare, index, &signer.secret)?.to_bytes();
    let public = signer.secret.public_key(secp()).serialize();
    let input = tx.input.get_mut(index).ok_or(NO_INPUT)?;
    if spend.rules == Rules::Legacy {
        let push = PushBytesBuf::try_from(signature)
            .map_err(|_| ComputeError::Inputs("a signature is too long"))?;
        let builder = Builder::new().push_slice(push).push_slice(public);
        input.script_sig = builder.into_script();
    } else {
        input.witness = Witness::from_slice(&[signature, public.to_vec()]);
    }
    Ok(())
}

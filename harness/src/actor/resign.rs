//! A holder changes what it pre-agreed, and signs its own part again. The other's signature stays.

use bitcoin::secp256k1::{Message, SecretKey, ecdsa};
use bitcoin::{Script, Transaction, TxOut, Witness};
use leyden_scenario::ChannelName;
use leyden_tx::{
    ChannelKeys, DigestRules, HashType, HtlcKey, KeyError, Seed, SpentInput, digest, secp,
    sign_input,
};

use super::embedded::Embedded;
use super::failure::ActorFailure;

impl Embedded {
    /// Makes this actor's signatures of `input` valid again for `altered`, with the hash types they had.
    ///
    /// Which signatures are its own is found out by verifying them for `original`.
    pub(crate) fn resign(
        &self,
        channel: &ChannelName,
        number: u64,
        (original, altered): (&Transaction, &Transaction),
        input: usize,
        spent: &TxOut,
    ) -> Result<Transaction, ActorFailure> {
        let refused = |text: String| ActorFailure::Refused {
            actor: self.name.to_string(),
            reason: "cannot-resign",
            text,
        };
        let index = self.seat(channel)?.channel.config().channel_index;
        let keys =
            own_keys(&self.seed, index, number).map_err(|error| refused(error.to_string()))?;
        let mut resigned = altered.clone();
        let witness = &original
            .input
            .get(input)
            .ok_or_else(|| refused(format!("there is no input {input}")))?
            .witness;
        let script = Script::from_bytes(witness.last().unwrap_or_default());
        let rules = if spent.script_pubkey.is_p2wsh() {
            DigestRules::Bip143
        } else {
            DigestRules::Noinput
        };
        let at = |tx| SpentInput {
            rules,
            tx,
            index: input,
            script_code: script,
            amount: spent.value,
        };
        let mut items: Vec<Vec<u8>> = witness.iter().map(<[u8]>::to_vec).collect();
        let mut found = false;
        for item in &mut items {
            let Some((hash_type, signature)) = parse(item) else {
                continue;
            };
            for secret in &keys {
                if is_by(secret, &at(original), hash_type, &signature) {
                    let again = sign_input(&at(altered), hash_type, secret);
                    *item = again
                        .map_err(|error| refused(error.to_string()))?
                        .to_bytes();
                    found = true;
                    break;
                }
            }
        }
        if !found {
            return Err(refused("none of the signatures is its own".to_owned()));
        }
        if let Some(changed) = resigned.input.get_mut(input) {
            changed.witness = Witness::from_slice(&items);
        }
        Ok(resigned)
    }
}

/// Every key of its own that can have signed a transaction with this number, a commitment's or an HTLC's.
fn own_keys(seed: &Seed, index: u32, number: u64) -> Result<Vec<SecretKey>, KeyError> {
    let mut keys = ChannelKeys::derive(seed, index)?;
    let htlc = keys.htlc(number)?;
    let mut all = vec![
        *keys.funding().expose(),
        *keys.delivery().expose(),
        *keys.own_rsmc(number)?.expose(),
        *keys.counter_rsmc(number)?.expose(),
    ];
    for key in HtlcKey::ALL {
        all.push(*htlc.key(key)?.expose());
    }
    Ok(all)
}

fn parse(item: &[u8]) -> Option<(HashType, ecdsa::Signature)> {
    let (hash_type, der) = item.split_last()?;
    let signature = ecdsa::Signature::from_der(der).ok()?;
    Some((HashType(*hash_type), signature))
}

fn is_by(
    secret: &SecretKey,
    spent: &SpentInput<'_>,
    hash_type: HashType,
    signature: &ecdsa::Signature,
) -> bool {
    digest(spent, hash_type).is_ok_and(|digest| {
        let public = secret.public_key(secp());
        secp()
            .verify_ecdsa(&Message::from_digest(digest), signature, &public)
            .is_ok()
    })
}

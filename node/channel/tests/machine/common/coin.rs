//! Coins for F, and their signatures.

use bitcoin::hashes::Hash;
use bitcoin::script::Builder;
use bitcoin::secp256k1::Message as Digest;
use bitcoin::sighash::SighashCache;
use bitcoin::{CompressedPublicKey, OutPoint, PublicKey, ScriptBuf, Transaction, Txid, Witness};
use leyden_channel::SignedInput;
use leyden_labels::Side;
use leyden_tx::{
    DigestRules, FundingInput, HashType, Seed, SpentInput, WalletSecret, secp, sign_input,
    wallet_secret,
};

use super::{BALANCE, sat};

/// A coin of a side, and the key that signs for it.
#[derive(Clone)]
pub struct Coin {
    pub input: FundingInput,
    secret: WalletSecret,
}

impl Coin {
    pub fn new(side: Side, index: u32, legacy: bool) -> Self {
        let seed = Seed::labelled(b"coins", &side.to_string());
        let secret = wallet_secret(&seed, 0, index).unwrap();
        let public = CompressedPublicKey(*secret.public().key());
        let script_pubkey = if legacy {
            ScriptBuf::new_p2pkh(&PublicKey::from(public).pubkey_hash())
        } else {
            ScriptBuf::new_p2wpkh(&public.wpubkey_hash())
        };
        let tag = format!("{side}{index}");
        Self {
            input: FundingInput {
                outpoint: OutPoint::new(Txid::hash(tag.as_bytes()), 0),
                value: sat(BALANCE + 1_000),
                script_pubkey,
            },
            secret,
        }
    }

    pub fn sign(&self, tx: &Transaction, index: usize) -> SignedInput {
        let public = PublicKey::new(*self.secret.public().key());
        if self.input.script_pubkey.is_p2wpkh() {
            let code = ScriptBuf::new_p2pkh(&public.pubkey_hash());
            let spent = SpentInput {
                rules: DigestRules::Bip143,
                tx,
                index,
                script_code: &code,
                amount: self.input.value,
            };
            let signature = sign_input(&spent, HashType::ALL, self.secret.expose()).unwrap();
            return SignedInput {
                index,
                script_sig: ScriptBuf::new(),
                witness: Witness::from_slice(&[signature.to_bytes(), public.to_bytes()]),
            };
        }
        let hash = SighashCache::new(tx)
            .legacy_signature_hash(index, &self.input.script_pubkey, 1)
            .unwrap();
        let signature = secp().sign_ecdsa(
            &Digest::from_digest(hash.to_byte_array()),
            self.secret.expose(),
        );
        let signature = bitcoin::ecdsa::Signature::sighash_all(signature);
        SignedInput {
            index,
            script_sig: Builder::new()
                .push_slice(signature.serialize())
                .push_key(&public)
                .into_script(),
            witness: Witness::new(),
        }
    }
}

//! Signing the wallet's own inputs, with ALL.

use bitcoin::script::Builder;
use bitcoin::{ScriptBuf, Transaction, Witness};
use leyden_tx::{
    DigestRules, HashType, InputSignature, SignatureError, SpentInput, sign_input, sign_legacy,
};

use crate::coin::{AddressKind, Coin};
use crate::error::WalletError;
use crate::wallet::Wallet;

impl Wallet {
    /// The scriptSig and witness of the input that spends `coin`, and the input's index.
    pub(crate) fn sign_coin(
        &self,
        tx: &Transaction,
        coin: &Coin,
    ) -> Result<(usize, ScriptBuf, Witness), WalletError> {
        let outpoint = coin.outpoint;
        let index = tx
            .input
            .iter()
            .position(|input| input.previous_output == outpoint)
            .ok_or(WalletError::UnknownCoin { outpoint })?;
        let secret = self.keyring.secret(coin.key)?;
        let pubkey = secret.public().serialize();
        match coin.key.kind {
            AddressKind::Receive => {
                let signature = sign_p2wpkh(tx, index, coin, secret.expose())?;
                let witness = Witness::from_slice(&[signature.to_bytes(), pubkey.to_vec()]);
                Ok((index, ScriptBuf::new(), witness))
            }
            AddressKind::Legacy => {
                let signature = sign_legacy(tx, index, &coin.script_pubkey, secret.expose())?;
                let signature = signature.to_bytes();
                let push = <&bitcoin::script::PushBytes>::try_from(signature.as_slice());
                let push = push.map_err(|_| SignatureError::Encoding)?;
                let script_sig = Builder::new().push_slice(push).push_slice(pubkey);
                Ok((index, script_sig.into_script(), Witness::new()))
            }
        }
    }

    /// Signs each coin's input in place.
    pub(crate) fn sign_all(&self, tx: &mut Transaction, coins: &[Coin]) -> Result<(), WalletError> {
        for coin in coins {
            let (index, script_sig, witness) = self.sign_coin(tx, coin)?;
            let outpoint = coin.outpoint;
            let input = tx.input.get_mut(index);
            let input = input.ok_or(WalletError::UnknownCoin { outpoint })?;
            input.script_sig = script_sig;
            input.witness = witness;
        }
        Ok(())
    }
}

fn sign_p2wpkh(
    tx: &Transaction,
    index: usize,
    coin: &Coin,
    secret: &bitcoin::secp256k1::SecretKey,
) -> Result<InputSignature, SignatureError> {
    let script_code = coin.script_pubkey.p2wpkh_script_code();
    let script_code = script_code.ok_or(SignatureError::WrongKey)?;
    let spent = SpentInput {
        rules: DigestRules::Bip143,
        tx,
        index,
        script_code: &script_code,
        amount: coin.value,
    };
    sign_input(&spent, HashType::ALL, secret)
}

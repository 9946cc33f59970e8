//! BIP 32 private derivation, hardened steps only.
//!
//! A node is the bare pair of private key and chain code. BIP 32's depth, parent fingerprint and
//! child number only label a serialised key and do not enter the derivation, so a chain may be far
//! deeper than the 255 levels that the one-byte depth can count (errata, 6).

use core::fmt;

use bitcoin::hashes::{Hash, HashEngine, Hmac, HmacEngine, sha512};
use bitcoin::secp256k1::{Scalar, SecretKey};

use super::KeyError;

/// The first hardened child number.
const HARDENED: u32 = 0x8000_0000;

/// A private key and its chain code (BIP 32). `Debug` shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct ExtendedSecret {
    secret: SecretKey,
    chain_code: [u8; 32],
}

impl ExtendedSecret {
    /// The master node of a seed (BIP 32, "Master key generation").
    ///
    /// # Errors
    /// [`KeyError::BadSecret`] for one seed in 2^127.
    pub fn master(seed: &[u8]) -> Result<Self, KeyError> {
        let (left, chain_code) = hmac_halves(b"Bitcoin seed", &[seed]);
        let secret = SecretKey::from_slice(&left).map_err(|_| KeyError::BadSecret)?;
        Ok(Self { secret, chain_code })
    }

    /// Puts a node together from its parts.
    #[must_use]
    pub const fn from_parts(secret: SecretKey, chain_code: [u8; 32]) -> Self {
        Self { secret, chain_code }
    }

    /// The hardened child `index'` (BIP 32, `CKDpriv` with index + 2^31).
    ///
    /// # Errors
    /// [`KeyError::Index`] if `index` is 2^31 or more, [`KeyError::BadSecret`] for one child in 2^127.
    pub fn hardened(&self, index: u32) -> Result<Self, KeyError> {
        if index >= HARDENED {
            return Err(KeyError::Index { index });
        }
        let number = (HARDENED | index).to_be_bytes();
        let secret = self.secret.secret_bytes();
        let (left, chain_code) = hmac_halves(&self.chain_code, &[&[0], &secret, &number]);
        let tweak = Scalar::from_be_bytes(left).map_err(|_| KeyError::BadSecret)?;
        let secret = self
            .secret
            .add_tweak(&tweak)
            .map_err(|_| KeyError::BadSecret)?;
        Ok(Self { secret, chain_code })
    }

    /// The descendant at the end of a path of hardened steps.
    ///
    /// # Errors
    /// As [`hardened`](Self::hardened).
    pub fn descend(&self, path: &[u32]) -> Result<Self, KeyError> {
        path.iter()
            .try_fold(self.clone(), |node, index| node.hardened(*index))
    }

    /// The private key.
    #[must_use]
    pub const fn secret(&self) -> &SecretKey {
        &self.secret
    }

    /// The chain code.
    #[must_use]
    pub const fn chain_code(&self) -> &[u8; 32] {
        &self.chain_code
    }
}

impl fmt::Debug for ExtendedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExtendedSecret(..)")
    }
}

/// HMAC-SHA512 of the concatenated parts, in two halves.
fn hmac_halves(key: &[u8], parts: &[&[u8]]) -> ([u8; 32], [u8; 32]) {
    let mut engine = HmacEngine::<sha512::Hash>::new(key);
    for part in parts {
        engine.input(part);
    }
    let all = Hmac::from_engine(engine).to_byte_array();
    let mut halves = ([0; 32], [0; 32]);
    let (left, right) = all.split_at(32);
    halves.0.copy_from_slice(left);
    halves.1.copy_from_slice(right);
    halves
}

#[cfg(test)]
mod tests {
    use bitcoin::bip32::{ChildNumber, Xpriv};
    use bitcoin::hex::FromHex;

    use super::*;
    use crate::secp;

    #[test]
    fn hardened_steps_are_those_of_bip32() {
        let seed = [0x5e; 32];
        let path = [1015, 0, 2, 0, 127, 0x7fff_ffff];
        let numbers: Vec<ChildNumber> = path
            .iter()
            .map(|index| ChildNumber::from_hardened_idx(*index).unwrap())
            .collect();
        let theirs = Xpriv::new_master(bitcoin::Network::Regtest, &seed)
            .unwrap()
            .derive_priv(secp(), &numbers)
            .unwrap();
        let ours = ExtendedSecret::master(&seed)
            .unwrap()
            .descend(&path)
            .unwrap();
        assert_eq!(ours.secret(), &theirs.private_key);
        assert_eq!(ours.chain_code(), theirs.chain_code.as_bytes());
    }

    /// BIP 32, test vector 1: `m/0'`.
    #[test]
    fn bip32_test_vector_1() {
        let seed = <[u8; 16]>::from_hex("000102030405060708090a0b0c0d0e0f").unwrap();
        let child = ExtendedSecret::master(&seed).unwrap().hardened(0).unwrap();
        assert_eq!(
            child.secret().display_secret().to_string(),
            "edb2e14f9ee77d26dd93b4ecede8d16ed408ce149b6cd80b0715a2d911a0afea"
        );
    }

    #[test]
    fn an_index_is_below_2_31() {
        let master = ExtendedSecret::master(&[1; 32]).unwrap();
        assert_eq!(
            master.hardened(HARDENED),
            Err(KeyError::Index { index: HARDENED })
        );
    }
}

//! Signatures: made by RFC 6979 without grinding, and never trusted before they are verified.

use bitcoin::secp256k1::{Message, PublicKey, SecretKey, ecdsa};
use bitcoin::{Script, Transaction};

use crate::funding::legacy_message;
use crate::secp;
use crate::sighash::{HashType, SpentInput, digest};

/// A signature cannot be made, is none, or is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The transaction has no input at this index.
    #[error("input {index} of a transaction with {inputs} inputs")]
    NoSuchInput {
        /// The index that was asked for.
        index: usize,
        /// How many there are.
        inputs: usize,
    },
    /// SINGLE without an output at the input's index would sign no output at all.
    #[error("SINGLE on input {index}, which has no output at its index")]
    SingleWithoutOutput {
        /// The input.
        index: usize,
    },
    /// The bytes are not strict DER with a low S and one hash-type byte.
    #[error("not a signature in strict DER with low S")]
    Encoding,
    /// The signature is over something else than it has to be.
    #[error("hash type {:#04x}, expected {:#04x}", got.0, expected.0)]
    HashType {
        /// The one it has to be.
        expected: HashType,
        /// The one it has.
        got: HashType,
    },
    /// The signature does not verify under the key.
    #[error("the signature does not verify")]
    Invalid,
    /// The private key given is not the one that the script asks for.
    #[error("the private key is not the one that the script asks for")]
    WrongKey,
    /// The dialect needs a signature here.
    #[error("a signature is missing")]
    Missing,
    /// The dialect knows no signature here.
    #[error("a signature where none belongs")]
    Unexpected,
}

/// An ECDSA signature and its hash type, as it stands in a witness. Nothing says that it is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputSignature {
    ecdsa: ecdsa::Signature,
    hash_type: HashType,
}

impl InputSignature {
    /// Reads strict DER with low S, and the hash-type byte: what Bitcoin Core relays (BIP 66, BIP 146).
    ///
    /// # Errors
    /// [`SignatureError::Encoding`] for anything else.
    pub fn parse(bytes: &[u8]) -> Result<Self, SignatureError> {
        let (hash_type, der) = bytes.split_last().ok_or(SignatureError::Encoding)?;
        let ecdsa = ecdsa::Signature::from_der(der).map_err(|_| SignatureError::Encoding)?;
        let mut canonical = ecdsa;
        canonical.normalize_s();
        if *canonical.serialize_der() != *der {
            return Err(SignatureError::Encoding);
        }
        Ok(Self {
            ecdsa,
            hash_type: HashType(*hash_type),
        })
    }

    /// DER and the hash-type byte: 71 or 72 bytes, seldom less.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.ecdsa.serialize_der().to_vec();
        bytes.push(self.hash_type.0);
        bytes
    }

    /// Verifies against a digest that is made elsewhere: that of a P2PKH input.
    pub(crate) fn verify_message(
        &self,
        expected: HashType,
        message: &Message,
        signer: &PublicKey,
    ) -> Result<(), SignatureError> {
        if self.hash_type != expected {
            return Err(SignatureError::HashType {
                expected,
                got: self.hash_type,
            });
        }
        secp()
            .verify_ecdsa(message, &self.ecdsa, signer)
            .map_err(|_| SignatureError::Invalid)
    }

    /// The byte after the signature.
    #[must_use]
    pub const fn hash_type(&self) -> HashType {
        self.hash_type
    }
}

/// A signature that was found to be right. Only [`verify_input`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedSignature {
    signature: InputSignature,
    signer: PublicKey,
}

impl VerifiedSignature {
    /// The signature.
    #[must_use]
    pub const fn signature(&self) -> &InputSignature {
        &self.signature
    }

    /// The key that it verifies under.
    #[must_use]
    pub const fn signer(&self) -> &PublicKey {
        &self.signer
    }
}

/// Signs an input: RFC 6979, no grinding for a low R, low S.
///
/// # Errors
/// [`SignatureError::NoSuchInput`], or [`SignatureError::SingleWithoutOutput`] where a signature would
/// give the coin to anyone.
pub fn sign_input(
    spent: &SpentInput<'_>,
    hash_type: HashType,
    secret: &SecretKey,
) -> Result<InputSignature, SignatureError> {
    Ok(InputSignature {
        ecdsa: secp().sign_ecdsa(&message(spent, hash_type)?, secret),
        hash_type,
    })
}

/// Verifies that `signature` is `signer`'s, over this input, with exactly the expected hash type.
///
/// # Errors
/// [`SignatureError::HashType`] or [`SignatureError::Invalid`] if it is not; the errors of
/// [`sign_input`] if there can be none.
pub fn verify_input(
    spent: &SpentInput<'_>,
    expected: HashType,
    signer: &PublicKey,
    signature: &InputSignature,
) -> Result<VerifiedSignature, SignatureError> {
    signature.verify_message(expected, &message(spent, expected)?, signer)?;
    Ok(VerifiedSignature {
        signature: *signature,
        signer: *signer,
    })
}

/// Signs a P2PKH coin's input with ALL, for the wallet: RFC 6979, no grinding.
///
/// # Errors
/// [`SignatureError::NoSuchInput`] if the index is out of range.
pub fn sign_legacy(
    tx: &Transaction,
    index: usize,
    script_pubkey: &Script,
    secret: &SecretKey,
) -> Result<InputSignature, SignatureError> {
    Ok(InputSignature {
        ecdsa: secp().sign_ecdsa(&legacy_message(tx, index, script_pubkey)?, secret),
        hash_type: HashType::ALL,
    })
}

fn message(spent: &SpentInput<'_>, hash_type: HashType) -> Result<Message, SignatureError> {
    let digest = digest(spent, hash_type)?;
    if hash_type.0 & 0x1f == 3 && spent.index >= spent.tx.output.len() {
        return Err(SignatureError::SingleWithoutOutput { index: spent.index });
    }
    Ok(Message::from_digest(digest))
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test may panic")]
#[path = "signature_tests.rs"]
mod tests;

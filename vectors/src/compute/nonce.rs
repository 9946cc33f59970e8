//! What an ECDSA signature is made of. The library that signs shows none of it, so it is computed
//! here from RFC 6979 and proved against the signature.

use bitcoin::hashes::{Hash, HashEngine, Hmac, HmacEngine, sha256};
use bitcoin::secp256k1::constants::CURVE_ORDER;
use bitcoin::secp256k1::{Scalar, SecretKey, ecdsa};
use leyden_tx::secp;

use super::ComputeError;

/// The nonce, r, and s before and after it was made low.
pub(crate) struct Parts {
    pub(crate) nonce: [u8; 32],
    pub(crate) r: [u8; 32],
    pub(crate) raw_s: [u8; 32],
    pub(crate) s: [u8; 32],
}

const WRONG: ComputeError = ComputeError::Inputs("a signature is not the one of RFC 6979");

/// Takes apart a signature of `secret` on `digest`.
pub(crate) fn parts(
    digest: &[u8; 32],
    secret: &SecretKey,
    signature: &ecdsa::Signature,
) -> Result<Parts, ComputeError> {
    let compact = signature.serialize_compact();
    let (left, right) = compact.split_at(32);
    let (mut r, mut s) = ([0; 32], [0; 32]);
    r.copy_from_slice(left);
    s.copy_from_slice(right);
    let nonce = nonce(digest, secret)?;
    let (x, _) = nonce.x_only_public_key(secp());
    if x.serialize() != r {
        return Err(WRONG);
    }
    Ok(Parts {
        nonce: nonce.secret_bytes(),
        r,
        raw_s: raw_s(digest, secret, &nonce, &r, s)?,
        s,
    })
}

/// RFC 6979, 3.2, with SHA-256 and nothing added.
pub(crate) fn nonce(digest: &[u8; 32], secret: &SecretKey) -> Result<SecretKey, ComputeError> {
    let digest = reduced(*digest);
    let secret = secret.secret_bytes();
    let (mut key, mut v) = ([0; 32], [1; 32]);
    for round in [0, 1] {
        key = hmac(&key, &[&v, &[round], &secret, &digest]);
        v = hmac(&key, &[&v]);
    }
    // One candidate in 2^127 is out of range.
    v = hmac(&key, &[&v]);
    SecretKey::from_slice(&v).map_err(|_| WRONG)
}

/// Of s and n - s, the one for which s · k = z + r · d.
fn raw_s(
    digest: &[u8; 32],
    secret: &SecretKey,
    nonce: &SecretKey,
    r: &[u8; 32],
    s: [u8; 32],
) -> Result<[u8; 32], ComputeError> {
    let scalar = |bytes| Scalar::from_be_bytes(bytes).map_err(|_| WRONG);
    let right = secret
        .mul_tweak(&scalar(*r)?)
        .and_then(|product| match scalar(reduced(*digest)) {
            Ok(digest) => product.add_tweak(&digest),
            Err(_) => Ok(product),
        })
        .map_err(|_| WRONG)?;
    let left = nonce.mul_tweak(&scalar(s)?).map_err(|_| WRONG)?;
    let s = SecretKey::from_slice(&s).map_err(|_| WRONG)?;
    if left == right {
        Ok(s.secret_bytes())
    } else if left.negate() == right {
        Ok(s.negate().secret_bytes())
    } else {
        Err(WRONG)
    }
}

/// Modulo the order of the curve: a hash is below twice of it.
fn reduced(digest: [u8; 32]) -> [u8; 32] {
    if digest < CURVE_ORDER {
        return digest;
    }
    let mut difference = [0; 32];
    let mut borrow = false;
    let bytes = digest.iter().zip(CURVE_ORDER).rev();
    for (place, (byte, order)) in difference.iter_mut().rev().zip(bytes) {
        let (once, first) = byte.overflowing_sub(order);
        let (twice, second) = once.overflowing_sub(u8::from(borrow));
        borrow = first || second;
        *place = twice;
    }
    difference
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut engine = HmacEngine::<sha256::Hash>::new(key);
    for part in parts {
        engine.input(part);
    }
    Hmac::from_engine(engine).to_byte_array()
}

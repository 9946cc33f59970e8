//! Comparing what a program gives with what a vector has.

use std::collections::BTreeMap;

use bitcoin::hex::FromHex;
use bitcoin::secp256k1::{Message, PublicKey, ecdsa};
use leyden_tx::{InputSignature, secp};

use super::Mode;
use super::message::Values;
use super::report::Reason;
use crate::model::{Encoding, Value, Vector};

/// What came of comparing one vector.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Compared {
    /// The first difference, in the order of the file.
    pub(super) difference: Option<Reason>,
    /// Values that were compared.
    pub(super) values: usize,
    /// Names that the vector does not have.
    pub(super) unknown: Vec<String>,
}

pub(super) fn compare(vector: &Vector, given: &Values, mode: Mode) -> Compared {
    let expected: BTreeMap<&str, &str> = vector
        .values()
        .map(|(value, _)| (value.name.as_str(), value.value.as_str()))
        .collect();
    let names = given.0.keys();
    let mut compared = Compared {
        unknown: names
            .filter(|name| !expected.contains_key(name.as_str()))
            .cloned()
            .collect(),
        ..Compared::default()
    };
    for (value, result) in vector.values() {
        if mode == Mode::AnySignature && value.loose {
            continue;
        }
        let Some(given_value) = given.0.get(&value.name) else {
            if result && compared.difference.is_none() {
                let name = value.name.clone();
                compared.difference = Some(Reason::Missing { name });
            }
            continue;
        };
        let same = match mode {
            Mode::Exact => Some(value.value == *given_value),
            Mode::AnySignature => any_signature(value, given_value, &expected, given),
        };
        let Some(same) = same else {
            continue;
        };
        compared.values = compared.values.saturating_add(1);
        if !same && compared.difference.is_none() {
            compared.difference = Some(difference(value, given_value));
        }
    }
    compared
}

/// `None`: it cannot be compared, because a signature in it was not given.
fn any_signature(
    value: &Value,
    given_value: &str,
    expected: &BTreeMap<&str, &str>,
    given: &Values,
) -> Option<bool> {
    if let Some(of) = &value.signature {
        let digest = expected.get(of.digest.as_str());
        let public = expected.get(of.public.as_str());
        let (digest, public) = digest.zip(public)?;
        return Some(is_valid(given_value, &value.value, digest, public));
    }
    let mut wanted = value.value.clone();
    for name in &value.signed {
        let own = expected.get(name.as_str())?;
        let other = given.0.get(name)?;
        wanted = substitute(&wanted, own, other);
    }
    Some(wanted == given_value)
}

/// Strict DER, low S, the expected hash type, and valid for the expected digest and key.
fn is_valid(given: &str, expected: &str, digest: &str, public: &str) -> bool {
    let parse = |text: &str| Vec::from_hex(text).ok().filter(|_| is_lower(text));
    let (Some(bytes), Some(expected)) = (parse(given), parse(expected)) else {
        return false;
    };
    let Ok(signature) = InputSignature::parse(&bytes) else {
        return false;
    };
    let der = bytes.split_last().map(|(_, der)| der).unwrap_or_default();
    let digest = <[u8; 32]>::from_hex(digest);
    let public = Vec::from_hex(public).ok();
    let public = public.and_then(|bytes| PublicKey::from_slice(&bytes).ok());
    let (Ok(digest), Some(public), Ok(ecdsa)) = (digest, public, ecdsa::Signature::from_der(der))
    else {
        return false;
    };
    expected.last() == Some(&signature.hash_type().0)
        && secp()
            .verify_ecdsa(&Message::from_digest(digest), &ecdsa, &public)
            .is_ok()
}

fn is_lower(text: &str) -> bool {
    !text.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// Puts one signature in another's place: as a whole witness element, or behind its length.
fn substitute(value: &str, own: &str, other: &str) -> String {
    if value == own {
        return other.to_owned();
    }
    let prefixed = |signature: &str| format!("{:02x}{signature}", signature.len() >> 1);
    value.replace(&prefixed(own), &prefixed(other))
}

fn difference(value: &Value, given: &str) -> Reason {
    let expected = &value.value;
    let pairs = expected.bytes().zip(given.bytes());
    let equal = pairs.take_while(|(left, right)| left == right).count();
    let bytes = value.encoding.is_bytes();
    Reason::Differs {
        name: value.name.clone(),
        expected: expected.clone(),
        given: given.chars().take(200_000).collect(),
        at: if bytes { equal >> 1 } else { equal },
        unit: unit(value.encoding),
    }
}

const fn unit(encoding: Encoding) -> &'static str {
    if encoding.is_bytes() {
        "byte"
    } else {
        "character"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_replaced_with_its_length() {
        assert_eq!(
            substitute("00 02aabb 02aacc", "aabb", "dd"),
            "00 01dd 02aacc"
        );
        assert_eq!(substitute("aabb", "aabb", "dd"), "dd");
        assert_eq!(substitute("01aabb", "aabb", "dd"), "01aabb");
    }
}

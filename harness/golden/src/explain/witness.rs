//! What the items of a witness are, judged by their shape and by the output they spend.

use bitcoin::{Script, Witness};
use serde::{Deserialize, Serialize};

use super::output_kind;

/// A DER signature of two 1-byte numbers with a hash type, the shortest that is one.
const MIN_SIGNATURE: usize = 9;
/// A DER signature of two 33-byte numbers with a hash type.
const MAX_SIGNATURE: usize = 73;
const DER_SEQUENCE: u8 = 0x30;
/// The bytes of a signature that DER's length does not count: tag, length, hash type.
const DER_OVERHEAD: usize = 3;

/// What an item of a witness is, as far as its shape tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// No bytes: `OP_CHECKMULTISIG`'s extra element, or false.
    Empty,
    /// The byte 01, which chooses a branch.
    True,
    /// An ECDSA signature with its hash type.
    Signature,
    /// A compressed public key.
    PublicKey,
    /// The script whose hash the output is.
    WitnessScript,
    /// Anything else: an HTLC's R.
    Data,
}

/// The role of each item. `spent` is the script of the output that the witness spends, if known.
#[must_use]
pub fn witness_roles(witness: &Witness, spent: Option<&Script>) -> Vec<Role> {
    let items: Vec<&[u8]> = witness.iter().collect();
    roles_of_items(&items, spent)
}

/// As [`witness_roles`], of any stack.
pub(crate) fn roles_of_items(items: &[&[u8]], spent: Option<&Script>) -> Vec<Role> {
    let mut roles: Vec<Role> = items.iter().map(|item| role_by_shape(item)).collect();
    if let Some(last) = roles.last_mut() {
        let is_script = match spent {
            Some(script) => output_kind(script).hides_script(),
            None => *last == Role::Data,
        };
        if is_script {
            *last = Role::WitnessScript;
        }
    }
    roles
}

fn role_by_shape(item: &[u8]) -> Role {
    match item {
        [] => Role::Empty,
        [1] => Role::True,
        [2 | 3, key @ ..] if key.len() == 32 => Role::PublicKey,
        _ if signature_hash_type(item).is_some() => Role::Signature,
        _ => Role::Data,
    }
}

/// The hash-type byte, if the item has a signature's shape.
pub(crate) fn signature_hash_type(item: &[u8]) -> Option<u8> {
    let [DER_SEQUENCE, length, .., hash_type] = item else {
        return None;
    };
    let fits = (MIN_SIGNATURE..=MAX_SIGNATURE).contains(&item.len());
    let counted = usize::from(*length).checked_add(DER_OVERHEAD) == Some(item.len());
    (fits && counted).then_some(*hash_type)
}

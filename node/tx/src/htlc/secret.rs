//! R and its hash (§4).

use core::fmt;

use bitcoin::Witness;
use bitcoin::hashes::{Hash, hash160};
use bitcoin::hex::DisplayHex;

/// R has 20 bytes (§4, first term of the contract).
pub const PREIMAGE_LEN: usize = 20;

/// Bitcoin Core's limit for an element of the witness of a script, as a policy.
const MAX_RELAYED: usize = 80;

/// HASH160(R), 20 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PaymentHash([u8; 20]);

impl PaymentHash {
    /// Takes the bytes as they are.
    #[must_use]
    pub const fn new(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

impl fmt::Display for PaymentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.as_hex())
    }
}

impl fmt::Debug for PaymentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PaymentHash({self})")
    }
}

/// R: whoever shows it gets the HTLC. `Debug` does not show it.
///
/// The paper's script does not check its length: on chain whatever hashes to the payment hash is R, and
/// is of use as it is. A payee makes it [`PREIMAGE_LEN`] bytes long. Off chain an R is good if it could be
/// used on chain: who passes an HTLC on must not be left with one that no node relays.
#[derive(Clone, PartialEq, Eq)]
pub struct PaymentPreimage(Vec<u8>);

impl PaymentPreimage {
    /// R as the paper has it.
    #[must_use]
    pub fn new(bytes: [u8; PREIMAGE_LEN]) -> Self {
        Self(bytes.to_vec())
    }

    /// HASH160(R).
    #[must_use]
    pub fn hash(&self) -> PaymentHash {
        hash(&self.0)
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether it has the length that the paper gives it.
    #[must_use]
    pub const fn is_usual(&self) -> bool {
        self.0.len() == PREIMAGE_LEN
    }

    /// Whether a node relays a witness with it.
    #[must_use]
    pub const fn is_relayed(&self) -> bool {
        self.0.len() <= MAX_RELAYED
    }
}

impl fmt::Debug for PaymentPreimage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PaymentPreimage(..)")
    }
}

/// R, if a witness shows it: the element before the branch of `HED` or `HE`.
///
/// ```text
/// <empty> sigA sigB R 1 script
/// ```
#[must_use]
pub fn preimage_in(witness: &Witness, wanted: &PaymentHash) -> Option<PaymentPreimage> {
    let [.., preimage, _branch, _script] = witness.iter().collect::<Vec<_>>()[..] else {
        return None;
    };
    (hash(preimage) == *wanted).then(|| PaymentPreimage(preimage.to_vec()))
}

fn hash(bytes: &[u8]) -> PaymentHash {
    PaymentHash(hash160::Hash::hash(bytes).to_byte_array())
}

//! Keys (§5): one seed, BIP 32, every step hardened.
//!
//! A private key that is disclosed must not give away its neighbours. A key derived without
//! hardening would: with its parent's public key and chain code it gives the parent's private key.
//! So nothing here is ever derived without hardening, and no extended public key exists.
//!
//! | path | keys | file |
//! |---|---|---|
//! | `m/1015'/channel'/0'` | funding | `branch.rs` |
//! | `m/1015'/channel'/1'` | delivery | `branch.rs` |
//! | `m/1015'/channel'/2'/…` | RSMC keys of the own commitments, disclosed one after the other | `own_chain.rs` |
//! | `m/1015'/channel'/3'/n'` | RSMC keys in the other side's commitments, never disclosed | `branch.rs` |
//! | `m/1015'/channel'/4'/k'/i'` | the eight keys of HTLC k, i = 1 to 8 | `htlc.rs` |
//! | `m/1015'/2147483646'/kind'/index'` | wallet | `branch.rs` |
//! | `m/1015'/2147483647'` | identity | `branch.rs` |

pub(crate) mod branch;
pub(crate) mod disclosed;
pub(crate) mod extended;
pub(crate) mod htlc;
pub(crate) mod own_chain;
pub(crate) mod roles;

use std::sync::OnceLock;

use bitcoin::secp256k1::{All, Secp256k1};

/// The curve context that everything shares. It is not randomised: no randomness comes in here.
#[must_use]
pub fn secp() -> &'static Secp256k1<All> {
    static CONTEXT: OnceLock<Secp256k1<All>> = OnceLock::new();
    CONTEXT.get_or_init(Secp256k1::new)
}

/// A key cannot be derived or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The index is 2^31 or more, or one that is kept for the wallet or the identity.
    #[error("no key has the index {index}")]
    Index {
        /// What was asked for.
        index: u32,
    },
    /// A channel has 2^21 commitments, and no more.
    #[error("commitment {number} is past the end of the key chain")]
    Exhausted {
        /// The commitment number that was asked for.
        number: u64,
    },
    /// HTLC numbers go up to 2^31 - 1.
    #[error("HTLC {number} is past the end of the keys")]
    HtlcNumber {
        /// The HTLC number that was asked for.
        number: u64,
    },
    /// The bytes are zero or not below the order of the curve.
    #[error("not a private key")]
    BadSecret,
    /// The bytes are no point in compressed form.
    #[error("not a compressed public key")]
    BadPubkey,
}

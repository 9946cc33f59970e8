//! Fees, in integers, from weights that do not depend on how long a signature happens to be.
//!
//! Every signature counts 73 bytes, hash-type byte included. Real ones have 71 or 72.

use bitcoin::{Amount, FeeRate, OutPoint, TxOut, VarInt, Weight};
use leyden_labels::Label;

use crate::BuildError;
use crate::amounts::{total, wide};

/// The longest DER signature and its hash-type byte.
const SIGNATURE: u64 = 73;
/// A compressed public key.
const PUBKEY: u64 = 33;
/// Outpoint and nSequence.
const INPUT_BASE: u64 = 40;
/// nVersion and nLockTime.
const TRANSACTION_BASE: u64 = 8;
/// The witness marker and flag.
const SEGWIT_MARK: u64 = 2;
const SCALE: u64 = 4;

/// What signing an input adds to it, at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputShape {
    /// Bytes of scriptSig.
    script_sig: u64,
    /// Bytes of witness after the count of elements: 0 if there is none.
    witness: u64,
}

impl InputShape {
    /// P2WPKH: `[sig, pubkey]`.
    pub const P2WPKH: Self = Self {
        script_sig: 0,
        witness: 1 + SIGNATURE + 1 + PUBKEY,
    };
    /// P2PKH: scriptSig `sig pubkey`.
    pub const P2PKH: Self = Self {
        script_sig: 1 + SIGNATURE + 1 + PUBKEY,
        witness: 0,
    };
    /// Pay to anchor: nothing.
    pub const ANCHOR: Self = Self {
        script_sig: 0,
        witness: 0,
    };

    /// A bare 2-of-2: `[<empty>, sigA, sigB, script]`.
    #[must_use]
    pub fn multisig(script_len: usize) -> Self {
        Self::elements(&[0, SIGNATURE, SIGNATURE, wide(script_len)])
    }

    /// An IF branch with a 2-of-2: `[<empty>, sigA, sigB, 1, script]`.
    #[must_use]
    pub fn remedy(script_len: usize) -> Self {
        Self::elements(&[0, SIGNATURE, SIGNATURE, 1, wide(script_len)])
    }

    /// The ELSE branch of the `csv` RSMC: `[sig, <empty>, script]`.
    #[must_use]
    pub fn delayed(script_len: usize) -> Self {
        Self::elements(&[SIGNATURE, 0, wide(script_len)])
    }

    /// The branch of an HTLC that takes R: `[<empty>, sigA, sigB, R, 1, script]`.
    #[must_use]
    pub fn preimage(script_len: usize, preimage_len: usize) -> Self {
        let (script, preimage) = (wide(script_len), wide(preimage_len));
        Self::elements(&[0, SIGNATURE, SIGNATURE, preimage, 1, script])
    }

    /// The ELSE branch of two 2-of-2: `[<empty>, sigA, sigB, <empty>, script]`.
    #[must_use]
    pub fn otherwise(script_len: usize) -> Self {
        Self::elements(&[0, SIGNATURE, SIGNATURE, 0, wide(script_len)])
    }

    fn elements(lengths: &[u64]) -> Self {
        let witness = lengths
            .iter()
            .fold(0, |sum: u64, length| sum.saturating_add(prefixed(*length)));
        Self {
            script_sig: 0,
            witness,
        }
    }

    /// The weight of the whole input in a segwit transaction.
    #[must_use]
    pub const fn weight(&self) -> Weight {
        let base = INPUT_BASE.saturating_add(prefixed(self.script_sig));
        let weight = base.saturating_mul(SCALE).saturating_add(self.witness);
        // The count of witness elements, one byte.
        Weight::from_wu(weight.saturating_add(1))
    }
}

/// A length and that many bytes.
const fn prefixed(length: u64) -> u64 {
    let prefix = match length {
        0..=0xfc => 1,
        0xfd..=0xffff => 3,
        _ => 5,
    };
    length.saturating_add(prefix)
}

/// The most that a complete segwit transaction of these inputs and outputs weighs.
#[must_use]
pub fn transaction_weight(inputs: &[InputShape], outputs: &[TxOut]) -> Weight {
    let counts = wide(VarInt::from(inputs.len()).size())
        .saturating_add(wide(VarInt::from(outputs.len()).size()));
    let fixed = TRANSACTION_BASE
        .saturating_add(counts)
        .saturating_mul(SCALE)
        .saturating_add(SEGWIT_MARK);
    let inputs = inputs.iter().map(|input| input.weight().to_wu());
    let outputs = outputs.iter().map(|output| output.weight().to_wu());
    let total = inputs.chain(outputs).fold(fixed, u64::saturating_add);
    Weight::from_wu(total)
}

/// The fee for a transaction of this weight. The weight is rounded up to whole virtual bytes first,
/// because nodes divide the fee by those, and the fee is rounded up.
///
/// # Errors
/// [`BuildError::Overflow`] above 21 million bitcoin.
pub fn fee_for(weight: Weight, rate: FeeRate) -> Result<Amount, BuildError> {
    fee_for_package(&[weight], rate)
}

/// The fee for several transactions that are judged together.
///
/// # Errors
/// [`BuildError::Overflow`] above 21 million bitcoin.
pub fn fee_for_package(weights: &[Weight], rate: FeeRate) -> Result<Amount, BuildError> {
    let virtual_bytes = weights.iter().try_fold(0_u64, |sum, weight| {
        sum.checked_add(weight.to_wu().div_ceil(SCALE))
    });
    let weight = virtual_bytes.and_then(|size| size.checked_mul(SCALE));
    let fee = weight.and_then(|weight| rate.fee_wu(Weight::from_wu(weight)));
    total([fee.ok_or(BuildError::Overflow)?])
}

/// The weight of `F` without its inputs and changes. By custom side a, who opens, pays for it.
#[must_use]
pub fn funding_shared_weight() -> Weight {
    /// Amount, length of the script, 34 bytes of script.
    const FUNDING_OUTPUT: u64 = 8 + 1 + 34;
    let empty = transaction_weight(&[], &[]).to_wu();
    Weight::from_wu(empty.saturating_add(FUNDING_OUTPUT * SCALE))
}

/// A zero-fee commitment that is not in a block yet: its child must pay for both and spend its anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnconfirmedParent {
    /// `FB{n}x`: what a child that only pays is called.
    pub label: Label,
    /// What the parent weighs at most.
    pub weight: Weight,
    /// The parent's anchor.
    pub anchor: OutPoint,
    /// The anchor's amount: what was below dust.
    pub anchor_value: Amount,
}

#[cfg(test)]
#[path = "fee_tests.rs"]
mod tests;

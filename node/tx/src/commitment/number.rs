//! The commitment number that a commitment carries, so that whoever sees an old one on the chain
//! finds its keys at once (§5).
//!
//! As in the field (BOLT 3), the 48 bits are combined (exclusive or) with a factor that only the two sides know before
//! the channel closes: the last 6 bytes of SHA256(`P_aD` ‖ `P_bD`). The low 24 bits stand in
//! nLockTime below the byte 0x20, which makes it a time long past; the high 24 bits stand in
//! nSequence below the byte 0x80. Bit 31 must be set there: without it BIP 68 reads a lock.

use std::collections::BTreeSet;

use bitcoin::hashes::{Hash, HashEngine, sha256};
use bitcoin::{Transaction, TxIn};
use leyden_labels::Side;

use super::TRUC;
use crate::{BuildError, ChannelParams, script_funding};

/// The highest byte of nSequence.
const SEQUENCE_MARK: u8 = 0x80;

/// The highest byte of nLockTime: what form of commitment it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// `C{n}x` with a revocable output. Who holds it shows in its scripts.
    Revocable,
    /// `C{n}` of figures 1 and 2.
    Shared,
    /// `C{n}x` of figure 3.
    Blamed(Side),
}

impl Mark {
    pub(crate) const ALL: [Mark; 4] = [
        Mark::Revocable,
        Mark::Shared,
        Mark::Blamed(Side::A),
        Mark::Blamed(Side::B),
    ];

    /// All of them times before 1989, which every block is past.
    const fn byte(self) -> u8 {
        match self {
            Self::Revocable => 0x20,
            Self::Shared => 0x21,
            Self::Blamed(Side::A) => 0x22,
            Self::Blamed(Side::B) => 0x23,
        }
    }
}

/// nLockTime and nSequence of commitment `number`.
pub(super) fn obscure(
    params: &ChannelParams,
    mark: Mark,
    number: u64,
) -> Result<(u32, u32), BuildError> {
    let [0, 0, number_bytes @ ..] = number.to_be_bytes() else {
        return Err(BuildError::Number { number });
    };
    let [h0, h1, h2, l0, l1, l2] = xor(number_bytes, factor(params));
    Ok((
        u32::from_be_bytes([mark.byte(), l0, l1, l2]),
        u32::from_be_bytes([SEQUENCE_MARK, h0, h1, h2]),
    ))
}

/// The numbers that `tx` can carry if it is a commitment of this channel, with or without its witness.
///
/// Mostly one, or none. It only *may* be that commitment: build both holders' and ask
/// [`Commitment::on_chain`]. There are several if somebody added an input that looks as if it spent
/// `F` (with NOINPUT anyone can); the number of such an input is whatever its nSequence says.
///
/// [`Commitment::on_chain`]: crate::Commitment::on_chain
#[must_use]
pub fn parse_commitment_numbers(params: &ChannelParams, tx: &Transaction) -> BTreeSet<u64> {
    parse(params, Mark::Revocable, tx)
}

pub(crate) fn parse(params: &ChannelParams, mark: Mark, tx: &Transaction) -> BTreeSet<u64> {
    funding_inputs(params, tx)
        .filter_map(|input| read(params, mark, tx, input))
        .collect()
}

fn read(params: &ChannelParams, mark: Mark, tx: &Transaction, input: &TxIn) -> Option<u64> {
    let [lock_mark, l0, l1, l2] = tx.lock_time.to_consensus_u32().to_be_bytes();
    let [sequence_mark, h0, h1, h2] = input.sequence.0.to_be_bytes();
    if tx.version != TRUC || lock_mark != mark.byte() || sequence_mark != SEQUENCE_MARK {
        return None;
    }
    let [n0, n1, n2, n3, n4, n5] = xor([h0, h1, h2, l0, l1, l2], factor(params));
    Some(u64::from_be_bytes([0, 0, n0, n1, n2, n3, n4, n5]))
}

/// The inputs that may spend `F`: those whose witness ends with the funding script, or the only one
/// of a transaction that is not signed yet.
///
/// Nothing is said about the outpoint: with NOINPUT any output of that script and amount will do.
/// So one that does may stand beside one that only looks so: the witness of an anchor, or of a
/// program without rules yet, can be anything.
pub(crate) fn funding_inputs<'a>(
    params: &ChannelParams,
    tx: &'a Transaction,
) -> impl Iterator<Item = &'a TxIn> {
    let script = script_funding(&params.funding);
    let unsigned = matches!(tx.input.as_slice(), [only] if only.witness.is_empty());
    tx.input
        .iter()
        .filter(move |input| unsigned || input.witness.last() == Some(script.as_bytes()))
}

fn factor(params: &ChannelParams) -> [u8; 6] {
    let mut engine = sha256::Hash::engine();
    engine.input(&params.delivery.a.serialize());
    engine.input(&params.delivery.b.serialize());
    let hash = sha256::Hash::from_engine(engine).to_byte_array();
    hash.last_chunk().copied().unwrap_or_default()
}

fn xor(left: [u8; 6], right: [u8; 6]) -> [u8; 6] {
    let mut mixed = left;
    for (byte, mask) in mixed.iter_mut().zip(right) {
        *byte ^= mask;
    }
    mixed
}

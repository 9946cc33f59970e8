//! What nSequence and nLockTime mean.

use bitcoin::absolute::LockTime;
use bitcoin::{Sequence, Transaction};

const SEQUENCE_MARK: u32 = 0x80;
const LOCK_TIME_MARK: u32 = 0x20;
const LOW_24_BITS: u32 = 0x00ff_ffff;
/// Set: no relative lock (BIP 68).
const DISABLE: u32 = 1 << 31;
/// Set: the lock counts 512 seconds, not blocks (BIP 68).
const SECONDS: u32 = 1 << 22;
/// The bits that hold the count (BIP 68).
const COUNT: u32 = 0xffff;

/// What an input's nSequence means: `1000 blocks`, `final`, `replaceable` …
///
/// `version` is the transaction's: relative locks need 2 or more (BIP 68).
#[must_use]
pub fn sequence_meaning(version: i32, sequence: Sequence) -> String {
    let value = sequence.to_consensus_u32();
    match value {
        0xffff_ffff => return "final".to_owned(),
        0xffff_fffe => return "no relative lock, lock time counts".to_owned(),
        0xffff_fffd => return "no relative lock, replaceable".to_owned(),
        _ => {}
    }
    if value & DISABLE != 0 {
        return format!("no relative lock (0x{value:08x})");
    }
    if !is_bip68_version(version) {
        return format!("no relative lock in version {version} (0x{value:08x})");
    }
    let count = value & COUNT;
    let unit = match (value & SECONDS != 0, count) {
        (true, _) => "× 512 seconds",
        (false, 1) => "block",
        (false, _) => "blocks",
    };
    let unused = value & !(SECONDS | COUNT);
    let rest = if unused == 0 {
        String::new()
    } else {
        format!(" (0x{value:08x})")
    };
    format!("{count} {unit}{rest}")
}

/// Consensus compares the version as an unsigned number (since Core 28 it also is one).
fn is_bip68_version(version: i32) -> bool {
    !(0..2).contains(&version)
}

/// What a transaction's nLockTime means: `none`, `height 500000`, `time 1700000000`.
///
/// A lock time has an effect only if some input is not final.
#[must_use]
pub fn lock_time_meaning(lock_time: LockTime) -> String {
    match lock_time {
        LockTime::ZERO => "none".to_owned(),
        LockTime::Blocks(height) => format!("height {}", height.to_consensus_u32()),
        LockTime::Seconds(time) => format!("time {}", time.to_consensus_u32()),
    }
}

/// The 48 bits in which a commitment hides its number, as they stand: still obscured.
///
/// They are nSequence's and nLockTime's low 24 bits each, of a transaction with one input whose
/// nSequence begins with 0x80 and whose nLockTime begins with 0x20. None for any other.
#[must_use]
pub fn obscured_commitment_number(tx: &Transaction) -> Option<u64> {
    let [input] = tx.input.as_slice() else {
        return None;
    };
    let sequence = input.sequence.to_consensus_u32();
    let lock_time = tx.lock_time.to_consensus_u32();
    let marked = sequence >> 24 == SEQUENCE_MARK && lock_time >> 24 == LOCK_TIME_MARK;
    marked.then(|| u64::from(sequence & LOW_24_BITS) << 24 | u64::from(lock_time & LOW_24_BITS))
}

/// The meaning of input `sequence` within `tx`, commitments included.
pub(crate) fn input_sequence_meaning(tx: &Transaction, sequence: Sequence) -> String {
    match obscured_commitment_number(tx) {
        Some(number) => format!("obscured commitment number 0x{number:012x}, high half"),
        None => sequence_meaning(tx.version.0, sequence),
    }
}

/// The meaning of the lock time of `tx`, commitments included.
pub(crate) fn tx_lock_time_meaning(tx: &Transaction) -> String {
    match obscured_commitment_number(tx) {
        Some(number) => format!("obscured commitment number 0x{number:012x}, low half"),
        None => lock_time_meaning(tx.lock_time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences() {
        for (version, value, meaning) in [
            (3, 1000, "1000 blocks"),
            (2, 1, "1 block"),
            (2, 0, "0 blocks"),
            (1, 1000, "no relative lock in version 1 (0x000003e8)"),
            (2, 0x0040_0090, "144 × 512 seconds"),
            (2, 0x0001_03e8, "1000 blocks (0x000103e8)"),
            (3, 0x8012_3456, "no relative lock (0x80123456)"),
            (2, 0xffff_fffd, "no relative lock, replaceable"),
            (2, 0xffff_ffff, "final"),
        ] {
            assert_eq!(sequence_meaning(version, Sequence(value)), meaning);
        }
    }

    #[test]
    fn lock_times() {
        for (value, meaning) in [
            (0, "none"),
            (432, "height 432"),
            (1_700_000_000, "time 1700000000"),
        ] {
            assert_eq!(lock_time_meaning(LockTime::from_consensus(value)), meaning);
        }
    }
}

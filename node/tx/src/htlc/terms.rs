//! What the two sides agree on when an HTLC is added.

use bitcoin::Amount;
use bitcoin::absolute::Height;
use leyden_labels::{PerSide, Side};

use super::PaymentHash;
use crate::{HtlcKey, HtlcPubkey, HtlcPubkeys};

/// One HTLC. It is the same in every commitment that carries it (§4.2): `number` counts HTLCs of the
/// channel, from 1, and has nothing to do with commitment numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Htlc {
    /// k.
    pub number: u64,
    /// Whose money it is until R is shown.
    pub sender: Side,
    /// How much.
    pub amount: Amount,
    /// HASH160(R).
    pub hash: PaymentHash,
    /// The first block that may hold `HT` or `HTD` is the one after this height (nLockTime).
    pub expiry: Height,
    /// The eight keys of each side.
    pub keys: PerSide<HtlcPubkeys>,
}

impl Htlc {
    /// Who gets it with R.
    #[must_use]
    pub const fn receiver(&self) -> Side {
        self.sender.other()
    }

    /// Both sides' key of this number.
    #[must_use]
    pub fn pair(&self, key: HtlcKey) -> PerSide<HtlcPubkey> {
        PerSide::from_fn(|side| *self.keys.get(side).get(key))
    }

    /// Takes the key of the sender's commitment, or that of the receiver's.
    #[must_use]
    pub fn on<T>(&self, holder: Side, sender: T, receiver: T) -> T {
        if holder == self.sender {
            sender
        } else {
            receiver
        }
    }
}

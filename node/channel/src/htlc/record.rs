//! What a side remembers of an HTLC, ended or not: an old commitment can always be broadcast.

use leyden_labels::Side;
use leyden_tx::{Htlc, HtlcKey, HtlcSecret, PaymentPreimage};

use super::ledger::Outcome;
use super::{Onward, Origin};
use crate::fault::Misbehaved;
use crate::message::EndedHtlc;

/// How far an HTLC has come off chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Not in all commitments that could be broadcast.
    Pending,
    /// In all of them.
    Live,
    /// Still in one of them.
    Ending(Outcome),
    /// In none of them.
    Ended(Outcome),
}

/// One HTLC of the channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) htlc: Htlc,
    pub(crate) onward: Onward,
    pub(crate) origin: Option<Origin>,
    pub(crate) phase: Phase,
    /// R, once it is known.
    pub(crate) preimage: Option<PaymentPreimage>,
    /// The other side's keys that open the HTLC on its old commitments: 1 and 4, or 5 and 8.
    pub(crate) disclosed: Option<[HtlcSecret; 2]>,
}

impl Record {
    /// Whether `local` sends it.
    pub(crate) fn is_outgoing(&self, local: Side) -> bool {
        self.htlc.sender == local
    }

    /// Takes the keys that `discloser` gave away when it ended.
    pub(crate) fn disclose(
        &mut self,
        discloser: Side,
        ended: &EndedHtlc,
    ) -> Result<(), Misbehaved> {
        let number = self.htlc.number;
        let expected = HtlcKey::disclosed_by(discloser, self.htlc.sender);
        let known = self.htlc.keys.get(discloser);
        let right = expected
            .iter()
            .zip(&ended.keys)
            .all(|(key, secret)| secret.public() == *known.get(*key));
        if !right {
            return Err(Misbehaved::WrongHtlcKey { number });
        }
        self.disclosed = Some(ended.keys.clone());
        Ok(())
    }

    /// The disclosed key of this number.
    pub(crate) fn disclosed_key(&self, key: HtlcKey) -> Option<&HtlcSecret> {
        let [first, second] = self.disclosed.as_ref()?;
        match key {
            HtlcKey::One | HtlcKey::Five => Some(first),
            HtlcKey::Four | HtlcKey::Eight => Some(second),
            HtlcKey::Two | HtlcKey::Three | HtlcKey::Six | HtlcKey::Seven => None,
        }
    }
}

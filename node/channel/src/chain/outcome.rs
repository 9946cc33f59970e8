//! What has become of an HTLC on chain.

use bitcoin::OutPoint;
use leyden_tx::{ChannelKeys, preimage_in};

use super::place::htlc_at;
use super::recognise::{Found, Spend, recognise};
use super::view::{Seen, View};
use crate::fault::Fault;
use crate::htlc::{HtlcState, Outcome, Phase, Record};
use crate::live::Live;

/// The commitment in the chain, if there is one: HTLCs are looked up in it.
pub(crate) struct OnChain<'a> {
    view: &'a View,
    seen: &'a Seen,
    found: Found,
}

impl<'a> OnChain<'a> {
    pub(crate) fn find(
        live: &Live,
        keys: &mut ChannelKeys,
        view: &'a View,
    ) -> Result<Option<Self>, Fault> {
        for seen in view.spends() {
            if let Spend::Commitment(found) = recognise(live, keys, &seen.tx)? {
                let found = *found;
                return Ok(Some(Self { view, seen, found }));
            }
        }
        Ok(None)
    }

    /// Where an HTLC stands, given the chain; `None` if that says nothing.
    pub(crate) fn state(&self, record: &Record) -> Option<HtlcState> {
        state_on(self.view, self.seen, &self.found, record)
    }
}

fn state_on(view: &View, seen: &Seen, found: &Found, record: &Record) -> Option<HtlcState> {
    // Without its keys nothing is known of a commitment but what it pays outright.
    found.spec.as_ref()?;
    let number = record.htlc.number;
    let mut outputs = found.commitment.htlcs.iter();
    let output = outputs.find(|output| output.number == number);
    let Some(output) = output.filter(|output| htlc_at(found, output.vout).is_some()) else {
        return Some(match record.phase {
            // Another commitment, which carries it, may still take the place of this one.
            Phase::Pending | Phase::Live | Phase::Ending(Outcome::Failed(_)) => {
                HtlcState::Missing {
                    height: seen.height,
                }
            }
            Phase::Ended(Outcome::Failed(reason)) => HtlcState::Failed(reason),
            Phase::Ending(Outcome::Settled) | Phase::Ended(Outcome::Settled) => HtlcState::Settled,
        });
    };
    let outpoint = OutPoint::new(found.commitment.tx.compute_txid(), output.vout);
    let Some((spender, index)) = view.spender(outpoint) else {
        return Some(match record.phase {
            Phase::Pending | Phase::Live => HtlcState::Live,
            Phase::Ending(_) | Phase::Ended(_) => HtlcState::Ending,
        });
    };
    let height = spender.height;
    let witness = spender.tx.input.get(index).map(|input| &input.witness);
    let executed = witness.and_then(|witness| preimage_in(witness, &record.htlc.hash));
    Some(match executed {
        Some(_) => HtlcState::Executed { height },
        None => HtlcState::TimedOut { height },
    })
}

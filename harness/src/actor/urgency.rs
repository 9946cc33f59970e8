//! Time: what an actor pays when little of it is left, and for which heights it waits.

use bitcoin::FeeRate;
use leyden_channel::{Claim, ClaimTransaction, HtlcState, HtlcView};

use super::embedded::{Embedded, Seat};

/// With so many blocks left or fewer, a claim pays its actor's rate so many times. The first that fits.
///
/// A claim has to be in a block by its deadline: after that another transaction can come first (§4.4,
/// §9.1). What is in the mempool at a lower rate is replaced (BIP 125).
const RAISES: [(u32, u64); 3] = [(2, 8), (4, 4), (6, 2)];

/// What the fee input and the change add to a claim, in weight units.
const FEE_PARTS: u64 = 400;

impl Embedded {
    /// What a claim pays now: the actor's rate, and more as its deadline nears.
    pub(super) fn feerate_of(&self, claim: &Claim) -> FeeRate {
        let left = claim
            .deadline
            .map(|deadline| deadline.saturating_sub(self.height));
        let raise = left.and_then(|left| RAISES.iter().find(|(blocks, _)| left <= *blocks));
        let factor = raise.map_or(1, |(_, factor)| *factor);
        let raised =
            FeeRate::from_sat_per_kwu(self.feerate.to_sat_per_kwu().saturating_mul(factor));
        raised.min(self.most_for(claim))
    }

    /// The highest rate at which a claim is raised to: what it brings. An actor's own rate is paid in any case.
    pub(super) fn most_for(&self, claim: &Claim) -> FeeRate {
        let ClaimTransaction::Child(child) = &claim.transaction else {
            return FeeRate::MAX;
        };
        let weight = child.worst_weight().to_wu().saturating_add(FEE_PARTS);
        let sat = child.spent.value.to_sat().saturating_mul(1_000);
        let brings = sat.checked_div(weight).unwrap_or(0);
        FeeRate::from_sat_per_kwu(brings).max(self.feerate)
    }

    /// The first height at which it has something to do that no transaction and no message announces:
    /// the tip before it is when it acts.
    pub(crate) fn next_deadline(&self) -> Option<u32> {
        let heights = self.seats.values().flat_map(|seat| self.heights(seat));
        heights.filter(|height| *height > self.height).min()
    }

    fn heights(&self, seat: &Seat) -> Vec<u32> {
        let claims = seat.channel.claims();
        let deadlines = claims.iter().filter_map(|claim| claim.deadline);
        let raises = deadlines.flat_map(|deadline| {
            RAISES.map(|(blocks, _)| deadline.saturating_sub(blocks).saturating_add(1))
        });
        let htlcs = seat.htlcs().iter().flat_map(|view| self.heights_of(view));
        let due = seat.channel.next_deadline();
        due.into_iter().chain(raises).chain(htlcs).collect()
    }

    /// When an HTLC expires, has to go on chain, or is too late to be taken; when its end is final.
    fn heights_of(&self, view: &HtlcView) -> Vec<u32> {
        let expiry = view.expiry.to_consensus_u32();
        let policy = &self.payments.policy;
        let last = |blocks: u32| expiry.saturating_sub(blocks).saturating_add(1);
        match view.state {
            HtlcState::Waiting | HtlcState::Pending | HtlcState::Live | HtlcState::Ending => {
                if view.outgoing {
                    vec![last(0)]
                } else {
                    let too_late = last(policy.least_final).saturating_add(1);
                    vec![last(self.margin), too_late, last(0)]
                }
            }
            HtlcState::Executed { height }
            | HtlcState::TimedOut { height }
            | HtlcState::Missing { height } => vec![height.saturating_add(policy.burial)],
            HtlcState::Settled | HtlcState::Failed(_) => Vec::new(),
        }
    }
}

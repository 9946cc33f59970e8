//! The path of an own payment, which its sender names (§8.4).

use bitcoin::Amount;
use bitcoin::absolute::Height;
use leyden_channel::{Hop, MAX_HOPS, NewHtlc, Onward};
use leyden_tx::{IdentityPubkey, PaymentHash};

use crate::policy::Policy;

/// One node on the way, the payee last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The node.
    pub to: IdentityPubkey,
    /// What it gets.
    pub amount: Amount,
    /// Of the HTLC to it. `None`: [`Policy::hop_blocks`] above the tip for each hop that is left.
    pub expiry: Option<Height>,
}

/// What is asked of the expiries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiries {
    /// Each is at least [`Policy::delta`] below the one before, and the last above the tip (§8.1).
    Decreasing,
    /// Nothing: somebody may lose money. To try what happens then.
    Unchecked,
}

/// One part of a payment, and the way it takes.
///
/// ```text
/// Alice -> Bob 0.001 BTC, 432 blocks -> Carol 0.001 BTC, 288 blocks -> Dave 0.001 BTC, 144 blocks
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// HASH160(R), from the payee.
    pub hash: PaymentHash,
    /// What the payee gets in all parts.
    pub total: Amount,
    /// The nodes after the sender; the first is the other side of an own channel.
    pub stops: Vec<Stop>,
    /// What is asked of their expiries.
    pub expiries: Expiries,
}

/// A path that no node would take, or that would cost somebody money. Stops count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// There is nobody to pay.
    #[error("a path has at least one stop")]
    NoStops,
    /// Too long for [`Onward`].
    #[error("{stops} stops, the most are {most}")]
    TooManyStops {
        /// How many.
        stops: usize,
        /// The limit.
        most: usize,
    },
    /// An HTLC of nothing.
    #[error("stop {stop} gets nothing")]
    ZeroAmount {
        /// Which one.
        stop: usize,
    },
    /// The payee would get more by this part than in all.
    #[error("the payee gets {amount} of {total}")]
    AboveTotal {
        /// By this part.
        amount: Amount,
        /// In all.
        total: Amount,
    },
    /// The node before this stop could lose what it passes on.
    #[error(
        "the expiry of stop {stop} is {expiry}; less than {delta} blocks below that of the stop before, {before}"
    )]
    NotDecreasing {
        /// Which one.
        stop: usize,
        /// Of its HTLC.
        expiry: u32,
        /// Of the HTLC before.
        before: u32,
        /// [`Policy::delta`].
        delta: u32,
    },
    /// The last HTLC could not be taken any more.
    #[error("the last expiry is {expiry}, the chain is at {tip}")]
    Passed {
        /// Of the last HTLC.
        expiry: u32,
        /// The height of the chain.
        tip: u32,
    },
    /// Heights end at 499,999,999: above, a lock time is a date.
    #[error("the expiry of stop {stop} is no block height")]
    NoHeight {
        /// Which one.
        stop: usize,
    },
}

impl Path {
    /// The HTLC that starts the payment.
    ///
    /// # Errors
    /// [`PathError`] says what is wrong with the path.
    pub fn build(&self, tip: u32, policy: &Policy) -> Result<NewHtlc, PathError> {
        let most = MAX_HOPS.saturating_add(1);
        if self.stops.len() > most {
            let stops = self.stops.len();
            return Err(PathError::TooManyStops { stops, most });
        }
        let mut hops = self.hops(tip, policy)?;
        let last = hops.last().ok_or(PathError::NoStops)?;
        if last.amount > self.total {
            let (amount, total) = (last.amount, self.total);
            return Err(PathError::AboveTotal { amount, total });
        }
        match self.expiries {
            Expiries::Decreasing => check_expiries(&hops, tip, policy.delta)?,
            Expiries::Unchecked => {}
        }
        let first = hops.remove(0);
        Ok(NewHtlc {
            amount: first.amount,
            hash: self.hash,
            expiry: first.expiry,
            onward: Onward {
                hops,
                total: self.total,
            },
            origin: None,
        })
    }

    fn hops(&self, tip: u32, policy: &Policy) -> Result<Vec<Hop>, PathError> {
        let stops = self.stops.iter().enumerate();
        // The hops left from each stop on: n, n - 1, ..., 1.
        let left = (1..=self.stops.len()).rev();
        stops
            .zip(left)
            .map(|((stop, wanted), left)| {
                if wanted.amount == Amount::ZERO {
                    return Err(PathError::ZeroAmount { stop });
                }
                let usual = || usual_expiry(tip, policy.hop_blocks, left);
                let expiry = wanted.expiry.or_else(usual);
                Ok(Hop {
                    to: wanted.to,
                    amount: wanted.amount,
                    expiry: expiry.ok_or(PathError::NoHeight { stop })?,
                })
            })
            .collect()
    }
}

fn usual_expiry(tip: u32, hop_blocks: u32, hops_left: usize) -> Option<Height> {
    let blocks = u32::try_from(hops_left).ok()?.checked_mul(hop_blocks)?;
    Height::from_consensus(tip.checked_add(blocks)?).ok()
}

fn check_expiries(hops: &[Hop], tip: u32, delta: u32) -> Result<(), PathError> {
    let mut heights = hops.iter().map(|hop| hop.expiry.to_consensus_u32());
    let after = heights.clone().skip(1);
    for (before, (stop, expiry)) in heights.clone().zip((1_usize..).zip(after)) {
        if expiry.saturating_add(delta) > before {
            return Err(PathError::NotDecreasing {
                stop,
                expiry,
                before,
                delta,
            });
        }
    }
    match heights.next_back() {
        Some(expiry) if expiry <= tip => Err(PathError::Passed { expiry, tip }),
        Some(_) | None => Ok(()),
    }
}

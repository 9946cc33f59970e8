//! Vectors about the cooperative close.

use leyden_labels::{Label, PerSide};

use super::ground::Ground;
use super::plan::{CAPACITY, Entry, Plan, PlanError};
use crate::model::inputs::{Inputs, Settlement};

/// a's balance, and why.
const BALANCES: [(u64, &str); 8] = [
    (50_000_000, "Equal balances"),
    (40_000_001, "Unequal balances"),
    (0, "a has nothing, and so pays nothing of the fee"),
    (1, "a gives its one satoshi to the fee, b the rest"),
    (
        329,
        "a's share of the fee leaves it, with little or nothing, below the dust limit",
    ),
    (
        500,
        "a has more than its half of a low fee, and still not enough for an output",
    ),
    (
        99_999_000,
        "b has little: what it cannot bear of its half, a bears",
    ),
    (100_000_000, "b has nothing, and so a pays the whole fee"),
];

/// Before F is spent.
pub(super) fn add(plan: &mut Plan, ground: &mut Ground) -> Result<(), PlanError> {
    let dialect = ground.dialect;
    let Some(place) = ground.plain.first() else {
        return Ok(());
    };
    for (a, what) in BALANCES {
        let odd = (a > 1_000 && a < 50_000_000).then_some(253);
        for rate in [250, 2_000].into_iter().chain(odd) {
            let inputs = Inputs::Settlement(Settlement {
                label: Label::SETTLEMENT,
                channel: place.site.channel.clone(),
                funding: place.site.funding,
                balances_sat: PerSide {
                    a,
                    b: CAPACITY.saturating_sub(a),
                },
                feerate_sat_per_kwu: rate,
            });
            let name = format!("ES-{a}-for-a-rate-{rate}-{dialect}");
            let why = format!(
                "{what}. The fee is that of both outputs at {rate} sat per 1,000 weight units, half each and the odd satoshi a's; signed ALL without NOINPUT, in both dialects."
            );
            plan.ask(&mut ground.scene, Entry::new(name, "§3.4", why, inputs))?;
        }
    }
    Ok(())
}

//! Vectors about commitments.

use leyden_labels::{Kind, Label, Side};

use super::ground::{EXPIRY, Ground, Place};
use super::plan::{CAPACITY, Entry, HTLC_AMOUNT, Plan, PlanError, commitment, htlc};
use super::site::Site;
use crate::model::inputs::{Commitment, Construction, Inputs};

/// A commitment of a channel.
struct Made {
    site: Site,
    /// What stands in the vector's name behind the label.
    name: String,
    paper: &'static str,
    why: String,
    inputs: Commitment,
}

impl Made {
    fn new(
        place: &Place,
        name: impl Into<String>,
        paper: &'static str,
        why: impl Into<String>,
        inputs: Commitment,
    ) -> Self {
        Self {
            site: place.site.clone(),
            name: name.into(),
            paper,
            why: why.into(),
            inputs,
        }
    }
}

/// Commitments, before any of them is in the chain.
pub(super) fn add(plan: &mut Plan, ground: &mut Ground) -> Result<(), PlanError> {
    let mut made = Vec::new();
    for place in &ground.plain {
        made.extend(of_plain(place));
        made.extend(of_poor(place));
        made.extend(without_punishment(place));
    }
    made.extend(ground.plain.first().map(shared));
    made.extend(ground.with_htlc.iter().map(with_htlc));
    for place in &ground.with_three {
        made.extend(with_three(place));
    }
    for one in made {
        let label = match one.inputs.holder {
            Some(holder) => Label::new(Kind::Commitment, one.inputs.number, holder),
            None => Label::shared_commitment(one.inputs.number),
        };
        let inputs = Inputs::Spending(one.site.spending(label, &one.inputs));
        let name = format!("{label}{}-{}", one.name, ground.dialect);
        let entry = Entry::new(name, one.paper, one.why, inputs);
        plan.ask(&mut ground.scene, entry)?;
    }
    Ok(())
}

fn of_plain(place: &Place) -> Vec<Made> {
    let holder = place.holder;
    let other = holder.other();
    let one = |why: &str, made| Made::new(place, "", "§5", why, made);
    vec![
        Made::new(
            place,
            "",
            "§3.3.2",
            format!(
                "{holder} holds it: its own balance is revocable and first, {other}'s is paid outright."
            ),
            place.commitment.clone(),
        ),
        Made::new(
            place,
            "",
            "§3.1.3",
            "The first commitment returns what each side put in.",
            commitment(0, holder, 50_000_000, Vec::new()),
        ),
        one(
            "A million updates later: the keys come from three levels of their chain, the number stands obscured in nLockTime and nSequence.",
            commitment(1_000_000, holder, 1_234_567, Vec::new()),
        ),
        one(
            "The last commitment that a channel can have: after it no key is left to disclose.",
            commitment(2_097_151, holder, 50_000_000, Vec::new()),
        ),
    ]
}

/// Balances around the dust limit.
fn of_poor(place: &Place) -> Vec<Made> {
    let holder = place.holder;
    // The mirror image of the other holder's says nothing new.
    let amounts: &[u64] = if holder == Side::A {
        &[0, 1, 329, 330]
    } else {
        &[329]
    };
    let mut made = Vec::new();
    for poor in amounts {
        let why = if *poor < 330 {
            format!(
                "{poor} sat are below the dust limit: they have no output and go to the anchor."
            )
        } else {
            "330 sat are just not dust: the balance keeps its output and the anchor stays at 0."
                .to_owned()
        };
        for (name, a_sat) in [("a", *poor), ("b", CAPACITY.saturating_sub(*poor))] {
            let name = format!("-{poor}-for-{name}");
            let inputs = commitment(4, holder, a_sat, Vec::new());
            made.push(Made::new(place, name, "§3.3", why.clone(), inputs));
        }
    }
    made
}

/// Figures 3 and 11.
fn without_punishment(place: &Place) -> [Made; 2] {
    let holder = place.holder;
    let blamed = |htlcs| Commitment {
        construction: Construction::Blamed,
        ..commitment(1, holder, 40_000_000, htlcs)
    };
    let one = htlc(1, holder, HTLC_AMOUNT, EXPIRY);
    [
        Made::new(
            place,
            "-blamed",
            "§3.1.4",
            format!(
                "Figure 3: one sees that {holder} broadcast it, but nothing punishes it: both outputs are plain."
            ),
            blamed(Vec::new()),
        ),
        Made::new(
            place,
            "-blamed-with-htlc",
            "§4.1",
            "Figure 11: an HTLC in a commitment that cannot be revoked.",
            blamed(vec![one]),
        ),
    ]
}

fn shared(place: &Place) -> Made {
    let shared = Commitment {
        construction: Construction::Shared,
        holder: None,
        ..commitment(1, Side::A, 40_000_000, Vec::new())
    };
    Made::new(
        place,
        "-shared",
        "§3.1.3",
        "Figures 1 and 2: both sides hold the same transaction, so the chain does not show who broadcast it. a is paid first.",
        shared,
    )
}

fn with_htlc(place: &Place) -> Made {
    let (holder, sender) = (place.holder, place.sender.unwrap_or(Side::A));
    let (role, keys) = if holder == sender {
        ("sender", "1 and 2")
    } else {
        ("receiver", "5 and 6")
    };
    let receiver = sender.other();
    Made::new(
        place,
        format!("-from-{sender}"),
        "§4.2",
        format!(
            "The HTLC goes from {sender} to {receiver}, and {holder}, its {role}, holds the commitment: keys {keys}."
        ),
        place.commitment.clone(),
    )
}

fn with_three(place: &Place) -> [Made; 2] {
    let holder = place.holder;
    let most = htlc(2, Side::B, 99_999_700, EXPIRY);
    [
        Made::new(
            place,
            "-three-htlcs",
            "§4.2",
            format!(
                "Three HTLCs of both directions held by {holder}, one at the dust limit: their outputs ascend by number, whatever their direction or amount."
            ),
            place.commitment.clone(),
        ),
        Made::new(
            place,
            "-all-in-one-htlc",
            "§4.2",
            "Nearly everything is in one HTLC: both balances are dust, and the anchor holds their sum.",
            commitment(8, holder, 150, vec![most]),
        ),
    ]
}

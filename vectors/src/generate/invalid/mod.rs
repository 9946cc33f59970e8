//! Vectors about transactions that must be refused, and some that must not, against what one may expect.

mod balance;
mod case;
mod htlc;

use leyden_labels::{Dialect, Kind, Label, Side};

use super::ground::{Ground, Place};
use super::plan::{Plan, PlanError};
use super::scene::Scene;
use crate::model::Hex;
use crate::model::inputs::Change;
use balance::{add_replays, remedy, revocable};
use case::{Case, ask, element, guessed, signed, signed_as};
use htlc::{on_receivers, on_senders};

/// The HTLC's sender, who is a, holds; and b, who is the sender, holds.
fn places(ground: &Ground) -> Option<(&Place, &Place)> {
    let find = |side| {
        ground
            .with_htlc
            .iter()
            .find(|place| place.sender == Some(side) && place.holder == side)
    };
    find(Side::A).zip(find(Side::B))
}

/// Commitments, while F is unspent.
pub(super) fn add_unconfirmed(plan: &mut Plan, ground: &mut Ground) -> Result<(), PlanError> {
    let mut scene = std::mem::replace(&mut ground.scene, Scene::new(""));
    if let Some((place, _)) = places(ground) {
        let label = place.label;
        let lock_time = finished_of(place, label)?.lock_time.to_consensus_u32();
        let one = |name, paper, why| Case::new(name, paper, why, label).without_fee();
        let cases = [
            one("commitment-alone", "§6", "A commitment pays no fee: alone it is not relayed, in a block it is good."),
            one("commitment-not-signed-by-other", "§3.1.4", "Without b's signature a cannot broadcast its commitment.")
                .with([element(2, [])]),
            one("commitment-with-other-amounts", "§3.3.2", "A holder that moves a satoshi to itself needs the other side's signature again.")
                .with([
                    Change::OutputAmountSat { index: 0, value: 40_000_001 },
                    Change::OutputAmountSat { index: 1, value: 49_999_999 },
                    signed(Side::A),
                ]),
            one("commitment-with-other-number", "§5", "The number stands in nLockTime, which is signed: a holder cannot hide which commitment it is.")
                .with([Change::LockTime { value: lock_time ^ 1 }, signed(Side::A)]),
            one("commitment-with-money-in-anchor", "§6", "ALL signs every output, the anchor of 0 sat too: nobody moves a satoshi there.")
                .with([
                    Change::OutputAmountSat { index: 1, value: 49_999_999 },
                    Change::OutputAmountSat { index: 3, value: 1 },
                    signed(Side::A),
                ]),
            one("commitment-with-a-fee", "§6", "An output of 0 sat is relayed only in a transaction without fee: a commitment that pays for itself is not.")
                .with([
                    Change::OutputAmountSat { index: 1, value: 49_990_000 },
                    signed(Side::A),
                    signed(Side::B),
                ]),
            one("commitment-signed-twice-by-a", "§3.1.4", "a signs for both: its signature in b's place is not b's.")
                .with([Change::Signature { side: Side::B, hash_type: None, rules: None, secret: Some(funding_secret_of_a(place)?) }]),
            one("commitment-signed-single", "§3.1.4", "a signs its own output only; b signed ALL, and so the other outputs are fixed.")
                .with([
                    Change::OutputAmountSat { index: 1, value: 49_999_999 },
                    Change::OutputAmountSat { index: 2, value: 10_000_001 },
                    signed_as(Side::A, if ground.dialect == Dialect::Noinput { 0xc3 } else { 0x83 }),
                ]),
        ];
        let height = scene.height_of(place.site.funding.txid);
        for case in cases {
            ask(plan, &mut scene, place, case, height)?;
        }
    }
    ground.scene = scene;
    Ok(())
}

fn finished_of(place: &Place, label: Label) -> Result<bitcoin::Transaction, PlanError> {
    super::ground::finished(&place.spending(label)?)
}

fn funding_secret_of_a(place: &Place) -> Result<Hex<32>, PlanError> {
    let seed = super::plan::seed(Side::A);
    let keys = leyden_tx::ChannelKeys::derive(&seed, place.site.channel.indexes.a)?;
    Ok(Hex(keys.funding().expose().secret_bytes()))
}

/// Children, as soon as the commitment is in the chain.
pub(super) fn add_confirmed(plan: &mut Plan, ground: &mut Ground) -> Result<(), PlanError> {
    let mut scene = std::mem::replace(&mut ground.scene, Scene::new(""));
    let dialect = ground.dialect;
    if let Some((sender, receivers)) = places(ground) {
        let height = height_of_commitment(&scene, sender)?;
        for case in revocable(sender, dialect)
            .into_iter()
            .chain(remedy(sender, dialect))
        {
            ask(plan, &mut scene, sender, case, height)?;
        }
        add_replays(plan, &mut scene, sender)?;
        for case in on_senders(sender) {
            ask(plan, &mut scene, sender, case, height)?;
        }
        // Of the HTLC that goes the same way, on the receiver's commitment.
        let receiver = ground
            .with_htlc
            .iter()
            .find(|place| place.sender == Some(Side::A) && place.holder == Side::B)
            .unwrap_or(receivers);
        let height = height_of_commitment(&scene, receiver)?;
        for case in on_receivers(receiver) {
            ask(plan, &mut scene, receiver, case, height)?;
        }
    }
    ground.scene = scene;
    Ok(())
}

fn height_of_commitment(scene: &Scene, place: &Place) -> Result<u32, PlanError> {
    let tx = finished_of(place, place.label)?;
    Ok(scene.height_of(tx.compute_txid()))
}

/// What spends `HT` and `HE`, as soon as those are in the chain.
pub(super) fn add_second_stage(plan: &mut Plan, ground: &mut Ground) -> Result<(), PlanError> {
    let mut scene = std::mem::replace(&mut ground.scene, Scene::new(""));
    for place in &ground.with_htlc {
        if place.sender != Some(Side::A) {
            continue;
        }
        let (first, delayed, remedy, names) = if place.holder == Side::A {
            (
                Kind::HtlcTimeout,
                Kind::HtlcTimeoutRevocableDelivery,
                Kind::HtlcTimeoutBreachRemedy,
                [
                    "htrd-early",
                    "htrd-shorter-lock",
                    "htbr-without-disclosed-key",
                ],
            )
        } else {
            (
                Kind::HtlcExecution,
                Kind::HtlcExecutionRevocableDelivery,
                Kind::HtlcExecutionBreachRemedy,
                [
                    "herd-early",
                    "herd-shorter-lock",
                    "hebr-without-disclosed-key",
                ],
            )
        };
        let parent = finished_of(place, place.child(first, 1))?;
        let height = scene.height_of(parent.compute_txid());
        let paper = if first == Kind::HtlcTimeout {
            "§4.2.1"
        } else {
            "§4.2.2"
        };
        let [early, shorter, guess] = names;
        let cases = [
            Case::new(
                early,
                paper,
                "The second stage has a delay of its own, from its own confirmation on.",
                place.child(delayed, 1),
            ),
            Case::new(
                shorter,
                paper,
                "The second delay is fixed as the first one is: its holder cannot shorten it.",
                place.child(delayed, 1),
            )
            .with([Change::Sequence { value: 0 }, signed(place.holder)]),
            Case::new(
                guess,
                paper,
                "The other side has no key of a state that was not revoked.",
                place.child(remedy, 1),
            )
            .with([guessed(place.holder)]),
        ];
        for case in cases {
            ask(plan, &mut scene, place, case, height)?;
        }
    }
    ground.scene = scene;
    Ok(())
}

//! Spends of an HTLC that must be refused: before its expiry, without R, or past the second delay.

use leyden_labels::{Kind, Label, Side};

use super::case::{Case, element, guessed, signed};
use super::finished_of;
use crate::generate::ground::Place;
use crate::generate::plan::{preimage, script};
use crate::model::HexBytes;
use crate::model::inputs::Change;

/// The witness for the branch without R, with the signatures for the other.
fn without_preimage(place: &Place, label: Label) -> Option<Vec<HexBytes>> {
    let tx = finished_of(place, label).ok()?;
    let elements = tx.input.first()?.witness.to_vec();
    let [dummy, a, b, _, _, script] = <[Vec<u8>; 6]>::try_from(elements).ok()?;
    Some([dummy, a, b, Vec::new(), script].map(HexBytes).to_vec())
}

/// The HTLC goes from the holder.
pub(super) fn on_senders(place: &Place) -> Vec<Case> {
    let timeout = place.child(Kind::HtlcTimeout, 1);
    let delivery = place.child(Kind::HtlcExecutionDelivery, 1);
    let remedy = place.child(Kind::HtlcBreachRemedy, 1);
    let other = preimage(9).0;
    vec![
        Case::new(
            "ht-early",
            "§4.2.1",
            "HT before the HTLC's expiry: its nLockTime keeps it out of blocks and mempools.",
            timeout,
        ),
        Case::new(
            "ht-without-lock",
            "§4.2.1",
            "The expiry is in HT's nLockTime, which b signed: a alone cannot leave it out.",
            timeout,
        )
        .with([Change::LockTime { value: 0 }, signed(Side::A)]),
        Case::new(
            "ht-final-sequence",
            "§4.2.1",
            "nSequence 0xffffffff switches nLockTime off; it is signed too.",
            timeout,
        )
        .with([Change::Sequence { value: 0xffff_ffff }, signed(Side::A)])
        .without_fee(),
        Case::new(
            "ht-straight-to-a",
            "§4.2.1",
            "a takes the HTLC without the second delay: b did not sign that output.",
            timeout,
        )
        .with([
            Change::LockTime { value: 0 },
            Change::OutputScript {
                index: 0,
                value: script("a alone").unwrap_or_default(),
            },
            signed(Side::A),
        ]),
        Case::new(
            "hed-other-preimage",
            "§4",
            "Twenty bytes that do not hash to H do not open the branch with R.",
            delivery,
        )
        .with([element(3, other)]),
        Case::new(
            "hed-without-preimage",
            "§4",
            "An empty element instead of R hashes to something too, and not to H.",
            delivery,
        )
        .with([element(3, [])]),
        Case::new(
            "hed-long-selector",
            "§4",
            "Any true element takes the IF branch in a block; relay wants 01 exactly.",
            delivery,
        )
        .with([element(4, [2])]),
        Case::new(
            "hed-selector-with-zero",
            "§4",
            "00 is false, as an empty element is; relay wants that one.",
            delivery,
        )
        .with([element(4, [0])]),
        Case::new(
            "hed-other-branch",
            "§4",
            "With the selector of ELSE alone, R stands where a signature should.",
            delivery,
        )
        .with([element(4, [])]),
        Case::new(
            "hed-keys-in-other-branch",
            "§4",
            "Keys 2 do not open the branch of keys 1: without R nobody takes the HTLC early.",
            delivery,
        )
        .with([Change::WholeWitness {
            value: without_preimage(place, delivery).unwrap_or_default(),
        }]),
        Case::new(
            "hbr-without-disclosed-key",
            "§4.3",
            "a's key 1 is disclosed when the HTLC ends, and not before.",
            remedy,
        )
        .with([guessed(Side::A)]),
    ]
}

/// The HTLC goes to the holder, from a to b.
pub(super) fn on_receivers(place: &Place) -> Vec<Case> {
    let timeout = place.child(Kind::HtlcTimeoutDelivery, 1);
    let execution = place.child(Kind::HtlcExecution, 1);
    let remedy = place.child(Kind::HtlcBreachRemedy, 1);
    let other = preimage(9).0;
    vec![
        Case::new(
            "htd-early",
            "§4.2.2",
            "HTD before the HTLC's expiry: b, who may learn R until then, must not be outrun.",
            timeout,
        ),
        Case::new(
            "htd-without-lock",
            "§4.2.2",
            "The expiry is signed by b: a alone cannot leave it out.",
            timeout,
        )
        .with([Change::LockTime { value: 0 }, signed(Side::A)]),
        Case::new(
            "he-other-preimage",
            "§4.2.2",
            "Twenty bytes that do not hash to H do not open the branch with R.",
            execution,
        )
        .with([element(3, other)]),
        Case::new(
            "he-straight-to-b",
            "§4.2.2",
            "b takes the HTLC without the delay: a did not sign that output.",
            execution,
        )
        .with([
            Change::OutputScript {
                index: 0,
                value: script("b alone").unwrap_or_default(),
            },
            signed(Side::B),
        ]),
        Case::new(
            "he-other-amount",
            "§4.2.2",
            "a signed the amount of HE's output too: b cannot leave a part of it for the fee.",
            execution,
        )
        .with([
            Change::OutputAmountSat {
                index: 0,
                value: 9_999_999,
            },
            signed(Side::B),
        ]),
        Case::new(
            "hbr-of-receiver-without-disclosed-key",
            "§4.3",
            "b's key 5 is disclosed when the HTLC ends, and not before.",
            remedy,
        )
        .with([guessed(Side::B)]),
    ]
}

//! Spends of a revocable output that must be refused: too early, changed, or signed by the wrong keys.

use leyden_labels::{Dialect, Kind, Side};

use super::case::{Case, ask, element, guessed, signed, signed_as, signed_by_rules};
use super::finished_of;
use crate::compute::child_of;
use crate::generate::ground::Place;
use crate::generate::plan::{Plan, PlanError, script};
use crate::generate::scene::Scene;
use crate::generate::site::first_of;
use crate::model::inputs::{Change, Outpoint, Rules};

pub(super) fn revocable(place: &Place, dialect: Dialect) -> Vec<Case> {
    let label = place.child(Kind::RevocableDelivery, place.commitment.number);
    let one = |name, why| Case::new(name, "§3.3.2", why, label);
    let sequence = |value| [Change::Sequence { value }, signed(Side::A)];
    let shorter = match dialect {
        Dialect::Noinput => {
            "The delay is in RD's nSequence, which b signed: a alone cannot shorten it."
        }
        Dialect::Csv => "The delay is in the script: a shorter nSequence does not satisfy it.",
    };
    vec![
        one("rd-early", "RD before the delay is over: the chain itself holds it back."),
        one("rd-shorter-lock", shorter).with(sequence(1)),
        one("rd-lock-switched-off", "nSequence with bit 31 is no lock; it is signed, and the script does not take it either.")
            .with(sequence(0x8000_03e8)),
        one("rd-lock-in-seconds", "nSequence with bit 22 is a lock in units of 512 seconds, which is another lock than the one signed.")
            .with(sequence(0x0040_0001)),
        one("rd-version-1", "Version 1 knows no relative locks; the version is signed, and the script wants 2 or more.")
            .with([Change::Version { value: 1 }, signed(Side::A)]),
    ]
}

pub(super) fn remedy(place: &Place, dialect: Dialect) -> Vec<Case> {
    let label = place.child(Kind::BreachRemedy, place.commitment.number);
    let one = |name, paper, why| Case::new(name, paper, why, label);
    let noinput = dialect == Dialect::Noinput;
    let last = if noinput { 3 } else { 4 };
    let both = |hash_type| Side::BOTH.map(|side| signed_as(side, hash_type));
    let other_script = funding_script(place).unwrap_or_default();
    let two_types = if noinput {
        "Each signature has a hash type of its own. b's lacks ANYONECANPAY, but NOINPUT includes it: valid."
    } else {
        "Each signature has a hash type of its own. b's lacks ANYONECANPAY, and so it does not bear the fee input."
    };
    // Nobody signed the output yet but the side that punishes: it may pay the fee from it.
    let paying = |hash_type| {
        let less = Change::OutputAmountSat {
            index: 0,
            value: 39_995_000,
        };
        let [a, b] = both(hash_type);
        [less, a, b]
    };
    let mut cases = vec![
        one("br-without-disclosed-key", "§3.3.4", "b punishes a state that a never revoked: it has no key of a's, and guesses.").with([guessed(Side::A)]),
        one("br-swapped-signatures", "§3.3.4", "Signatures stand in the order of the keys, a's before b's.").with([Change::Swap { value: (1, 2) }]),
        one("br-dummy-not-empty", "BIP 147", "The element that CHECKMULTISIG takes too many must be empty.").with([element(0, [1])]),
        one("br-high-s", "BIP 62", "n - s is as valid as s: blocks take it, relay does not.").with([Change::HighS { value: Side::B }]),
        one("br-other-script", "BIP 141", "The last element must hash to the program of the output.").with([element(last, other_script)]),
        one("br-no-witness", "BIP 141", "No witness at all: on a stock node a version-16 coin is anyone's, in a block.").with([Change::WholeWitness { value: Vec::new() }]),
        one("br-garbage-signature", "App. A", "72 zeros are no signature: a stock node does not look at version 16, the soft fork does.").with([element(1, vec![0; 72])]),
        one("br-empty-signature", "BIP 146", "An empty signature fails the check, without breaking a rule of encoding.").with([element(1, [])]),
        one("br-output-changed", "App. A", "SINGLE signs the output at the input's index: a thief cannot put its own there.").with([Change::OutputScript { index: 0, value: script("thief").unwrap_or_default() }]),
        one("br-output-amount-changed", "App. A", "SINGLE signs the amount of the output at the input's index.").with([Change::OutputAmountSat { index: 0, value: 39_999_999 }]),
        one("br-version-changed", "App. A", "The version is signed: with another the relative locks could be switched off.").with([Change::Version { value: 2 }]),
        one("br-lock-time-changed", "App. A", "nLockTime is signed, also where it is no lock.").with([Change::LockTime { value: 1 }]),
        one("br-sequence-changed", "App. A", "The input's own nSequence is signed with NOINPUT too.").with([Change::Sequence { value: 0xffff_fffe }]),
        one("br-two-hash-types", "BIP 143", two_types).with([signed(Side::A), signed_as(Side::B, if noinput { 0x43 } else { 0x03 })]),
        one("br-unknown-hash-type", "BIP 143", "Base 4 counts as ALL in blocks; relay takes 1, 2 and 3 only. The fee is taken from the output.").with(paying(if noinput { 0xc4 } else { 0x84 })).without_fee(),
        one("br-hash-type-zero", "BIP 143", "Type 0 counts as ALL in blocks, and is not relayed. The fee is taken from the output.").with(paying(0)).without_fee(),
        one("br-none", "App. A", "NONE signs no output: valid, and whoever relays it can take the money.").with(both(if noinput { 0xc2 } else { 0x82 })),
    ];
    if noinput {
        let not_blind = Side::BOTH.map(|side| signed_by_rules(side, None, Rules::Bip143));
        cases.push(
            one(
                "digest-not-blind",
                "App. A",
                "0x40 is set, and yet the outpoint was signed as BIP 143 does.",
            )
            .with(not_blind),
        );
        cases.push(
            one(
                "version-16-without-the-flag",
                "App. A",
                "Version 16 without 0x40 is plain BIP 143: valid.",
            )
            .with(both(0x83)),
        );
        cases.push(one("version-16-all", "App. A", "Version 16 with ALL: the fee input that was added after it was signed makes it invalid.").with(both(0x01)));
    } else {
        let blind = Side::BOTH.map(|side| signed_by_rules(side, Some(0xc3), Rules::Noinput));
        cases.push(one("flag-in-version-0", "App. A", "0x40 means nothing in version 0: the byte is hashed, blocks take it, relay does not.").with(both(0xc3)));
        cases.push(
            one(
                "blind-digest-in-version-0",
                "App. A",
                "Signatures over the NOINPUT digest are worth nothing in version 0, whatever their byte says.",
            )
            .with(blind),
        );
        cases.push(
            one(
                "br-else-branch",
                "§3.3",
                "The ELSE branch wants another signature and the delay: not two signatures.",
            )
            .with([element(3, [])]),
        );
    }
    cases
}

fn funding_script(place: &Place) -> Option<Vec<u8>> {
    let tx = finished_of(place, place.label).ok()?;
    Some(tx.input.first()?.witness.last()?.to_vec())
}

/// The same signatures on other outputs.
pub(super) fn add_replays(
    plan: &mut Plan,
    scene: &mut Scene,
    place: &Place,
) -> Result<(), PlanError> {
    let label = place.child(Kind::BreachRemedy, place.commitment.number);
    let (child, _) = child_of(&place.spending(label)?).map_err(|source| PlanError::Compute {
        vector: label.to_string(),
        source,
    })?;
    let Some(child) = child else {
        return Ok(());
    };
    let mut spent = child.spent;
    let twin = scene.pay(vec![spent.clone()])?;
    let height = scene.height();
    let at = |txid| Change::Outpoint {
        value: Outpoint::from(first_of(txid)),
    };
    let case = Case::new(
        "replay-same-script-and-amount",
        "App. A",
        "Another output with the same script and amount: with NOINPUT the signatures fit it too, which is the risk of using an address twice; in csv they are for one outpoint.",
        label,
    );
    ask(plan, scene, place, case.with([at(twin)]), height)?;
    spent.value = bitcoin::Amount::from_sat(spent.value.to_sat().saturating_sub(1_000));
    let amount = spent.value.to_sat();
    let lower = scene.pay(vec![spent])?;
    let height = scene.height();
    let case = Case::new(
        "replay-lower-amount",
        "App. A",
        "Another output with the same script and a lower amount: the paper would allow it, here the amount is signed.",
        label,
    );
    let changes = [at(lower), Change::SpentAmountSat { value: amount }];
    ask(plan, scene, place, case.with(changes), height)
}

//! Vectors about every kind of transaction.

use leyden_labels::{Dialect, Kind, Label, PerSide, Side};

use super::ground::{Ground, Place, finished};
use super::plan::{Entry, Plan, PlanError, channel, script};
use super::site::Site;
use crate::model::inputs::{Coin, CoinKind, Contribution, Funding, Inputs, Output};

/// When a child can be in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// As soon as the commitment is.
    Once,
    /// Once the HTLC has expired.
    Expiry,
    /// As soon as HT or HE is.
    SecondStage,
    /// After the delay of the commitment.
    Delay,
    /// After the delay of HT or HE.
    SecondDelay,
}

/// `F`, before it is in the chain.
pub(super) fn add_funding(plan: &mut Plan, ground: &mut Ground) -> Result<(), PlanError> {
    let dialect = ground.dialect;
    let scene = &mut ground.scene;
    let Some(first) = ground.plain.first() else {
        return Ok(());
    };
    let entry = Entry::new(
        format!("F-{dialect}"),
        "§3.1.1",
        "Both sides put a coin in: the inputs of a, then of b; the 2-of-2 first among the outputs, then each side's change.",
        first.site.funding_inputs(),
    );
    plan.ask(scene, entry)?;

    let coin =
        |scene: &mut _, text: &str, amount, kind| Site::extra_coin(scene, text, amount, kind);
    let name = |text: &str| format!("{text} {dialect}");
    let two = [
        coin(scene, &name("two b0"), 40_000_000, CoinKind::P2wpkh)?,
        coin(scene, &name("two b1"), 20_000_000, CoinKind::P2wpkh)?,
    ];
    let one = coin(scene, &name("two a0"), 50_000_000, CoinKind::P2wpkh)?;
    let contributions = PerSide {
        a: contribution(vec![one], None),
        b: contribution(two.to_vec(), Some(9_990_000)),
    };
    let entry = Entry::new(
        format!("F-two-inputs-of-b-{dialect}"),
        "§3.1.1",
        "b puts two coins in, and a gets no change: one signature for each input, over all of them.",
        funding_of(dialect, contributions)?,
    );
    plan.ask(scene, entry)?;

    let alone = coin(scene, &name("alone a0"), 100_010_000, CoinKind::P2wpkh)?;
    let contributions = PerSide {
        a: contribution(vec![alone], None),
        b: contribution(Vec::new(), None),
    };
    let entry = Entry::new(
        format!("F-by-a-alone-{dialect}"),
        "§3.1.1",
        "The whole channel is a's money: one input, one output.",
        funding_of(dialect, contributions)?,
    );
    plan.ask(scene, entry)?;
    if dialect == Dialect::Noinput {
        let legacy = coin(scene, "legacy a0", 60_000_000, CoinKind::P2pkh)?;
        let segwit = coin(scene, "legacy b0", 60_000_000, CoinKind::P2wpkh)?;
        let contributions = PerSide {
            a: contribution(vec![legacy], Some(9_990_000)),
            b: contribution(vec![segwit], Some(9_990_000)),
        };
        let entry = Entry::new(
            "F-legacy-input-noinput",
            "App. A",
            "A P2PKH input lets others change F's txid. With NOINPUT the commitments stay good all the same; csv does not take such an input.",
            funding_of(dialect, contributions)?,
        );
        plan.ask(scene, entry)?;
    }
    Ok(())
}

fn contribution(inputs: Vec<Coin>, change: Option<u64>) -> Contribution {
    let change = change.and_then(|amount_sat| {
        let script = script("funding change").ok()?;
        Some(Output { amount_sat, script })
    });
    Contribution { inputs, change }
}

fn funding_of(dialect: Dialect, contributions: PerSide<Contribution>) -> Result<Inputs, PlanError> {
    let channel = channel(dialect, 1_000_000);
    let site = Site::of(channel.clone(), contributions.clone())?;
    debug_assert_eq!(site.funding.vout, 0);
    Ok(Inputs::Funding(Funding {
        label: Label::FUNDING,
        channel,
        contributions,
    }))
}

/// The children that can be in a block from now on.
pub(super) fn add_children(plan: &mut Plan, ground: &mut Ground, at: At) -> Result<(), PlanError> {
    let mut due = Vec::new();
    for place in &ground.plain {
        for kind in [Kind::Delivery, Kind::BreachRemedy, Kind::RevocableDelivery] {
            due.push((place, place.child(kind, 2)));
        }
    }
    for place in &ground.with_htlc {
        let on_senders = place.sender == Some(place.holder);
        for kind in kinds(on_senders) {
            due.push((place, place.child(*kind, 1)));
        }
    }
    for place in &ground.with_three {
        // Number 3 comes from b, 4 from a; neither is the first output of HTLCs.
        for (id, sender) in [(3, Side::B), (4, Side::A)] {
            let kind = if place.holder == sender {
                Kind::HtlcExecutionDelivery
            } else {
                Kind::HtlcTimeoutDelivery
            };
            due.push((place, place.child(kind, id)));
        }
        due.push((place, place.child(Kind::Delivery, 7)));
        due.push((place, place.child(Kind::RevocableDelivery, 7)));
    }
    for (place, label) in due {
        if when(label.kind()) == at {
            let inputs = Inputs::Spending(place.spending(label)?);
            let (paper, why) = explain(place, label);
            let name = place.name(label);
            let scene = &mut ground.scene;
            plan.ask(scene, Entry::new(name, paper, why, inputs))?;
        }
    }
    Ok(())
}

/// HTLC children on one side's commitment.
pub(super) const fn kinds(on_senders: bool) -> &'static [Kind] {
    if on_senders {
        &[
            Kind::HtlcExecutionDelivery,
            Kind::HtlcTimeout,
            Kind::HtlcTimeoutRevocableDelivery,
            Kind::HtlcTimeoutBreachRemedy,
            Kind::HtlcBreachRemedy,
        ]
    } else {
        &[
            Kind::HtlcTimeoutDelivery,
            Kind::HtlcExecution,
            Kind::HtlcExecutionRevocableDelivery,
            Kind::HtlcExecutionBreachRemedy,
            Kind::HtlcBreachRemedy,
        ]
    }
}

pub(super) const fn when(kind: Kind) -> At {
    match kind {
        Kind::RevocableDelivery => At::Delay,
        Kind::HtlcTimeout | Kind::HtlcTimeoutDelivery => At::Expiry,
        Kind::HtlcTimeoutBreachRemedy | Kind::HtlcExecutionBreachRemedy => At::SecondStage,
        Kind::HtlcTimeoutRevocableDelivery | Kind::HtlcExecutionRevocableDelivery => {
            At::SecondDelay
        }
        Kind::Funding
        | Kind::SharedCommitment
        | Kind::Commitment
        | Kind::Delivery
        | Kind::BreachRemedy
        | Kind::ExerciseSettlement
        | Kind::FeeBump
        | Kind::HtlcExecutionDelivery
        | Kind::HtlcExecution
        | Kind::HtlcBreachRemedy => At::Once,
    }
}

/// `HT` of the sender's commitments, `HE` of the receiver's.
pub(super) fn second_stage(ground: &Ground) -> Result<Vec<bitcoin::Transaction>, PlanError> {
    let places = ground.with_htlc.iter();
    let label = |place: &Place| {
        let kind = if place.sender == Some(place.holder) {
            Kind::HtlcTimeout
        } else {
            Kind::HtlcExecution
        };
        place.child(kind, 1)
    };
    places
        .map(|place| finished(&place.spending(label(place))?))
        .collect()
}

pub(super) fn explain(place: &Place, label: Label) -> (&'static str, String) {
    let (x, y) = (place.holder, place.holder.other());
    let csv = place.site.dialect() == Dialect::Csv;
    let (paper, why) = match label.kind() {
        Kind::Delivery => (
            "§3.3.2",
            format!(
                "{y} did not broadcast C{}{x}, and takes its balance without waiting.",
                place.commitment.number
            ),
        ),
        Kind::RevocableDelivery if csv => (
            "§3.3.2",
            format!("{x} takes its own balance alone after the delay that the script demands."),
        ),
        Kind::RevocableDelivery => (
            "§3.3.2",
            format!(
                "{x} takes its own balance: {y} signed this in advance, and the delay is in nSequence."
            ),
        ),
        Kind::BreachRemedy => (
            "§3.3.4",
            format!("{y} takes {x}'s balance too, at once, with the key that {x} disclosed."),
        ),
        Kind::HtlcExecutionDelivery => (
            "§4.2.1",
            format!("{y} shows R and takes the HTLC of {x}'s commitment without waiting: keys 2."),
        ),
        Kind::HtlcTimeout => (
            "§4.2.1",
            format!("{x} takes its HTLC back after the expiry, but revocably: keys 1."),
        ),
        Kind::HtlcTimeoutRevocableDelivery => (
            "§4.2.1",
            format!(
                "{x} takes what HT paid, after the delay: {}.",
                if csv {
                    "its delivery key alone"
                } else {
                    "keys 3"
                }
            ),
        ),
        Kind::HtlcTimeoutBreachRemedy => (
            "§4.2.1",
            format!(
                "The HTLC was ended before {x} broadcast: {y} takes what HT paid with {x}'s disclosed key 4."
            ),
        ),
        Kind::HtlcTimeoutDelivery => (
            "§4.2.2",
            format!(
                "{y} takes its HTLC back from {x}'s commitment after the expiry, without waiting longer: keys 5."
            ),
        ),
        Kind::HtlcExecution => (
            "§4.2.2",
            format!("{x} shows R on its own commitment, and is paid revocably: keys 6."),
        ),
        Kind::HtlcExecutionRevocableDelivery => (
            "§4.2.2",
            format!(
                "{x} takes what HE paid, after the delay: {}.",
                if csv {
                    "its delivery key alone"
                } else {
                    "keys 7"
                }
            ),
        ),
        Kind::HtlcExecutionBreachRemedy => (
            "§4.2.2",
            format!(
                "The HTLC was ended before {x} broadcast: {y} takes what HE paid with {x}'s disclosed key 8."
            ),
        ),
        Kind::HtlcBreachRemedy => (
            "§4.3",
            format!(
                "The HTLC was ended and the commitment revoked: {y} takes it at once with {x}'s disclosed key {}.",
                if place.sender == Some(x) { 1 } else { 5 }
            ),
        ),
        Kind::Funding
        | Kind::SharedCommitment
        | Kind::Commitment
        | Kind::ExerciseSettlement
        | Kind::FeeBump => ("-", label.to_string()),
    };
    (paper, why)
}

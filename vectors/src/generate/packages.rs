//! Vectors about commitments that are not confirmed: whoever wants them in pays for both.

use leyden_labels::{Kind, Label, Side};

use super::fees::check_wallet;
use super::ground::{EXPIRY, Ground};
use super::plan::{Entry, HTLC_AMOUNT, Plan, PlanError, commitment, destination, htlc, preimage};
use super::site::Site;
use crate::model::inputs::{Commitment, Fees, Inputs, Spending};

/// How many channels this takes: none of these transactions may replace another in the mempool.
pub(crate) const CHANNELS: u32 = 15;

pub(super) fn add(plan: &mut Plan, ground: &mut Ground) -> Result<(), PlanError> {
    let mut spare = ground.spare.clone().into_iter();
    let mut next = || {
        spare.next().ok_or_else(|| PlanError::Twice {
            vector: "packages".to_owned(),
        })
    };
    let one = || vec![htlc(1, Side::A, HTLC_AMOUNT, EXPIRY)];
    let bumps: [(&str, Side, u64, Commitment, &str); 8] = [
        (
            "",
            Side::A,
            250,
            commitment(2, Side::A, 40_000_000, Vec::new()),
            "1 sat/vB, the least that is relayed",
        ),
        (
            "",
            Side::A,
            253,
            commitment(2, Side::A, 40_000_000, Vec::new()),
            "a rate that does not divide: rounded up once, at the end",
        ),
        (
            "",
            Side::A,
            5_000,
            commitment(2, Side::A, 40_000_000, Vec::new()),
            "20 sat/vB, as in a fee spike",
        ),
        (
            "",
            Side::B,
            500,
            commitment(2, Side::B, 40_000_000, Vec::new()),
            "b holds and pays",
        ),
        (
            "-with-htlc",
            Side::A,
            500,
            commitment(3, Side::A, 40_000_000, one()),
            "an HTLC makes the commitment heavier by one output",
        ),
        (
            "-with-dust",
            Side::A,
            500,
            commitment(4, Side::A, 329, Vec::new()),
            "the anchor holds 329 sat, which are spent on the fee",
        ),
        (
            "-all-in-one-htlc",
            Side::B,
            500,
            commitment(8, Side::B, 150, vec![htlc(2, Side::B, 99_999_700, EXPIRY)]),
            "only an HTLC and the anchor",
        ),
        (
            "-by-the-other-side",
            Side::A,
            500,
            commitment(5, Side::A, 50_000_000, Vec::new()),
            "the anchor is keyless: b pays for a's commitment",
        ),
    ];
    for (name, holder, rate, made, why) in bumps {
        let by = if name == "-by-the-other-side" {
            holder.other()
        } else {
            holder
        };
        let site = next()?;
        let label = Label::new(Kind::Commitment, made.number, holder);
        let inputs = Fees::Bump {
            by,
            commitment: site.spending(label, &made),
            feerate_sat_per_kwu: rate,
            coin: site.coins.get(by).clone(),
            change_script: site.change.get(by).clone(),
        };
        let bump = Label::new(Kind::FeeBump, made.number, holder);
        let entry = Entry::new(
            format!("{bump}{name}-rate-{rate}-{}", ground.dialect),
            "§6",
            format!("A child of the anchor pays for the commitment and itself: {why}."),
            Inputs::Fees(inputs),
        );
        check_wallet(&entry, by, site.channel.indexes.a)?;
        plan.ask(&mut ground.scene, entry)?;
    }
    for (kind, holder, number, made, why) in children() {
        let site = next()?;
        let entry = child(&site, kind, holder, number, &made, why)?;
        check_wallet(&entry, holder.other(), site.channel.indexes.a)?;
        plan.ask(&mut ground.scene, entry)?;
    }
    Ok(())
}

fn children() -> Vec<(Kind, Side, u64, Commitment, &'static str)> {
    let one = |sender| vec![htlc(1, sender, HTLC_AMOUNT, EXPIRY)];
    let plain = |holder| commitment(2, holder, 40_000_000, Vec::new());
    vec![
        (
            Kind::BreachRemedy,
            Side::A,
            2,
            plain(Side::A),
            "The breach is punished before it confirms",
        ),
        (
            Kind::BreachRemedy,
            Side::B,
            2,
            plain(Side::B),
            "The breach is punished before it confirms",
        ),
        (
            Kind::Delivery,
            Side::A,
            2,
            plain(Side::A),
            "The side that did not broadcast is paid at once",
        ),
        (
            Kind::Delivery,
            Side::B,
            2,
            plain(Side::B),
            "The side that did not broadcast is paid at once",
        ),
        (
            Kind::HtlcExecutionDelivery,
            Side::A,
            1,
            commitment(3, Side::A, 40_000_000, one(Side::A)),
            "R is shown before the commitment confirms",
        ),
        (
            Kind::HtlcBreachRemedy,
            Side::A,
            1,
            commitment(3, Side::A, 40_000_000, one(Side::A)),
            "An ended HTLC is taken before the breach confirms",
        ),
        (
            Kind::BreachRemedy,
            Side::A,
            4,
            commitment(4, Side::A, 99_999_700, Vec::new()),
            "300 sat of the other side are in the anchor, and help to pay",
        ),
    ]
}

fn child(
    site: &Site,
    kind: Kind,
    holder: Side,
    number: u64,
    made: &Commitment,
    why: &str,
) -> Result<Entry, PlanError> {
    let label = Label::new(kind, number, holder);
    let by = holder.other();
    let child = Spending {
        preimage: (kind == Kind::HtlcExecutionDelivery).then(|| preimage(number)),
        destination: (kind == Kind::Delivery).then(destination).transpose()?,
        ..site.spending(label, made)
    };
    let inputs = Fees::Attach {
        by,
        child,
        parent_unconfirmed: true,
        feerate_sat_per_kwu: 500,
        coin: site.coins.get(by).clone(),
        change_script: site.change.get(by).clone(),
    };
    Ok(Entry::new(
        format!("{label}-unconfirmed-rate-500-{}", site.dialect()),
        "§6",
        format!(
            "{why}: version 3 allows an unconfirmed commitment one child, which must spend the anchor and pay for both."
        ),
        Inputs::Fees(inputs),
    ))
}

//! The chain of one dialect on which the transactions of most vectors live.
//!
//! ```text
//! the coins of all channels
//! every F
//! the commitments that children are asked of
//! 600: the HTLCs expire; then HT and HE
//! the delay of the commitments is over
//! that of HT and HE
//! ```

use leyden_labels::{Dialect, Kind, Label, Side};

use super::fees;
use super::invalid;
use super::plan::{Entry, HTLC_AMOUNT, Plan, PlanError, commitment, destination, htlc, preimage};
use super::scene::Scene;
use super::site::Site;
use super::transactions::At;
use super::{commitments, packages, settlement, transactions};
use crate::model::inputs::{Commitment, Inputs, Spending};

/// When the HTLCs expire.
pub(crate) const EXPIRY: u32 = 600;
/// The paper's delay.
const DELAY: u16 = 1000;

/// A channel, and the commitment of it that is broadcast.
pub(crate) struct Place {
    pub(crate) site: Site,
    pub(crate) label: Label,
    pub(crate) commitment: Commitment,
    pub(crate) holder: Side,
    /// Of its HTLC, if it has one.
    pub(crate) sender: Option<Side>,
}

impl Place {
    pub(crate) fn spending(&self, label: Label) -> Result<Spending, PlanError> {
        let mut spending = self.site.spending(label, &self.commitment);
        let kind = label.kind();
        if matches!(kind, Kind::HtlcExecutionDelivery | Kind::HtlcExecution) {
            spending.preimage = Some(preimage(label.number()));
        }
        if kind == Kind::Delivery {
            spending.destination = Some(destination()?);
        }
        Ok(spending)
    }

    pub(crate) fn child(&self, kind: Kind, number: u64) -> Label {
        Label::new(kind, number, self.holder)
    }

    /// `RD2a`, or `HT1a-from-b`: names of vectors.
    pub(crate) fn name(&self, label: Label) -> String {
        let dialect = self.site.dialect();
        match self.sender {
            Some(sender) => format!("{label}-from-{sender}-{dialect}"),
            None => format!("{label}-{dialect}"),
        }
    }
}

/// The channels of the dialect's chain.
pub(crate) struct Ground {
    pub(crate) scene: Scene,
    pub(crate) dialect: Dialect,
    /// One for each holder, without HTLCs.
    pub(crate) plain: Vec<Place>,
    /// One for each sender and holder.
    pub(crate) with_htlc: Vec<Place>,
    /// One for each holder, with three HTLCs.
    pub(crate) with_three: Vec<Place>,
    /// For transactions that are asked before their parents are in the chain: one channel each.
    pub(crate) spare: Vec<Site>,
}

impl Ground {
    fn new(dialect: Dialect) -> Result<Self, PlanError> {
        let mut scene = Scene::new(format!("ground-{dialect}"));
        let count = 8 + packages::CHANNELS;
        let mut sites = Site::plan(&mut scene, dialect, 0, count, DELAY)?.into_iter();
        let mut site = || {
            sites.next().ok_or_else(|| PlanError::Twice {
                vector: "channels".to_owned(),
            })
        };
        let mut ground = Self {
            dialect,
            plain: Vec::new(),
            with_htlc: Vec::new(),
            with_three: Vec::new(),
            spare: Vec::new(),
            scene,
        };
        for holder in Side::BOTH {
            let made = commitment(2, holder, 40_000_000, Vec::new());
            ground.plain.push(place(site()?, made, holder, None));
        }
        for sender in Side::BOTH {
            for holder in Side::BOTH {
                let one = htlc(1, sender, HTLC_AMOUNT, EXPIRY);
                let made = commitment(3, holder, 40_000_000, vec![one]);
                let made = place(site()?, made, holder, Some(sender));
                ground.with_htlc.push(made);
            }
        }
        for holder in Side::BOTH {
            let three = vec![
                htlc(1, Side::A, 30_000_000, EXPIRY),
                htlc(3, Side::B, 330, EXPIRY),
                htlc(4, Side::A, 39_999_670, EXPIRY),
            ];
            let made = commitment(7, holder, 20_000_000, three);
            ground.with_three.push(place(site()?, made, holder, None));
        }
        ground.spare.extend(sites);
        Ok(ground)
    }

    fn broadcast(&self) -> impl Iterator<Item = &Place> {
        let first = self.plain.iter().chain(&self.with_htlc);
        first.chain(&self.with_three)
    }
}

fn place(site: Site, commitment: Commitment, holder: Side, sender: Option<Side>) -> Place {
    Place {
        site,
        label: Label::new(Kind::Commitment, commitment.number, holder),
        commitment,
        holder,
        sender,
    }
}

/// Adds all vectors of one dialect that its chain is for.
pub(super) fn add(plan: &mut Plan, dialect: Dialect) -> Result<(), PlanError> {
    let mut ground = Ground::new(dialect)?;
    transactions::add_funding(plan, &mut ground)?;
    let mut funding: Vec<_> = ground.broadcast().map(|at| at.site.tx.clone()).collect();
    funding.extend(ground.spare.iter().map(|site| site.tx.clone()));
    ground.scene.mine(funding);

    commitments::add(plan, &mut ground)?;
    settlement::add(plan, &mut ground)?;
    packages::add(plan, &mut ground)?;
    invalid::add_unconfirmed(plan, &mut ground)?;
    let commitments = ground
        .broadcast()
        .map(|at| finished(&at.spending(at.label)?))
        .collect::<Result<Vec<_>, _>>()?;
    ground.scene.mine(commitments);
    let confirmed = ground.scene.height();

    transactions::add_children(plan, &mut ground, At::Once)?;
    fees::add(plan, &mut ground, At::Once)?;
    invalid::add_confirmed(plan, &mut ground)?;

    ground.scene.mine_until(EXPIRY);
    transactions::add_children(plan, &mut ground, At::Expiry)?;
    fees::add(plan, &mut ground, At::Expiry)?;
    let second = transactions::second_stage(&ground)?;
    ground.scene.mine(second);
    transactions::add_children(plan, &mut ground, At::SecondStage)?;
    fees::add(plan, &mut ground, At::SecondStage)?;
    invalid::add_second_stage(plan, &mut ground)?;

    ground
        .scene
        .mine_until(confirmed.saturating_add(u32::from(DELAY)));
    transactions::add_children(plan, &mut ground, At::Delay)?;
    fees::add(plan, &mut ground, At::Delay)?;
    let second = EXPIRY.saturating_add(u32::from(DELAY));
    ground.scene.mine_until(second);
    transactions::add_children(plan, &mut ground, At::SecondDelay)?;
    fees::add(plan, &mut ground, At::SecondDelay)?;
    plan.scenes.push(ground.scene);
    Ok(())
}

/// A commitment or child, signed.
pub(crate) fn finished(spending: &Spending) -> Result<bitcoin::Transaction, PlanError> {
    let label = spending.label.to_string();
    let entry = Entry::new(label.clone(), "", "", Inputs::Spending(spending.clone()));
    let mut transactions = super::plan::transactions_of(&entry)?;
    transactions.pop().ok_or(PlanError::Twice { vector: label })
}

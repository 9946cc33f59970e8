//! One case: what is changed of a transaction that is right, and why it matters.

use leyden_labels::{Label, Side};

use crate::generate::ground::Place;
use crate::generate::plan::{Entry, Plan, PlanError, bytes, script};
use crate::generate::scene::Scene;
use crate::model::inputs::{ChainState, Change, Fee, Inputs, Invalid, Rules};
use crate::model::{Hex, HexBytes};

/// One case: what is changed, and why it matters.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) paper: &'static str,
    pub(super) why: &'static str,
    pub(super) label: Label,
    pub(super) changes: Vec<Change>,
    pub(super) fee: bool,
}

impl Case {
    pub(super) fn new(
        name: &'static str,
        paper: &'static str,
        why: &'static str,
        label: Label,
    ) -> Self {
        Self {
            name,
            paper,
            why,
            label,
            changes: Vec::new(),
            fee: true,
        }
    }

    pub(super) fn with(mut self, changes: impl Into<Vec<Change>>) -> Self {
        self.changes = changes.into();
        self
    }

    pub(super) fn without_fee(mut self) -> Self {
        self.fee = false;
        self
    }
}

pub(super) const fn signed(side: Side) -> Change {
    Change::Signature {
        side,
        hash_type: None,
        rules: None,
        secret: None,
    }
}

pub(super) fn signed_as(side: Side, hash_type: u8) -> Change {
    Change::Signature {
        side,
        hash_type: Some(hash_type),
        rules: None,
        secret: None,
    }
}

pub(super) fn signed_by_rules(side: Side, hash_type: Option<u8>, rules: Rules) -> Change {
    Change::Signature {
        side,
        hash_type,
        rules: Some(rules),
        secret: None,
    }
}

/// With a key that is not the one disclosed.
pub(super) fn guessed(side: Side) -> Change {
    Change::Signature {
        side,
        hash_type: None,
        rules: None,
        secret: Some(Hex(bytes("guess"))),
    }
}

pub(super) fn element(index: usize, value: impl Into<Vec<u8>>) -> Change {
    Change::Witness {
        index,
        value: HexBytes(value.into()),
    }
}

/// Asks a case of a place.
pub(super) fn ask(
    plan: &mut Plan,
    scene: &mut Scene,
    place: &Place,
    case: Case,
    coin_height: u32,
) -> Result<(), PlanError> {
    let fee_height = scene.height_of(place.site.funding.txid);
    let fee = case.fee.then(|| {
        Ok::<_, PlanError>(Fee {
            coin: place.site.coins.a.clone(),
            fee_sat: 5_000,
            change_script: script("fee change")?,
        })
    });
    let fee = fee.transpose()?;
    let mut coin_heights = vec![Some(coin_height)];
    coin_heights.extend(fee.as_ref().map(|_| Some(fee_height)));
    let inputs = Invalid::Transaction {
        base: Box::new(place.spending(case.label)?),
        changes: case.changes,
        fee,
        chain: ChainState {
            tip_height: scene.height(),
            coin_heights,
        },
    };
    let name = format!("{}-{}", case.name, place.site.dialect());
    plan.ask(
        scene,
        Entry::new(name, case.paper, case.why, Inputs::Invalid(inputs)),
    )
}

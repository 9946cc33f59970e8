//! Commitment n+1 of both sides, as a batch makes it.

use leyden_labels::{PerSide, Side};
use leyden_tx::{Commitment, CommitmentSpec, build_commitment};

use crate::context::Context;
use crate::fault::Fault;
use crate::htlc::{Batch, Pair};
use crate::live::Live;

/// Both sides' commitments to the same contents.
pub(super) struct Next<'a> {
    pub(super) number: u64,
    batch: &'a Batch,
    specs: PerSide<CommitmentSpec>,
    commitments: PerSide<Commitment>,
}

impl<'a> Next<'a> {
    pub(super) fn build(
        cx: &mut Context<'_>,
        live: &Live,
        number: u64,
        batch: &'a Batch,
    ) -> Result<Self, Fault> {
        let funding = live.funding_outpoint(cx.view);
        let mut spec = |holder| live.terms.spec(cx.keys, holder, number, &batch.ledger);
        let specs = PerSide {
            a: spec(Side::A)?,
            b: spec(Side::B)?,
        };
        let params = &live.terms.params;
        let commitments = PerSide {
            a: build_commitment(params, &specs.a, funding)?,
            b: build_commitment(params, &specs.b, funding)?,
        };
        Ok(Self {
            number,
            batch,
            specs,
            commitments,
        })
    }

    pub(super) fn spec(&self, holder: Side) -> &CommitmentSpec {
        self.specs.get(holder)
    }

    pub(super) const fn pair<'b>(&'b self, live: &'b Live) -> Pair<'b> {
        Pair {
            params: &live.terms.params,
            number: self.number,
            batch: self.batch,
            commitments: &self.commitments,
        }
    }
}

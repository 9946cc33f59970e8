//! What this side may take of the HTLCs of a commitment in the chain (§4.2, §4.3).

use bitcoin::OutPoint;
use leyden_labels::{Kind, Label};
use leyden_tx::{
    Child, Htlc, HtlcChild, HtlcRemedy, HtlcStage, build_htlc_breach_remedy,
    build_htlc_execution_breach_remedy, build_htlc_execution_revocable_delivery,
    build_htlc_timeout_breach_remedy, build_htlc_timeout_revocable_delivery, complete_htlc_child,
    complete_htlc_remedy, verify_htlc_child,
};

use super::claims::Claims;
use super::place::{holder, htlc_at};
use super::recognise::Found;
use crate::fault::Fault;
use crate::htlc::{Outcome, Phase, contract, delivery, htlc_child};

impl Claims<'_> {
    /// Everything that hangs on the HTLCs of a confirmed commitment.
    pub(super) fn htlcs(&mut self, found: &Found) -> Result<(), Fault> {
        for output in &found.commitment.htlcs {
            let Some(htlc) = htlc_at(found, output.vout) else {
                continue;
            };
            let outpoint = OutPoint::new(found.commitment.tx.compute_txid(), output.vout);
            match self.view.spender(outpoint) {
                None => self.first_stage(found, htlc)?,
                Some((spender, index)) => {
                    let (txid, height) = (spender.tx.compute_txid(), spender.height);
                    let index = u32::try_from(index).unwrap_or(u32::MAX);
                    let stage = OutPoint::new(txid, index);
                    let paid = spender
                        .tx
                        .output
                        .get(usize::try_from(index).unwrap_or(usize::MAX));
                    let holder = holder(found);
                    let stage = HtlcStage::new(&self.live.terms.params, htlc, holder, stage);
                    if paid == Some(stage.coin()) && !self.view.is_spent(stage.outpoint()) {
                        self.second_stage(found, htlc, &stage, height)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The HTLC's output is there for the taking.
    fn first_stage(&mut self, found: &Found, htlc: &Htlc) -> Result<(), Fault> {
        let holder = holder(found);
        let local = self.config.side;
        if let Some(child) = self.breach_remedy_of(found, htlc)? {
            self.race(0, child, Some(htlc.expiry.to_consensus_u32()));
            return Ok(());
        }
        let label = if holder == local {
            contract(htlc, holder)
        } else {
            delivery(htlc, holder)
        };
        let expiry = htlc.expiry.to_consensus_u32();
        if htlc.sender == local {
            let child = self.presigned(found, htlc, label)?;
            if let Some(child) = child {
                let deadline = Some(self.giving_back_ends(htlc));
                self.race(expiry.saturating_add(1), child, deadline);
            }
        } else if !self.knows(htlc) {
            self.waits = true;
        } else {
            let child = self.presigned(found, htlc, label)?;
            if let Some(child) = child {
                self.race(0, child, Some(expiry));
            }
        }
        Ok(())
    }

    /// `HBR`: the other side's commitment is an old one, and the HTLC is ended.
    fn breach_remedy_of(&mut self, found: &Found, htlc: &Htlc) -> Result<Option<Child>, Fault> {
        if holder(found) == self.config.side {
            return Ok(None);
        }
        let params = &self.live.terms.params;
        let remedy = build_htlc_breach_remedy(params, &found.commitment, htlc)?;
        self.remedy(htlc, &remedy)
    }

    /// `HT:0` or `HE:0` waits for the delay since `height`.
    fn second_stage(
        &mut self,
        found: &Found,
        htlc: &Htlc,
        stage: &HtlcStage,
        height: u32,
    ) -> Result<(), Fault> {
        let params = &self.live.terms.params;
        let holder = holder(found);
        let mature = height.saturating_add(u32::from(params.delay.blocks()));
        if holder == self.config.side {
            let child = htlc.on(
                holder,
                build_htlc_timeout_revocable_delivery(params, htlc, stage),
                build_htlc_execution_revocable_delivery(params, htlc, stage),
            );
            let kind = htlc.on(
                holder,
                Kind::HtlcTimeoutRevocableDelivery,
                Kind::HtlcExecutionRevocableDelivery,
            );
            let label = Label::new(kind, htlc.number, holder);
            if let Some(child) = self.complete(found, htlc, label, child)? {
                self.race(mature, child, None);
            }
            return Ok(());
        }
        let remedy = htlc.on(
            holder,
            build_htlc_timeout_breach_remedy(params, htlc, stage),
            build_htlc_execution_breach_remedy(params, htlc, stage),
        );
        if let Some(child) = self.remedy(htlc, &remedy)? {
            self.race(0, child, Some(mature.saturating_sub(1)));
        }
        Ok(())
    }

    /// The penalty, if the other side has disclosed its key.
    fn remedy(&mut self, htlc: &Htlc, remedy: &HtlcRemedy) -> Result<Option<Child>, Fault> {
        let record = self.live.records.get(&htlc.number);
        let disclosed = record.and_then(|record| record.disclosed_key(remedy.disclosed_key()));
        let Some(disclosed) = disclosed else {
            return Ok(None);
        };
        let secrets = self.keys.htlc(htlc.number)?;
        let child = complete_htlc_remedy(&self.live.terms.params, remedy, &secrets, disclosed)?;
        Ok(Some(child))
    }

    /// A spend of the commitment that the other side signed in advance.
    fn presigned(
        &mut self,
        found: &Found,
        htlc: &Htlc,
        label: Label,
    ) -> Result<Option<Child>, Fault> {
        let child = htlc_child(&self.live.terms.params, &found.commitment, htlc, label)?;
        self.complete(found, htlc, label, child)
    }

    fn complete(
        &mut self,
        found: &Found,
        htlc: &Htlc,
        label: Label,
        child: HtlcChild,
    ) -> Result<Option<Child>, Fault> {
        let live = self.live;
        let number = found.commitment.label.number();
        complete_own(live, self.keys, number, htlc, label, child)
    }

    /// Whether this side has R, and has not given the HTLC back. A cheat takes that too.
    fn knows(&self, htlc: &Htlc) -> bool {
        let record = self.live.records.get(&htlc.number);
        record.is_some_and(|record| {
            let given_back = match record.phase {
                Phase::Ending(Outcome::Failed(_)) | Phase::Ended(Outcome::Failed(_)) => true,
                Phase::Pending
                | Phase::Live
                | Phase::Ending(Outcome::Settled)
                | Phase::Ended(Outcome::Settled) => false,
            };
            record.preimage.is_some() && (!given_back || self.config.keep_revoked)
        })
    }
}

/// Completes a child of commitment `number` with the other side's signature, if that is here.
pub(crate) fn complete_own(
    live: &crate::live::Live,
    keys: &leyden_tx::ChannelKeys,
    number: u64,
    htlc: &Htlc,
    label: Label,
    child: HtlcChild,
) -> Result<Option<Child>, Fault> {
    let params = &live.terms.params;
    let signature = live.presigned.get(params.dialect, number, label);
    let Ok(presigned) = verify_htlc_child(params, child, signature) else {
        // Not signed for this commitment: nothing can be claimed with it.
        return Ok(None);
    };
    let secrets = keys.htlc(htlc.number)?;
    let record = live.records.get(&htlc.number);
    let preimage = record.and_then(|record| record.preimage.as_ref());
    let child = complete_htlc_child(params, &presigned, &secrets, keys.delivery(), preimage)?;
    Ok(Some(child))
}

/// The heights by which this side has to have its money.
impl Claims<'_> {
    /// The earliest of all HTLCs.
    pub(super) fn htlcs_end(&self) -> Option<u32> {
        let local = self.config.side;
        let carried = self.live.ledger.htlcs.values();
        let ends = carried.filter_map(|htlc| {
            if htlc.sender == local {
                return Some(self.giving_back_ends(htlc));
            }
            // Its child needs a block more.
            let taken = htlc.expiry.to_consensus_u32().saturating_sub(1);
            self.knows(htlc).then_some(taken)
        });
        ends.min()
    }

    /// From the expiry on its receiver can still take it with R. Whoever passed it on has that long to
    /// take the one before with the same R.
    fn giving_back_ends(&self, htlc: &Htlc) -> u32 {
        let margin = self.config.margin.unwrap_or(0);
        htlc.expiry.to_consensus_u32().saturating_add(margin)
    }
}

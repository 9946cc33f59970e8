//! The HTLC of figure 11 (§4.1), in the channels of figure 3: it ends off chain like any payment there,
//! by a new pair of commitments, and the old pair stays as good as it was.

use std::collections::BTreeMap;

use bitcoin::{OutPoint, Transaction};
use leyden_channel::{Claim, ClaimTransaction, FeeNeed};
use leyden_labels::{Kind, Label, PerSide, Side};
use leyden_tx::{
    ChannelKeys, ChannelParams, ChildError, Commitment, Htlc, HtlcChild, PaymentHash,
    PaymentPreimage, PresignedHtlcChild, build_htlc_execution_delivery, build_plain_htlc_timeout,
    complete_htlc_child, preimage_in, presign_htlc_child, verify_htlc_child,
};

/// The HTLCs of such a channel, and what can be done with them on the sender's commitment.
#[derive(Debug, Default)]
pub(super) struct FigureHtlcs {
    /// In the newest pair of commitments.
    live: BTreeMap<u64, Htlc>,
    newest: u64,
    /// "Delivery" and "Timeout" of each, signed in advance.
    children: BTreeMap<Label, (Side, Htlc, PresignedHtlcChild)>,
    /// The outputs that they spend.
    outputs: BTreeMap<OutPoint, Htlc>,
    shown: BTreeMap<PaymentHash, PaymentPreimage>,
}

impl FigureHtlcs {
    /// Those of the newest pair, in order.
    pub(super) fn live(&self) -> Vec<Htlc> {
        self.live.values().cloned().collect()
    }

    /// The number of the next one.
    pub(super) const fn next(&self) -> u64 {
        self.newest.saturating_add(1)
    }

    pub(super) fn add(&mut self, htlc: Htlc) {
        self.newest = htlc.number;
        self.live.insert(htlc.number, htlc);
    }

    /// Takes it out of the newest pair.
    pub(super) fn end(&mut self, number: u64) -> Option<Htlc> {
        self.live.remove(&number)
    }

    /// R becomes known to its receiver.
    pub(super) fn show(&mut self, preimage: PaymentPreimage) {
        self.shown.insert(preimage.hash(), preimage);
    }

    /// Both sign what the figure shows: both paths of each HTLC, on its sender's commitment.
    pub(super) fn sign(
        &mut self,
        params: &ChannelParams,
        keys: &PerSide<ChannelKeys>,
        commitment: &Commitment,
    ) -> Result<(), ChildError> {
        for htlc in self.live.values() {
            if commitment.label.side() != Some(htlc.sender) {
                continue;
            }
            let (sender, receiver) = (htlc.sender, htlc.receiver());
            let delivery = build_htlc_execution_delivery(params, commitment, htlc)?;
            let timeout = build_plain_htlc_timeout(params, commitment, htlc)?;
            for (child, claimant) in [(delivery, receiver), (timeout, sender)] {
                let signer = keys.get(claimant.other()).htlc(htlc.number)?;
                let label = child.child().label;
                let spent = child.child().tx.input.first();
                let outpoint = spent.map(|input| input.previous_output);
                self.outputs
                    .extend(outpoint.map(|outpoint| (outpoint, htlc.clone())));
                let signature = presign_htlc_child(params, &child, &signer)?;
                let presigned = verified(params, child, signature.as_ref())?;
                self.children
                    .insert(label, (claimant, htlc.clone(), presigned));
            }
        }
        Ok(())
    }

    /// A path, complete, as its claimant hands it over; "Delivery" once R is known.
    pub(super) fn claim(
        &self,
        params: &ChannelParams,
        keys: &PerSide<ChannelKeys>,
        label: Label,
        side: Side,
    ) -> Option<Claim> {
        let (claimant, htlc, presigned) = self.children.get(&label)?;
        let own = keys.get(side);
        let secrets = own.htlc(htlc.number).ok()?;
        let preimage = self.shown.get(&htlc.hash);
        let child = complete_htlc_child(params, presigned, &secrets, own.delivery(), preimage);
        let child = child.ok().filter(|_| *claimant == side)?;
        Some(Claim {
            label,
            transaction: ClaimTransaction::Child(child),
            fee: FeeNeed::Attach { parent: None },
            deadline: None,
        })
    }

    /// Which path a transaction takes.
    pub(super) fn label_of(&self, tx: &Transaction) -> Option<Label> {
        tx.input.iter().find_map(|input| {
            let htlc = self.outputs.get(&input.previous_output)?;
            let kind = match preimage_in(&input.witness, &htlc.hash) {
                Some(_) => Kind::HtlcExecutionDelivery,
                None => Kind::HtlcTimeout,
            };
            Some(Label::new(kind, htlc.number, htlc.sender))
        })
    }
}

fn verified(
    params: &ChannelParams,
    child: HtlcChild,
    signature: Option<&leyden_tx::InputSignature>,
) -> Result<PresignedHtlcChild, ChildError> {
    Ok(verify_htlc_child(params, child, signature)?)
}

//! `HT:0` and `HE:0`: where an HTLC waits for the delay, revocable.

use bitcoin::absolute::LockTime;
use bitcoin::{OutPoint, ScriptBuf, Sequence, TxOut};
use leyden_labels::{Dialect, Kind, Label, Side};

use super::child::Branch;
use super::{Htlc, HtlcChild, HtlcRemedy, script_htlc_stage};
use crate::child::{Spend, UnsignedChild};
use crate::fee::InputShape;
use crate::scripts::delivery_to;
use crate::{ChannelParams, HtlcKey, output_script};

/// What `HT` (of the sender's commitment) or `HE` (of the receiver's) pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HtlcStage {
    pub(super) holder: Side,
    pub(super) outpoint: OutPoint,
    pub(super) coin: TxOut,
    pub(super) witness_script: ScriptBuf,
}

impl HtlcStage {
    /// The output at `outpoint`. Somebody may have put inputs before the HTLC's: SINGLE then pairs it
    /// with the output at the same index, so the index is not always 0.
    ///
    /// To sign in advance in `noinput`, any outpoint will do.
    #[must_use]
    pub fn new(params: &ChannelParams, htlc: &Htlc, holder: Side, outpoint: OutPoint) -> Self {
        let witness_script = script_htlc_stage(params, htlc, holder);
        Self {
            holder,
            outpoint,
            coin: TxOut {
                value: htlc.amount,
                script_pubkey: output_script(params.dialect, &witness_script),
            },
            witness_script,
        }
    }

    /// Where it is.
    #[must_use]
    pub const fn outpoint(&self) -> OutPoint {
        self.outpoint
    }

    /// Its amount and script.
    #[must_use]
    pub const fn coin(&self) -> &TxOut {
        &self.coin
    }

    /// `HTRD` or `HERD`.
    pub(super) fn revocable_delivery(&self, params: &ChannelParams, htlc: &Htlc) -> HtlcChild {
        let kind = htlc.on(
            self.holder,
            Kind::HtlcTimeoutRevocableDelivery,
            Kind::HtlcExecutionRevocableDelivery,
        );
        let length = self.witness_script.len();
        let shape = match params.dialect {
            Dialect::Noinput => InputShape::remedy(length),
            Dialect::Csv => InputShape::delayed(length),
        };
        let sequence = Sequence::from_height(params.delay.blocks());
        let spend = self.spend(
            kind,
            htlc,
            sequence,
            shape,
            delivery_to(params, self.holder),
        );
        HtlcChild::of_stage(
            params,
            (self.outpoint, &self.coin),
            htlc,
            self.holder,
            spend,
        )
    }

    /// `HTBR` or `HEBR`.
    pub(super) fn breach_remedy(&self, params: &ChannelParams, htlc: &Htlc) -> HtlcRemedy {
        let kind = htlc.on(
            self.holder,
            Kind::HtlcTimeoutBreachRemedy,
            Kind::HtlcExecutionBreachRemedy,
        );
        let length = self.witness_script.len();
        let (branch, shape) = match params.dialect {
            Dialect::Noinput => (Branch::Else, InputShape::otherwise(length)),
            Dialect::Csv => (Branch::If, InputShape::remedy(length)),
        };
        let sequence = Sequence::ENABLE_RBF_NO_LOCKTIME;
        let destination = delivery_to(params, self.holder.other());
        let spend = self.spend(kind, htlc, sequence, shape, destination);
        let child = UnsignedChild::of(self.outpoint, &self.coin, spend);
        let key = htlc.on(self.holder, HtlcKey::Four, HtlcKey::Eight);
        HtlcRemedy::new(child, htlc, self.holder, key, branch)
    }

    fn spend(
        &self,
        kind: Kind,
        htlc: &Htlc,
        sequence: Sequence,
        shape: InputShape,
        destination: ScriptBuf,
    ) -> Spend {
        Spend {
            label: Label::new(kind, htlc.number, self.holder),
            vout: self.outpoint.vout,
            lock_time: LockTime::ZERO,
            sequence,
            script_code: self.witness_script.clone(),
            shape,
            destination,
        }
    }
}

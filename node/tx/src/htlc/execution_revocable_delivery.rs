//! `HERD{k}x`, the HTLC Execution Revocable Delivery (§4.2.2).

use super::{Htlc, HtlcChild, HtlcStage};
use crate::ChannelParams;

/// Builds the receiver's delayed spend of `HE{k}x:0`.
///
/// Paper: §4.2.2, `HERD1b`. Spends: [`HtlcStage`] of the receiver's own commitment. nSequence: `delay`, in
/// blocks (BIP 68). Pays: the whole amount to the receiver; the fee input is attached at broadcast.
/// In dialect `noinput` the other side signs in advance.
#[must_use]
pub fn build_htlc_execution_revocable_delivery(
    params: &ChannelParams,
    htlc: &Htlc,
    stage: &HtlcStage,
) -> HtlcChild {
    stage.revocable_delivery(params, htlc)
}

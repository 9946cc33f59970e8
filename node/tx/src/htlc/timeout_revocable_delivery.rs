//! `HTRD{k}x`, the HTLC Timeout Revocable Delivery (§4.2.1).

use super::{Htlc, HtlcChild, HtlcStage};
use crate::ChannelParams;

/// Builds the sender's delayed spend of `HT{k}x:0`.
///
/// Paper: §4.2.1, `HTRD1a`. Spends: [`HtlcStage`] of the sender's own commitment. nSequence: `delay`, in
/// blocks (BIP 68). Pays: the whole amount to the sender; the fee input is attached at broadcast.
/// In dialect `noinput` the other side signs in advance.
#[must_use]
pub fn build_htlc_timeout_revocable_delivery(
    params: &ChannelParams,
    htlc: &Htlc,
    stage: &HtlcStage,
) -> HtlcChild {
    stage.revocable_delivery(params, htlc)
}

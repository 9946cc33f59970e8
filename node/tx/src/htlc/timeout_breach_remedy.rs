//! `HTBR{k}x`, the HTLC Timeout Breach Remedy (§4.2.1).

use super::{Htlc, HtlcRemedy, HtlcStage};
use crate::ChannelParams;

/// Builds the receiver's spend of `HT{k}x:0`, once the HTLC is ended and the sender has disclosed its key.
///
/// Paper: §4.2.1, `HTBR1a`. Spends: [`HtlcStage`] of the sender's commitment. No lock: it goes before the delay.
/// Pays: the whole amount to the receiver; the fee input is attached at broadcast.
#[must_use]
pub fn build_htlc_timeout_breach_remedy(
    params: &ChannelParams,
    htlc: &Htlc,
    stage: &HtlcStage,
) -> HtlcRemedy {
    stage.breach_remedy(params, htlc)
}

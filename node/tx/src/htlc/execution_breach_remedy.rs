//! `HEBR{k}x`, the HTLC Execution Breach Remedy (§4.2.2).

use super::{Htlc, HtlcRemedy, HtlcStage};
use crate::ChannelParams;

/// Builds the sender's spend of `HE{k}x:0`, once the HTLC is ended and the receiver has disclosed its key.
///
/// Paper: §4.2.2, `HEBR1b`. Spends: [`HtlcStage`] of the receiver's commitment. No lock: it goes before the delay.
/// Pays: the whole amount to the sender; the fee input is attached at broadcast.
#[must_use]
pub fn build_htlc_execution_breach_remedy(
    params: &ChannelParams,
    htlc: &Htlc,
    stage: &HtlcStage,
) -> HtlcRemedy {
    stage.breach_remedy(params, htlc)
}

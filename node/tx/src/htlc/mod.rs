//! Hashed timelock contracts (§4): what they are, and the transactions that spend them.
//!
//! s is the side that sends the HTLC, r the one that receives it. An HTLC is an output of both
//! commitments, and which transactions can follow depends on whose commitment it is:
//!
//! ```text
//! C{n}s  ├─ HED   r, with R                          execution_delivery.rs
//!        ├─ HT    s, from the expiry on              timeout.rs
//!        │   ├─ HTRD  s, after the delay             timeout_revocable_delivery.rs
//!        │   └─ HTBR  r, once the HTLC is ended      timeout_breach_remedy.rs
//!        └─ HBR   r, once the HTLC is ended          breach_remedy.rs
//! C{n}r  ├─ HTD   s, from the expiry on              timeout_delivery.rs
//!        ├─ HE    r, with R                          execution.rs
//!        │   ├─ HERD  r, after the delay             execution_revocable_delivery.rs
//!        │   └─ HEBR  s, once the HTLC is ended      execution_breach_remedy.rs
//!        └─ HBR   s, once the HTLC is ended          breach_remedy.rs
//! ```
//!
//! Who broadcasts a commitment waits (its transactions have a revocable output); who does not is paid
//! at once. What both sign is an [`HtlcChild`]; what one side does with a disclosed key is an
//! [`HtlcRemedy`].

mod breach_remedy;
mod child;
mod execution;
mod execution_breach_remedy;
mod execution_delivery;
mod execution_revocable_delivery;
mod plain_timeout;
mod remedy;
mod script;
mod secret;
mod stage;
mod terms;
mod timeout;
mod timeout_breach_remedy;
mod timeout_delivery;
mod timeout_revocable_delivery;

pub use breach_remedy::build_htlc_breach_remedy;
pub use child::{
    HtlcChild, PresignedHtlcChild, complete_htlc_child, presign_htlc_child, verify_htlc_child,
};
pub use execution::build_htlc_execution;
pub use execution_breach_remedy::build_htlc_execution_breach_remedy;
pub use execution_delivery::build_htlc_execution_delivery;
pub use execution_revocable_delivery::build_htlc_execution_revocable_delivery;
pub use plain_timeout::build_plain_htlc_timeout;
pub use remedy::{HtlcRemedy, complete_htlc_remedy};
pub use script::{script_htlc, script_htlc_stage};
pub use secret::{PREIMAGE_LEN, PaymentHash, PaymentPreimage, preimage_in};
pub use stage::HtlcStage;
pub use terms::Htlc;
pub use timeout::build_htlc_timeout;
pub use timeout_breach_remedy::build_htlc_timeout_breach_remedy;
pub use timeout_delivery::build_htlc_timeout_delivery;
pub use timeout_revocable_delivery::build_htlc_timeout_revocable_delivery;

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test may panic")]
mod tests;

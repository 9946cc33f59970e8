//! Opening (§3.1.2): keys, coins, commitment 0, and only then F's signatures.
//!
//! ```text
//! noinput                          csv                              csv, malleable coins allowed
//! open, accept                     open, accept                     open, accept
//! first-commitment, both ways      funding-inputs, both ways        funding-inputs, both ways
//! funding-inputs, both ways        first-commitment, both ways      funding-signatures, both ways
//! funding-signatures, both ways    funding-signatures, both ways    first-commitment, both ways
//! F, ready both ways               F, ready both ways               F, ready both ways
//! ```
//!
//! With `NOINPUT` commitment 0 does not depend on F's inputs, so it comes first and F can be
//! replaced until it confirms. Without it F's txid must be known, so its inputs come first and must
//! be segwit. The third order is what Appendix A warns of: F can be broadcast before C0 exists.
//! Both sides send each step as soon as they can. Nothing is lost if a message is: the messages of
//! the opening are counted, and a reconnect repeats those that the other side has not accepted.

mod awaiting;
mod commitments;
mod contribution;
mod funding;
mod funding_transaction;
mod idle;
mod inputs;
mod signing_first;

pub(crate) use awaiting::AwaitingReady;
pub(crate) use commitments::ExchangingCommitments;
pub(crate) use funding::Funding;
pub(crate) use idle::{Idle, Offered};
pub(crate) use inputs::ExchangingInputs;
pub(crate) use signing_first::SigningFirst;

use leyden_tx::FundingContribution;

use crate::terms::Terms;

/// What is agreed once both sides' keys are exchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Agreed {
    pub(crate) terms: Terms,
    /// This side's coins, once its driver has given them.
    pub(crate) purse: Option<FundingContribution>,
}

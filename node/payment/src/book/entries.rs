//! Invoices and own payments.

use bitcoin::Amount;
use leyden_channel::{FailReason, NewHtlc};
use leyden_tx::PaymentPreimage;

/// Whether R may go when a payment is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Release {
    /// At once.
    AtOnce,
    /// Not before [`Book::release`](super::Book::release).
    Held,
    /// Never: what has come goes back, and R stays secret.
    Refused,
}

/// What this node, as payee, asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    /// R. Its hash is what the sender is told.
    pub preimage: PaymentPreimage,
    /// What is to come, in one part or several.
    pub amount: Amount,
    /// Whether R may go.
    pub release: Release,
}

/// One part of an own payment (§8.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The own channel that it goes through.
    pub channel: u32,
    /// Its first HTLC; see [`Path`](crate::Path).
    pub htlc: NewHtlc,
}

/// How an own payment ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// R came back: the receipt (§7).
    Settled(PaymentPreimage),
    /// All of it came back.
    Failed(FailReason),
}

/// What this node pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnPayment {
    pub(super) parts: Vec<Part>,
    pub(super) outcome: Option<Outcome>,
    /// The parts of failed attempts on the same hash.
    pub(super) earlier: Vec<Part>,
}

impl OwnPayment {
    /// The parts of the last attempt.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// How it ended; `None` while it has not.
    #[must_use]
    pub const fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }
}

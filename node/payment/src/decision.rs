//! What is to be done.

use bitcoin::Amount;
use leyden_channel::{FailReason, Request};
use leyden_tx::{PaymentHash, PaymentPreimage};

/// One step, for a channel or for the [`Book`](crate::Book).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// [`Command::Learn`](leyden_channel::Command::Learn) for a channel.
    Learn {
        /// Its index.
        channel: u32,
        /// R.
        preimage: PaymentPreimage,
    },
    /// [`Command::Update`](leyden_channel::Command::Update) for a channel. Either it ends HTLCs or it adds some:
    /// a channel that refuses to add one still ends the others.
    Update {
        /// Its index.
        channel: u32,
        /// In order.
        requests: Vec<Request>,
    },
    /// An own payment is over: R, the receipt (§7), is here. Until
    /// [`Book::record`](crate::Book::record) has it, it is said again.
    PaymentSettled {
        /// Which one.
        hash: PaymentHash,
        /// R.
        preimage: PaymentPreimage,
    },
    /// An own payment is over: nothing of it can be taken any more. Said until it is recorded.
    PaymentFailed {
        /// Which one.
        hash: PaymentHash,
        /// Of the first part that failed.
        reason: FailReason,
    },
    /// An invoice is paid: all of it has come. Said until it is recorded.
    Received {
        /// Which one.
        hash: PaymentHash,
        /// What has come; no less than was asked.
        amount: Amount,
    },
}

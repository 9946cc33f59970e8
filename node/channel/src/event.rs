//! What the machine tells.

use bitcoin::{Amount, FeeRate, OutPoint, Txid};
use leyden_labels::Label;
use leyden_tx::{Balances, PaymentHash};

use crate::htlc::FailReason;

/// Whose commitment is on chain, and whether it is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// This side's own, not revoked.
    Own,
    /// This side's own, revoked: a cheat, or an old backup.
    OwnRevoked,
    /// The other side's, not revoked.
    Current,
    /// The other side's, revoked: a breach.
    Revoked,
    /// The other side's, newer than any that this side remembers signing.
    Future,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The opening waits for [`Command::Fund`](crate::Command::Fund).
    FundingNeeded,
    /// F is complete.
    FundingSigned {
        /// Of the F that this side knows.
        txid: Txid,
        /// 0, then one more for each replacement.
        revision: u32,
    },
    /// F is in the chain.
    FundingConfirmed {
        /// The channel's output.
        outpoint: OutPoint,
        /// Of its block.
        height: u32,
    },
    /// A confirmed transaction spends a coin of F, and is not F.
    FundingConflict {
        /// Of that transaction.
        txid: Txid,
    },
    /// The channel is open.
    Opened,
    /// This side's only valid commitment is now `number`.
    Updated {
        /// Its number.
        number: u64,
        /// Its balances.
        balances: Balances,
    },
    /// An own payment is final.
    PaymentSent {
        /// The commitment that carried it.
        number: u64,
        /// How much.
        amount: Amount,
    },
    /// A payment to this side is final: no valid commitment of the other is without it.
    PaymentReceived {
        /// The commitment that carried it.
        number: u64,
        /// How much.
        amount: Amount,
    },
    /// An HTLC is in all commitments that could be broadcast.
    HtlcLive {
        /// Which one.
        number: u64,
    },
    /// An HTLC is ended off chain, and taken: no valid commitment carries it.
    HtlcSettled {
        /// Which one.
        number: u64,
    },
    /// An HTLC is ended off chain, and given back: no valid commitment carries it.
    HtlcFailed {
        /// Which one.
        number: u64,
        /// Why.
        reason: FailReason,
    },
    /// An HTLC in the queue is given up.
    HtlcDropped {
        /// HASH160(R).
        hash: PaymentHash,
        /// Why.
        reason: FailReason,
    },
    /// R has become known.
    PreimageLearned {
        /// HASH160(R).
        hash: PaymentHash,
    },
    /// The other side has not ended an HTLC in time: this side goes on chain.
    Deadline {
        /// Which one.
        number: u64,
        /// Its expiry.
        expiry: u32,
    },
    /// The other side's proposal came first: an own payment is in the queue again.
    PaymentRequeued {
        /// How much.
        amount: Amount,
    },
    /// An own payment in the queue is given up, because the channel closes.
    PaymentDropped {
        /// How much.
        amount: Amount,
    },
    /// A close in the queue is given up: the balances have changed and cannot pay its fee.
    CloseDropped {
        /// Its fee rate.
        feerate: FeeRate,
    },
    /// A commitment is on chain, or on its way there.
    CommitmentSeen {
        /// Its name.
        label: Label,
        /// Whose, and whether valid.
        standing: Standing,
        /// Of its block; `None` in the mempool.
        height: Option<u32>,
    },
    /// The other side's commitment is newer than any this side knows: its data was lost.
    DataLoss {
        /// Of the commitment seen.
        number: u64,
        /// The newest that this side remembers signing.
        known: u64,
    },
    /// A transaction of the channel is in the chain.
    Confirmed {
        /// Its name.
        label: Label,
        /// Its txid.
        txid: Txid,
        /// Of its block.
        height: u32,
    },
    /// A transaction of the channel is no longer in the chain.
    Unconfirmed {
        /// Its name.
        label: Label,
        /// Its txid.
        txid: Txid,
        /// Of the block that was.
        height: u32,
    },
    /// `ES` is complete.
    Settled {
        /// Its txid.
        txid: Txid,
    },
    /// F is spent in the chain, and nothing is left to claim.
    Closed,
}

//! What the driver asks for.

use bitcoin::{Amount, FeeRate, ScriptBuf, Witness};
use leyden_labels::Label;
use leyden_tx::{FundingContribution, PaymentPreimage};

use crate::htlc::{FailReason, NewHtlc};

/// The unlocking data of one input of F.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedInput {
    /// Index in F.
    pub index: usize,
    /// Empty for segwit inputs.
    pub script_sig: ScriptBuf,
    /// Empty for legacy inputs.
    pub witness: Witness,
}

/// One change that this side wants in its next update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Pays the other side.
    Pay {
        /// How much.
        amount: Amount,
    },
    /// Sends the other side an HTLC.
    Add(NewHtlc),
    /// Ends an HTLC to this side, and takes it.
    Settle {
        /// Which one.
        number: u64,
        /// R.
        preimage: PaymentPreimage,
    },
    /// Ends an HTLC to this side, and gives it back.
    Fail {
        /// Which one.
        number: u64,
        /// Why.
        reason: FailReason,
    },
}

/// A request to this side's machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Opens the channel. `a` only.
    Open,
    /// This side's coins, at any time before they are needed.
    Fund(FundingContribution),
    /// The answer to [`Output::SignFunding`](crate::Output::SignFunding).
    FundingSigned(Vec<SignedInput>),
    /// Other coins for F, while no F is confirmed. `noinput` only.
    ReplaceFunding(FundingContribution),
    /// Pays the other side.
    Pay {
        /// How much.
        amount: Amount,
    },
    /// Makes these changes, in one batch if nothing is under way.
    Update(Vec<Request>),
    /// R becomes known: it takes what waits for it, on chain at once, off chain with [`Request::Settle`].
    Learn(PaymentPreimage),
    /// Closes cooperatively, after the payments in the queue.
    Close {
        /// The fee rate of `ES`.
        feerate: FeeRate,
    },
    /// Broadcasts a transaction of [`Channel::holdings`](crate::Channel::holdings). An own commitment closes the channel.
    Broadcast(Label),
    /// Emits all current claims again.
    ClaimAll,
    /// The transport is up again.
    Reconnect,
}

impl Command {
    /// The name that logs and faults use.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Fund(_) => "fund",
            Self::FundingSigned(_) => "funding-signed",
            Self::ReplaceFunding(_) => "replace-funding",
            Self::Pay { .. } => "pay",
            Self::Update(_) => "update",
            Self::Learn(_) => "learn",
            Self::Close { .. } => "close",
            Self::Broadcast(_) => "broadcast",
            Self::ClaimAll => "claim-all",
            Self::Reconnect => "reconnect",
        }
    }
}

//! The messages between the two sides. Bytes are the wire's affair.

use core::fmt;

use bitcoin::absolute::Height;
use bitcoin::{Amount, FeeRate};
use leyden_labels::{Dialect, Label, PerSide};
use leyden_tx::{
    Delay, DeliveryPubkey, Disclosure, FundingContribution, FundingPubkey, HtlcPubkeys, HtlcSecret,
    InputSignature, PaymentHash, PaymentPreimage, RsmcPubkey,
};

use crate::command::SignedInput;
use crate::htlc::{FailReason, HtlcLimits, Onward};

/// The sender's keys for one commitment number, one per side's version of it (§3.3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommitmentKeys {
    /// In the sender's own commitment; disclosed when that is revoked.
    pub own: RsmcPubkey,
    /// In the other side's commitment; never disclosed.
    pub counter: RsmcPubkey,
}

/// All keys that a side announces when a channel opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelKeysAnnounced {
    /// `P_xF`.
    pub funding: FundingPubkey,
    /// `P_xD`.
    pub delivery: DeliveryPubkey,
    /// For commitment 0.
    pub first: CommitmentKeys,
    /// For commitment 1.
    pub second: CommitmentKeys,
}

/// What makes a commitment valid for its holder: the child's signature goes with the parent's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitmentSignatures {
    /// On `RD{n}x`. `None` in `csv`, and where the holder's balance is below dust.
    pub revocable_delivery: Option<InputSignature>,
    /// On `C{n}x`.
    pub commitment: InputSignature,
}

/// a→b: proposes a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The dialect.
    pub dialect: Dialect,
    /// The delay of revocable deliveries, in blocks.
    pub delay: Delay,
    /// Amounts below it get no output.
    pub dust_limit: Amount,
    /// The balances of commitment 0.
    pub contribution: PerSide<Amount>,
    /// What a takes.
    pub limits: HtlcLimits,
    /// a's keys.
    pub keys: ChannelKeysAnnounced,
}

/// b→a: agrees to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accept {
    /// What b takes.
    pub limits: HtlcLimits,
    /// b's keys.
    pub keys: ChannelKeysAnnounced,
}

/// Both ways: the signatures on the receiver's `RD0` and `C0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstCommitment {
    /// On the receiver's commitment 0.
    pub signatures: CommitmentSignatures,
}

/// Both ways for revision 0; one way for each replacement of F.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FundingInputs {
    /// Which F this is for: 0, then one more for each replacement.
    pub revision: u32,
    /// The sender's inputs and change.
    pub contribution: FundingContribution,
}

/// Both ways: the sender's signatures on F.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FundingSignatures {
    /// Which F they are for.
    pub revision: u32,
    /// Exactly the sender's inputs, in order.
    pub inputs: Vec<SignedInput>,
}

/// Both ways: F is confirmed in the sender's chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ready {}

/// An HTLC that the proposer sends. Its number is the next of the channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddHtlc {
    /// How much.
    pub amount: Amount,
    /// HASH160(R).
    pub hash: PaymentHash,
    /// The first block that may give it back is the one after this height.
    pub expiry: Height,
    /// What the receiver is to do.
    pub onward: Onward,
    /// The proposer's eight keys.
    pub keys: HtlcPubkeys,
}

/// One change of the balances.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The proposer pays the other side.
    Pay {
        /// How much.
        amount: Amount,
    },
    /// The proposer sends an HTLC.
    Add(Box<AddHtlc>),
    /// The proposer takes an HTLC that it receives.
    Settle {
        /// Which one.
        number: u64,
        /// R.
        preimage: PaymentPreimage,
    },
    /// The proposer gives back an HTLC that it receives.
    Fail {
        /// Which one.
        number: u64,
        /// Why.
        reason: FailReason,
    },
}

/// A signature on one of the transactions that spend an HTLC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HtlcSignature {
    /// Which one.
    pub label: Label,
    /// The sender's of the message.
    pub signature: InputSignature,
}

/// What the sender of the message gives away of an HTLC that the batch ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedHtlc {
    /// Which one.
    pub number: u64,
    /// Keys 1 and 4 if it sent the HTLC, 5 and 8 if it received it.
    pub keys: [HtlcSecret; 2],
}

/// Comes before an update that needs signatures on HTLCs (§4.4); binds nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The commitment it leads to.
    pub number: u64,
    /// The number of the first HTLC that it adds, if it adds one.
    pub first: u64,
    /// The batch, in order.
    pub changes: Vec<Change>,
}

/// Answers an offer: what the proposer must have before it signs the sender's commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// The commitment it leads to.
    pub number: u64,
    /// As in the [`Offer`] it answers.
    pub first: u64,
    /// The sender's eight keys of each HTLC that is added, in order.
    pub keys: Vec<HtlcPubkeys>,
    /// On transactions that spend HTLCs.
    pub htlcs: Vec<HtlcSignature>,
}

/// What an update changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Batch {
    /// These changes, in order.
    Changes(Vec<Change>),
    /// Those of the offer that the receiver consented to.
    AsOffered,
}

/// First message of an update: the batch, and what makes `C{number}` valid for the receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Propose {
    /// The commitment it leads to.
    pub number: u64,
    /// What it changes.
    pub batch: Batch,
    /// On transactions that spend HTLCs.
    pub htlcs: Vec<HtlcSignature>,
    /// On the receiver's commitment `number`.
    pub signatures: CommitmentSignatures,
}

/// Second message of an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The commitment it leads to.
    pub number: u64,
    /// On transactions that spend HTLCs.
    pub htlcs: Vec<HtlcSignature>,
    /// On the receiver's (the proposer's) commitment `number`.
    pub signatures: CommitmentSignatures,
    /// Revokes the sender's commitment `number - 1`.
    pub revocation: Disclosure,
    /// Of each HTLC that the batch ends, in order.
    pub ended: Vec<EndedHtlc>,
    /// The sender's keys for `number + 1`.
    pub next: CommitmentKeys,
}

/// Third message of an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complete {
    /// The commitment it leads to.
    pub number: u64,
    /// Revokes the sender's commitment `number - 1`.
    pub revocation: Disclosure,
    /// Of each HTLC that the batch ends, in order.
    pub ended: Vec<EndedHtlc>,
    /// The sender's keys for `number + 1`.
    pub next: CommitmentKeys,
}

/// Proposes the cooperative close (§3.4). The sender makes no update after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settle {
    /// The commitment whose balances are paid out.
    pub number: u64,
    /// The fee rate of `ES`.
    pub feerate: FeeRate,
    /// The sender's, on `ES`.
    pub signature: InputSignature,
}

/// Agrees to the cooperative close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettleAnswer {
    /// As in the [`Settle`] it answers.
    pub number: u64,
    /// The sender's, on `ES`.
    pub signature: InputSignature,
}

/// What the sender has, so that the receiver resends what is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconnect {
    /// The newest commitment the sender holds.
    pub number: u64,
    /// How many of the receiver's commitments it knows to be revoked.
    pub disclosed: u64,
    /// How many messages of the opening it has accepted.
    pub opening: u32,
    /// Whether it asks for the same in return.
    pub wants_answer: bool,
}

/// Any message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is documented at its type")]
pub enum Message {
    Open(Open),
    Accept(Accept),
    FirstCommitment(FirstCommitment),
    FundingInputs(FundingInputs),
    FundingSignatures(FundingSignatures),
    Ready(Ready),
    Offer(Offer),
    Consent(Consent),
    Propose(Propose),
    Answer(Answer),
    Complete(Complete),
    Settle(Settle),
    SettleAnswer(SettleAnswer),
    Reconnect(Reconnect),
}

impl Message {
    /// The name that logs and scenarios use.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Open(_) => "open",
            Self::Accept(_) => "accept",
            Self::FirstCommitment(_) => "first-commitment",
            Self::FundingInputs(_) => "funding-inputs",
            Self::FundingSignatures(_) => "funding-signatures",
            Self::Ready(_) => "ready",
            Self::Offer(_) => "offer",
            Self::Consent(_) => "consent",
            Self::Propose(_) => "propose",
            Self::Answer(_) => "answer",
            Self::Complete(_) => "complete",
            Self::Settle(_) => "settle",
            Self::SettleAnswer(_) => "settle-answer",
            Self::Reconnect(_) => "reconnect",
        }
    }

    /// Whether it belongs to the opening, whose messages are counted and resent by count.
    pub(crate) const fn is_opening(&self) -> bool {
        match self {
            Self::Open(_)
            | Self::Accept(_)
            | Self::FirstCommitment(_)
            | Self::FundingInputs(_)
            | Self::FundingSignatures(_)
            | Self::Ready(_) => true,
            Self::Offer(_)
            | Self::Consent(_)
            | Self::Propose(_)
            | Self::Answer(_)
            | Self::Complete(_)
            | Self::Settle(_)
            | Self::SettleAnswer(_)
            | Self::Reconnect(_) => false,
        }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

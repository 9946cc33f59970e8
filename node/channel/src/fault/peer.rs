//! Faults of the other side.

use bitcoin::{Amount, FeeRate, OutPoint};
use leyden_labels::{Dialect, Label, PerSide};

use leyden_tx::{Delay, DisclosureError};

use crate::htlc::HtlcLimits;
use crate::state::StateName;

/// A message that no honest side sends.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// On `C{n}x`.
    #[error("the signature on the commitment does not verify")]
    CommitmentSignature,
    /// On `RD{n}x`.
    #[error("the signature on the revocable delivery does not verify")]
    RevocableDeliverySignature,
    /// `noinput`: the revocable delivery must be pre-signed.
    #[error("the signature on the revocable delivery is missing")]
    MissingSignature,
    /// `csv`, or no revocable delivery because of dust.
    #[error("a signature on a revocable delivery that has none")]
    SurplusSignature,
    /// On `ES`.
    #[error("the signature on the settlement does not verify")]
    SettlementSignature,
    /// On an input of F.
    #[error("input {index} of the funding transaction is not validly signed")]
    FundingSignature {
        /// Of the input.
        index: usize,
    },
    /// The signatures are not for the sender's inputs.
    #[error("the signatures are not for exactly the sender's inputs")]
    FundingInputs,
    /// An update must change something.
    #[error("the batch is empty")]
    EmptyBatch,
    /// More changes than one update may make.
    #[error("the batch has more than {most} changes")]
    BatchTooLarge {
        /// The bound.
        most: usize,
    },
    /// A payment must pay something.
    #[error("a payment of nothing")]
    ZeroPayment,
    /// The proposer pays more than it has.
    #[error("{asked} exceeds the proposer's balance of {balance}")]
    Overdraft {
        /// The proposer's, before the payment.
        balance: Amount,
        /// The payment.
        asked: Amount,
    },
    /// A channel with HTLCs does not close cooperatively.
    #[error("HTLCs are in flight")]
    HtlcsInFlight,
    /// The receiver takes no smaller ones.
    #[error("an HTLC of {asked}, the least is {least}")]
    HtlcTooSmall {
        /// The receiver's limit.
        least: Amount,
        /// The HTLC's amount.
        asked: Amount,
    },
    /// The receiver takes no more at once.
    #[error("more than {most} HTLCs at once")]
    TooManyHtlcs {
        /// The receiver's limit.
        most: usize,
    },
    /// The receiver takes no higher sum at once.
    #[error("HTLCs of {asked} at once, the most is {most}")]
    TooMuchInFlight {
        /// The receiver's limit.
        most: Amount,
        /// The sum with this HTLC.
        asked: Amount,
    },
    /// The path that the sender names.
    #[error("more than {most} hops")]
    PathTooLong {
        /// The bound.
        most: usize,
    },
    /// The commitment carries no such HTLC.
    #[error("there is no HTLC {number}")]
    NoSuchHtlc {
        /// Which one.
        number: u64,
    },
    /// Only the receiver of an HTLC ends it.
    #[error("HTLC {number} is not the proposer's to end")]
    NotReceiver {
        /// Which one.
        number: u64,
    },
    /// Not R, or longer than a node relays: the sender could not use it on chain.
    #[error("that is not the preimage of HTLC {number}")]
    WrongPreimage {
        /// Which one.
        number: u64,
    },
    /// One set of keys for each HTLC added.
    #[error("{got} sets of keys for {expected} HTLCs")]
    HtlcKeys {
        /// How many are added.
        expected: usize,
        /// How many sets came.
        got: usize,
    },
    /// Not the transactions that this message has to sign.
    #[error("{got} signatures on HTLCs, or not the {expected} that belong here")]
    HtlcSignatures {
        /// How many belong here.
        expected: usize,
        /// How many came.
        got: usize,
    },
    /// On a transaction that spends an HTLC.
    #[error("the signature on {label} does not verify")]
    HtlcSignature {
        /// Which one.
        label: Label,
    },
    /// Not the HTLCs that the batch ends.
    #[error("keys of {got} ended HTLCs, or not of the {expected} that the batch ends")]
    EndedHtlcs {
        /// How many it ends.
        expected: usize,
        /// How many came.
        got: usize,
    },
    /// The signatures on HTLCs come before those on commitments (§4.4).
    #[error("the batch has to be offered first")]
    NotOffered,
    /// "Each set of commitments uses its own keys and never uses them again" (§3.3.5).
    #[error("a key that is in use already")]
    KeyReused,
    /// The sender's coins for F.
    #[error(transparent)]
    Contribution(#[from] ContributionError),
    /// The balances cannot pay the fee proposed.
    #[error("the balances cannot pay the fee of the settlement")]
    SettlementUnpayable,
}

/// What is wrong with one side's coins for F.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContributionError {
    /// Too little, or more than there is.
    #[error("coins of {given} for {needed}")]
    Amount {
        /// The side's balance in commitment 0 and its change.
        needed: Amount,
        /// The sum of its inputs.
        given: Amount,
    },
    /// The same coin twice.
    #[error("{outpoint} is spent twice")]
    DuplicateInput {
        /// The coin.
        outpoint: OutPoint,
    },
    /// `csv`: F's txid must be fixed before it is signed.
    #[error("{outpoint} is not segwit: the funding transaction would be malleable")]
    MalleableFunding {
        /// The coin.
        outpoint: OutPoint,
    },
    /// Its signature could not be checked.
    #[error("{outpoint} is neither P2WPKH nor P2PKH")]
    FundingScript {
        /// The coin.
        outpoint: OutPoint,
    },
    /// More coins than a side may bring: F must stay small enough to be relayed.
    #[error("more than {most} coins")]
    TooManyInputs {
        /// The bound.
        most: usize,
    },
    /// The change would keep F from being relayed.
    #[error("the change is below the dust limit")]
    ChangeDust,
    /// A replacement must conflict with every earlier F.
    #[error("the replacement spends no coin of an earlier funding transaction")]
    KeepsNoInput,
}

/// What the two sides do not agree on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Incompatible {
    /// The dialect.
    #[error("dialect {theirs}, not {ours}")]
    Dialect {
        /// This side's.
        ours: Dialect,
        /// The other side's.
        theirs: Dialect,
    },
    /// The delay.
    #[error("a delay of {} blocks, not {}", theirs.blocks(), ours.blocks())]
    Delay {
        /// This side's.
        ours: Delay,
        /// The other side's.
        theirs: Delay,
    },
    /// The dust limit.
    #[error("a dust limit of {theirs}, not {ours}")]
    DustLimit {
        /// This side's.
        ours: Amount,
        /// The other side's.
        theirs: Amount,
    },
    /// The balances of commitment 0, and so the capacity.
    #[error("contributions a {} b {}, not a {} b {}", theirs.a, theirs.b, ours.a, ours.b)]
    Contribution {
        /// This side's.
        ours: PerSide<Amount>,
        /// The other side's.
        theirs: PerSide<Amount>,
    },
    /// How many HTLCs, or how small.
    #[error("limits of {} HTLCs of at least {} and {} of at least {}", ours.most, ours.least, theirs.most, theirs.least)]
    HtlcLimits {
        /// This side's.
        ours: HtlcLimits,
        /// The other side's.
        theirs: HtlcLimits,
    },
    /// HTLCs live on, and each update adds signatures that have to be kept (`csv`).
    #[error("more than {most} signatures on HTLCs are kept: end some of them first")]
    TooManySignatures {
        /// The bound.
        most: usize,
    },
    /// The fee rate of `ES`.
    #[error("a settlement at {asked} sat/kwu, more than {most}")]
    SettlementFee {
        /// This side's limit.
        most: FeeRate,
        /// The other side's proposal.
        asked: FeeRate,
    },
}

/// A breach of the contract off chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misbehaved {
    /// It does not revoke what it should.
    #[error("wrong disclosure: {0}")]
    WrongDisclosure(DisclosureError),
    /// It does not give away what ends an HTLC.
    #[error("the keys disclosed for HTLC {number} are not the announced ones")]
    WrongHtlcKey {
        /// Which one.
        number: u64,
    },
    /// It claims commitments or disclosures that this side does not know of.
    #[error("the other side is at {claimed}, this side at {known}: this side may have lost data")]
    AheadOfUs {
        /// The other side's number.
        claimed: u64,
        /// The newest that fits this side's.
        known: u64,
    },
    /// It has less than this side knows it to have had.
    #[error("the other side is at {claimed}, and was at {known}: it lost data")]
    BehindUs {
        /// The other side's number.
        claimed: u64,
        /// The oldest that fits this side's.
        known: u64,
    },
}

/// Not now. Also what a duplicate or a late message gives.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Order {
    /// The state has no use for it.
    #[error("{message} while {state}")]
    Unexpected {
        /// Its name.
        message: &'static str,
        /// The state's.
        state: StateName,
    },
    /// Another commitment number is next.
    #[error("number {got}, expected {expected}")]
    Number {
        /// The number that is next.
        expected: u64,
        /// The message's.
        got: u64,
    },
    /// Another HTLC is next.
    #[error("HTLC {got}, expected {expected}")]
    Htlc {
        /// The number that is next.
        expected: u64,
        /// The message's.
        got: u64,
    },
    /// Another F is being signed.
    #[error("funding revision {got}, expected {expected}")]
    Revision {
        /// The revision that is next.
        expected: u32,
        /// The message's.
        got: u32,
    },
    /// Both sides proposed at once, and this side's goes first.
    #[error("both sides proposed, and the other side's is dropped")]
    Collision,
}

impl Invalid {
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::CommitmentSignature => "commitment-signature",
            Self::RevocableDeliverySignature => "revocable-delivery-signature",
            Self::MissingSignature => "missing-signature",
            Self::SurplusSignature => "surplus-signature",
            Self::SettlementSignature => "settlement-signature",
            Self::FundingSignature { .. } => "funding-signature",
            Self::FundingInputs => "funding-inputs",
            Self::EmptyBatch => "empty-batch",
            Self::BatchTooLarge { .. } => "batch-too-large",
            Self::ZeroPayment => "zero-payment",
            Self::Overdraft { .. } => "overdraft",
            Self::HtlcsInFlight => "htlcs-in-flight",
            Self::HtlcTooSmall { .. } => "htlc-too-small",
            Self::TooManyHtlcs { .. } => "too-many-htlcs",
            Self::TooMuchInFlight { .. } => "too-much-in-flight",
            Self::PathTooLong { .. } => "path-too-long",
            Self::NoSuchHtlc { .. } => "no-such-htlc",
            Self::NotReceiver { .. } => "not-receiver",
            Self::WrongPreimage { .. } => "wrong-preimage",
            Self::HtlcKeys { .. } => "htlc-keys",
            Self::HtlcSignatures { .. } => "htlc-signatures",
            Self::HtlcSignature { .. } => "htlc-signature",
            Self::EndedHtlcs { .. } => "ended-htlcs",
            Self::NotOffered => "not-offered",
            Self::KeyReused => "key-reused",
            Self::Contribution(error) => error.name(),
            Self::SettlementUnpayable => "settlement-unpayable",
        }
    }
}

impl ContributionError {
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Amount { .. } => "funding-amount",
            Self::DuplicateInput { .. } => "duplicate-input",
            Self::MalleableFunding { .. } => "malleable-funding",
            Self::FundingScript { .. } => "funding-script",
            Self::TooManyInputs { .. } => "too-many-inputs",
            Self::ChangeDust => "change-dust",
            Self::KeepsNoInput => "keeps-no-input",
        }
    }
}

impl Incompatible {
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Dialect { .. } => "dialect",
            Self::Delay { .. } => "delay",
            Self::DustLimit { .. } => "dust-limit",
            Self::Contribution { .. } => "contribution",
            Self::HtlcLimits { .. } => "htlc-limits",
            Self::TooManySignatures { .. } => "too-many-signatures",
            Self::SettlementFee { .. } => "settlement-fee",
        }
    }
}

impl Misbehaved {
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::WrongDisclosure(error) => match error {
                DisclosureError::Repeated { .. } => "disclosure-repeated",
                DisclosureError::OutOfOrder { .. } => "disclosure-out-of-order",
                DisclosureError::PastEnd => "disclosure-past-end",
                DisclosureError::WrongKey { .. } => "wrong-key",
                DisclosureError::Inconsistent { .. } => "disclosure-inconsistent",
            },
            Self::WrongHtlcKey { .. } => "wrong-htlc-key",
            Self::AheadOfUs { .. } => "ahead-of-us",
            Self::BehindUs { .. } => "behind-us",
        }
    }
}

impl Order {
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Unexpected { .. } => "unexpected",
            Self::Number { .. } => "number",
            Self::Htlc { .. } => "htlc-number",
            Self::Revision { .. } => "revision",
            Self::Collision => "collision",
        }
    }
}

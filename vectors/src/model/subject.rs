//! The subjects: one file each.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a file of vectors is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// Public keys from a seed, with their paths.
    Keys,
    /// Revoking a commitment, and taking revocations in.
    Disclosure,
    /// Scripts, outputs, addresses.
    Scripts,
    /// ECDSA with RFC 6979.
    Signatures,
    /// Signature hashes, `SIGHASH_NOINPUT` among them.
    Digest,
    /// The number hidden in a commitment.
    CommitmentNumber,
    /// Every kind of transaction.
    Transactions,
    /// The cooperative close.
    Settlement,
    /// One HTLC in several commitments.
    HtlcLife,
    /// Fee inputs, and children that pay for commitments.
    Fees,
    /// The least amounts that are relayed.
    Dust,
    /// Expiries and amounts along a route.
    Route,
    /// From two seeds to the chain.
    ChannelLife,
    /// The paper's arithmetic.
    Sums,
    /// What must be refused.
    Invalid,
}

impl Subject {
    /// All, in the order of a report.
    pub const ALL: [Self; 15] = [
        Self::Keys,
        Self::Disclosure,
        Self::Scripts,
        Self::Signatures,
        Self::Digest,
        Self::CommitmentNumber,
        Self::Transactions,
        Self::Settlement,
        Self::HtlcLife,
        Self::Fees,
        Self::Dust,
        Self::Route,
        Self::ChannelLife,
        Self::Sums,
        Self::Invalid,
    ];

    /// Its name in files and messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Disclosure => "disclosure",
            Self::Scripts => "scripts",
            Self::Signatures => "signatures",
            Self::Digest => "digest",
            Self::CommitmentNumber => "commitment-number",
            Self::Transactions => "transactions",
            Self::Settlement => "settlement",
            Self::HtlcLife => "htlc-life",
            Self::Fees => "fees",
            Self::Dust => "dust",
            Self::Route => "route",
            Self::ChannelLife => "channel-life",
            Self::Sums => "sums",
            Self::Invalid => "invalid",
        }
    }

    /// The file's name in the directory of vectors.
    pub(crate) fn file_name(self) -> String {
        format!("{self}.json")
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The text names no subject.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no subject `{text}`; there are {}", Subject::ALL.map(Subject::name).join(", "))]
pub struct ParseSubjectError {
    text: String,
}

impl FromStr for Subject {
    type Err = ParseSubjectError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.into_iter();
        all.find(|subject| subject.name() == text)
            .ok_or_else(|| ParseSubjectError {
                text: text.chars().take(40).collect(),
            })
    }
}

/// What the file says of itself.
pub(crate) const fn about(subject: Subject) -> &'static str {
    match subject {
        Subject::Keys => "From a seed to the keys of one side of a channel: every step hardened.",
        Subject::Disclosure => {
            "Revoking commitment n, and taking the other side's revocations in: at most three nodes are kept, older secrets follow from them."
        }
        Subject::Scripts => {
            "From keys to witness script, assembly, output script and address, in both dialects."
        }
        Subject::Signatures => "ECDSA as all vectors use it: RFC 6979, low S, no grinding.",
        Subject::Digest => {
            "The ten parts of the preimage and its double SHA-256: every hash type, several inputs, all positions, under the rules of both witness versions."
        }
        Subject::CommitmentNumber => {
            "From a commitment's number to nLockTime and nSequence, and back."
        }
        Subject::Transactions => {
            "Every transaction of the paper in both dialects, for both holders, HTLCs in both directions. `verdict`: of the transaction as it stands here, without a fee input, when its locks are over; so most are blocked from relay by their fee alone."
        }
        Subject::Settlement => {
            "ES: what the newest commitment pays, at once, less a fee. `verdict`: of the transaction."
        }
        Subject::HtlcLife => {
            "One HTLC through several commitments: in noinput its pre-signatures stay, in csv they are made again."
        }
        Subject::Fees => {
            "Fees are attached when something is broadcast. `verdict`: of the transaction when its locks are over; if its parent is not confirmed, of both as a package, and of both in one block."
        }
        Subject::Dust => "The least amount of an output that is relayed.",
        Subject::Route => "A payment over several channels: expiry and amount of each hop's HTLC.",
        Subject::ChannelLife => {
            "A channel from two seeds to the chain: everything that is signed and disclosed on the way. All that is broadcast has been in blocks of a stock and of a patched bitcoind."
        }
        Subject::Sums => "The paper's sums, with its sizes and with those of our transactions.",
        Subject::Invalid => {
            "What must be refused, and by whom. `verdict`: what real bitcoinds said, stock and patched, in relay and in a block."
        }
    }
}

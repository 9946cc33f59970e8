//! What an HTLC tells its receiver, and where it comes from.

use bitcoin::Amount;
use bitcoin::absolute::Height;
use leyden_tx::{IdentityPubkey, PaymentHash};

/// The most hops that may follow an HTLC.
pub const MAX_HOPS: usize = 20;

/// An HTLC that is to follow, in another channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The next node.
    pub to: IdentityPubkey,
    /// What it gets.
    pub amount: Amount,
    /// Of its HTLC.
    pub expiry: Height,
}

/// The rest of the path, which the sender of the payment names (§8.4). It is not hidden from the nodes
/// on the way: the paper does not say how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Onward {
    /// The HTLCs that follow, in order. None: the receiver of this HTLC is the payee.
    pub hops: Vec<Hop>,
    /// What the payee gets in all, if the payment is split (§8.2).
    pub total: Amount,
}

/// The HTLC that an own one passes on. Not told to the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// Its channel's index among this node's channels.
    pub channel: u32,
    /// Its number there.
    pub number: u64,
}

/// An HTLC to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewHtlc {
    /// How much.
    pub amount: Amount,
    /// HASH160(R).
    pub hash: PaymentHash,
    /// The first block that may give it back is the one after this height.
    pub expiry: Height,
    /// What the receiver is to do.
    pub onward: Onward,
    /// What it passes on; `None` for an own payment.
    pub origin: Option<Origin>,
}

/// Why an HTLC is given back off chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailReason {
    /// The payee knows no R for the hash.
    UnknownHash,
    /// Not what the payee asked for, or less comes in than has to go out.
    WrongAmount,
    /// Too little time is left to act.
    ExpiryTooSoon,
    /// The money would be locked for longer than the node accepts.
    ExpiryTooFar,
    /// The node has no channel to the next one.
    UnknownNextHop,
    /// The hash has been paid before, or its R is known.
    HashReused,
    /// The next channel cannot carry it.
    NoCapacity,
    /// The payee, or the sender, has given it up.
    Cancelled,
}

impl FailReason {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::UnknownHash,
        Self::WrongAmount,
        Self::ExpiryTooSoon,
        Self::ExpiryTooFar,
        Self::UnknownNextHop,
        Self::HashReused,
        Self::NoCapacity,
        Self::Cancelled,
    ];

    /// A stable name in kebab case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnknownHash => "unknown-hash",
            Self::WrongAmount => "wrong-amount",
            Self::ExpiryTooSoon => "expiry-too-soon",
            Self::ExpiryTooFar => "expiry-too-far",
            Self::UnknownNextHop => "unknown-next-hop",
            Self::HashReused => "hash-reused",
            Self::NoCapacity => "no-capacity",
            Self::Cancelled => "cancelled",
        }
    }
}

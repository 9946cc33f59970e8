//! The fixed words of the language, each set an enum.

use core::fmt;

macro_rules! words {
    ($($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal,)+ })+) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }

        impl $name {
            /// Every value, in the order of the documentation.
            pub const ALL: &'static [$name] = &[$(Self::$variant),+];
            /// The words of [`Self::ALL`].
            pub const NAMES: &'static [&'static str] = &[$($word),+];

            /// The word as files write it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The value that `word` names.
            #[must_use]
            pub fn from_name(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    )+};
}

words! {
    /// Which bitcoind is the main node.
    Flavour {
        /// With NOINPUT and the timestop.
        Patched = "patched",
        /// As released.
        Stock = "stock",
    }
    /// How a soft fork stands on the patched node.
    Deployment {
        /// In force from the first block.
        Active = "active",
        /// Never in force.
        Never = "never",
        /// In force once the miners have signalled for it.
        Signal = "signal",
    }
    /// What an actor reacts to.
    Reacts {
        /// Confirmed transactions only.
        Blocks = "blocks",
        /// Unconfirmed transactions too.
        Mempool = "mempool",
    }
    /// The script type of an actor's coin.
    CoinKind {
        /// Segwit: spending it cannot change a txid.
        P2wpkh = "p2wpkh",
        /// Legacy: a third party can change the txid of what spends it.
        P2pkh = "p2pkh",
    }
    /// Which of the paper's commitment constructions a channel uses.
    Construction {
        /// Figures 4 and later: revocable, blame ascribed.
        Revocable = "revocable",
        /// Figures 1 and 2: both hold the same commitment.
        Shared = "shared",
        /// Figure 3: blame ascribed, nothing revocable.
        Blamed = "blamed",
    }
    /// How far `open` goes.
    Until {
        /// Keys and parameters are exchanged.
        Agreed = "agreed",
        /// `C0` and `RD0` are signed both ways.
        Commitments = "commitments",
        /// `F` is signed by both, not yet broadcast.
        Signed = "signed",
        /// `F` is in the mempool.
        Published = "published",
        /// `F` is in a block.
        Confirmed = "confirmed",
    }
    /// How raw transactions reach a node.
    Via {
        /// By its mempool: policy and consensus.
        Relay = "relay",
        /// In a block: consensus only.
        Block = "block",
    }
    /// A bitcoind of the scenario.
    NodeName {
        /// The one that the actors use.
        Main = "main",
        /// The stock node that follows main.
        Follower = "follower",
        /// The patched one of these two.
        Patched = "patched",
        /// The stock one of these two.
        Stock = "stock",
    }
    /// How a third party changes a txid.
    Malleation {
        /// The other S of a signature.
        Signature = "signature",
        /// Another encoding of a push.
        Push = "push",
    }
    /// Which coins a replacement of `F` spends.
    ReplacementCoins {
        /// Those of the `F` it replaces.
        Same = "same",
        /// One of those, and others.
        Other = "other",
    }
    /// Where `expect: balance` looks.
    BalanceOn {
        /// What the two hold in the channel.
        Channel = "channel",
        /// What confirmed transactions of the channel paid to each.
        Chain = "chain",
    }
    /// A soft fork's version bit.
    SignalBit {
        /// `SIGHASH_NOINPUT`.
        Noinput = "noinput",
        /// The timestop of §9.3.
        Timestop = "timestop",
    }
    /// A message between the two sides of a channel.
    MessageName {
        /// Opens: the opener's terms.
        Open = "open",
        /// Opens: the other side's terms.
        Accept = "accept",
        /// Opens: signatures on the first commitment.
        FirstCommitment = "first-commitment",
        /// Opens: the coins that `F` spends.
        FundingInputs = "funding-inputs",
        /// Opens: signatures on `F`.
        FundingSignatures = "funding-signatures",
        /// Opens: `F` is confirmed.
        Ready = "ready",
        /// Updates with HTLCs: the changes.
        Offer = "offer",
        /// Updates with HTLCs: signatures on what the other side may complete.
        Consent = "consent",
        /// Updates: signatures on the next commitment.
        Propose = "propose",
        /// Updates: signatures on the next commitment, and the old one's keys.
        Answer = "answer",
        /// Updates: the old commitment's keys.
        Complete = "complete",
        /// Closes: the signature on `ES`.
        Settle = "settle",
        /// Closes: the other signature on `ES`.
        SettleAnswer = "settle-answer",
    }
    /// What `tamper` changes in a message.
    MessageField {
        /// The disclosed key of the old commitment.
        Revocation = "revocation",
        /// The signature on a commitment, on `F` or on `ES`.
        Signature = "signature",
        /// The signature on `RD`.
        DeliverySignature = "delivery_signature",
        /// A signature on a transaction of an HTLC.
        ContractSignature = "contract_signature",
        /// The public keys of the commitment after the next.
        NextKeys = "next_keys",
        /// The public keys of an HTLC.
        HtlcKeys = "htlc_keys",
        /// A disclosed key of an ended HTLC.
        HtlcSecret = "htlc_secret",
        /// Both disclosed keys of an ended HTLC.
        HtlcSecrets = "htlc_secrets",
        /// An amount.
        Amount = "amount",
        /// An HTLC's expiry.
        Expiry = "expiry",
        /// An HTLC's hash.
        Hash = "hash",
        /// R.
        Preimage = "preimage",
        /// A commitment number.
        Number = "number",
        /// A fee rate.
        Feerate = "feerate",
    }
    /// What has become of an HTLC.
    HtlcState {
        /// Proposed, not yet in the actor's commitment.
        Pending = "pending",
        /// In the actor's commitment.
        Live = "live",
        /// Settled off chain.
        Settled = "settled",
        /// Given back off chain.
        Failed = "failed",
        /// Taken on chain with R.
        Executed = "executed",
        /// Taken back on chain after its expiry.
        TimedOut = "timed-out",
    }
    /// What has become of a payment.
    PaymentState {
        /// Neither of the others yet.
        Pending = "pending",
        /// Paid.
        Settled = "settled",
        /// Given back.
        Failed = "failed",
    }
    /// Why an HTLC or a payment was given back.
    FailReason {
        /// Its receiver knows no R for the hash.
        UnknownHash = "unknown-hash",
        /// Not what the receiver asked for, or less comes in than has to go out.
        WrongAmount = "wrong-amount",
        /// Too little time is left to act.
        ExpiryTooSoon = "expiry-too-soon",
        /// The money would be locked for longer than a node accepts.
        ExpiryTooFar = "expiry-too-far",
        /// A node has no channel with the next one.
        UnknownNextHop = "unknown-next-hop",
        /// The hash has been paid before, or its R is known.
        HashReused = "hash-reused",
        /// The next channel cannot carry it.
        NoCapacity = "no-capacity",
        /// The receiver, or the sender, has given it up.
        Cancelled = "cancelled",
    }
    /// Where `route` stops.
    PaymentEnd {
        /// When the sender says that it is settled.
        Settled = "settled",
        /// When the sender says that it has failed.
        Failed = "failed",
    }
}

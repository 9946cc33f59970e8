//! HTLCs of one channel.

use crate::{ActorName, ChannelName, Sat, SecretName};

/// When an HTLC expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// So many blocks after the tip of when the step runs, at least 1.
    After(u32),
    /// At this height, below 500,000,000.
    At(u32),
}

/// `htlc`: one HTLC, or several in one batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddHtlc {
    /// In this channel.
    pub channel: ChannelName,
    /// Who adds it.
    pub from: ActorName,
    /// Who receives it.
    pub to: ActorName,
    /// Of each.
    pub amount: Sat,
    /// Of each.
    pub expiry: Expiry,
    /// Names R, or with `times` above 1 the series of them.
    pub secret: SecretName,
    /// How many, at least 1.
    pub times: u32,
}

impl AddHtlc {
    /// The secret of each HTLC: `r`, or `r-1`, `r-2`, … when there are several.
    pub fn secrets(&self) -> impl Iterator<Item = SecretName> + '_ {
        (1..=self.times).map(|number| {
            if self.times == 1 {
                self.secret.clone()
            } else {
                self.secret.numbered(number)
            }
        })
    }
}

/// `settle`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettleHtlc {
    /// In this channel.
    pub channel: ChannelName,
    /// Its number, from 1.
    pub htlc: u64,
    /// Its receiver.
    pub by: ActorName,
    /// What is sent as R; nothing = the right one.
    pub secret: Option<SecretName>,
}

/// `fail`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailHtlc {
    /// In this channel.
    pub channel: ChannelName,
    /// Its number, from 1.
    pub htlc: u64,
    /// Its receiver.
    pub by: ActorName,
}

/// `reveal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reveal {
    /// Which R.
    pub secret: SecretName,
    /// Who learns it.
    pub to: ActorName,
}

/// `batch`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// In this channel.
    pub channel: ChannelName,
    /// Who proposes it.
    pub by: ActorName,
    /// In this order, at least one.
    pub changes: Vec<BatchChange>,
}

/// One change of a [`Batch`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BatchChange {
    /// Settles the HTLC of this number with the right R.
    Settle(u64),
    /// Gives the HTLC of this number back.
    Fail(u64),
    /// Adds an HTLC to the other side.
    Htlc {
        /// How much.
        amount: Sat,
        /// When it expires.
        expiry: Expiry,
        /// Names R.
        secret: SecretName,
    },
    /// Pays the other side.
    Pay(Sat),
}

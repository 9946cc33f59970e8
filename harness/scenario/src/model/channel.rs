//! What actors do with a channel.

use std::collections::BTreeMap;

use leyden_labels::PerSide;

use crate::{ActorName, ChannelName, Construction, FeeRate, ReplacementCoins, Sat, TxName, Until};

/// `open`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The new channel's name.
    pub channel: ChannelName,
    /// The first named actor is side a.
    pub parties: PerSide<Party>,
    /// In blocks, at least 1; the paper's 1000 unless said otherwise.
    pub delay_blocks: u16,
    /// Outputs below this are left out.
    pub dust: Option<Sat>,
    /// Which figure's commitments.
    pub construction: Construction,
    /// How far it goes.
    pub until: Until,
    /// Lets the dialect csv fund from legacy coins.
    pub malleable_funding: bool,
    /// What `F` pays.
    pub feerate: Option<FeeRate>,
    /// What HTLCs it takes.
    pub htlcs: HtlcLimits,
}

/// What HTLCs a channel takes; what is left out is not limited here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HtlcLimits {
    /// How many at once.
    pub most: Option<u32>,
    /// The smallest.
    pub least: Option<Sat>,
    /// All together.
    pub in_flight: Option<Sat>,
}

/// One side of an `open`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Who.
    pub actor: ActorName,
    /// What it puts in.
    pub amount: Sat,
}

/// `pay`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pay {
    /// In this channel.
    pub channel: ChannelName,
    /// The payer.
    pub from: ActorName,
    /// The payee.
    pub to: ActorName,
    /// Each time.
    pub amount: Sat,
    /// How often, at least 1.
    pub times: u32,
}

/// `close`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    /// This channel.
    pub channel: ChannelName,
    /// Who proposes it.
    pub by: ActorName,
    /// What `ES` pays.
    pub feerate: Option<FeeRate>,
}

/// `broadcast`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broadcast {
    /// Which one.
    pub tx: TxName,
    /// Who.
    pub by: ActorName,
    /// Whether it is a revoked commitment.
    pub cheat: bool,
    /// What it pays.
    pub feerate: Option<FeeRate>,
}

/// `replace_funding`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplaceFunding {
    /// This channel's `F`.
    pub channel: ChannelName,
    /// Who asks for it.
    pub by: ActorName,
    /// What the new one pays.
    pub feerate: Option<FeeRate>,
    /// What it spends.
    pub coins: ReplacementCoins,
}

/// `feerate`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feerate {
    /// Every actor's.
    All(FeeRate),
    /// These actors'.
    Each(BTreeMap<ActorName, FeeRate>),
}

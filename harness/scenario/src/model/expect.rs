//! What a step can expect.

use std::collections::BTreeMap;

use crate::{ActorName, BalanceOn, ChannelName, FeeRate, OutputRef, Sat, TxName};

/// Where a transaction is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TxPlace {
    /// Unconfirmed, in the main node's mempool.
    Mempool,
    /// Confirmed in the main node's chain.
    Chain,
    /// Neither.
    Nowhere,
    /// This actor could complete and broadcast it by itself.
    Held(ActorName),
}

/// A fact that must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// A transaction is in a place.
    Tx {
        /// Which one.
        tx: TxName,
        /// Where.
        place: TxPlace,
        /// Exactly this many.
        confirmations: Option<u32>,
        /// Confirmed at this height.
        height: Option<u32>,
    },
    /// What actors own.
    Balance {
        /// In or from this channel.
        channel: ChannelName,
        /// Each named actor's amount.
        balance: BTreeMap<ActorName, Sat>,
        /// As agreed, or as paid out.
        on: BalanceOn,
    },
    /// The state of a channel.
    State {
        /// Which one.
        channel: ChannelName,
        /// The state's name.
        state: String,
        /// According to this actor; nobody = both.
        by: Option<ActorName>,
    },
    /// The number of a channel's current commitments.
    Number {
        /// Which one.
        channel: ChannelName,
        /// The number.
        number: u64,
        /// According to this actor; nobody = both.
        by: Option<ActorName>,
    },
    /// An actor has reported something.
    Event {
        /// The event's name.
        event: String,
        /// Who.
        by: ActorName,
        /// About this channel.
        channel: Option<ChannelName>,
    },
    /// The main node's mempool holds exactly these.
    Mempool(Vec<TxName>),
    /// An output is in the chain and nobody has spent it.
    Unspent {
        /// Which one.
        output: OutputRef,
        /// Its value.
        value: Option<Sat>,
    },
    /// An output is spent.
    Spent {
        /// Which one.
        output: OutputRef,
        /// By this transaction.
        by: TxName,
    },
    /// What a transaction and its ancestors in the mempool pay.
    Fee {
        /// Which one.
        tx: TxName,
        /// The least.
        at_least: Option<FeeRate>,
        /// The most.
        at_most: Option<FeeRate>,
    },
    /// The follower is on the main node's tip.
    SameTip,
    /// How many uncongested blocks the timestop has counted for an output.
    Maturity {
        /// Which output.
        output: OutputRef,
        /// How many blocks.
        uncongested: u32,
    },
}

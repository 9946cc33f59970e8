//! What a step can expect.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    ActorName, BalanceOn, ChannelName, FailReason, FeeRate, HtlcState, MessageName, OutputRef,
    PaymentState, Sat, SecretName, TxName,
};

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
    /// The HTLCs alive in an actor's own current commitment.
    Htlcs {
        /// In this channel.
        channel: ChannelName,
        /// Exactly these numbers.
        htlcs: BTreeSet<u64>,
        /// Who.
        by: ActorName,
    },
    /// What has become of an HTLC.
    Htlc {
        /// In this channel.
        channel: ChannelName,
        /// Its number, from 1.
        htlc: u64,
        /// According to this actor.
        by: ActorName,
        /// What.
        state: HtlcState,
        /// Why it failed; nothing = whatever the reason.
        reason: Option<FailReason>,
    },
    /// What has become of a payment.
    Payment {
        /// Its R.
        secret: SecretName,
        /// According to this actor, its sender or its receiver.
        by: ActorName,
        /// What.
        state: PaymentState,
        /// Why it failed, as its sender says; nothing = whatever the reason.
        reason: Option<FailReason>,
    },
    /// Whether an actor knows R.
    Knows {
        /// Which R.
        secret: SecretName,
        /// Who.
        by: ActorName,
        /// Whether it knows it.
        knows: bool,
    },
    /// How many messages of a kind an actor has sent in a channel so far.
    Sent {
        /// Which ones.
        message: MessageName,
        /// How many.
        count: u32,
        /// In this channel.
        channel: ChannelName,
        /// Who.
        by: ActorName,
    },
    /// What an actor has in all of its channels together: its balance in those that are open, what the
    /// others paid it on chain, before fees.
    Funds {
        /// At least this.
        at_least: Sat,
        /// Who.
        by: ActorName,
    },
    /// What F held is, to the satoshi, with the two sides, in outputs that nothing has spent yet, or was too
    /// little for an output. While the channel is open: the two sides agree on who has what.
    Conserved {
        /// Which channel.
        channel: ChannelName,
        /// What outputs hold that nothing has spent yet; nothing = whatever that is.
        waiting: Option<Sat>,
    },
    /// How many signatures were in the messages that an actor sent in a channel during the last step.
    Signatures {
        /// How many.
        count: u32,
        /// In this channel.
        channel: ChannelName,
        /// Who.
        by: ActorName,
    },
}

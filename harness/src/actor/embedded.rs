//! One actor: a wallet, its channels and its payments, driven in this process.
//!
//! The protocol itself is `leyden-channel`'s and `leyden-payment`'s; here are only the edges: blocks in,
//! messages out, fees attached, transactions handed to bitcoind.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bitcoin::{FeeRate, ScriptBuf, Transaction, Txid};
use leyden_bitcoind::Node;
use leyden_channel::{
    BlockFacts, ChainTime, ChangeSet, Channel, Claim, Command, Config, Event, HtlcView,
};
use leyden_labels::Label;
use leyden_scenario::{Actor as Part, ActorName, ChannelName, CoinKind, Reacts};
use leyden_tx::{FundingContribution, IdentityPubkey, LabelledTx, Seed, identity_secret};
use leyden_wallet::{AddressKind, Wallet, WalletError};

use super::broadcast::Posted;
use super::failure::ActorFailure;
use super::mail::Mail;
use super::payments::Payments;

/// How many blocks before the expiry of an HTLC an actor goes on chain with R, unless its scenario says.
const MARGIN_BLOCKS: u32 = 12;

/// What the chain tells an actor.
#[derive(Clone, Debug)]
pub(crate) enum News {
    /// A block was connected.
    Block(BlockFacts),
    /// The tip at this height was disconnected.
    Disconnected(u32),
    /// A transaction is in the mempool.
    Mempool(Transaction),
}

/// What both parties of a channel were told to agree on.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    pub(crate) channel: ChannelName,
    pub(crate) peer: ActorName,
    pub(crate) config: Config,
    /// What F pays, in the opener's hands.
    pub(crate) feerate: Option<FeeRate>,
}

/// What an actor's scenario says of its ways.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Habits {
    pub(crate) reacts: Reacts,
    pub(crate) keeps_revoked: bool,
    /// How early it goes on chain with R, if it does.
    pub(crate) margin: Option<u32>,
}

/// Whether an actor's process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pulse {
    /// It reads and writes.
    Awake,
    /// It reads nothing; what is sent to it waits.
    Asleep,
    /// It hangs in the middle of its work, until it is killed and started again.
    Silent,
    /// It is gone, and comes back when it next works.
    Crashed,
}

/// One channel of an actor.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) peer: ActorName,
    pub(super) channel: Channel,
    /// What the channel made durable, in order.
    pub(super) changes: Vec<ChangeSet>,
    /// Every coin of its wallet that it ever offered for F.
    pub(super) offered: FundingContribution,
    pub(super) events: Vec<Event>,
    pub(super) withhold_funding: bool,
    /// What the channel says it holds, until its next input.
    pub(super) holdings: OnceCell<Vec<LabelledTx>>,
    /// What the channel says of its HTLCs, until its next input.
    pub(super) htlcs: OnceCell<Vec<HtlcView>>,
}

impl Seat {
    pub(super) fn new(peer: ActorName, channel: Channel, offered: FundingContribution) -> Self {
        Self {
            peer,
            channel,
            changes: Vec::new(),
            offered,
            events: Vec::new(),
            withhold_funding: false,
            holdings: OnceCell::new(),
            htlcs: OnceCell::new(),
        }
    }

    /// The HTLCs of the channel.
    pub(super) fn htlcs(&self) -> &[HtlcView] {
        self.htlcs.get_or_init(|| self.channel.htlcs())
    }

    /// What this side could put on chain: what it holds, and what it may claim now.
    pub(super) fn holdings(&self) -> &[LabelledTx] {
        self.holdings.get_or_init(|| {
            let claimed = self.channel.claims().into_iter().map(|claim| LabelledTx {
                label: claim.label,
                tx: claim.tx().clone(),
            });
            let held = self.channel.holdings().into_iter();
            held.chain(claimed).collect()
        })
    }

    fn forget_views(&mut self) {
        self.holdings = OnceCell::new();
        self.htlcs = OnceCell::new();
    }
}

/// An actor of a scenario.
#[derive(Debug)]
pub(crate) struct Embedded {
    pub(super) name: ActorName,
    pub(super) seed: Seed,
    pub(super) wallet: Wallet,
    pub(super) feerate: FeeRate,
    pub(super) seats: BTreeMap<ChannelName, Seat>,
    /// The branch of its keys that each channel uses.
    pub(super) indexes: BTreeMap<ChannelName, u32>,
    /// What it handed to bitcoind, by channel and label.
    pub(super) posted: BTreeMap<(ChannelName, Label), Posted>,
    pub(super) payments: Payments,
    pub(super) enforces: bool,
    pub(super) reacts: Reacts,
    pub(super) keeps_revoked: bool,
    /// How many blocks before the expiry of an HTLC it goes on chain with R.
    pub(super) margin: u32,
    pub(super) pulse: Pulse,
    /// What is wrong with messages of others, in the order in which they came.
    pub(super) complaints: Vec<ActorFailure>,
    pub(super) news: VecDeque<News>,
    pub(super) mempool_seen: BTreeSet<Txid>,
    pub(super) height: u32,
    pub(super) median_time: u32,
}

impl Embedded {
    /// The actor as its scenario describes it, asleep to nothing, without coins.
    pub(crate) fn new(part: &Part, height: u32) -> Result<Self, ActorFailure> {
        let seed = seed_of(&part.name);
        let wallet = Wallet::new(&seed).map_err(|error| wallet_failure(&part.name, error))?;
        let margin = part.margin_blocks.unwrap_or(MARGIN_BLOCKS);
        Ok(Self {
            name: part.name.clone(),
            seed,
            wallet,
            feerate: FeeRate::from_sat_per_kwu(part.feerate.sat_per_kwu()),
            seats: BTreeMap::new(),
            indexes: BTreeMap::new(),
            posted: BTreeMap::new(),
            payments: Payments::new(part.forwards, margin),
            enforces: part.enforces,
            reacts: part.reacts,
            keeps_revoked: part.keeps_revoked,
            margin,
            pulse: Pulse::Awake,
            complaints: Vec::new(),
            news: VecDeque::new(),
            mempool_seen: BTreeSet::new(),
            height,
            median_time: 0,
        })
    }

    /// A fresh script of its wallet.
    pub(crate) fn address(&mut self, kind: CoinKind) -> Result<ScriptBuf, ActorFailure> {
        let kind = match kind {
            CoinKind::P2wpkh => AddressKind::Receive,
            CoinKind::P2pkh => AddressKind::Legacy,
        };
        let script = self.wallet.next_script(kind);
        script.map_err(|error| wallet_failure(&self.name, error))
    }

    /// What it pays from now on.
    pub(crate) fn set_feerate(&mut self, feerate: FeeRate) {
        self.feerate = feerate;
    }

    /// Gives a channel an order, and does what the channel then asks for, except broadcasts.
    pub(crate) fn order(
        &mut self,
        channel: &ChannelName,
        command: Command,
        mail: &mut Mail,
    ) -> Result<(), ActorFailure> {
        self.command(channel, command)?;
        self.drain(channel, mail).map(drop)
    }

    /// Like [`Embedded::order`] for `Broadcast`: hands over what the channel gives out, and reports a refusal.
    pub(crate) fn broadcast(
        &mut self,
        channel: &ChannelName,
        label: Label,
        mail: &mut Mail,
        node: &Node,
    ) -> Result<(), ActorFailure> {
        let claim = match self
            .seat(channel)?
            .channel
            .claims()
            .into_iter()
            .find(|claim| claim.label == label)
        {
            Some(claim) => claim,
            None => self.ask_for(channel, label, mail)?,
        };
        self.seat_mut(channel)?.withhold_funding = false;
        self.post(channel, &claim, node)
    }

    fn ask_for(
        &mut self,
        channel: &ChannelName,
        label: Label,
        mail: &mut Mail,
    ) -> Result<Claim, ActorFailure> {
        self.command(channel, Command::Broadcast(label))?;
        let claims = self.drain(channel, mail)?;
        claims
            .into_iter()
            .find(|claim| claim.label == label)
            .ok_or_else(|| {
                self.refusal(
                    "nothing-to-broadcast",
                    format!("the channel gave out no {label}"),
                )
            })
    }

    fn command(&mut self, channel: &ChannelName, command: Command) -> Result<(), ActorFailure> {
        if !self.acts() {
            return Err(self.refusal("not-running", "its process does nothing any more"));
        }
        let now = self.now();
        let done = self.seat_mut(channel)?.channel.handle_command(command, now);
        done.map_err(|fault| self.fault(fault))
    }

    pub(super) fn now(&self) -> ChainTime {
        ChainTime {
            height: self.height,
            median_time: self.median_time,
        }
    }

    pub(super) fn seat(&self, channel: &ChannelName) -> Result<&Seat, ActorFailure> {
        self.seats
            .get(channel)
            .ok_or_else(|| no_channel(&self.name, channel))
    }

    /// A channel, to give it an input: what it said so far may be out of date then.
    pub(super) fn seat_mut(&mut self, channel: &ChannelName) -> Result<&mut Seat, ActorFailure> {
        self.payments.mark_changed();
        let seat = self
            .seats
            .get_mut(channel)
            .ok_or_else(|| no_channel(&self.name, channel))?;
        seat.forget_views();
        Ok(seat)
    }

    pub(super) fn fault(&self, fault: leyden_channel::Fault) -> ActorFailure {
        ActorFailure::Fault {
            actor: self.name.to_string(),
            fault: Box::new(fault),
        }
    }

    pub(super) fn refusal(&self, reason: &'static str, text: impl Into<String>) -> ActorFailure {
        ActorFailure::Refused {
            actor: self.name.to_string(),
            reason,
            text: text.into(),
        }
    }
}

fn seed_of(actor: &ActorName) -> Seed {
    Seed::labelled(b"leyden regtest", &format!("actor/{actor}"))
}

/// The key by which nodes know an actor.
pub(crate) fn identity_of(actor: &ActorName) -> Result<IdentityPubkey, ActorFailure> {
    let secret = identity_secret(&seed_of(actor));
    let secret = secret.map_err(|error| ActorFailure::Refused {
        actor: actor.to_string(),
        reason: "identity",
        text: error.to_string(),
    })?;
    Ok(secret.public())
}

pub(super) fn wallet_failure(actor: &ActorName, error: WalletError) -> ActorFailure {
    ActorFailure::Wallet {
        actor: actor.to_string(),
        error: Box::new(error),
    }
}

fn no_channel(actor: &ActorName, channel: &ChannelName) -> ActorFailure {
    ActorFailure::Refused {
        actor: actor.to_string(),
        reason: "no-such-channel",
        text: format!("it has no channel {channel}"),
    }
}

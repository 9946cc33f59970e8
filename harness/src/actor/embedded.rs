//! One actor: a wallet and its channels, driven in this process.
//!
//! The protocol itself is `leyden-channel`'s; here are only the edges: blocks in, messages out,
//! fees attached, transactions handed to bitcoind.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bitcoin::{FeeRate, ScriptBuf, Transaction, Txid};
use leyden_bitcoind::Node;
use leyden_channel::{
    BlockFacts, ChainTime, Channel, Claim, Command, Config, Event, Message, Output,
};
use leyden_labels::Label;
use leyden_scenario::{Actor as Part, ActorName, ChannelName, CoinKind, Reacts};
use leyden_tx::{FundingContribution, Seed};
use leyden_wallet::{AddressKind, Wallet, WalletError};

use super::broadcast::Posted;
use super::failure::ActorFailure;
use super::mail::{Letter, Mail};

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

/// One channel of an actor.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) peer: ActorName,
    pub(super) channel: Channel,
    /// Every coin of its wallet that it ever offered for F.
    pub(super) offered: FundingContribution,
    pub(super) events: Vec<Event>,
    pub(super) withhold_funding: bool,
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
    enforces: bool,
    pub(super) reacts: Reacts,
    pub(super) keeps_revoked: bool,
    pub(super) asleep: bool,
    news: VecDeque<News>,
    mempool_seen: BTreeSet<Txid>,
    height: u32,
    median_time: u32,
}

impl Embedded {
    /// The actor as its scenario describes it, asleep to nothing, without coins.
    pub(crate) fn new(part: &Part, height: u32) -> Result<Self, ActorFailure> {
        let seed = Seed::labelled(b"leyden regtest", &format!("actor/{}", part.name));
        let wallet = Wallet::new(&seed).map_err(|error| wallet_failure(&part.name, error))?;
        Ok(Self {
            name: part.name.clone(),
            seed,
            wallet,
            feerate: FeeRate::from_sat_per_kwu(part.feerate.sat_per_kwu()),
            seats: BTreeMap::new(),
            indexes: BTreeMap::new(),
            posted: BTreeMap::new(),
            enforces: part.enforces,
            reacts: part.reacts,
            keeps_revoked: part.keeps_revoked,
            asleep: false,
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

    /// Stops reading news and mail, or starts again.
    pub(crate) fn set_asleep(&mut self, asleep: bool) {
        self.asleep = asleep;
    }

    /// Tells it what happened in the chain; it acts in [`Embedded::work`].
    pub(crate) fn tell(&mut self, news: News) {
        self.news.push_back(news);
    }

    /// Tells it of a transaction in the mempool, unless it knows. Returns whether it was news.
    pub(crate) fn tell_once(&mut self, tx: &Transaction) -> bool {
        let new = self.mempool_seen.insert(tx.compute_txid());
        if new {
            self.news.push_back(News::Mempool(tx.clone()));
        }
        new
    }

    /// Gives a channel an order, and does what the channel then asks for, except broadcasts.
    pub(crate) fn order(
        &mut self,
        channel: &ChannelName,
        command: Command,
        mail: &mut Mail,
    ) -> Result<(), ActorFailure> {
        let now = self.now();
        let seat = self.seat_mut(channel)?;
        let done = seat.channel.handle_command(command, now);
        done.map_err(|fault| self.fault(fault))?;
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
        let now = self.now();
        let ordered = self
            .seat_mut(channel)?
            .channel
            .handle_command(Command::Broadcast(label), now);
        ordered.map_err(|fault| self.fault(fault))?;
        let claims = self.drain(channel, mail)?;
        claims
            .into_iter()
            .find(|claim| claim.label == label)
            .ok_or_else(|| ActorFailure::Refused {
                actor: self.name.to_string(),
                reason: "nothing-to-broadcast",
                text: format!("the channel gave out no {label}"),
            })
    }

    /// Reads news and mail and acts on them. Returns whether anything happened.
    pub(crate) fn work(&mut self, mail: &mut Mail, node: &Node) -> Result<bool, ActorFailure> {
        if self.asleep {
            return Ok(false);
        }
        let mut worked = false;
        while let Some(news) = self.news.pop_front() {
            worked = true;
            self.read(&news, mail, node)?;
        }
        let name = self.name.clone();
        while let Some(Letter { channel, message }) = mail.receive(&name) {
            worked = true;
            if let Message::FundingInputs(inputs) = &message {
                self.look_up(&inputs.contribution, node)?;
            }
            let now = self.now();
            let handled = self
                .seat_mut(&channel)?
                .channel
                .handle_message(message, now);
            handled.map_err(|fault| self.fault(fault))?;
            self.follow(&channel, mail, node)?;
        }
        Ok(worked)
    }

    fn read(&mut self, news: &News, mail: &mut Mail, node: &Node) -> Result<(), ActorFailure> {
        match news {
            News::Block(block) => {
                let taken = self.wallet.handle_block(block.height, &block.txs);
                taken.map_err(|error| wallet_failure(&self.name, error))?;
                (self.height, self.median_time) = (block.height, block.median_time);
            }
            News::Disconnected(height) => {
                let undone = self.wallet.handle_disconnect(*height);
                undone.map_err(|error| wallet_failure(&self.name, error))?;
                self.height = height.saturating_sub(1);
            }
            News::Mempool(_) => {}
        }
        let channels: Vec<ChannelName> = self.seats.keys().cloned().collect();
        for channel in channels {
            let seat = self.seat_mut(&channel)?;
            let handled = match news {
                News::Block(block) => seat.channel.handle_block(block),
                News::Disconnected(height) => seat.channel.handle_disconnect(*height),
                News::Mempool(tx) => seat.channel.handle_mempool(tx),
            };
            handled.map_err(|fault| self.fault(fault))?;
            self.follow(&channel, mail, node)?;
        }
        Ok(())
    }

    /// Does what a channel asks for of itself, broadcasts included.
    fn follow(
        &mut self,
        channel: &ChannelName,
        mail: &mut Mail,
        node: &Node,
    ) -> Result<(), ActorFailure> {
        for claim in self.drain(channel, mail)? {
            let withheld = claim.label == Label::FUNDING && self.seat(channel)?.withhold_funding;
            let own_business = matches!(claim.fee, leyden_channel::FeeNeed::Paid);
            if !withheld && (self.enforces || own_business) {
                self.post_if_accepted(channel, &claim, node)?;
            }
        }
        Ok(())
    }

    /// Empties the channel's queue: mail is sent, F is signed, events are kept; claims are returned.
    fn drain(
        &mut self,
        channel: &ChannelName,
        mail: &mut Mail,
    ) -> Result<Vec<Claim>, ActorFailure> {
        let mut claims = Vec::new();
        loop {
            let mut to_sign = None;
            while let Some(output) = self.seat_mut(channel)?.channel.poll_output() {
                match output {
                    Output::Send(message) => {
                        let peer = self.seat(channel)?.peer.clone();
                        let letter = Letter {
                            channel: channel.clone(),
                            message,
                        };
                        mail.send(&self.name, &peer, letter);
                    }
                    Output::SignFunding { tx, .. } => to_sign = Some(tx),
                    Output::Broadcast(claim) => claims.push(claim),
                    Output::Event(event) => self.seat_mut(channel)?.events.push(event),
                    // Embedded actors live as long as the scenario; nothing outlives this process.
                    Output::Persist(_) | Output::Watch(_) => {}
                }
            }
            let Some(tx) = to_sign else { return Ok(claims) };
            self.sign_funding(channel, &tx)?;
        }
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

    pub(super) fn seat_mut(&mut self, channel: &ChannelName) -> Result<&mut Seat, ActorFailure> {
        self.seats
            .get_mut(channel)
            .ok_or_else(|| no_channel(&self.name, channel))
    }

    pub(super) fn fault(&self, fault: leyden_channel::Fault) -> ActorFailure {
        ActorFailure::Fault {
            actor: self.name.to_string(),
            fault: Box::new(fault),
        }
    }
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

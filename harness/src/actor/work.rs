//! What an actor does with news and mail, and with what its channels then ask for.

use bitcoin::Transaction;
use leyden_bitcoind::Node;
use leyden_channel::{Claim, Command, Fault, FeeNeed, Message, Output, Reaction};
use leyden_labels::{Kind, Label};
use leyden_scenario::ChannelName;

use super::embedded::{Embedded, News, Pulse, wallet_failure};
use super::failure::ActorFailure;
use super::mail::{Letter, Mail, Posting};

impl Embedded {
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

    /// Reads news and mail and acts on them. Returns whether anything happened.
    pub(crate) fn work(&mut self, mail: &mut Mail, node: &Node) -> Result<bool, ActorFailure> {
        let mut worked = false;
        if self.pulse == Pulse::Crashed {
            worked = true;
            self.come_back(mail, node)?;
        }
        while self.pulse == Pulse::Awake
            && let Some(news) = self.news.pop_front()
        {
            worked = true;
            self.read(&news, mail, node)?;
            self.decide(mail, node)?;
        }
        let name = self.name.clone();
        while self.pulse == Pulse::Awake {
            worked |= self.decide(mail, node)?;
            let Some(letter) = mail.receive(&name) else {
                break;
            };
            worked = true;
            self.open_letter(letter, mail, node)?;
        }
        Ok(worked)
    }

    /// What is wrong with messages that it got, since it was last asked.
    pub(crate) fn take_complaints(&mut self) -> Vec<ActorFailure> {
        core::mem::take(&mut self.complaints)
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

    fn open_letter(
        &mut self,
        letter: Letter,
        mail: &mut Mail,
        node: &Node,
    ) -> Result<(), ActorFailure> {
        let Letter {
            channel,
            message,
            tampered,
        } = letter;
        if let Message::FundingInputs(inputs) = &message {
            self.look_up(&inputs.contribution, node)?;
        }
        let now = self.now();
        let seat = self.seat_mut(&channel)?;
        match seat.channel.handle_message(message, now) {
            Ok(()) => self.follow(&channel, mail, node),
            Err(fault) => self.react(&channel, fault, tampered, mail, node),
        }
    }

    /// Does what a fault of the other side calls for, and remembers it for whoever runs the step.
    ///
    /// Late and repeated messages are nobody's fault, unless the scenario made them.
    fn react(
        &mut self,
        channel: &ChannelName,
        fault: Fault,
        tampered: bool,
        mail: &mut Mail,
        node: &Node,
    ) -> Result<(), ActorFailure> {
        let reaction = fault.reaction();
        if reaction == Reaction::Ignore && !tampered {
            return Ok(());
        }
        self.complaints.push(self.fault(fault));
        let closes = reaction == Reaction::ForceClose && self.enforces;
        if closes && !mail.is_liar(&self.name, channel) {
            self.force_close(channel, mail, node)?;
        }
        Ok(())
    }

    /// Broadcasts the own commitment, if there is one that can be.
    fn force_close(
        &mut self,
        channel: &ChannelName,
        mail: &mut Mail,
        node: &Node,
    ) -> Result<(), ActorFailure> {
        let now = self.now();
        let own = &mut self.seat_mut(channel)?.channel;
        let label = Label::new(Kind::Commitment, own.number(), own.config().side);
        match own.handle_command(Command::Broadcast(label), now) {
            Ok(()) => self.follow(channel, mail, node),
            // Before F is in the chain there is nothing to close.
            Err(_) => Ok(()),
        }
    }

    /// Does what a channel asks for of itself, broadcasts included.
    pub(super) fn follow(
        &mut self,
        channel: &ChannelName,
        mail: &mut Mail,
        node: &Node,
    ) -> Result<(), ActorFailure> {
        for claim in self.drain(channel, mail)? {
            let withheld = claim.label == Label::FUNDING && self.seat(channel)?.withhold_funding;
            let own_business = matches!(claim.fee, FeeNeed::Paid);
            if !withheld && (self.enforces || own_business) {
                self.post_if_accepted(channel, &claim, node)?;
            }
        }
        Ok(())
    }

    /// Empties the channel's queue: mail is sent, F is signed, events are kept; claims are returned.
    ///
    /// An actor that is silenced or crashes on the way has made durable what came before, and nothing after.
    pub(super) fn drain(
        &mut self,
        channel: &ChannelName,
        mail: &mut Mail,
    ) -> Result<Vec<Claim>, ActorFailure> {
        let mut claims = Vec::new();
        loop {
            let mut to_sign = None;
            while let Some(output) = self.seat_mut(channel)?.channel.poll_output() {
                let acts = self.acts();
                match output {
                    Output::Persist(change) if acts => self.seat_mut(channel)?.changes.push(change),
                    Output::Event(event) => self.seat_mut(channel)?.events.push(event),
                    Output::Send(message) if acts => self.write(channel, message, mail)?,
                    Output::SignFunding { tx, .. } if acts => to_sign = Some(tx),
                    Output::Broadcast(claim) if acts => claims.push(claim),
                    Output::Persist(_)
                    | Output::Send(_)
                    | Output::SignFunding { .. }
                    | Output::Broadcast(_)
                    | Output::Watch(_) => {}
                }
            }
            if !self.acts() {
                return Ok(Vec::new());
            }
            let Some(tx) = to_sign else { return Ok(claims) };
            self.sign_funding(channel, &tx)?;
        }
    }

    /// Whether its process still does something. (One that sleeps does what a step tells it.)
    pub(super) const fn acts(&self) -> bool {
        match self.pulse {
            Pulse::Awake | Pulse::Asleep => true,
            Pulse::Silent | Pulse::Crashed => false,
        }
    }

    fn write(
        &mut self,
        channel: &ChannelName,
        message: Message,
        mail: &mut Mail,
    ) -> Result<(), ActorFailure> {
        let peer = self.seat(channel)?.peer.clone();
        match mail.send(&self.name, &peer, channel, message) {
            Posting::Sent => {}
            Posting::Silenced => self.pulse = Pulse::Silent,
            Posting::Crashed => self.pulse = Pulse::Crashed,
        }
        Ok(())
    }
}

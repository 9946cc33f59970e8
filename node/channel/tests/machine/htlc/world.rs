//! What each side could broadcast, if it did not keep to the rules, and what that would cost the other.
//!
//! A side can complete every commitment that it was ever signed, those that its machine has dropped too:
//! of two proposals that collide, and of messages that are still on their way. Each is put on the chain,
//! both sides claim what they can, and an honest side must have at least its due.

use bitcoin::Transaction;
use leyden_channel::{Channel, Command, Event, HtlcState, Message, Output, Request, StateName};
use leyden_labels::{Kind, Label, PerSide, Side};

use crate::common::{Duo, now, preimage};

/// A commitment that a side could broadcast, and the machine that holds it.
#[derive(Clone)]
pub struct Threat {
    pub holder: Side,
    pub number: u64,
    pub machine: Channel,
    /// What an honest machine would do.
    pub honest: bool,
}

impl Threat {
    pub fn commitment(&self) -> Transaction {
        self.machine.commitment(self.number).unwrap().tx
    }

    /// Of a version that lost a collision: its number is in use in the other version.
    pub fn is_lost(&self, world: &World) -> bool {
        let mut old = world.old.get(self.holder).iter();
        let held = old.find(|machine| machine.number() == self.number);
        held.is_some_and(|held| held.commitment(self.number).unwrap().tx != self.commitment())
    }
}

#[derive(Clone)]
pub struct World {
    pub duo: Duo,
    /// Each side with nothing under way, and no F, so that it starts nothing of its own.
    idle: PerSide<Channel>,
    consenting: PerSide<Option<Channel>>,
    /// Machines that took a proposal which the side's own may have dropped.
    forks: PerSide<Vec<Channel>>,
    /// Each side as it was with each commitment: the machines themselves keep no old ones, so that they
    /// have no more to defend themselves with than an honest node.
    old: PerSide<Vec<Channel>>,
    pub paid: PerSide<u64>,
}

impl World {
    pub fn new(duo: Duo) -> Self {
        let idle = PerSide::from_fn(|side| without_funding(&duo, duo.channel(side)));
        let mut world = Self {
            duo,
            idle,
            consenting: PerSide::default(),
            forks: PerSide::default(),
            old: PerSide::default(),
            paid: PerSide::default(),
        };
        world.observe();
        world
    }

    pub fn update(&mut self, side: Side, requests: &[Request]) -> bool {
        let command = Command::Update(requests.to_vec());
        let taken = self.duo.command(side, command).is_ok();
        for request in requests.iter().filter(|_| taken) {
            if let Request::Pay { amount } = request {
                *self.paid.get_mut(side) += amount.to_sat();
            }
        }
        self.observe();
        taken
    }

    pub fn deliver(&mut self, side: Side) -> Option<Result<(), leyden_channel::Fault>> {
        let message = self.duo.link.get(side).front().cloned()?;
        let before = self.duo.channel(side).clone();
        let result = self.duo.deliver(side).unwrap();
        let ends = matches!(message, Message::Answer(_) | Message::Complete(_));
        if ends && result.is_ok() {
            let mut idle = without_funding(&self.duo, &before);
            assert!(feed(&mut idle, &message, self.duo.height()));
            *self.idle.get_mut(side) = idle;
        }
        self.observe();
        Some(result)
    }

    /// Looks at what is on its way, and at who waits.
    pub fn observe(&mut self) {
        let height = self.duo.height();
        for side in Side::BOTH {
            let channel = self.duo.channel(side);
            let old = self.old.get_mut(side);
            if old
                .last()
                .is_none_or(|last| last.number() < channel.number())
            {
                old.push(channel.clone());
            }
            match channel.state() {
                StateName::Open => *self.idle.get_mut(side) = without_funding(&self.duo, channel),
                StateName::Consenting => {
                    *self.consenting.get_mut(side) = Some(channel.clone());
                }
                _ => {}
            }
            let idle = Some(self.idle.get(side).clone());
            let waiting = [idle, self.consenting.get(side).clone()];
            for message in self.duo.link.get(side) {
                let Message::Propose(_) = message else {
                    continue;
                };
                for mut fork in waiting.iter().flatten().cloned() {
                    let known = self.forks.get_mut(side);
                    if feed(&mut fork, message, height) && !known.contains(&fork) {
                        known.push(fork);
                    }
                }
            }
        }
    }

    /// What `holder` could broadcast now: first what is newest.
    pub fn threats(&self, holder: Side) -> Vec<Threat> {
        let mut threats = Vec::new();
        let actual = self.duo.channel(holder);
        let height = self.duo.height();
        let mut ahead = actual.clone();
        for message in self.duo.link.get(holder) {
            if feed(&mut ahead, message, height) && ahead.number() > actual.number() {
                threats.push(threat(holder, &ahead, false));
            }
        }
        threats.push(threat(holder, actual, true));
        let forks = self.forks.get(holder).iter().rev();
        let old = self.old.get(holder).iter().rev();
        let mut seen: Vec<Transaction> = threats.iter().map(Threat::commitment).collect();
        for machine in old.chain(forks) {
            let mut threat = threat(holder, machine, false);
            let commitment = threat.commitment();
            if !seen.contains(&commitment) {
                seen.push(commitment);
                threat.machine = caught_up(&self.duo, actual, machine);
                threats.push(threat);
            }
        }
        threats
    }

    /// What is `side`'s whatever happens: HTLCs that it sent are its own, as money or as R.
    pub fn due(&self, side: Side) -> u64 {
        let channel = self.duo.channel(side);
        let mut due = channel.balances().get(side).to_sat() - channel.unsettled().to_sat();
        let carried = channel.carried_htlcs();
        for htlc in channel.htlcs() {
            let Some(number) = htlc.number else {
                continue;
            };
            let is_carried = carried.contains(&number);
            let known = htlc.preimage.is_some();
            let counts = match (htlc.outgoing, htlc.state) {
                // It is coming back.
                (true, HtlcState::Ending) if !is_carried => !known,
                (true, _) => is_carried,
                (false, HtlcState::Live | HtlcState::Ending) => is_carried && known,
                (false, _) => false,
            };
            if counts {
                due += htlc.amount.to_sat();
            }
        }
        let gone = self.duo.party(side).events.iter();
        let gone: u64 = gone
            .map(|event| match event {
                Event::PaymentSent { amount, .. } | Event::PaymentDropped { amount } => {
                    amount.to_sat()
                }
                _ => 0,
            })
            .sum();
        due - (self.paid.get(side) - gone)
    }

    /// How many of its commitments the other side knows to be revoked.
    fn revoked(&self, holder: Side) -> u64 {
        let mut duo = self.duo.clone();
        duo.link = PerSide::default();
        duo.command(holder.other(), Command::Reconnect).unwrap();
        match duo.link.get(holder).front() {
            Some(Message::Reconnect(reconnect)) => reconnect.disclosed,
            _ => panic!("no reconnect"),
        }
    }

    /// `threat.holder` does it.
    pub fn judge(&self, threat: &Threat, first: Side) {
        let Threat {
            holder,
            number,
            machine,
            honest,
        } = threat;
        let victim = holder.other();
        let due = PerSide::from_fn(|side| self.due(side));
        let is_revoked = *number < self.revoked(*holder);
        let label = Label::new(Kind::Commitment, *number, *holder);
        let what = format!("{label}, honest: {honest}, revoked: {is_revoked}, {first} first");
        let mut duo = self.duo.clone();
        duo.link = PerSide::default();
        duo.parties.get_mut(*holder).channel = machine.clone();
        let living = living(&duo, victim);
        let tx = duo.publish(*holder, &label.to_string());
        duo.resolve(first);
        let purse = duo.purse();
        assert_eq!((purse.open, purse.anchor), (0, 0), "{what}");
        for side in Side::BOTH {
            if side == victim || *honest {
                let got = purse.paid.get(side) + receipts(&duo, &self.duo, side);
                let least = *due.get(side);
                assert!(got >= least, "{what}: {side} got {got} of {least}");
            }
        }
        if is_revoked {
            let outputs = tx.output.iter().map(|output| output.value.to_sat());
            let kept: u64 = outputs.filter(|value| living.contains(value)).sum();
            let got = *purse.paid.get(*holder);
            assert!(got <= kept, "{what}: the cheater has {got}");
        }
    }
}

/// The amounts of the HTLCs that are not ended.
fn living(duo: &Duo, side: Side) -> Vec<u64> {
    let htlcs = duo.channel(side).htlcs().into_iter();
    let living = htlcs.filter(|htlc| {
        matches!(
            htlc.state,
            HtlcState::Pending | HtlcState::Live | HtlcState::Ending
        )
    });
    living.map(|htlc| htlc.amount.to_sat()).collect()
}

/// What `side` has R for instead of money, and had not before the commitment was broadcast.
pub fn receipts(duo: &Duo, before: &Duo, side: Side) -> u64 {
    let carried = before.channel(side).carried_htlcs();
    let htlcs = duo.channel(side).htlcs().into_iter();
    let paid = htlcs.filter(|htlc| {
        let number = htlc.number.unwrap_or(0);
        let timed_out = matches!(htlc.state, HtlcState::TimedOut { .. });
        let known = before.channel(side).htlcs().into_iter();
        let counted = known
            .filter(|known| known.number == htlc.number)
            .any(|known| {
                carried.contains(&number)
                    || known.state == HtlcState::Ending && known.preimage.is_none()
                    || known.state == HtlcState::Pending
            });
        htlc.outgoing && htlc.preimage.is_some() && counted && !timed_out
    });
    paid.map(|htlc| htlc.amount.to_sat()).sum()
}

fn threat(holder: Side, machine: &Channel, honest: bool) -> Threat {
    Threat {
        holder,
        number: machine.number(),
        machine: machine.clone(),
        honest,
    }
}

fn drain(channel: &mut Channel) {
    while let Some(output) = channel.poll_output() {
        drop::<Output>(output);
    }
}

fn feed(channel: &mut Channel, message: &Message, height: u32) -> bool {
    let taken = channel.handle_message(message.clone(), now(height)).is_ok();
    drain(channel);
    taken
}

/// The machine before F's block: it answers, and begins nothing.
fn without_funding(duo: &Duo, channel: &Channel) -> Channel {
    let mut channel = channel.clone();
    let funding = duo.channel(Side::A).funding_outpoint().unwrap();
    for block in duo.blocks.iter().rev() {
        channel.handle_disconnect(block.height).unwrap();
        drain(&mut channel);
        if block.txs.iter().any(|tx| tx.compute_txid() == funding.txid) {
            break;
        }
    }
    channel
}

/// `fork`, as it would be now, with every R that the side has.
fn caught_up(duo: &Duo, actual: &Channel, fork: &Channel) -> Channel {
    let mut fork = fork.clone();
    for block in &duo.blocks {
        if fork.tip().is_none_or(|tip| block.height > tip) {
            fork.handle_block(block).unwrap();
            drain(&mut fork);
        }
    }
    for known in actual.htlcs().into_iter().filter_map(|htlc| htlc.preimage) {
        let learn = Command::Learn(known);
        fork.handle_command(learn, now(duo.height())).unwrap();
        drain(&mut fork);
    }
    fork
}

/// The tag of a payment hash.
pub fn tag_of(htlc: &leyden_channel::HtlcView, newest: u64) -> u64 {
    let mut tags = 0..=newest;
    tags.find(|tag| preimage(*tag).hash() == htlc.hash).unwrap()
}

//! The network: acts, rounds, blocks.

use leyden_channel::FailReason;

use crate::actor::{Actor, MARGIN, hash};
use crate::channel::{Stage, ToyChannel};
use crate::play::{Act, Setup};

#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) tip: u32,
    pub(crate) lag: u32,
    pub(crate) actors: Vec<Actor>,
    pub(crate) channels: Vec<ToyChannel>,
}

impl Network {
    pub(crate) fn new(setup: &Setup) -> Self {
        let channels = setup.channels.iter();
        Self {
            tip: 1_000,
            lag: setup.lag,
            actors: (0..setup.nodes.len())
                .map(|node| Actor::new(setup, node))
                .collect(),
            channels: channels
                .map(|(a, b, each)| ToyChannel::new([*a, *b], *each))
                .collect(),
        }
    }

    pub(crate) fn act(&mut self, act: &Act) {
        let (nodes, channels) = (self.actors.len(), self.channels.len());
        match *act {
            Act::Blocks(blocks) => (0..blocks).for_each(|_| self.block()),
            Act::Exchange(rounds) => (0..rounds).for_each(|_| self.exchange()),
            Act::Stall { channel, blocks } => {
                self.channels[channel % channels].stalled = self.tip + u32::from(blocks);
            }
            Act::Close { channel, coin } => self.channels[channel % channels].close(self.tip, coin),
            Act::Down { node, blocks } => {
                // Not again before the node has caught up.
                let actor = &mut self.actors[node % nodes];
                if actor.down + 40 < self.tip {
                    actor.down = self.tip + u32::from(blocks);
                }
            }
            Act::Crash { node, after } => self.crash(node % nodes, after),
            Act::Pay {
                from,
                to,
                secret,
                parts,
            } => {
                let (from, to) = (from % nodes, to % nodes);
                self.pay(from, to, secret.map_or(to, |secret| secret % nodes), parts);
            }
            Act::Release { secret } => drop(
                self.actors[secret % nodes]
                    .book
                    .release(hash(secret % nodes)),
            ),
            Act::Refuse { secret } => drop(
                self.actors[secret % nodes]
                    .book
                    .refuse(hash(secret % nodes)),
            ),
            Act::Send(ref attack) => self.attack(attack),
            Act::Take { htlc } => {
                let tip = self.tip;
                self.cheat(htlc, |channel, index, known| {
                    match channel.htlcs[index].stage {
                        Stage::Live if known && channel.closed.is_none() => {
                            channel.go(index, Stage::SettleAsked);
                        }
                        Stage::Live if known => channel.execute(index, tip),
                        Stage::TimedOut(height) if known && tip - height + 1 < 3 => {
                            channel.execute(index, tip);
                        }
                        _ => {}
                    }
                });
            }
            Act::Fail { htlc } => self.cheat(htlc, |channel, index, _| {
                if channel.closed.is_none() && channel.htlcs[index].stage == Stage::Live {
                    channel.go(index, Stage::FailAsked(FailReason::Cancelled));
                }
            }),
            Act::Betray { htlc } => self.betray(htlc),
            Act::Ambush { channel } => {
                let channel = &mut self.channels[channel % channels];
                if channel.ends.iter().any(|end| !self.actors[*end].honest) {
                    channel.ambush = true;
                    channel.stalled = self.tip + 200;
                }
            }
        }
        if !matches!(act, Act::Crash { .. }) {
            (0..nodes).for_each(|node| self.run(node));
        }
    }

    /// Until nothing can happen any more.
    pub(crate) fn finish(&mut self) {
        for channel in &mut self.channels {
            channel.stalled = channel.stalled.min(self.tip + 60);
        }
        let mut quiet = 0;
        // What only cheats could end may stay for ever.
        for _ in 0..200 {
            self.block();
            let under_way = self.channels.iter().any(ToyChannel::is_under_way);
            quiet = if under_way { 0 } else { quiet + 1 };
            if quiet > 10 {
                return;
            }
        }
    }

    fn exchange(&mut self) {
        let tip = self.tip;
        self.channels
            .iter_mut()
            .for_each(|channel| channel.exchange(tip));
        (0..self.actors.len()).for_each(|node| self.run(node));
    }

    fn block(&mut self) {
        self.tip += 1;
        self.confirm();
        self.exchange();
        self.close_in_time();
    }

    /// What honest nodes do on chain, after the lag; of cheats only that they take their money back.
    fn confirm(&mut self) {
        let (tip, lag) = (self.tip, self.lag);
        let cheats_know = self.cheats_know();
        for channel in &mut self.channels {
            let Some(closed) = channel.closed else {
                continue;
            };
            for index in 0..channel.htlcs.len() {
                let htlc = &channel.htlcs[index];
                if htlc.stage != Stage::Live {
                    continue;
                }
                let receiver = htlc.receiver();
                let known = channel.known[receiver].get(&htlc.new.hash);
                let honest = self.actors[channel.ends[receiver]].honest;
                if let Some((since, _)) = known
                    && honest
                    && tip >= closed.max(*since) + lag
                    && tip <= htlc.expiry()
                {
                    channel.execute(index, tip);
                } else if let Some(preimage) = cheats_know.get(&htlc.new.hash)
                    && !honest
                    && channel.ambush
                    && tip == closed.max(htlc.expiry()) + lag
                {
                    channel.learn(receiver, preimage, tip);
                    channel.execute(index, tip);
                } else if tip > closed.max(htlc.expiry()) + lag {
                    channel.go(index, Stage::TimedOut(tip));
                }
            }
        }
    }

    /// What a channel of an honest node does by itself.
    fn close_in_time(&mut self) {
        for channel in &mut self.channels {
            let due = (0..2).any(|side| {
                let actor = &self.actors[channel.ends[side]];
                let awake = actor.honest && actor.down <= self.tip;
                awake
                    && channel.htlcs.iter().any(|htlc| {
                        let known = channel.known[side].contains_key(&htlc.new.hash);
                        htlc.is_carried()
                            && if htlc.sender == side {
                                self.tip >= htlc.expiry()
                            } else {
                                known && self.tip + MARGIN >= htlc.expiry()
                            }
                    })
            });
            if due {
                // The coin of the chain: which of two commitments, as the height has it.
                let newer = self.tip.is_multiple_of(2);
                channel.close(self.tip, newer);
            }
        }
    }

    fn crash(&mut self, node: usize, after: usize) {
        if self.actors[node].honest && self.actors[node].down <= self.tip {
            // It stops in the middle of the answer to a message.
            let tip = self.tip;
            self.channels
                .iter_mut()
                .for_each(|channel| channel.exchange(tip));
            for decision in self.decisions(node).into_iter().take(after) {
                self.carry_out(node, decision);
            }
        }
    }
}

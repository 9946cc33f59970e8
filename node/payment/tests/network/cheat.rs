//! What cheats do. They know together what one of them knows.

use std::collections::BTreeMap;

use bitcoin::Amount;
use bitcoin::absolute::Height;
use leyden_channel::{FailReason, Hop, NewHtlc, Onward};
use leyden_tx::{PaymentHash, PaymentPreimage};

use crate::actor::{ASKED, hash, secret};
use crate::channel::{Stage, ToyChannel};
use crate::network::Network;
use crate::play::Attack;

impl Network {
    /// A cheat sends something.
    pub(crate) fn attack(&mut self, attack: &Attack) {
        let at = attack.channel % self.channels.len();
        let tip = self.tip;
        let ends = self.channels[at].ends;
        let Some(side) = ends.iter().position(|end| !self.actors[*end].honest) else {
            return;
        };
        let height = |blocks: u32| Height::from_consensus(tip + blocks).unwrap();
        let (mut node, mut amount, mut blocks) = (ends[1 - side], attack.amount, attack.blocks);
        let first = (Amount::from_sat(amount), height(blocks));
        let mut hops = Vec::new();
        for ((choice, gain), between) in attack.way.iter().zip(&attack.gain).zip(&attack.between) {
            let near: Vec<usize> = self
                .channels
                .iter()
                .filter_map(|channel| Some(channel.ends[1 - channel.side(node)?]))
                .collect();
            node = near[choice % near.len()];
            amount = amount.saturating_add_signed(*gain);
            blocks = blocks.saturating_sub(*between);
            let to = self.actors[node].identity;
            hops.push(Hop {
                to,
                amount: Amount::from_sat(amount),
                expiry: height(blocks),
            });
        }
        let secret = attack.secret % self.actors.len();
        let total = Amount::from_sat(ASKED.to_sat().saturating_add_signed(attack.total));
        let new = NewHtlc {
            amount: first.0,
            hash: hash(secret),
            expiry: first.1,
            onward: Onward { hops, total },
            origin: None,
        };
        if self.channels[at].takes(side, &new, tip) {
            self.channels[at].add(side, new);
        }
    }

    /// What all cheats know together: their own secrets, and each R that one of them has seen.
    pub(crate) fn cheats_know(&self) -> BTreeMap<PaymentHash, PaymentPreimage> {
        let nodes = (0..self.actors.len()).filter(|node| {
            let seen = self.channels.iter().any(|channel| {
                (0..2).any(|side| {
                    !self.actors[channel.ends[side]].honest
                        && channel.known[side].contains_key(&hash(*node))
                })
            });
            seen || !self.actors[*node].honest
        });
        nodes.map(|node| (hash(node), secret(node))).collect()
    }

    /// Gives an HTLC back, and takes it on chain from the commitment that is not revoked yet.
    pub(crate) fn betray(&mut self, pick: usize) {
        let mut betrayed = None;
        self.cheat(pick, |channel, index, known| {
            if known && channel.closed.is_none() && channel.htlcs[index].stage == Stage::Live {
                channel.go(index, Stage::Failing(FailReason::Cancelled));
                betrayed = Some((channel.ends, channel.htlcs[index].number));
            }
        });
        let Some((ends, number)) = betrayed else {
            return;
        };
        (0..self.actors.len()).for_each(|node| self.run(node));
        let tip = self.tip;
        let mut channels = self
            .channels
            .iter_mut()
            .filter(|channel| channel.ends == ends);
        let channel = channels.find(|channel| {
            let mut htlcs = channel.htlcs.iter();
            htlcs.any(|htlc| htlc.number == number && matches!(htlc.stage, Stage::Failing(_)))
        });
        if let Some(channel) = channel {
            channel.close(tip, false);
            // And not at once: who passed the failure on too early does not get it back.
            channel.ambush = true;
        }
    }

    /// Does something with one of the HTLCs to cheats.
    pub(crate) fn cheat(&mut self, pick: usize, what: impl FnOnce(&mut ToyChannel, usize, bool)) {
        let mut to_cheats = Vec::new();
        for (at, channel) in self.channels.iter().enumerate() {
            for (index, htlc) in channel.htlcs.iter().enumerate() {
                if !self.actors[channel.ends[htlc.receiver()]].honest
                    && (htlc.is_carried() || matches!(htlc.stage, Stage::TimedOut(_)))
                {
                    to_cheats.push((at, index));
                }
            }
        }
        if to_cheats.is_empty() {
            return;
        }
        let (at, index) = to_cheats[pick % to_cheats.len()];
        let wanted = self.channels[at].htlcs[index].new.hash;
        let known = self.cheats_know().remove(&wanted);
        let tip = self.tip;
        let channel = &mut self.channels[at];
        if let Some(preimage) = &known {
            let side = channel.htlcs[index].receiver();
            channel.learn(side, preimage, tip);
        }
        what(channel, index, known.is_some());
    }
}

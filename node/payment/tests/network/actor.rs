//! One node of the network, and what it does.

use std::collections::BTreeMap;

use bitcoin::{Amount, SignedAmount};
use leyden_channel::Request;
use leyden_payment::{Book, Decision, Invoice, Node, Peer, Policy, Release, decide};
use leyden_tx::{IdentityPubkey, IdentitySecret, PaymentHash, PaymentPreimage};

use crate::channel::{Stage, ToyChannel};
use crate::network::Network;
use crate::play::Setup;

/// Blocks before the expiry at which a channel goes on chain with R.
pub(crate) const MARGIN: u32 = 10;
/// What every invoice asks for.
pub(crate) const ASKED: Amount = Amount::from_sat(1_000);

#[derive(Debug)]
pub(crate) struct Actor {
    pub(crate) identity: IdentityPubkey,
    pub(crate) honest: bool,
    pub(crate) policy: Policy,
    pub(crate) book: Book,
    pub(crate) down: u32,
}

fn identity(node: usize) -> IdentityPubkey {
    let byte = u8::try_from(node + 1).unwrap();
    IdentitySecret::parse(&[byte; 32]).unwrap().public()
}

/// R of the payments to a node.
pub(crate) fn secret(node: usize) -> PaymentPreimage {
    PaymentPreimage::new([u8::try_from(node).unwrap(); 20])
}

pub(crate) fn hash(node: usize) -> PaymentHash {
    secret(node).hash()
}

impl Actor {
    pub(crate) fn new(setup: &Setup, index: usize) -> Self {
        let (honest, fee, holds) = setup.nodes[index];
        let mut book = Book::default();
        let release = if holds {
            Release::Held
        } else {
            Release::AtOnce
        };
        let (preimage, amount) = (secret(index), ASKED);
        book.ask(Invoice {
            preimage,
            amount,
            release,
        })
        .unwrap();
        let policy = Policy {
            fee: SignedAmount::from_sat(fee),
            hop_blocks: 30,
            delta: 24,
            least_blocks: 14,
            most_blocks: 110,
            least_final: 14,
            burial: 3,
        };
        Self {
            identity: identity(index),
            honest,
            policy,
            book,
            down: 0,
        }
    }
}

impl Network {
    pub(crate) fn decisions(&self, node: usize) -> Vec<Decision> {
        let mut channels = BTreeMap::new();
        for (index, channel) in self.channels.iter().enumerate() {
            if let Some(side) = channel.side(node) {
                let peer = Peer {
                    peer: self.actors[channel.ends[1 - side]].identity,
                    open: channel.closed.is_none(),
                    available: Amount::from_sat(channel.balance[side]),
                    limits: ToyChannel::limits(),
                    htlcs: channel.views(side),
                };
                channels.insert(u32::try_from(index).unwrap(), peer);
            }
        }
        let actor = &self.actors[node];
        decide(&Node {
            tip: self.tip,
            policy: &actor.policy,
            channels: &channels,
            book: &actor.book,
        })
    }

    /// A node does all that there is to do, and then knows nothing more to do.
    pub(crate) fn run(&mut self, node: usize) {
        if !self.actors[node].honest || self.actors[node].down > self.tip {
            return;
        }
        // What is decided once may allow the next thing, a few times.
        for _ in 0..8 {
            let decisions = self.decisions(node);
            if decisions.is_empty() {
                return;
            }
            for decision in decisions {
                self.carry_out(node, decision);
            }
        }
        panic!(
            "node {node} asks for the same again: {:?}",
            self.decisions(node)
        );
    }

    pub(crate) fn carry_out(&mut self, node: usize, decision: Decision) {
        let tip = self.tip;
        match decision {
            Decision::Learn { channel, preimage } => {
                let (channel, side) = self.channel_of(node, channel);
                assert!(
                    !channel.known[side].contains_key(&preimage.hash()),
                    "learnt twice"
                );
                channel.learn(side, &preimage, tip);
            }
            Decision::Update { channel, requests } => {
                let (channel, side) = self.channel_of(node, channel);
                assert_eq!(channel.closed, None, "an update of a closed channel");
                for request in requests {
                    ask(channel, side, request, tip);
                }
            }
            over => self.actors[node].book.record(&over),
        }
    }

    fn channel_of(&mut self, node: usize, channel: u32) -> (&mut ToyChannel, usize) {
        let channel = &mut self.channels[usize::try_from(channel).unwrap()];
        let side = channel.side(node).expect("an own channel");
        (channel, side)
    }
}

/// A request that a real channel would refuse is a fault of the node.
fn ask(channel: &mut ToyChannel, side: usize, request: Request, tip: u32) {
    let mut end = |number: u64, stage: Stage| {
        let index = usize::try_from(number).unwrap() - 1;
        let htlc = &mut channel.htlcs[index];
        assert_eq!(
            (htlc.stage, htlc.receiver()),
            (Stage::Live, side),
            "not to be ended"
        );
        htlc.stage = stage;
        htlc.new.hash
    };
    match request {
        Request::Settle { number, preimage } => {
            assert_eq!(end(number, Stage::SettleAsked), preimage.hash());
            channel.learn(side, &preimage, tip);
        }
        Request::Fail { number, reason } => drop(end(number, Stage::FailAsked(reason))),
        Request::Add(new) => {
            assert!(channel.takes(side, &new, tip), "no room for {new:?}");
            channel.add(side, new);
        }
        Request::Pay { .. } => panic!("no plain payments here"),
    }
}

//! Two machines, a link between them that tests can spoil, and a chain that is a list of blocks.

use std::collections::VecDeque;

use bitcoin::{Amount, Transaction};
use leyden_channel::{
    BlockFacts, Channel, Command, Config, Fault, Message, Output, Reaction, StateName,
};
use leyden_labels::{Dialect, PerSide, Side};
use leyden_tx::Seed;

use super::{Coin, Party, config, now, sat};

#[derive(Clone)]
pub struct Duo {
    pub parties: PerSide<Party>,
    /// Messages on their way to a side.
    pub link: PerSide<VecDeque<Message>>,
    pub blocks: Vec<BlockFacts>,
    pub sent: usize,
}

impl Duo {
    pub fn new(dialect: Dialect) -> Self {
        Self::with(dialect, false, |_| {})
    }

    pub fn with(dialect: Dialect, legacy: bool, mut change: impl FnMut(&mut Config)) -> Self {
        let parties = PerSide::from_fn(|side| {
            let mut config = config(side, dialect);
            change(&mut config);
            let seed = Seed::labelled(b"test", &side.to_string());
            Party {
                channel: Channel::new(config.clone(), &seed).unwrap(),
                config,
                seed,
                log: Vec::new(),
                events: Vec::new(),
                broadcasts: Vec::new(),
                coins: (0..3).map(|index| Coin::new(side, index, legacy)).collect(),
            }
        });
        Self {
            parties,
            link: PerSide::default(),
            blocks: Vec::new(),
            sent: 0,
        }
    }

    /// Open and confirmed.
    pub fn opened(dialect: Dialect) -> Self {
        let mut duo = Self::new(dialect);
        duo.open();
        duo
    }

    pub fn open(&mut self) {
        self.start();
        self.pump();
        let funding = self.party(Side::A).broadcast("F");
        self.mine(vec![funding]);
        self.pump();
        for side in Side::BOTH {
            assert_eq!(self.channel(side).state(), StateName::Open);
        }
    }

    pub fn start(&mut self) {
        self.mine(vec![]);
        for side in Side::BOTH {
            let coins = self.party(side).contribution(&[0]);
            self.command(side, Command::Fund(coins)).unwrap();
        }
        self.command(Side::A, Command::Open).unwrap();
    }

    pub fn party(&self, side: Side) -> &Party {
        self.parties.get(side)
    }

    pub fn channel(&self, side: Side) -> &Channel {
        &self.party(side).channel
    }

    pub fn height(&self) -> u32 {
        self.blocks.last().map_or(100, |block| block.height)
    }

    pub fn command(&mut self, side: Side, command: Command) -> Result<(), Fault> {
        let time = now(self.height());
        let result = self
            .parties
            .get_mut(side)
            .channel
            .handle_command(command, time);
        self.drain(side);
        result
    }

    pub fn pay(&mut self, side: Side, amount: u64) {
        self.command(
            side,
            Command::Pay {
                amount: sat(amount),
            },
        )
        .unwrap();
    }

    pub fn message(&mut self, side: Side, message: Message) -> Result<(), Fault> {
        let time = now(self.height());
        let before = self.channel(side).clone();
        let result = self
            .parties
            .get_mut(side)
            .channel
            .handle_message(message, time);
        if result.is_err() {
            assert_eq!(before, *self.channel(side), "a fault changed the state");
        }
        self.drain(side);
        result
    }

    /// Delivers the next message to `side`.
    pub fn deliver(&mut self, side: Side) -> Option<Result<(), Fault>> {
        let message = self.link.get_mut(side).pop_front()?;
        Some(self.message(side, message))
    }

    /// Delivers everything; late and repeated messages are what they are.
    pub fn pump(&mut self) {
        while !self.link.a.is_empty() || !self.link.b.is_empty() {
            for side in Side::BOTH {
                if let Some(Err(fault)) = self.deliver(side) {
                    assert_eq!(fault.reaction(), Reaction::Ignore, "{side}: {fault}");
                }
            }
        }
    }

    pub fn mine(&mut self, txs: Vec<Transaction>) {
        let block = BlockFacts {
            height: self.height() + 1,
            median_time: 0,
            txs,
        };
        for side in Side::BOTH {
            self.parties
                .get_mut(side)
                .channel
                .handle_block(&block)
                .unwrap();
            self.drain(side);
        }
        self.blocks.push(block);
    }

    pub fn mine_empty(&mut self, count: u32) {
        for _ in 0..count {
            self.mine(vec![]);
        }
    }

    pub fn disconnect(&mut self) -> Vec<Transaction> {
        let block = self.blocks.pop().unwrap();
        for side in Side::BOTH {
            self.parties
                .get_mut(side)
                .channel
                .handle_disconnect(block.height)
                .unwrap();
            self.drain(side);
        }
        block.txs
    }

    pub fn mempool(&mut self, side: Side, tx: &Transaction) {
        self.parties
            .get_mut(side)
            .channel
            .handle_mempool(tx)
            .unwrap();
        self.drain(side);
    }

    /// What a driver does: store, send, sign, broadcast.
    pub fn drain(&mut self, side: Side) {
        let mut to_sign = None;
        let party = self.parties.get_mut(side);
        let mut first = true;
        while let Some(output) = party.channel.poll_output() {
            match output {
                Output::Persist(change) => {
                    assert!(first, "Persist comes first");
                    party.log.push(change);
                }
                Output::Send(message) => {
                    self.sent += 1;
                    self.link.get_mut(side.other()).push_back(message);
                }
                Output::SignFunding { tx, inputs } => to_sign = Some((tx, inputs)),
                Output::Broadcast(claim) => party.broadcasts.push(claim),
                Output::Watch(_) => {}
                Output::Event(event) => party.events.push(event),
            }
            first = false;
        }
        if let Some((tx, inputs)) = to_sign {
            let signed = inputs
                .into_iter()
                .map(|index| {
                    let outpoint = tx.input[index].previous_output;
                    let coin = party
                        .coins
                        .iter()
                        .find(|coin| coin.input.outpoint == outpoint);
                    coin.unwrap().sign(&tx, index)
                })
                .collect();
            self.command(side, Command::FundingSigned(signed)).unwrap();
        }
    }

    /// The process dies and comes back with nothing but its log.
    pub fn crash(&mut self, side: Side) {
        let party = self.parties.get_mut(side);
        let rebuilt = Channel::replay(party.config.clone(), &party.seed, &party.log).unwrap();
        assert_eq!(rebuilt, party.channel, "the log gives another machine");
        party.channel = rebuilt;
        self.drain(side);
    }

    /// Everything on the way is lost; then one side reconnects.
    pub fn lose_and_reconnect(&mut self, side: Side) {
        self.link = PerSide::default();
        self.command(side, Command::Reconnect).unwrap();
        self.pump();
    }

    /// Both sides agree, and nothing is lost.
    pub fn check_agreement(&self) {
        let (a, b) = (self.channel(Side::A), self.channel(Side::B));
        assert_eq!(a.number(), b.number());
        assert_eq!(a.balances(), b.balances());
        assert_eq!(a.carried_htlcs(), b.carried_htlcs());
        let carried = a.carried_htlcs();
        let mut locked = Amount::ZERO;
        for number in carried {
            let (ours, theirs) = (self.htlc(Side::A, number), self.htlc(Side::B, number));
            assert_ne!(ours.outgoing, theirs.outgoing);
            assert_eq!(
                (ours.amount, ours.hash, ours.expiry, &ours.onward),
                (theirs.amount, theirs.hash, theirs.expiry, &theirs.onward)
            );
            locked += ours.amount;
        }
        let total = a.balances().a + a.balances().b + locked;
        assert_eq!(total, self.party(Side::A).config.capacity().unwrap());
    }
}

//! Two machines, a link between them that tests can spoil, and a chain that is a list of blocks.

use std::collections::VecDeque;

use bitcoin::hashes::Hash;
use bitcoin::script::Builder;
use bitcoin::secp256k1::Message as Digest;
use bitcoin::sighash::SighashCache;
use bitcoin::{
    Amount, CompressedPublicKey, FeeRate, OutPoint, PublicKey, ScriptBuf, Transaction, Txid,
    Witness,
};
use leyden_channel::{
    BlockFacts, ChainTime, ChangeSet, Channel, Claim, Command, Config, Event, Fault, Message,
    Output, Reaction, Reacts, SignedInput, StateName,
};
use leyden_labels::{Dialect, Label, PerSide, Side};
use leyden_tx::{
    DUST_LIMIT, Delay, DigestRules, FundingContribution, FundingInput, HashType, Seed, SpentInput,
    WalletSecret, secp, sign_input, wallet_secret,
};

pub const BALANCE: u64 = 50_000_000;
pub const DELAY: u16 = 10;

pub fn sat(amount: u64) -> Amount {
    Amount::from_sat(amount)
}

pub fn label(text: &str) -> Label {
    text.parse().unwrap()
}

pub fn now(height: u32) -> ChainTime {
    ChainTime {
        height,
        median_time: 0,
    }
}

pub fn config(side: Side, dialect: Dialect) -> Config {
    Config {
        side,
        channel_index: 0,
        dialect,
        delay: Delay::new(DELAY).unwrap(),
        contribution: PerSide {
            a: sat(BALANCE),
            b: sat(BALANCE),
        },
        dust_limit: DUST_LIMIT,
        reacts: Reacts::Blocks,
        keep_revoked: false,
        allow_malleable_funding: false,
        max_settlement_feerate: FeeRate::from_sat_per_vb(50).unwrap(),
        destination: None,
    }
}

/// A coin of a side, and the key that signs for it.
#[derive(Clone)]
pub struct Coin {
    pub input: FundingInput,
    secret: WalletSecret,
}

impl Coin {
    pub fn new(side: Side, index: u32, legacy: bool) -> Self {
        let seed = Seed::labelled(b"coins", &side.to_string());
        let secret = wallet_secret(&seed, 0, index).unwrap();
        let public = CompressedPublicKey(*secret.public().key());
        let script_pubkey = if legacy {
            ScriptBuf::new_p2pkh(&PublicKey::from(public).pubkey_hash())
        } else {
            ScriptBuf::new_p2wpkh(&public.wpubkey_hash())
        };
        let tag = format!("{side}{index}");
        Self {
            input: FundingInput {
                outpoint: OutPoint::new(Txid::hash(tag.as_bytes()), 0),
                value: sat(BALANCE + 1_000),
                script_pubkey,
            },
            secret,
        }
    }

    fn sign(&self, tx: &Transaction, index: usize) -> SignedInput {
        let public = PublicKey::new(*self.secret.public().key());
        if self.input.script_pubkey.is_p2wpkh() {
            let code = ScriptBuf::new_p2pkh(&public.pubkey_hash());
            let spent = SpentInput {
                rules: DigestRules::Bip143,
                tx,
                index,
                script_code: &code,
                amount: self.input.value,
            };
            let signature = sign_input(&spent, HashType::ALL, self.secret.expose()).unwrap();
            return SignedInput {
                index,
                script_sig: ScriptBuf::new(),
                witness: Witness::from_slice(&[signature.to_bytes(), public.to_bytes()]),
            };
        }
        let hash = SighashCache::new(tx)
            .legacy_signature_hash(index, &self.input.script_pubkey, 1)
            .unwrap();
        let signature = secp().sign_ecdsa(
            &Digest::from_digest(hash.to_byte_array()),
            self.secret.expose(),
        );
        let signature = bitcoin::ecdsa::Signature::sighash_all(signature);
        SignedInput {
            index,
            script_sig: Builder::new()
                .push_slice(signature.serialize())
                .push_key(&public)
                .into_script(),
            witness: Witness::new(),
        }
    }
}

/// One side with its driver.
#[derive(Clone)]
pub struct Party {
    pub config: Config,
    pub seed: Seed,
    pub channel: Channel,
    pub log: Vec<ChangeSet>,
    pub events: Vec<Event>,
    pub broadcasts: Vec<Claim>,
    pub coins: Vec<Coin>,
}

impl Party {
    pub fn contribution(&self, coins: &[usize]) -> FundingContribution {
        FundingContribution {
            inputs: coins
                .iter()
                .map(|index| self.coins[*index].input.clone())
                .collect(),
            change: None,
        }
    }

    pub fn broadcast(&self, name: &str) -> Transaction {
        let claim = self
            .broadcasts
            .iter()
            .rev()
            .find(|claim| claim.label == label(name));
        claim
            .unwrap_or_else(|| panic!("{name} was not broadcast"))
            .tx()
            .clone()
    }

    pub fn claims(&self) -> Vec<String> {
        self.channel
            .claims()
            .iter()
            .map(|claim| claim.label.to_string())
            .collect()
    }
}

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
        let total = a.balances().a + a.balances().b;
        assert_eq!(total, sat(2 * BALANCE));
    }
}

/// A small generator: seeded, the same everywhere.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }
}

//! Everything a cell consists of while it runs.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bitcoin::{Block, OutPoint, Transaction, TxOut};
use leyden_bitcoind::{BlockContents, Chain, Node};
use leyden_channel::BlockFacts;
use leyden_golden::{Acceptance, GoldenFile, Recorder};
use leyden_labels::Side;
use leyden_scenario::{ActorName, ChannelName, NodeName, OutputRef, ScenarioCell, TxName};

use crate::actor::{ActorFailure, Embedded, Figures, Mail, News};

use super::failure::StepError;
use super::names::{Names, no_output, unknown};
use super::route_steps::Goal;
use super::secrets::Secrets;

/// How long bitcoinds get to agree on a tip. Only a broken one needs it.
pub(super) const TIP_BOUND: Duration = Duration::from_secs(60);

/// More rounds of messages than this without coming to rest is a loop.
const MAX_ROUNDS: u32 = 10_000;

/// Who joined a channel.
#[derive(Clone, Debug)]
pub(super) struct Parties {
    pub(super) a: ActorName,
    pub(super) b: ActorName,
}

impl Parties {
    pub(super) fn get(&self, side: Side) -> &ActorName {
        match side {
            Side::A => &self.a,
            Side::B => &self.b,
        }
    }

    pub(super) fn side_of(&self, actor: &ActorName) -> Option<Side> {
        Side::BOTH.into_iter().find(|side| self.get(*side) == actor)
    }
}

/// A running cell.
pub(super) struct World<'run> {
    pub(super) cell: &'run ScenarioCell,
    pub(super) main: Node,
    pub(super) follower: Option<Node>,
    pub(super) chain: Chain,
    pub(super) actors: BTreeMap<ActorName, Embedded>,
    pub(super) mail: Mail,
    pub(super) channels: BTreeMap<ChannelName, Parties>,
    pub(super) figures: BTreeMap<ChannelName, Figures>,
    pub(super) names: Names,
    pub(super) secrets: Secrets,
    pub(super) recorder: Recorder,
    pub(super) acceptance: Acceptance,
    pub(super) golden: Option<GoldenFile>,
    pub(super) step: u32,
    /// What the running step makes appear, besides what the golden file shows.
    pub(super) allowed: BTreeSet<String>,
    /// Blocks connected since the last sweep.
    pub(super) unswept: Vec<(u32, Vec<Transaction>)>,
    pub(super) spam_made: u32,
    pub(super) log: Vec<String>,
}

impl World<'_> {
    /// The node that a step names.
    pub(super) fn node(&self, name: NodeName) -> Result<&Node, StepError> {
        use leyden_scenario::Flavour;
        let main_is = |flavour| self.cell.flavour == flavour;
        let node = match name {
            NodeName::Main => Some(&self.main),
            NodeName::Patched => main_is(Flavour::Patched).then_some(&self.main),
            NodeName::Stock if main_is(Flavour::Stock) => Some(&self.main),
            NodeName::Stock | NodeName::Follower => self.follower.as_ref(),
        };
        node.ok_or_else(|| {
            StepError::new("no-such-node", format!("this cell has no {name} bitcoind"))
        })
    }

    pub(super) fn actor(&self, name: &ActorName) -> Result<&Embedded, StepError> {
        self.actors.get(name).ok_or_else(|| no_actor(name))
    }

    pub(super) fn actor_mut(&mut self, name: &ActorName) -> Result<&mut Embedded, StepError> {
        self.actors.get_mut(name).ok_or_else(|| no_actor(name))
    }

    pub(super) fn parties(&self, channel: &ChannelName) -> Result<&Parties, StepError> {
        self.channels.get(channel).ok_or_else(|| {
            StepError::new("no-such-channel", format!("channel {channel} is not open"))
        })
    }

    /// Lets the actors read and write until nothing more happens. What one of them then complains of is
    /// the step's failure.
    pub(super) fn settle(&mut self) -> Result<(), StepError> {
        self.settle_until(None)
    }

    /// As [`World::settle`], or until somebody says what is waited for.
    pub(super) fn settle_until(&mut self, goal: Option<&Goal>) -> Result<(), StepError> {
        let mut complaints = Vec::new();
        let done = self.let_work(goal, &mut complaints);
        complaints.append(&mut self.mail.take_complaints());
        match complaints.into_iter().next() {
            Some(complaint) => Err(complaint.into()),
            None => done,
        }
    }

    fn let_work(
        &mut self,
        goal: Option<&Goal>,
        complaints: &mut Vec<ActorFailure>,
    ) -> Result<(), StepError> {
        let names: Vec<ActorName> = self.actors.keys().cloned().collect();
        for _ in 0..MAX_ROUNDS {
            let mut worked = false;
            for name in &names {
                let actor = self.actors.get_mut(name).ok_or_else(|| no_actor(name))?;
                worked |= actor.work(&mut self.mail, &self.main)?;
                complaints.append(&mut actor.take_complaints());
                if goal.is_some_and(|goal| goal.is_reached(self)) {
                    return Ok(());
                }
            }
            if !worked && !self.tell_of_mempool()? {
                return Ok(());
            }
        }
        Err(StepError::new(
            "restless",
            format!("the actors did not come to rest in {MAX_ROUNDS} rounds"),
        ))
    }

    /// Shows the mempool to actors that watch it. Returns whether there was anything to show.
    fn tell_of_mempool(&mut self) -> Result<bool, StepError> {
        let watches = |actor: &Embedded| {
            actor.habits().reacts == leyden_scenario::Reacts::Mempool && !actor.is_asleep()
        };
        if !self.actors.values().any(watches) {
            return Ok(false);
        }
        let mut told = false;
        for entry in self.main.mempool()? {
            for actor in self.actors.values_mut().filter(|actor| watches(actor)) {
                told |= actor.tell_once(&entry.tx);
            }
        }
        Ok(told)
    }

    /// A block was connected: the actors hear of it, and the next sweep looks at it.
    pub(super) fn connected(&mut self, height: u32, block: &Block, median_time: u32) {
        let txs: Vec<Transaction> = block.txdata.iter().skip(1).cloned().collect();
        self.log.push(format!(
            "block {height} {} with {} transactions",
            block.block_hash(),
            txs.len()
        ));
        let facts = BlockFacts {
            height,
            median_time,
            txs: block.txdata.clone(),
        };
        for actor in self.actors.values_mut() {
            actor.tell(News::Block(facts.clone()));
        }
        self.unswept.push((height, txs));
    }

    /// The tip was disconnected.
    pub(super) fn disconnected(&mut self, height: u32) {
        self.log.push(format!("block {height} disconnected"));
        for actor in self.actors.values_mut() {
            actor.tell(News::Disconnected(height));
        }
    }

    /// Mines one block of exactly these transactions.
    pub(super) fn mine_contents(&mut self, contents: BlockContents) -> Result<(), StepError> {
        let block = self.chain.mine(&self.main, contents)?;
        self.connected(self.chain.height(), &block, self.chain.median_time());
        self.settle()
    }

    /// The bytes that a name stands for: what the harness made, what an actor holds, else what was seen.
    pub(super) fn transaction(&self, name: &TxName) -> Result<Transaction, StepError> {
        let shown = self.names.of(name);
        match name {
            TxName::Captured(capture) => self
                .names
                .captured(capture)
                .cloned()
                .ok_or_else(|| unknown(&shown, "nothing was captured under this name")),
            TxName::Label { channel, label } => {
                let held = self.held_by_anyone(channel, &shown);
                held.or_else(|| self.names.seen(&shown).cloned())
                    .or_else(|| {
                        self.actors
                            .values()
                            .find_map(|actor| actor.posted(channel, *label))
                    })
                    .ok_or_else(|| {
                        unknown(
                            &shown,
                            "no actor holds it, and it was not seen on the chain",
                        )
                    })
            }
        }
    }

    fn held_by_anyone(&self, channel: &ChannelName, shown: &str) -> Option<Transaction> {
        let parties = self.channels.get(channel)?;
        Side::BOTH
            .into_iter()
            .flat_map(|side| self.holdings(parties.get(side)))
            .find(|(name, _)| name == shown)
            .map(|(_, tx)| tx)
    }

    /// What an actor says it could put on chain by itself, by name.
    pub(super) fn holdings(&self, actor: &ActorName) -> Vec<(String, Transaction)> {
        let mut held: Vec<(String, Transaction)> = Vec::new();
        if let Some(actor) = self.actors.get(actor) {
            for (channel, holding) in actor.holdings() {
                held.push((
                    self.names.of_label(channel, holding.label),
                    holding.tx.clone(),
                ));
            }
        }
        for (channel, figures) in &self.figures {
            if let Some(side) = self
                .channels
                .get(channel)
                .and_then(|parties| parties.side_of(actor))
            {
                for (label, tx) in figures.holdings(side) {
                    held.push((self.names.of_label(channel, label), tx));
                }
            }
        }
        held
    }

    /// The outpoint that a reference names, of the version on chain if there is one.
    pub(super) fn outpoint(&self, output: &OutputRef) -> Result<(OutPoint, TxOut), StepError> {
        let shown = self.names.of(&output.tx);
        let tx = match self.names.seen(&shown) {
            Some(tx) => tx.clone(),
            None => self.transaction(&output.tx)?,
        };
        let index = usize::try_from(output.vout).map_err(|_| no_output(output))?;
        let found = tx.output.get(index).ok_or_else(|| no_output(output))?;
        Ok((OutPoint::new(tx.compute_txid(), output.vout), found.clone()))
    }
}

fn no_actor(name: &ActorName) -> StepError {
    StepError::new("no-such-actor", format!("there is no actor {name}"))
}

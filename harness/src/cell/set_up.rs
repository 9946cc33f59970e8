//! The bitcoinds of a cell, its chain, and its actors with their first coins.

use std::collections::{BTreeMap, BTreeSet};

use bitcoin::{Amount, FeeRate, TxOut};
use leyden_bitcoind::{BlockContents, Chain, Demand, Node, Pool};
use leyden_golden::{Acceptance, Recorder};
use leyden_scenario::{Action, ScenarioCell, Step};

use crate::actor::{Embedded, Mail};

use super::failure::StepError;
use super::golden::load_golden;
use super::names::Names;
use super::run::Settings;
use super::secrets::Secrets;
use super::world::World;

/// What the set-up transactions pay, whoever they pay.
const SETUP_SAT_PER_VB: u32 = 2;
/// Coins for spam: how many, and how much each.
const SPAM_COINS: u32 = 120;
const SPAM_COIN: Amount = Amount::from_sat(50_000_000);

/// Starts everything; the first sweep has seen block 111.
pub(super) fn set_up<'run>(
    cell: &'run ScenarioCell,
    demands: &(Demand, Option<Demand>),
    pool: &Pool,
    settings: &Settings,
) -> Result<World<'run>, StepError> {
    let start = |demand| {
        pool.take(demand)
            .map_err(|error| StepError::new("start", error.to_string()))
    };
    let main: Node = start(&demands.0)?;
    let follower = demands.1.as_ref().map(start).transpose()?;
    let chain = Chain::prepared();
    if let Some(follower) = &follower {
        follower.connect_to(&main)?;
    }
    let golden = load_golden(cell, settings)?;
    let start_height = chain.height().saturating_add(1);
    let channels: BTreeSet<_> = opened(&cell.steps);
    let mut world = World {
        cell,
        main,
        follower,
        chain,
        actors: BTreeMap::new(),
        mail: Mail::default(),
        channels: BTreeMap::new(),
        figures: BTreeMap::new(),
        names: Names::new(channels.len() <= 1),
        secrets: Secrets::default(),
        recorder: Recorder::new(start_height),
        acceptance: Acceptance::new(),
        golden,
        step: 0,
        allowed: BTreeSet::from(["setup".to_owned(), "spam-coins".to_owned()]),
        unswept: Vec::new(),
        spam_made: 0,
        log: Vec::new(),
    };
    pay_actors(&mut world)?;
    world.sweep()?;
    Ok(world)
}

fn opened(steps: &[Step]) -> BTreeSet<String> {
    let mut channels = BTreeSet::new();
    for step in steps {
        if let Action::Open(open) = &step.action {
            channels.insert(open.channel.to_string());
        }
        if let Action::Repeat(repeat) = &step.action {
            channels.append(&mut opened(&repeat.steps));
        }
    }
    channels
}

/// Block 111: every actor's coins in one transaction, and coins for spam where a step asks for some.
fn pay_actors(world: &mut World<'_>) -> Result<(), StepError> {
    let mut outputs = Vec::new();
    for part in &world.cell.actors {
        let mut actor = Embedded::new(part, world.chain.height())?;
        for coin in &part.coins {
            outputs.push(TxOut {
                value: Amount::from_sat(coin.amount.sat()),
                script_pubkey: actor.address(coin.kind)?,
            });
        }
        world.actors.insert(part.name.clone(), actor);
    }
    let rate = FeeRate::from_sat_per_vb_u32(SETUP_SAT_PER_VB);
    let mut txs = Vec::new();
    if !outputs.is_empty() {
        txs.push(("setup", world.chain.pay(outputs, rate)?));
    }
    if spams(&world.cell.steps) {
        txs.push((
            "spam-coins",
            world.chain.split(SPAM_COINS, SPAM_COIN, rate)?,
        ));
    }
    for (name, tx) in &txs {
        world.learn_coins(tx);
        world.names.give(tx, name);
    }
    world.mine_contents(BlockContents::of(
        txs.into_iter().map(|(_, tx)| tx).collect(),
    ))
}

fn spams(steps: &[Step]) -> bool {
    steps.iter().any(|step| {
        matches!(step.action, Action::Spam(_))
            || matches!(&step.action, Action::Repeat(repeat) if spams(&repeat.steps))
    })
}

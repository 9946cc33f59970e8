//! Actors and nodes.

use super::reader::{Reader, bounds};
use super::steps::StepReader;
use crate::model::{Actor, BitcoindSettings, Coin};
use crate::names::ActorName;
use crate::shape::{ACTOR, BITCOIND, COIN, table};
use crate::tree::{Node, Value};
use crate::{CoinKind, Deployment, FeeRate, Reacts, limits};

/// Words that name something else.
const TAKEN: &[&str] = &["miner", "harness", "main", "follower", "patched", "stock"];

impl StepReader<'_> {
    /// Reads `bitcoind`.
    pub(super) fn bitcoind(&mut self, node: Option<&Node>) -> Option<BitcoindSettings> {
        let mut settings = BitcoindSettings {
            noinput: Deployment::Active,
            timestop: Deployment::Never,
            csv_height: None,
            block_weight: None,
            follower: false,
        };
        let Some(node) = node else {
            return Some(settings);
        };
        let reader = &mut self.reader;
        let fields = reader.fields(node, &BITCOIND)?;
        let deployment = |reader: &mut Reader<'_>, node: &Node| {
            reader.word(node, Deployment::NAMES, Deployment::from_name)
        };
        let number = |key: &'static str| {
            move |reader: &mut Reader<'_>, node: &Node| {
                let (least, most) = bounds(&BITCOIND, key);
                u32::try_from(reader.integer(node, least, most)?).ok()
            }
        };
        settings.noinput = fields.or(reader, "noinput", settings.noinput, deployment)?;
        settings.timestop = fields.or(reader, "timestop", settings.timestop, deployment)?;
        settings.csv_height = fields.may(reader, "csv_height", number("csv_height"))?;
        settings.block_weight = fields.may(reader, "block_weight", number("block_weight"))?;
        settings.follower = fields.or(reader, "follower", false, Reader::boolean)?;
        self.follower = settings.follower;
        Some(settings)
    }

    /// Reads `actors`; the flag says whether `keeps_revoked` was given.
    pub(super) fn actors(&mut self, node: Option<&Node>) -> Option<Vec<(Actor, bool)>> {
        let entries = self.reader.entries(node?, "`actors`")?;
        let names = entries.iter().filter_map(|(key, _)| key.scalar());
        self.scope.actors.extend(names.map(str::to_owned));
        let actors: Vec<Option<(Actor, bool)>> = entries
            .iter()
            .map(|(key, node)| self.one_actor(key, node))
            .collect();
        actors.into_iter().collect()
    }

    fn one_actor(&mut self, key: &Node, node: &Node) -> Option<(Actor, bool)> {
        let reader = &mut self.reader;
        let name = ActorName::new(&reader.name(key)?);
        if TAKEN.contains(&name.as_str())
            || table("open").is_some_and(|open| open.has(name.as_str()))
        {
            let message = format!("`{name}` means something else in steps and cannot be an actor");
            reader.report("name-taken", key.span, message, "taken", "");
            return None;
        }
        let mut actor = Actor {
            name,
            coins: Vec::new(),
            reacts: Reacts::Blocks,
            keeps_revoked: false,
            feerate: FeeRate::DEFAULT,
            enforces: true,
            forwards: true,
            margin_blocks: None,
        };
        let mut told = false;
        if !matches!(node.value, Value::Null) {
            let fields = reader.fields(node, &ACTOR)?;
            actor.coins = fields.or(reader, "coins", Vec::new(), |reader, node| {
                reader.each(node, coin)
            })?;
            actor.reacts = fields.or(reader, "reacts", actor.reacts, |reader, node| {
                reader.word(node, Reacts::NAMES, Reacts::from_name)
            })?;
            actor.feerate = fields.or(reader, "feerate", actor.feerate, Reader::feerate)?;
            actor.enforces = fields.or(reader, "enforces", true, Reader::boolean)?;
            actor.forwards = fields.or(reader, "forwards", true, Reader::boolean)?;
            actor.margin_blocks = fields.may(reader, "margin", |reader, node| {
                reader.blocks(node, 0, limits::BLOCKS)
            })?;
            let keeps = fields.may(reader, "keeps_revoked", Reader::boolean)?;
            told = keeps.is_some();
            actor.keeps_revoked = keeps.unwrap_or(false);
        }
        let funds = actor
            .coins
            .iter()
            .try_fold(0_u64, |sum, coin| sum.checked_add(coin.amount.sat()));
        self.scope
            .funds_sat
            .insert(actor.name.to_string(), funds.unwrap_or(u64::MAX));
        Some((actor, told))
    }

    /// An actor that cheats keeps revoked commitments, unless told otherwise.
    pub(super) fn finish_actors(&self, actors: &mut [(Actor, bool)]) {
        for (actor, told) in actors {
            if !*told {
                actor.keeps_revoked = self.scope.cheats.contains(actor.name.as_str());
            }
        }
    }
}

fn coin(reader: &mut Reader<'_>, node: &Node) -> Option<Coin> {
    if !Reader::is_map(node) {
        return Some(Coin {
            amount: reader.amount(node)?,
            kind: CoinKind::P2wpkh,
        });
    }
    let fields = reader.fields(node, &COIN)?;
    let amount = fields.must(reader, "amount", Reader::amount);
    let kind = fields.or(reader, "type", CoinKind::P2wpkh, |reader, node| {
        reader.word(node, CoinKind::NAMES, CoinKind::from_name)
    });
    Some(Coin {
        amount: amount?,
        kind: kind?,
    })
}

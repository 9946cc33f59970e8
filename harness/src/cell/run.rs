//! One cell from its first block to the comparison with its golden file.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use leyden_bitcoind::{Demand, NodeStats, PREPARED_BLOCKS, Pool};
use leyden_golden::{GoldenFile, Saved};
use leyden_scenario::ScenarioCell;

use crate::report::{Record, folder};

use super::failure::Failure;
use super::play::play;
use super::set_up::set_up;
use super::world::World;

/// How a cell is to be run.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) accept: bool,
    pub(crate) keep: bool,
    pub(crate) runs: PathBuf,
}

/// What came of a cell.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    pub(crate) failure: Option<Failure>,
    pub(crate) took: Duration,
    pub(crate) bitcoind: NodeStats,
    pub(crate) transactions: usize,
    pub(crate) blocks: u32,
    pub(crate) saved: Option<Saved>,
    pub(crate) folder: Option<PathBuf>,
    /// What happened, as the golden file would show it; to compare cells that share one.
    pub(crate) transcript: Option<GoldenFile>,
}

/// Runs a cell on nodes of its own.
pub(crate) fn run(
    cell: &ScenarioCell,
    demands: &(Demand, Option<Demand>),
    pool: &Pool,
    settings: &Settings,
) -> Done {
    let started = Instant::now();
    let mut done = Done {
        failure: None,
        took: Duration::ZERO,
        bitcoind: NodeStats::default(),
        transactions: 0,
        blocks: 0,
        saved: None,
        folder: None,
        transcript: None,
    };
    match set_up(cell, demands, pool, settings) {
        Ok(mut world) => {
            done.failure = play(&mut world, settings, &mut done.saved).err();
            done.bitcoind = added(done.bitcoind, world.main.stats());
            if let Some(follower) = &world.follower {
                done.bitcoind = added(done.bitcoind, follower.stats());
            }
            done.transcript = world.transcript().ok();
            done.transactions = done
                .transcript
                .as_ref()
                .map_or(0, |transcript| transcript.transactions.len());
            done.blocks = world.chain.height().saturating_sub(PREPARED_BLOCKS);
            if done.failure.is_some() || settings.keep {
                done.folder = folder(&world_record(&world), &settings.runs);
            }
        }
        Err(error) => {
            done.failure = Some(Failure {
                at: cell.scenario.path.display().to_string(),
                step: None,
                reason: error.reason,
                detail: error.detail,
            });
        }
    }
    done.took = started.elapsed();
    done
}

/// Calls and waiting times of several bitcoinds together.
pub(crate) fn added(one: NodeStats, other: NodeStats) -> NodeStats {
    NodeStats {
        calls: one.calls.saturating_add(other.calls),
        waited: one.waited.saturating_add(other.waited),
    }
}

/// What a folder of a run needs to know.
fn world_record<'world>(world: &'world World<'_>) -> Record<'world> {
    Record {
        cell: world.cell,
        nodes: std::iter::once(("main", &world.main))
            .chain(
                world
                    .follower
                    .as_ref()
                    .map(|follower| ("follower", follower)),
            )
            .collect(),
        log: &world.log,
        messages: world.mail.log(),
        transcript: world.transcript().ok(),
    }
}

/// For messages: a path as short as it can be.
pub(crate) fn shorter(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let short = here
        .as_deref()
        .and_then(|here| path.strip_prefix(here).ok());
    short.unwrap_or(path).display().to_string()
}

//! `leyden run`: the scenarios, on real bitcoinds.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::time::Instant;

use leyden_bitcoind::{Binary, Demand, Pool};
use leyden_golden::{GoldenFile, compare, render};
use leyden_scenario::{Flavour, ScenarioCell};

use crate::binaries::{self, Wanted};
use crate::cell::{self, Done, Failure, Settings, demands, golden_cell};
use crate::cli::{Binaries, Files, RunArgs};
use crate::exit::Exit;
use crate::interrupt;
use crate::jobs::{Stop, default_jobs, in_parallel};
use crate::report::{Summary, json, line};
use crate::terminal;

use super::load::{load, select};

type Needs = (Demand, Option<Demand>);

/// Runs what the arguments select.
pub(crate) fn run(args: &RunArgs) -> Result<Exit, Exit> {
    let plan = load(&args.files)?;
    let cells = select(&plan, &args.files)?;
    interrupt::handle()?;
    let needs = find_bitcoinds(&args.binaries, &cells)?;
    let started = Instant::now();
    let jobs = args.jobs.unwrap_or_else(default_jobs);
    let pool = start_pool(&needs, jobs);
    let work: Vec<(&ScenarioCell, &Needs)> = cells.iter().copied().zip(&needs).collect();
    let settings = Settings {
        accept: args.accept,
        keep: args.keep,
        runs: args.runs.clone(),
    };
    let accepted = Accepted::default();
    let runner = runner(&args.files);
    let results = in_parallel(
        &work,
        jobs,
        |(cell, needs)| accepted.check(cell, cell::run(cell, needs, &pool, &settings), args.accept),
        |index, done: &Done| {
            if interrupt::is_under_way() {
                return Stop::Now;
            }
            if let (false, Some((cell, _))) = (args.json, work.get(index)) {
                terminal::say(&line(cell, done, &runner));
            }
            if args.fail_fast && done.failure.is_some() {
                Stop::Now
            } else {
                Stop::No
            }
        },
    );
    drop(pool);
    let ran: Vec<(&ScenarioCell, Done)> = cells
        .iter()
        .copied()
        .zip(results)
        .filter_map(|(cell, done)| Some((cell, done?)))
        .collect();
    let mut summary = Summary {
        not_run: cells.len().saturating_sub(ran.len()),
        ..Summary::default()
    };
    let mut names: Vec<&str> = cells
        .iter()
        .map(|cell| cell.scenario.name.as_str())
        .collect();
    names.dedup();
    summary.scenarios = names.len();
    for (_, done) in &ran {
        summary.add(done);
    }
    summary.wall = started.elapsed();
    let text = if args.json {
        json(&ran, &summary).map_err(|_| Exit::Failed)?
    } else {
        summary.text()
    };
    terminal::say(&text);
    Ok(if summary.failed == 0 && summary.not_run == 0 {
        Exit::Success
    } else {
        Exit::Failed
    })
}

/// The command that runs scenarios of this folder.
fn runner(files: &Files) -> String {
    if files.scenarios.ends_with("harness/scenarios") {
        return "ci/scenarios".to_owned();
    }
    format!("leyden run --scenarios {}", files.scenarios.display())
}

/// Cells that share a golden file must agree when it is written anew, too.
#[derive(Default)]
struct Accepted {
    first: Mutex<BTreeMap<(std::path::PathBuf, String), (String, GoldenFile)>>,
}

impl Accepted {
    fn check(&self, cell: &ScenarioCell, mut done: Done, accept: bool) -> Done {
        let (true, None, Some(actual)) = (accept, &done.failure, &done.transcript) else {
            return done;
        };
        let key = (cell.scenario.path.clone(), golden_cell(cell));
        let mut first = self
            .first
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let (other, expected) = first
            .entry(key)
            .or_insert_with(|| (cell.id.clone(), actual.clone()));
        let differences = compare(expected, actual);
        if !differences.is_empty() {
            done.failure = Some(Failure {
                at: cell.scenario.path.display().to_string(),
                step: None,
                reason: "cells-disagree".to_owned(),
                detail: format!(
                    "{other} shares its golden file and differs\n{}",
                    render(&differences)
                ),
            });
        }
        done
    }
}

fn find_bitcoinds(choice: &Binaries, cells: &[&ScenarioCell]) -> Result<Vec<Needs>, Exit> {
    let stock = suitable(choice, Wanted::Stock)?;
    let wants_patched = cells.iter().any(|cell| cell.flavour == Flavour::Patched);
    let patched = wants_patched
        .then(|| suitable(choice, Wanted::Patched))
        .transpose()?;
    let needs: Option<Vec<Needs>> = cells
        .iter()
        .map(|cell| demands(cell, &stock, patched.as_ref()))
        .collect();
    needs.ok_or(Exit::Environment)
}

pub(super) fn suitable(choice: &Binaries, wanted: Wanted) -> Result<Binary, Exit> {
    let found = binaries::find(choice, wanted).and_then(|binary| {
        let identity = binary.identify().map_err(|error| error.to_string())?;
        binaries::suits(&identity, wanted)
            .map(|()| binary.clone())
            .map_err(|lack| {
                format!(
                    "{} cannot play the {wanted} bitcoind: {lack}",
                    binary.path().display()
                )
            })
    });
    found.map_err(|problem| {
        terminal::complain(&problem);
        terminal::complain("ci/setup builds both bitcoinds; leyden doctor says what was found");
        Exit::Environment
    })
}

/// Nodes are started in the order in which cells need them, a few ahead.
fn start_pool(needs: &[Needs], jobs: NonZeroUsize) -> Pool {
    let plan = needs
        .iter()
        .flat_map(|(main, follower)| std::iter::once(main.clone()).chain(follower.clone()))
        .collect();
    Pool::new(plan, jobs.get().saturating_mul(2))
}

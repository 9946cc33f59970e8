//! Many histories, in parallel, and what came of them.

use std::fs;
use std::path::Path;
use std::time::Instant;

use leyden_bitcoind::{Binary, Pool};

use crate::cell::{Settings, StepError};
use crate::cli::FuzzArgs;
use crate::exit::Exit;
use crate::interrupt;
use crate::jobs::{Stop, default_jobs, in_parallel};
use crate::terminal;

use super::generate::generate;
use super::history::History;
use super::play::{Played, Stage, play};
use super::shrink::shrink;

/// Histories from one sign of life to the next.
const PROGRESS: usize = 100;

/// A history and how it ended.
struct Ran {
    number: u64,
    history: History,
    played: Result<Played, StepError>,
}

/// What all of them come to.
#[derive(Default)]
struct Sums {
    histories: usize,
    steps: usize,
    refused: usize,
    transactions: usize,
    blocks: u64,
}

/// Runs `leyden fuzz`.
pub(crate) fn fuzz(args: &FuzzArgs, stock: &Binary, patched: &Binary) -> Result<Exit, Exit> {
    interrupt::handle()?;
    let started = Instant::now();
    let jobs = args.jobs.unwrap_or_else(default_jobs);
    // Which bitcoind comes next is not known ahead: each history starts its own.
    let pool = Pool::new(Vec::new(), 0);
    let settings = Settings {
        accept: false,
        keep: false,
        runs: args.runs.clone(),
    };
    let stage = Stage {
        stock,
        patched: Some(patched),
        pool: &pool,
        settings: &settings,
    };
    let numbers: Vec<u64> = match args.only {
        Some(number) => vec![number],
        None => (0..args.count).collect(),
    };
    let mut sums = Sums::default();
    let ran = in_parallel(
        &numbers,
        jobs,
        |number| {
            let history = generate(args.seed, *number, (2, args.actors.into()), args.length);
            let played = play(&history, &name(args.seed, *number), &stage);
            Ran {
                number: *number,
                history,
                played,
            }
        },
        |_, ran: &Ran| {
            sums.add(ran);
            if sums.histories.is_multiple_of(PROGRESS) && sums.histories < numbers.len() {
                terminal::say(&sums.text(started.elapsed().as_secs()));
            }
            if interrupt::is_under_way() {
                return Stop::Now;
            }
            match &ran.played {
                Ok(played) if played.wrong.is_none() => Stop::No,
                Ok(_) | Err(_) => Stop::Now,
            }
        },
    );
    let ran: Vec<Ran> = ran.into_iter().flatten().collect();
    let exit = match ran.iter().find(|ran| !ran.is_fine()) {
        Some(failed) => {
            report(failed, args, &stage);
            Exit::Failed
        }
        None => Exit::Success,
    };
    terminal::say(&sums.text(started.elapsed().as_secs()));
    Ok(exit)
}

fn name(seed: u64, number: u64) -> String {
    format!("fuzz-{seed}-{number}")
}

impl Ran {
    fn is_fine(&self) -> bool {
        self.played
            .as_ref()
            .is_ok_and(|played| played.wrong.is_none())
    }
}

/// Says what failed, makes it smaller, and writes it out.
fn report(failed: &Ran, args: &FuzzArgs, stage: &Stage<'_>) {
    let name = name(args.seed, failed.number);
    let played = match &failed.played {
        Ok(played) => played,
        Err(error) => {
            terminal::say(&format!("{name}: {}: {}", error.reason, error.detail));
            return;
        }
    };
    let Some(wrong) = &played.wrong else {
        return;
    };
    terminal::say(&format!("{name} FAILED: {}", wrong.text));
    terminal::say(&format!(
        "making it smaller: {} operations, at most {} tries",
        failed.history.ops.len(),
        args.shrink
    ));
    let mut smallest = played.clone();
    let shrunk = shrink(&failed.history, args.shrink, |candidate| {
        if interrupt::is_under_way() {
            return false;
        }
        match play(candidate, &name, stage) {
            Ok(played)
                if played
                    .wrong
                    .as_ref()
                    .is_some_and(|it| it.kind == wrong.kind) =>
            {
                smallest = played;
                true
            }
            Ok(_) | Err(_) => false,
        }
    });
    let left = smallest.wrong.as_ref().unwrap_or(wrong);
    terminal::say(&format!(
        "{} operations are left: {}",
        shrunk.ops.len(),
        left.text
    ));
    match write(&args.runs, &name, &smallest.text) {
        Ok(path) => terminal::say(&format!(
            "replay it with: leyden run --scenarios {} {name}",
            path.display()
        )),
        Err(error) => terminal::complain(&format!("cannot write {name}.yaml: {error}")),
    }
}

fn write(runs: &Path, name: &str, text: &str) -> std::io::Result<std::path::PathBuf> {
    let folder = runs.join("fuzz");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(format!("{name}.yaml")), text)?;
    Ok(folder)
}

impl Sums {
    fn add(&mut self, ran: &Ran) {
        self.histories = self.histories.saturating_add(1);
        if let Ok(played) = &ran.played {
            self.steps = self.steps.saturating_add(played.steps);
            self.refused = self.refused.saturating_add(played.refused);
            self.transactions = self.transactions.saturating_add(played.transactions);
            self.blocks = self.blocks.saturating_add(u64::from(played.blocks));
        }
    }

    fn text(&self, seconds: u64) -> String {
        format!(
            "{} histories, {} steps ({} refused), {} transactions, {} blocks, {seconds} s",
            self.histories, self.steps, self.refused, self.transactions, self.blocks
        )
    }
}

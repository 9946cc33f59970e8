//! A line per scenario, and the summary.

use std::time::Duration;

use leyden_bitcoind::NodeStats;
use leyden_golden::Saved;
use leyden_scenario::ScenarioCell;

use crate::cell::{Done, Failure, added, shorter};

/// What the run says of one cell. `runner` is the command that takes its name to run it again.
pub(crate) fn line(cell: &ScenarioCell, done: &Done, runner: &str) -> String {
    let verdict = if done.failure.is_some() {
        "FAIL"
    } else {
        "pass"
    };
    let written = match done.saved {
        Some(Saved::Written) => "  golden file written",
        Some(Saved::Unchanged) | None => "",
    };
    let head = format!(
        "{verdict}  {:<52} {:>5} ms  {:>3} transactions  {:>4} blocks{written}",
        cell.id,
        done.took.as_millis(),
        done.transactions,
        done.blocks
    );
    let failure = done
        .failure
        .iter()
        .flat_map(|failure| why(cell, done, failure, runner));
    std::iter::once(head)
        .chain(failure)
        .collect::<Vec<_>>()
        .join("\n")
}

fn why(cell: &ScenarioCell, done: &Done, failure: &Failure, runner: &str) -> Vec<String> {
    let mut lines = vec![format!("      at      {}", failure.at)];
    lines.extend(
        failure
            .step
            .iter()
            .map(|step| format!("      step    {step}")),
    );
    lines.push(format!("      reason  {}", failure.reason));
    lines.extend(
        failure
            .detail
            .lines()
            .map(|line| format!("              {line}")),
    );
    lines.push(format!("      again   {runner} '{}'", cell.id));
    lines.extend(
        done.folder
            .iter()
            .map(|folder| format!("      folder  {}", shorter(folder))),
    );
    lines
}

/// Counts and times of a run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Summary {
    pub(crate) scenarios: usize,
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) not_run: usize,
    pub(crate) transactions: usize,
    pub(crate) bitcoind: NodeStats,
    /// Added up over all cells, which ran side by side.
    pub(crate) busy: Duration,
    pub(crate) wall: Duration,
}

impl Summary {
    pub(crate) fn add(&mut self, done: &Done) {
        match done.failure {
            Some(_) => self.failed = self.failed.saturating_add(1),
            None => self.passed = self.passed.saturating_add(1),
        }
        self.transactions = self.transactions.saturating_add(done.transactions);
        self.bitcoind = added(self.bitcoind, done.bitcoind);
        self.busy = self.busy.saturating_add(done.took);
    }

    /// Per cent of the cells' time that was spent waiting for bitcoind's answers.
    pub(crate) fn bitcoind_share(&self) -> u128 {
        let waited = self.bitcoind.waited.as_micros().saturating_mul(100);
        waited.checked_div(self.busy.as_micros()).unwrap_or(0)
    }

    pub(crate) fn text(&self) -> String {
        let not_run = if self.not_run == 0 {
            String::new()
        } else {
            format!(", {} not run", self.not_run)
        };
        format!(
            "{} scenarios, {} cells, {} transactions compared, {:.1} s; {} % of the cells' time inside bitcoind ({} calls)\n\
             {} passed, {} failed{not_run}",
            self.scenarios,
            self.passed
                .saturating_add(self.failed)
                .saturating_add(self.not_run),
            self.transactions,
            self.wall.as_secs_f64(),
            self.bitcoind_share(),
            self.bitcoind.calls,
            self.passed,
            self.failed,
        )
    }
}

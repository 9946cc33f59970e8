//! The run as one JSON object, for machines.

use leyden_scenario::ScenarioCell;
use serde::Serialize;

use crate::cell::Done;

use super::lines::Summary;

#[derive(Serialize)]
struct Report<'run> {
    format: u32,
    passed: usize,
    failed: usize,
    not_run: usize,
    wall_ms: u128,
    bitcoind_calls: u64,
    bitcoind_share_percent: u128,
    cells: Vec<Cell<'run>>,
}

#[derive(Serialize)]
struct Cell<'run> {
    id: &'run str,
    scenario: &'run str,
    path: String,
    paper: Option<&'run str>,
    passed: bool,
    took_ms: u128,
    transactions: usize,
    blocks: u32,
    failure: Option<Failure<'run>>,
}

#[derive(Serialize)]
struct Failure<'run> {
    at: &'run str,
    step: Option<&'run str>,
    reason: &'run str,
    detail: &'run str,
    folder: Option<String>,
}

/// The whole run, cells in the order of the plan.
pub(crate) fn json(
    results: &[(&ScenarioCell, Done)],
    summary: &Summary,
) -> Result<String, serde_json::Error> {
    let cells = results
        .iter()
        .map(|(cell, done)| entry(cell, done))
        .collect();
    serde_json::to_string_pretty(&Report {
        format: 1,
        passed: summary.passed,
        failed: summary.failed,
        not_run: summary.not_run,
        wall_ms: summary.wall.as_millis(),
        bitcoind_calls: summary.bitcoind.calls,
        bitcoind_share_percent: summary.bitcoind_share(),
        cells,
    })
}

fn entry<'run>(cell: &'run ScenarioCell, done: &'run Done) -> Cell<'run> {
    Cell {
        id: &cell.id,
        scenario: &cell.scenario.name,
        path: cell.scenario.path.display().to_string(),
        paper: cell.scenario.paper.as_deref(),
        passed: done.failure.is_none(),
        took_ms: done.took.as_millis(),
        transactions: done.transactions,
        blocks: done.blocks,
        failure: done.failure.as_ref().map(|failure| Failure {
            at: &failure.at,
            step: failure.step.as_deref(),
            reason: &failure.reason,
            detail: &failure.detail,
            folder: done
                .folder
                .as_ref()
                .map(|folder| folder.display().to_string()),
        }),
    }
}

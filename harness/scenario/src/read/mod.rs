//! From trees to scenarios: headers, matrices, fragments, steps.

mod actors;
mod expects;
mod expects_htlc;
mod fragment;
mod header;
mod matrix;
mod reader;
mod refs;
mod scalars;
mod scope;
mod secrets;
mod steps;
mod uses;
mod verbs;
mod verbs_fault;
mod verbs_harness;
mod verbs_htlc;
mod verbs_route;

use std::collections::BTreeSet;
use std::sync::Arc;

pub(crate) use fragment::{Fragments, read_fragments};
pub(crate) use header::{Header, read_header};
pub(crate) use steps::StepReader;

use crate::model::ScenarioCell;
use crate::problem::Diagnostics;

/// Words of the runner that the language itself does not know; an empty set is not checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// For `expect: { state: … }`.
    pub states: BTreeSet<String>,
    /// For `expect: { event: … }`.
    pub events: BTreeSet<String>,
    /// For `fails`. Only near misses of these are refused: bitcoind has reasons of its own.
    pub reasons: BTreeSet<String>,
}

/// Reads every cell of one scenario.
pub(crate) fn read_cells(
    header: &Header,
    fragments: &Fragments,
    vocabulary: &Vocabulary,
    problems: &mut Diagnostics,
) -> Vec<ScenarioCell> {
    let mut cells = Vec::new();
    for cell in &header.cells {
        let mut reader = StepReader::new(header, cell, fragments, vocabulary, problems);
        let bitcoind = reader.bitcoind(header.field("bitcoind"));
        let actors = reader.actors(header.field("actors"));
        let steps = reader.scenario_steps(header);
        if let (Some(bitcoind), Some(mut actors), Some(steps)) = (bitcoind, actors, steps) {
            reader.finish_actors(&mut actors);
            cells.push(ScenarioCell {
                scenario: Arc::clone(&header.scenario),
                id: cell.id.clone(),
                cell: cell.values.clone(),
                dialect: cell.dialect,
                flavour: cell.flavour,
                bitcoind,
                actors: actors.into_iter().map(|(actor, _)| actor).collect(),
                steps,
            });
        }
    }
    cells
}

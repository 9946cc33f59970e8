//! The cell and its golden file.

use std::path::PathBuf;

use leyden_golden::{GoldenFile, LoadError, Refusal, Saved, compare, golden_path, render};
use leyden_labels::Dialect;
use leyden_scenario::{Flavour, ScenarioCell};

use crate::actor::Embedded;

use super::failure::StepError;
use super::run::Settings;
use super::world::World;

/// The part of a cell's name that its golden file carries: everything but the bitcoind, unless the
/// bitcoind lacks what the dialect needs, which makes it another story.
pub(crate) fn golden_cell(cell: &ScenarioCell) -> String {
    let mut parts = vec![cell.dialect.to_string()];
    if cell.flavour == Flavour::Stock && cell.dialect == Dialect::Noinput {
        parts.push("stock".to_owned());
    }
    let reserved = ["dialect", "bitcoind"];
    let own = cell
        .cell
        .iter()
        .filter(|(key, _)| !reserved.contains(&key.as_str()));
    parts.extend(own.map(|(key, value)| format!("{}-{}", file_safe(key), file_safe(value))));
    parts.join(".")
}

fn file_safe(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            'a'..='z' | '0'..='9' | '-' | '_' => c,
            'A'..='Z' => c.to_ascii_lowercase(),
            _ => '_',
        })
        .collect()
}

/// What the cell is compared with; none while it is written anew, or for the first time.
pub(super) fn load_golden(
    cell: &ScenarioCell,
    settings: &Settings,
) -> Result<Option<GoldenFile>, StepError> {
    if settings.accept {
        return Ok(None);
    }
    let path = path_of_golden(cell)?;
    match GoldenFile::load(&path) {
        Ok(golden) => Ok(Some(golden)),
        Err(LoadError::Missing { .. }) => Ok(None),
        Err(error) => Err(StepError::new("golden", error.to_string())),
    }
}

fn path_of_golden(cell: &ScenarioCell) -> Result<PathBuf, StepError> {
    golden_path(&cell.scenario.path, &golden_cell(cell))
        .map_err(|error| StepError::new("golden", error.to_string()))
}

/// Compares the whole transcript with the golden file, or writes it where that was asked for.
pub(super) fn judge(
    world: &mut World<'_>,
    settings: &Settings,
    saved: &mut Option<Saved>,
) -> Result<(), StepError> {
    let actual = world.transcript()?;
    let path = path_of_golden(world.cell)?;
    for refusal in refusals(world) {
        world.acceptance.refused(refusal);
    }
    if settings.accept {
        let accepted = std::mem::take(&mut world.acceptance).accept(&actual, &path);
        *saved = Some(accepted.map_err(|error| StepError::new("not-accepted", error.to_string()))?);
        return Ok(());
    }
    let Some(golden) = &world.golden else {
        let detail = format!(
            "there is no golden file {}: run with --accept to write it, then read it",
            path.display()
        );
        return Err(StepError::new("no-golden", detail));
    };
    let differences = compare(golden, &actual);
    if differences.is_empty() {
        return Ok(());
    }
    Err(StepError::new(
        "golden",
        format!("{}\n{}", path.display(), render(&differences)),
    ))
}

/// How bitcoind begins to say that a script was not satisfied.
const SCRIPT_FAILED: &str = "mempool-script-verify-flag-failed";

impl World<'_> {
    /// No actor relied on a false key or signature: a transaction that its script refuses is not valid
    /// whatever becomes of its rivals.
    pub(super) fn nothing_is_never_valid(&self) -> Result<(), StepError> {
        let refused = self.actors.values().flat_map(Embedded::refused);
        let mut broken = refused.filter(|(_, reason)| reason.starts_with(SCRIPT_FAILED));
        match broken.next() {
            None => Ok(()),
            Some((label, reason)) => {
                let detail = format!("an actor made a {label} that is never valid: {reason}");
                Err(StepError::new("never-valid", detail))
            }
        }
    }
}

/// What bitcoind refused of what actors wanted to put on chain by themselves, and never took.
fn refusals(world: &World<'_>) -> Vec<Refusal> {
    world
        .actors
        .values()
        .flat_map(Embedded::refused)
        .map(|(label, reason)| Refusal {
            step: world.step,
            bitcoind: world.cell.flavour.to_string(),
            tx: label.to_string(),
            expected: EXPECTED_REFUSALS.contains(&reason.as_str()),
            reason,
        })
        .collect()
}

/// A rival that came first, or a lock that timestop stretches: no sign of a broken transaction.
const EXPECTED_REFUSALS: [&str; 4] = [
    "non-BIP68-final",
    "bad-txns-inputs-missingorspent",
    "missing-inputs",
    "txn-mempool-conflict",
];

//! Reading and checking scenario files, as every command does first.

use std::path::Path;

use leyden_scenario::{Plan, ScenarioCell, Selection, Sources};

use crate::cli::Files;
use crate::exit::Exit;
use crate::terminal;
use crate::vocabulary::vocabulary;

/// Reads and checks every file; problems are printed, and end the command.
pub(super) fn load(files: &Files) -> Result<Plan, Exit> {
    let sources = Sources::read(std::slice::from_ref(&files.scenarios)).map_err(|error| {
        terminal::complain(&error.to_string());
        Exit::Usage
    })?;
    Plan::check(&sources, &vocabulary()).map_err(|diagnostics| {
        terminal::complain(&diagnostics.render(terminal::width(), terminal::colour_on_stderr()));
        Exit::Usage
    })
}

/// The cells that the arguments name, in the order of the plan.
pub(super) fn select<'plan>(
    plan: &'plan Plan,
    files: &Files,
) -> Result<Vec<&'plan ScenarioCell>, Exit> {
    let selection = Selection {
        patterns: files
            .select
            .iter()
            .map(|pattern| as_path(files, pattern))
            .collect(),
    };
    plan.select(&selection).map_err(|error| {
        terminal::complain(&error.to_string());
        Exit::Usage
    })
}

/// A pattern that is a path, from the folder of scenarios or from here, as the plan writes paths.
fn as_path(files: &Files, pattern: &str) -> String {
    let known = |path: &Path| {
        let root = files.scenarios.canonicalize().ok()?;
        let path = path.canonicalize().ok()?;
        Some(files.scenarios.join(path.strip_prefix(root).ok()?))
    };
    known(&files.scenarios.join(pattern))
        .or_else(|| known(Path::new(pattern)))
        .map_or_else(|| pattern.to_owned(), |path| path.display().to_string())
}

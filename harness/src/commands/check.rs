//! `leyden check`: the files only, nothing is started.

use crate::cli::Files;
use crate::exit::Exit;
use crate::terminal;

use super::load::{load, select};

/// Checks every file and says how many cells the selection has.
pub(crate) fn check(files: &Files) -> Result<Exit, Exit> {
    let plan = load(files)?;
    let cells = select(&plan, files)?.len();
    terminal::say(&format!(
        "{} scenarios, {cells} cells selected: no mistakes",
        plan.scenarios().len()
    ));
    Ok(Exit::Success)
}

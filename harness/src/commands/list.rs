//! `leyden list`: what there is.

use std::collections::BTreeSet;

use leyden_scenario::{ListedScenario, Listing};

use crate::cli::ListArgs;
use crate::exit::Exit;
use crate::terminal;

use super::load::{load, select};

/// Lists the selected scenarios, for people or as JSON.
pub(crate) fn list(args: &ListArgs) -> Result<Exit, Exit> {
    let plan = load(&args.files)?;
    let selected: BTreeSet<&str> = select(&plan, &args.files)?
        .into_iter()
        .map(|cell| cell.id.as_str())
        .collect();
    let mut listing = plan.listing();
    for scenario in &mut listing.scenarios {
        scenario
            .cells
            .retain(|cell| selected.contains(cell.as_str()));
    }
    listing
        .scenarios
        .retain(|scenario| !scenario.cells.is_empty());
    terminal::say(&if args.json {
        json(&listing)?
    } else {
        text(&listing)
    });
    Ok(Exit::Success)
}

fn json(listing: &Listing) -> Result<String, Exit> {
    serde_json::to_string_pretty(listing).map_err(|error| {
        terminal::complain(&format!("the list cannot be written as JSON: {error}"));
        Exit::Failed
    })
}

fn text(listing: &Listing) -> String {
    listing
        .scenarios
        .iter()
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

fn line(scenario: &ListedScenario) -> String {
    let paper = scenario.paper.as_deref().unwrap_or("-");
    format!(
        "{:<44} {:<28} {:>2} cells  {}",
        scenario.name,
        paper,
        scenario.cells.len(),
        scenario.about
    )
}

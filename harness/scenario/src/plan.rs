//! All scenarios, their cells, and the choice of some.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use crate::model::{Scenario, ScenarioCell};
use crate::problem::{Diagnostics, Problem};
use crate::read::{Fragments, Header, Vocabulary, read_cells, read_fragments, read_header};
use crate::source::Sources;
use crate::{suggest, tree};

/// Checked scenarios, ready to run.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    scenarios: Vec<Arc<Scenario>>,
    cells: Vec<ScenarioCell>,
}

/// Which cells are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Each a path or a folder, a tag, a scenario's name, or a cell's id; none = everything.
    pub patterns: Vec<String>,
}

/// A selection that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// A pattern fits nothing.
    #[error("nothing is called `{pattern}`{}", .suggestion.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
    Nothing {
        /// As given.
        pattern: String,
        /// The nearest name, tag or id.
        suggestion: Option<String>,
    },
}

/// What `leyden list` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listing {
    /// In the order of the plan.
    pub scenarios: Vec<ListedScenario>,
}

/// One scenario of a [`Listing`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListedScenario {
    /// Its name.
    pub name: String,
    /// Its file.
    pub path: String,
    /// Its claim.
    pub about: String,
    /// Where the paper says so.
    pub paper: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// The ids of its cells.
    pub cells: Vec<String>,
}

impl Plan {
    /// Reads and checks everything.
    ///
    /// # Errors
    /// Every mistake of every file, at once.
    pub fn check(sources: &Sources, vocabulary: &Vocabulary) -> Result<Self, Diagnostics> {
        let mut problems = Diagnostics::default();
        let fragments = read_fragments(sources, &mut problems);
        let headers = read_headers(sources, &mut problems);
        let mut plan = Self::default();
        for header in &headers {
            plan.add(header, &fragments, vocabulary, &mut problems);
        }
        if problems.is_empty() {
            return Ok(plan);
        }
        problems.sort();
        Err(problems)
    }

    fn add(
        &mut self,
        header: &Header,
        fragments: &Fragments,
        vocabulary: &Vocabulary,
        problems: &mut Diagnostics,
    ) {
        self.cells
            .extend(read_cells(header, fragments, vocabulary, problems));
        self.scenarios.push(Arc::clone(&header.scenario));
    }

    /// The scenarios in the order of their paths.
    #[must_use]
    pub fn scenarios(&self) -> &[Arc<Scenario>] {
        &self.scenarios
    }

    /// The cells: by path, dialect, bitcoind, then parameters as written.
    #[must_use]
    pub fn cells(&self) -> &[ScenarioCell] {
        &self.cells
    }

    /// The chosen cells in the order of the plan, each once.
    ///
    /// # Errors
    /// [`SelectError::Nothing`] for a pattern that fits no cell.
    pub fn select(&self, selection: &Selection) -> Result<Vec<&ScenarioCell>, SelectError> {
        for pattern in &selection.patterns {
            if !self.cells.iter().any(|cell| fits(cell, pattern)) {
                let names = self.cells.iter().flat_map(|cell| {
                    let tags = cell.scenario.tags.iter().map(String::as_str);
                    [cell.scenario.name.as_str(), cell.id.as_str()]
                        .into_iter()
                        .chain(tags)
                });
                let suggestion = suggest::nearest(pattern, names).map(str::to_owned);
                return Err(SelectError::Nothing {
                    pattern: pattern.clone(),
                    suggestion,
                });
            }
        }
        let wanted = |cell: &&ScenarioCell| {
            selection.patterns.is_empty()
                || selection.patterns.iter().any(|pattern| fits(cell, pattern))
        };
        Ok(self.cells.iter().filter(wanted).collect())
    }

    /// The plan as a list for people and programs.
    #[must_use]
    pub fn listing(&self) -> Listing {
        let listed = |scenario: &Arc<Scenario>| ListedScenario {
            name: scenario.name.clone(),
            path: scenario.path.display().to_string(),
            about: scenario.about.clone(),
            paper: scenario.paper.clone(),
            tags: scenario.tags.clone(),
            cells: self
                .cells
                .iter()
                .filter(|cell| cell.scenario.name == scenario.name)
                .map(|cell| cell.id.clone())
                .collect(),
        };
        Listing {
            scenarios: self.scenarios.iter().map(listed).collect(),
        }
    }
}

fn fits(cell: &ScenarioCell, pattern: &str) -> bool {
    let scenario = &cell.scenario;
    scenario.name == pattern
        || cell.id == pattern
        || scenario.tags.iter().any(|tag| tag == pattern)
        || (!pattern.is_empty() && scenario.path.starts_with(Path::new(pattern)))
        || scenario.path.ends_with(Path::new(pattern)) && !pattern.is_empty()
}

/// Reads the header of each file, in the order of paths; a name is taken by the first file that gives it.
fn read_headers(sources: &Sources, problems: &mut Diagnostics) -> Vec<Header> {
    let mut files: Vec<_> = sources.scenarios.iter().collect();
    files.sort_by(|one, other| one.path.cmp(&other.path));
    let mut headers = Vec::new();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for file in files {
        let header = match tree::parse(file) {
            Ok((text, root)) => read_header(text, root, problems),
            Err(problem) => {
                problems.push(*problem);
                None
            }
        };
        let Some(header) = header else { continue };
        let name = header.scenario.name.clone();
        if let Some(first) = names.get(&name) {
            let message = format!("another scenario is called `{name}`");
            let problem = Problem::new(
                "name-twice",
                &header.text,
                header.name_span,
                message,
                "taken",
            );
            problems.push(problem.with_help(format!("the other one is in {first}")));
        } else {
            names.insert(name, file.path.display().to_string());
        }
        headers.push(header);
    }
    headers
}

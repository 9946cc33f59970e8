//! The coverage that must not be lost: `coverage-floor.json`.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Coverage, Items};
use crate::model::{LoadError, read_bounded};

/// The file's name in the directory of vectors.
const FILE: &str = "coverage-floor.json";

/// What was reached once, and must stay so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floor {
    /// What this is about.
    about: String,
    /// What vectors reach at least.
    reached: Items,
}

/// Reads the floor in `dir`.
///
/// # Errors
/// [`LoadError`] if the file is not there, or of another form.
pub fn coverage_floor(dir: &Path) -> Result<Floor, LoadError> {
    let path = dir.join(FILE);
    let text = read_bounded(&path)?;
    serde_json::from_str(&text).map_err(|source| LoadError::Json { path, source })
}

impl Floor {
    /// The floor that this coverage makes.
    #[must_use]
    pub fn of(coverage: &Coverage) -> Self {
        Self {
            about: "What vectors reached when this was written. CI fails if one of these is reached no more.".to_owned(),
            reached: coverage.reached.clone(),
        }
    }

    /// What was reached and is not any more: `branch: rsmc IF (csv)`.
    #[must_use]
    pub fn dropped(&self, coverage: &Coverage) -> Vec<String> {
        let mut dropped = Vec::new();
        for (class, items) in &self.reached {
            let now = coverage.reached.get(class);
            for item in items {
                if !now.is_some_and(|now| now.contains(item)) {
                    dropped.push(format!("{}: {item}", class.name()));
                }
            }
        }
        dropped
    }

    /// Writes it.
    ///
    /// # Errors
    /// The system's reason.
    pub fn save(&self, dir: &Path) -> std::io::Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        fs::write(dir.join(FILE), text + "\n")
    }
}

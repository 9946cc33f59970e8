//! What the vectors reach, and what none of them does.

mod floor;
mod reach;
mod universe;

use core::fmt;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::model::{LoadError, VectorFile};

pub use floor::{Floor, coverage_floor};

/// Kinds of things that vectors can reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Kinds of transactions, by dialect.
    Transaction,
    /// Rows of the table of transactions: by dialect, holder and, of HTLCs, sender.
    Row,
    /// Branches of scripts, by dialect.
    Branch,
    /// Forms of witnesses.
    Witness,
    /// Hash types, by rules.
    HashType,
    /// Update messages, by dialect: what they say stands in vectors.
    Message,
    /// Changes that an update can make.
    Change,
    /// What can come of a disclosure, a pre-signature, terms, or of parsing.
    Outcome,
    /// Who refuses an invalid transaction, by dialect.
    Refusal,
}

impl Class {
    /// Its name in a report.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Transaction => "transaction kinds",
            Self::Row => "rows of the table",
            Self::Branch => "script branches",
            Self::Witness => "witness shapes",
            Self::HashType => "hash types",
            Self::Message => "update messages",
            Self::Change => "changes",
            Self::Outcome => "outcomes",
            Self::Refusal => "refusals",
        }
    }
}

/// Names of things, by kind.
pub type Items = BTreeMap<Class, BTreeSet<String>>;

/// What vectors reach of what there is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// What some vector reaches.
    pub reached: Items,
    /// What none does.
    pub missing: Items,
}

/// Reads the vectors in `dir` and says what they reach.
///
/// # Errors
/// [`LoadError`] if a file cannot be used.
pub fn coverage(dir: &Path) -> Result<Coverage, LoadError> {
    Ok(Coverage::of(&VectorFile::load_all(dir)?))
}

impl Coverage {
    pub(crate) fn of(files: &[VectorFile]) -> Self {
        let reached = reach::reached(files);
        let nothing = BTreeSet::new();
        let missing = universe::all()
            .into_iter()
            .filter_map(|(class, items)| {
                let reached = reached.get(&class).unwrap_or(&nothing);
                let missing: BTreeSet<String> = items.difference(reached).cloned().collect();
                (!missing.is_empty()).then_some((class, missing))
            })
            .collect();
        Self { reached, missing }
    }

    /// Whether nothing is missing.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.missing.is_empty()
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nothing = BTreeSet::new();
        for (class, items) in universe::all() {
            let missing = self.missing.get(&class).unwrap_or(&nothing);
            let reached = items.len().saturating_sub(missing.len());
            writeln!(f, "{:18} {reached:>3} of {:>3}", class.name(), items.len())?;
            for item in missing {
                writeln!(f, "  missing: {item}")?;
            }
        }
        Ok(())
    }
}

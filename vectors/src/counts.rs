//! How many vectors there are of what.

use core::fmt;
use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use crate::model::{LoadError, Subject, Vector, VectorFile};

/// Of one subject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Vectors of what is good.
    pub valid: usize,
    /// Vectors of what must be refused.
    pub invalid: usize,
    /// Values in them.
    pub values: usize,
    /// Vectors that bitcoinds were asked for, four times each.
    pub asked: usize,
}

/// Of all subjects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts(pub BTreeMap<Subject, Count>);

/// Counts the vectors in the files of `dir`.
///
/// # Errors
/// [`LoadError`] if a file cannot be used.
pub fn counts(dir: &Path) -> Result<Counts, LoadError> {
    Ok(Counts::of(&VectorFile::load_all(dir)?))
}

impl Counts {
    pub(crate) fn of(files: &[VectorFile]) -> Self {
        let mut counts = BTreeMap::new();
        for file in files {
            let count: &mut Count = counts.entry(file.subject).or_default();
            for vector in &file.vectors {
                let place = if is_valid(vector) {
                    &mut count.valid
                } else {
                    &mut count.invalid
                };
                *place = place.saturating_add(1);
                count.values = count.values.saturating_add(vector.values().count());
                let asked = usize::from(vector.verdict.is_some());
                count.asked = count.asked.saturating_add(asked);
            }
        }
        Self(counts)
    }

    /// Of all subjects together.
    #[must_use]
    pub fn total(&self) -> Count {
        self.0.values().fold(Count::default(), |sum, one| Count {
            valid: sum.valid.saturating_add(one.valid),
            invalid: sum.invalid.saturating_add(one.invalid),
            values: sum.values.saturating_add(one.values),
            asked: sum.asked.saturating_add(one.asked),
        })
    }
}

/// Whether what the vector shows is taken by everybody.
pub(crate) fn is_valid(vector: &Vector) -> bool {
    let outcome = vector.value("outcome");
    let refused_by = vector.value("refused_by");
    outcome.is_none_or(|outcome| outcome == "accepted")
        && refused_by.is_none_or(|nobody| nobody == "nobody")
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:18} {:>6} {:>8} {:>8} {:>6}",
            "subject", "valid", "invalid", "values", "asked"
        )?;
        let mut line = |name: &str, count: &Count| {
            let Count {
                valid,
                invalid,
                values,
                asked,
            } = count;
            writeln!(
                f,
                "{name:18} {valid:>6} {invalid:>8} {values:>8} {asked:>6}"
            )
        };
        for (subject, count) in &self.0 {
            line(subject.name(), count)?;
        }
        line("all", &self.total())
    }
}

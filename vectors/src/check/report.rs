//! What came of a check.

use core::fmt;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::Subject;

/// How much of a value is shown.
const SHOWN: usize = 200;

/// Why a vector failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Reason {
    /// The first value that differs, in the order of the file.
    Differs {
        /// The value's name.
        name: String,
        /// What the vector has.
        expected: String,
        /// What the program gave.
        given: String,
        /// Where they differ first.
        at: usize,
        /// What `at` counts: bytes or characters.
        unit: &'static str,
    },
    /// A value of the result was not given.
    Missing {
        /// The value's name.
        name: String,
    },
    /// The program said that it could not.
    Error {
        /// Its text.
        text: String,
    },
    /// No whole line came in time.
    Timeout,
    /// It closed its stdout, or exited with status 0, before it was told to.
    EndedEarly,
    /// It exited with another status, or by a signal.
    Crashed {
        /// How.
        status: String,
        /// The end of its stderr.
        stderr: String,
    },
    /// It wrote what is no answer.
    Protocol {
        /// What is wrong.
        problem: String,
        /// The beginning of the line.
        line: String,
    },
    /// It was given up before it was asked.
    NotReached,
}

impl Reason {
    /// The value at fault, if there is one.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        match self {
            Self::Differs { name, .. } | Self::Missing { name } => Some(name),
            Self::Error { .. }
            | Self::Timeout
            | Self::EndedEarly
            | Self::Crashed { .. }
            | Self::Protocol { .. }
            | Self::NotReached => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Differs {
                name,
                expected,
                given,
                at,
                unit,
            } => write!(
                f,
                "`{name}` differs at {unit} {at}\n    expected {}\n    given    {}",
                cut(expected),
                cut(given)
            ),
            Self::Missing { name } => write!(f, "`{name}` was not given"),
            Self::Error { text } => write!(f, "error: {}", cut(text)),
            Self::Timeout => f.write_str("timeout"),
            Self::EndedEarly => f.write_str("ended early"),
            Self::Crashed { status, stderr } => {
                write!(f, "crashed: {status}{}", stderr_lines(stderr))
            }
            Self::Protocol { problem, line } => {
                write!(f, "protocol: {problem}\n    line {}", cut(line))
            }
            Self::NotReached => f.write_str("not reached"),
        }
    }
}

/// Indented below a failure.
pub(super) fn stderr_lines(stderr: &str) -> String {
    if stderr.is_empty() {
        return String::new();
    }
    let lines = stderr.lines().map(|line| format!("\n    stderr {line}"));
    lines.collect()
}

fn cut(text: &str) -> String {
    let short: String = text.chars().take(SHOWN).collect();
    if short.len() < text.len() {
        format!("{short}…")
    } else {
        short
    }
}

/// A vector that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// What it is about.
    pub subject: Subject,
    /// Its name.
    pub vector: String,
    /// Why.
    pub reason: Reason,
}

/// Of one subject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SubjectReport {
    /// Whether the program claims it.
    pub claimed: bool,
    /// Vectors that are right.
    pub passed: usize,
    /// Vectors that are not.
    pub failed: usize,
    /// Vectors that the program left out.
    pub skipped: usize,
    /// Values that were compared.
    pub compared: usize,
    /// Values that there are.
    pub values: usize,
}

/// Of a program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What it calls itself.
    pub program: String,
    /// What counted as equal.
    pub mode: String,
    /// By subject, also those that it does not claim.
    pub subjects: BTreeMap<Subject, SubjectReport>,
    /// All failures, in the order of the files.
    pub failures: Vec<Failure>,
    /// Names of values that no vector has: how many, and the first of them.
    pub unknown_values: usize,
    /// The first of those names.
    pub first_unknown: Option<String>,
    /// What was odd, and is no failure.
    pub warnings: Vec<String>,
}

impl Report {
    /// Whether at least one subject was claimed, and all claimed ones passed whole.
    #[must_use]
    pub fn passed(&self) -> bool {
        let mut claimed = self.subjects.values().filter(|subject| subject.claimed);
        let any = self.subjects.values().any(|subject| subject.claimed);
        any && claimed.all(|subject| subject.failed == 0 && subject.skipped == 0)
    }

    /// 0 if it passed, 1 if not.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        u8::from(!self.passed())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in &self.failures {
            let Failure {
                subject,
                vector,
                reason,
            } = failure;
            writeln!(f, "{subject}/{vector}: {reason}")?;
        }
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        if let Some(first) = &self.first_unknown {
            let count = self.unknown_values;
            writeln!(f, "{count} values that no vector has, the first `{first}`")?;
        }
        writeln!(
            f,
            "{:18} {:>7} {:>6} {:>6} {:>7}  {:<16}",
            "subject", "claimed", "passed", "failed", "skipped", "values compared"
        )?;
        for (subject, of) in &self.subjects {
            let claimed = if of.claimed { "yes" } else { "no" };
            let compared = format!("{} of {}", of.compared, of.values);
            writeln!(
                f,
                "{subject:18} {claimed:>7} {:>6} {:>6} {:>7}  {compared:<16}",
                of.passed, of.failed, of.skipped
            )?;
        }
        let verdict = if self.passed() {
            "passed"
        } else {
            "not passed"
        };
        write!(f, "{}, mode {}: {verdict}", cut(&self.program), self.mode)
    }
}

//! Checking any program, over lines of JSON on its stdin and stdout: `docs/vectors-check.md`.

mod compare;
mod message;
mod process;
mod report;
mod talk;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use crate::model::{LoadError, Subject, VectorFile};

pub use report::{Failure, Reason, Report, SubjectReport};

/// How long a message may take, unless said otherwise.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What counts as equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Every value, byte for byte.
    Exact,
    /// Signatures may be others, if they are valid.
    AnySignature,
}

/// The text names no mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a mode: exact or any-signature")]
pub struct ParseModeError;

impl FromStr for Mode {
    type Err = ParseModeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "exact" => Ok(Self::Exact),
            "any-signature" => Ok(Self::AnySignature),
            _ => Err(ParseModeError),
        }
    }
}

impl core::fmt::Display for Mode {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(match self {
            Self::Exact => "exact",
            Self::AnySignature => "any-signature",
        })
    }
}

/// What is checked, and how.
#[derive(Clone, Debug)]
pub struct CheckOptions {
    /// The program and its arguments; no shell comes in between.
    pub command: Vec<OsString>,
    /// What counts as equal.
    pub mode: Mode,
    /// How long each message may take.
    pub timeout: Duration,
    /// Only these; all, if empty.
    pub subjects: BTreeSet<Subject>,
}

impl CheckOptions {
    /// Everything that the program claims, exactly, with 10 s a message.
    #[must_use]
    pub fn new(command: Vec<OsString>) -> Self {
        Self {
            command,
            mode: Mode::Exact,
            timeout: TIMEOUT,
            subjects: BTreeSet::new(),
        }
    }
}

/// Why a program was not checked.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// There is no command.
    #[error("no program to check: `leyden vectors check -- CMD ARG…`")]
    NoCommand,
    /// The vectors cannot be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The program could not be started.
    #[error("cannot start {program}: {source}")]
    Start {
        /// The program.
        program: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// It did not say what it claims, or what it said cannot be.
    #[error("{program} could not be spoken to: {reason}{stderr}")]
    Hello {
        /// The program.
        program: String,
        /// What it did instead.
        reason: String,
        /// The end of what it wrote to stderr.
        stderr: String,
    },
}

impl CheckError {
    /// 2 for wrong arguments, 3 if the program could not be spoken to.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::NoCommand | Self::Load(_) => 2,
            Self::Start { .. } | Self::Hello { .. } => 3,
        }
    }
}

/// Runs the program on all vectors of the subjects that it claims.
///
/// # Errors
/// [`CheckError`] if there is nothing to say about any vector.
pub fn check(dir: &Path, options: &CheckOptions) -> Result<Report, CheckError> {
    if options.command.is_empty() {
        return Err(CheckError::NoCommand);
    }
    let wanted =
        |subject: &Subject| options.subjects.is_empty() || options.subjects.contains(subject);
    let files = Subject::ALL
        .into_iter()
        .filter(wanted)
        .map(|subject| VectorFile::load(dir, subject))
        .collect::<Result<Vec<_>, _>>()?;
    talk::run(&files, options)
}

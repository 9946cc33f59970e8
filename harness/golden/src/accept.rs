//! When a recording may become the golden file.

use std::path::Path;

use crate::model::GoldenFile;
use crate::store::{SaveError, Saved};

/// A bitcoind refused a transaction, a package or a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The step, from 0.
    pub step: u32,
    /// Which bitcoind.
    pub bitcoind: String,
    /// The name of what was refused.
    pub tx: String,
    /// bitcoind's own reason.
    pub reason: String,
    /// Whether a step of the scenario expected the refusal.
    pub expected: bool,
}

/// Why a recording does not become the golden file.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// A bitcoind refused what no step expected to be refused.
    #[error("not accepted, because a bitcoind refused what no step expects to be refused: {}", refusals(.0))]
    Refused(Vec<Refusal>),
    /// A step failed.
    #[error("not accepted, because step {step} failed: {reason}")]
    Failed {
        /// The step, from 0.
        step: u32,
        /// What the step said.
        reason: String,
    },
    /// The file cannot be written.
    #[error(transparent)]
    Save(#[from] SaveError),
}

fn refusals(all: &[Refusal]) -> String {
    let one = |r: &Refusal| format!("step {}: {} by {}: {}", r.step, r.tx, r.bitcoind, r.reason);
    all.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// Keeps what speaks against a recording while the scenario runs.
///
/// A golden file is what later runs are judged by. What the bitcoinds themselves refused, or what
/// came of a run that failed, must not become one, whatever flag was given.
#[derive(Debug, Default)]
pub struct Acceptance {
    unexpected: Vec<Refusal>,
    failed: Option<(u32, String)>,
}

impl Acceptance {
    /// Nothing speaks against it yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A bitcoind refused something.
    pub fn refused(&mut self, refusal: Refusal) {
        if !refusal.expected {
            self.unexpected.push(refusal);
        }
    }

    /// A step failed, other than by the comparison with the golden file. The first one counts.
    pub fn failed(&mut self, step: u32, reason: &str) {
        self.failed.get_or_insert_with(|| (step, reason.to_owned()));
    }

    /// Writes `recording` as the golden file at `path`.
    ///
    /// # Errors
    /// [`AcceptError::Refused`] and [`AcceptError::Failed`] if something speaks against it; nothing is written then.
    pub fn accept(self, recording: &GoldenFile, path: &Path) -> Result<Saved, AcceptError> {
        if !self.unexpected.is_empty() {
            return Err(AcceptError::Refused(self.unexpected));
        }
        if let Some((step, reason)) = self.failed {
            return Err(AcceptError::Failed { step, reason });
        }
        Ok(recording.save(path)?)
    }
}

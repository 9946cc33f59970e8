//! Golden vectors for the payment channels of the Lightning paper.
//!
//! - [`generate`] makes every file from seeds, with this project's own code, and asks real bitcoinds of each
//!   transaction; [`stale`] says what the files have other than it makes.
//! - [`replay`] asks the bitcoinds again.
//! - [`check`] runs any program over lines of JSON, and says where it differs first.
//! - [`coverage`] names what no vector reaches; [`show`] explains one vector; [`counts`] counts them.
//!
//! What the files mean stands in their `README.md`, the protocol in `docs/vectors-check.md`.
//!
//! Everything is a function of the seeds: the chains on which transactions live are built without a node,
//! block by block, and are the same for each bitcoind. Files are untrusted: unknown members are errors.

mod asm;
mod changes;
mod check;
mod compute;
mod counts;
mod coverage;
mod generate;
mod model;
mod replay;
mod show;
mod trace;

pub use check::{
    CheckError, CheckOptions, Failure, Mode, ParseModeError, Reason, Report, SubjectReport, check,
};
pub use compute::ComputeError;
pub use counts::{Count, Counts, counts};
pub use coverage::{Class, Coverage, Floor, Items, coverage, coverage_floor};
pub use generate::{Bitcoinds, Changes, GenerateError, Generated, PlanError, generate, stale};
pub use model::{LoadError, ParseSubjectError, Subject};
pub use replay::{Difference, Replay, ReplayError, replay};
pub use show::{ShowError, show};
pub use trace::RepeatedName;

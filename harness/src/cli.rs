//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Runs the Lightning paper's payment channels on real bitcoind instances and checks every transaction.
#[derive(Debug, Parser)]
#[command(name = "leyden", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run scenarios: all, or those named.
    Run(RunArgs),
    /// Check scenario files without starting anything.
    Check(Files),
    /// List the scenarios with their paper reference, tags and matrix cells.
    List(ListArgs),
    /// Print the JSON Schema of scenario files.
    Schema,
    /// Say what this machine has and lacks, and how to get it.
    Doctor(Binaries),
}

/// Where scenarios are, and which.
#[derive(Clone, Debug, Args)]
pub(crate) struct Files {
    /// Paths, tags, scenario names or cell ids such as `breach-remedy[csv,stock]`; none means all.
    #[arg(value_name = "PATH|TAG|NAME")]
    pub(crate) select: Vec<String>,
    /// The folder that holds the scenarios.
    #[arg(long, value_name = "DIR", default_value = "harness/scenarios")]
    pub(crate) scenarios: PathBuf,
}

/// Which bitcoind to use for each flavour.
#[derive(Clone, Debug, Args)]
pub(crate) struct Binaries {
    /// The unmodified bitcoind; otherwise `LEYDEN_BITCOIND_STOCK`, `BITCOIND_EXE`, the one built here, then the PATH.
    #[arg(long, value_name = "PATH")]
    pub(crate) stock: Option<PathBuf>,
    /// The bitcoind with NOINPUT and timestop; otherwise `LEYDEN_BITCOIND_PATCHED`, then the one built here.
    #[arg(long, value_name = "PATH")]
    pub(crate) patched: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) files: Files,
    #[command(flatten)]
    pub(crate) binaries: Binaries,
    /// How many scenarios run at once; default: two for each processor.
    #[arg(long, short, value_name = "N")]
    pub(crate) jobs: Option<std::num::NonZeroUsize>,
    /// Write the golden files anew from what happened; refused where a bitcoind refused a transaction.
    #[arg(long)]
    pub(crate) accept: bool,
    /// Stop after the first failure.
    #[arg(long)]
    pub(crate) fail_fast: bool,
    /// Keep the folder of every scenario, not only of those that failed.
    #[arg(long)]
    pub(crate) keep: bool,
    /// Print one JSON object with every result instead of text.
    #[arg(long)]
    pub(crate) json: bool,
    /// Where folders of failed scenarios go.
    #[arg(long, value_name = "DIR", default_value = "leyden-runs")]
    pub(crate) runs: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) files: Files,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

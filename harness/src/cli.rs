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
    /// Play random histories, and see that nobody honest loses anything.
    Fuzz(FuzzArgs),
    /// Make, show and replay the golden vectors, and check other implementations against them.
    Vectors(VectorsArgs),
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
pub(crate) struct FuzzArgs {
    #[command(flatten)]
    pub(crate) binaries: Binaries,
    /// How many histories.
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) count: u64,
    /// Which ones: the same seed gives the same histories everywhere.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Only the history of this number.
    #[arg(long, value_name = "N")]
    pub(crate) only: Option<u64>,
    /// How many actors there are at most, in a line: 2 to 4.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(2..=4))]
    pub(crate) actors: u8,
    /// How many things happen in a history.
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) length: u32,
    /// How often a failing history is tried again to make it smaller.
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub(crate) shrink: u32,
    /// How many histories run at once; default: two for each processor.
    #[arg(long, short, value_name = "N")]
    pub(crate) jobs: Option<std::num::NonZeroUsize>,
    /// Where the files of failing histories go.
    #[arg(long, value_name = "DIR", default_value = "leyden-runs")]
    pub(crate) runs: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct VectorsArgs {
    /// The folder that holds the vectors.
    #[arg(long, value_name = "DIR", default_value = "vectors", global = true)]
    pub(crate) dir: PathBuf,
    #[command(subcommand)]
    pub(crate) what: VectorsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum VectorsCommand {
    /// Check a program in any language: it is asked line by line, in JSON, on its standard input.
    Check(VectorsCheckArgs),
    /// Make every file anew from the seeds, and ask both bitcoinds for their verdicts.
    Generate {
        #[command(flatten)]
        binaries: Binaries,
        /// Let vectors that exist change or go; otherwise that is refused.
        #[arg(long)]
        accept: bool,
    },
    /// Ask both bitcoinds again, and compare with the verdicts in the files.
    Replay(Binaries),
    /// Explain one vector to a person.
    Show {
        /// `RD2a-csv`, or with its subject `transactions/RD2a-csv`.
        name: String,
    },
    /// Say what the vectors reach and what they do not; fails if they reach less than they did.
    Coverage,
    /// How many there are, by subject.
    Counts,
}

#[derive(Debug, Args)]
pub(crate) struct VectorsCheckArgs {
    /// `exact`, or `any-signature` for a program that signs with other nonces.
    #[arg(long, value_name = "MODE", default_value = "exact")]
    pub(crate) mode: leyden_vectors::Mode,
    /// How long the program may take for an answer, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) timeout: u64,
    /// Only this subject; may be given several times.
    #[arg(long = "subject", value_name = "NAME")]
    pub(crate) subjects: Vec<leyden_vectors::Subject>,
    /// The program and its arguments.
    #[arg(required = true, last = true, value_name = "CMD")]
    pub(crate) command: Vec<std::ffi::OsString>,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) files: Files,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

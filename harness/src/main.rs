//! `leyden`: runs the Lightning paper's payment channels on real bitcoind instances and checks every
//! transaction.

mod actor;
mod binaries;
mod cell;
mod cli;
mod commands;
mod exit;
mod fuzz;
mod interrupt;
mod jobs;
mod report;
mod terminal;
mod vocabulary;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};

fn main() -> ExitCode {
    let ended = match Cli::parse().command {
        Command::Run(args) => commands::run(&args),
        Command::Check(files) => commands::check(&files),
        Command::List(args) => commands::list(&args),
        Command::Schema => Ok(commands::schema()),
        Command::Fuzz(args) => commands::fuzz(&args),
        Command::Vectors(args) => commands::vectors(&args),
        Command::Doctor(binaries) => commands::doctor(&binaries),
    };
    interrupt::give_way();
    ended.unwrap_or_else(|exit| exit).into()
}

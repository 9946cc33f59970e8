//! `leyden vectors`: the golden vectors.

use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use leyden_vectors::{
    Bitcoinds, Changes, CheckOptions, check, counts, coverage, coverage_floor, generate, replay,
    show,
};

use crate::binaries::Wanted;
use crate::cli::{Binaries, VectorsArgs, VectorsCheckArgs, VectorsCommand};
use crate::exit::Exit;
use crate::terminal;

use super::run::suitable;

/// Does what the arguments ask for.
pub(crate) fn run(args: &VectorsArgs) -> Result<Exit, Exit> {
    let dir = &args.dir;
    match &args.what {
        VectorsCommand::Check(check) => check_program(dir, check),
        VectorsCommand::Generate { binaries, accept } => {
            let changes = if *accept {
                Changes::Accept
            } else {
                Changes::Refuse
            };
            let generated = generate(dir, Some(&bitcoinds(binaries)?), changes);
            terminal::say(&said(generated, Exit::Failed)?.to_string());
            Ok(Exit::Success)
        }
        VectorsCommand::Replay(binaries) => {
            let replayed = said(replay(dir, &bitcoinds(binaries)?), Exit::Failed)?;
            terminal::say(&replayed.to_string());
            Ok(passed(replayed.is_clean()))
        }
        VectorsCommand::Show { name } => {
            terminal::say(&said(show(dir, name), Exit::Usage)?);
            Ok(Exit::Success)
        }
        VectorsCommand::Coverage => {
            let coverage = said(coverage(dir), Exit::Usage)?;
            let dropped = said(coverage_floor(dir), Exit::Usage)?.dropped(&coverage);
            terminal::say(&coverage.to_string());
            for reached_before in &dropped {
                terminal::complain(&format!("no longer reached: {reached_before}"));
            }
            Ok(passed(dropped.is_empty()))
        }
        VectorsCommand::Counts => {
            terminal::say(&said(counts(dir), Exit::Usage)?.to_string());
            Ok(Exit::Success)
        }
    }
}

fn check_program(dir: &Path, args: &VectorsCheckArgs) -> Result<Exit, Exit> {
    let options = CheckOptions {
        mode: args.mode,
        timeout: Duration::from_secs(args.timeout),
        subjects: args.subjects.iter().copied().collect(),
        ..CheckOptions::new(args.command.clone())
    };
    let report = check(dir, &options).map_err(|error| {
        terminal::complain(&error.to_string());
        match error.exit_code() {
            2 => Exit::Usage,
            _ => Exit::Environment,
        }
    })?;
    terminal::say(&report.to_string());
    Ok(passed(report.exit_code() == 0))
}

fn bitcoinds(binaries: &Binaries) -> Result<Bitcoinds, Exit> {
    Ok(Bitcoinds {
        stock: suitable(binaries, Wanted::Stock)?,
        patched: suitable(binaries, Wanted::Patched)?,
    })
}

const fn passed(good: bool) -> Exit {
    if good { Exit::Success } else { Exit::Failed }
}

fn said<T>(result: Result<T, impl Display>, exit: Exit) -> Result<T, Exit> {
    result.map_err(|error| {
        terminal::complain(&error.to_string());
        exit
    })
}

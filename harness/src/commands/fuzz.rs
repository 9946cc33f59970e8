//! `leyden fuzz`: random histories, on real bitcoinds.

use crate::binaries::Wanted;
use crate::cli::FuzzArgs;
use crate::exit::Exit;
use crate::fuzz;

use super::run::suitable;

/// Plays what the arguments ask for.
pub(crate) fn run(args: &FuzzArgs) -> Result<Exit, Exit> {
    let stock = suitable(&args.binaries, Wanted::Stock)?;
    let patched = suitable(&args.binaries, Wanted::Patched)?;
    fuzz::fuzz(args, &stock, &patched)
}

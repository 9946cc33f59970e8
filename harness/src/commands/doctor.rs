//! `leyden doctor`: what is here, what is missing, and how to get it.

use leyden_bitcoind::{Binary, Identity};

use crate::binaries::{self, Wanted};
use crate::cli::Binaries;
use crate::exit::Exit;
use crate::interrupt;
use crate::terminal;

/// Finds and questions both bitcoinds.
pub(crate) fn doctor(choice: &Binaries) -> Result<Exit, Exit> {
    interrupt::handle()?;
    let mut exit = Exit::Success;
    for wanted in [Wanted::Stock, Wanted::Patched] {
        match binaries::find(choice, wanted).and_then(|binary| {
            let identity = binary.identify().map_err(|error| error.to_string())?;
            binaries::suits(&identity, wanted).map(|()| (binary, identity))
        }) {
            Ok((binary, identity)) => terminal::say(&found(wanted, &binary, &identity)),
            Err(problem) => {
                terminal::complain(&format!("{wanted}: {problem}"));
                exit = Exit::Environment;
            }
        }
    }
    if exit == Exit::Environment {
        terminal::complain("ci/setup builds what is missing");
    }
    Ok(exit)
}

fn found(wanted: Wanted, binary: &Binary, identity: &Identity) -> String {
    let active: Vec<&str> = identity
        .deployments
        .iter()
        .filter(|(_, deployment)| deployment.active)
        .map(|(name, _)| name.as_str())
        .collect();
    format!(
        "{wanted}: {} ({})\n  {}\n  active on regtest: {}",
        identity.version_line,
        identity.subversion,
        binary.path().display(),
        active.join(", ")
    )
}

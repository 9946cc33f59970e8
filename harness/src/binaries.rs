//! Which bitcoind plays which part, and whether it can.

use std::fmt;

use leyden_bitcoind::{Binary, Choice, Flavour, Identity, Lack};

use crate::cli::Binaries;

/// The part a bitcoind is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wanted {
    /// The unmodified one.
    Stock,
    /// The one with NOINPUT and timestop.
    Patched,
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stock => "stock",
            Self::Patched => "patched",
        })
    }
}

impl From<leyden_scenario::Flavour> for Wanted {
    fn from(flavour: leyden_scenario::Flavour) -> Self {
        match flavour {
            leyden_scenario::Flavour::Stock => Self::Stock,
            leyden_scenario::Flavour::Patched => Self::Patched,
        }
    }
}

/// The binary for a part: the option, the environment, the one built here; for stock also an installed one.
pub(crate) fn find(choice: &Binaries, wanted: Wanted) -> Result<Binary, String> {
    let (option, flavour) = match wanted {
        Wanted::Stock => (&choice.stock, Flavour::Stock),
        Wanted::Patched => (&choice.patched, Flavour::Patched),
    };
    if let Some(path) = option {
        return Binary::at(path).map_err(|error| error.to_string());
    }
    if wanted == Wanted::Stock
        && std::env::var_os("LEYDEN_BITCOIND_STOCK").is_none()
        && std::env::var_os("BITCOIND_EXE").is_some()
    {
        return Binary::find(&Choice::Installed).map_err(|error| error.to_string());
    }
    match Binary::find(&Choice::Flavour(flavour)) {
        Ok(binary) => Ok(binary),
        Err(error) if wanted == Wanted::Stock => {
            Binary::find(&Choice::Installed).map_err(|_| error.to_string())
        }
        Err(error) => Err(error.to_string()),
    }
}

/// Whether a bitcoind can do what its part needs; the text says what it lacks.
pub(crate) fn suits(identity: &Identity, wanted: Wanted) -> Result<(), String> {
    let policy = [
        Lack::Version3Relay,
        Lack::EphemeralDust,
        Lack::PayToAnchor,
        Lack::SubmitPackage,
    ];
    identity
        .require(&policy)
        .map_err(|error| error.to_string())?;
    match wanted {
        Wanted::Stock if identity.flavour == Flavour::Patched => {
            Err("it has the soft forks: an unmodified bitcoind is wanted".to_owned())
        }
        Wanted::Stock => Ok(()),
        Wanted::Patched => identity
            .require(&[Lack::Noinput, Lack::Timestop])
            .map_err(|error| error.to_string()),
    }
}

//! The two ways of writing the paper's contracts.

use core::fmt;
use core::str::FromStr;

/// How the paper's contracts are written down as Bitcoin scripts and signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// The paper's own construction: `SIGHASH_NOINPUT`, locks in pre-signed children (Appendix A).
    Noinput,
    /// The paper's stop-gap for an unmodified Bitcoin: `OP_CHECKSEQUENCEVERIFY` in the script (§3.3, §9.5).
    Csv,
}

impl Dialect {
    /// Both dialects, the paper's own first.
    pub const BOTH: [Dialect; 2] = [Dialect::Noinput, Dialect::Csv];
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Noinput => "noinput",
            Self::Csv => "csv",
        })
    }
}

/// The text names no dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseDialectError;

impl fmt::Display for ParseDialectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a dialect: noinput or csv")
    }
}

impl core::error::Error for ParseDialectError {}

impl FromStr for Dialect {
    type Err = ParseDialectError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "noinput" => Ok(Self::Noinput),
            "csv" => Ok(Self::Csv),
            _ => Err(ParseDialectError),
        }
    }
}

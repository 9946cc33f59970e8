//! Which bitcoind.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use bitcoin::hashes::{Hash as _, sha256};
use thiserror::Error;

use crate::identity::{self, IdentifyError, Identity};

/// The two builds made by `ci/bitcoind/build`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flavour {
    /// Bitcoin Core as released.
    Stock,
    /// With the NOINPUT and timestop soft forks.
    Patched,
}

impl fmt::Display for Flavour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Stock => "stock",
            Self::Patched => "patched",
        })
    }
}

impl Flavour {
    /// The environment variable that names this flavour's binary.
    #[must_use]
    pub const fn variable(self) -> &'static str {
        match self {
            Self::Stock => "LEYDEN_BITCOIND_STOCK",
            Self::Patched => "LEYDEN_BITCOIND_PATCHED",
        }
    }
}

/// What the user asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Choice {
    /// A build of `ci/bitcoind/build`: where its variable says, else the newest in the cache.
    Flavour(Flavour),
    /// This file.
    Path(PathBuf),
    /// Whatever bitcoind is installed: `BITCOIND_EXE`, the download of the `bitcoind` crate, `PATH`.
    Installed,
}

impl FromStr for Choice {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "stock" => Self::Flavour(Flavour::Stock),
            "patched" => Self::Flavour(Flavour::Patched),
            "installed" => Self::Installed,
            path => Self::Path(path.into()),
        })
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flavour(flavour) => flavour.fmt(f),
            Self::Path(path) => path.display().fmt(f),
            Self::Installed => f.pad("installed"),
        }
    }
}

/// Why there is no bitcoind to use.
#[derive(Debug, Error)]
pub enum FindError {
    /// Not in any of these places.
    #[error("no {choice} bitcoind: looked at {}; build one with `ci/bitcoind/build {choice}`", looked.join(", "))]
    NotFound {
        /// What was asked for.
        choice: Choice,
        /// Where it was looked for.
        looked: Vec<String>,
    },
    /// The file cannot be run.
    #[error("cannot run {}: {source}", path.display())]
    NotRun {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is some other program.
    #[error("{} is not bitcoind: `-version` says {output:?}", path.display())]
    NotBitcoind {
        /// The file.
        path: PathBuf,
        /// The first line it printed.
        output: String,
    },
}

struct Inner {
    path: PathBuf,
    version_line: String,
    options: BTreeSet<String>,
    identity: Mutex<Option<Arc<Identity>>>,
}

/// A bitcoind that runs and says it is one. Cheap to clone.
#[derive(Clone)]
pub struct Binary(Arc<Inner>);

/// Each file is asked once per process.
static KNOWN: Mutex<BTreeMap<PathBuf, Binary>> = Mutex::new(BTreeMap::new());

impl Binary {
    /// Finds what the user asked for.
    ///
    /// # Errors
    /// [`FindError`] says where it was looked for.
    pub fn find(choice: &Choice) -> Result<Self, FindError> {
        match choice {
            Choice::Path(path) => Self::at(path),
            Choice::Flavour(flavour) => Self::at(built(*flavour)?),
            Choice::Installed => {
                let path = bitcoind::exe_path().map_err(|_| FindError::NotFound {
                    choice: Choice::Installed,
                    looked: vec!["BITCOIND_EXE".to_owned(), "PATH".to_owned()],
                })?;
                Self::at(path)
            }
        }
    }

    /// The bitcoind in this file.
    ///
    /// # Errors
    /// If it cannot be run, or is not bitcoind.
    pub fn at(path: impl AsRef<Path>) -> Result<Self, FindError> {
        let path = path.as_ref();
        let path = path
            .canonicalize()
            .map_err(|source| not_run(path, source))?;
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(binary) = known.get(&path) {
            return Ok(binary.clone());
        }
        let version_line = first_line(&output(&path, &["-version"])?);
        if !version_line.contains("Core") || !version_line.contains("version") {
            return Err(FindError::NotBitcoind {
                path,
                output: version_line,
            });
        }
        let options = option_names(&output(&path, &["-help", "-help-debug"])?);
        let binary = Self(Arc::new(Inner {
            path: path.clone(),
            version_line,
            options,
            identity: Mutex::new(None),
        }));
        known.insert(path, binary.clone());
        Ok(binary)
    }

    /// The file, with no links in its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// The first line of `bitcoind -version`.
    #[must_use]
    pub fn version_line(&self) -> &str {
        &self.0.version_line
    }

    /// The version in [`Self::version_line`], as Core numbers them: 31.99.0 is 319900.
    #[must_use]
    pub fn version(&self) -> Option<u32> {
        parse_version(&self.0.version_line)
    }

    /// Whether this binary lists the option (`-name`, without value) in its help.
    #[must_use]
    pub fn accepts(&self, option: &str) -> bool {
        self.0.options.contains(option)
    }

    /// SHA256 of the file in hex, for the record of a run.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn sha256(&self) -> io::Result<String> {
        fs::read(&self.0.path).map(|bytes| sha256::Hash::hash(&bytes).to_string())
    }

    /// Asks a running node of this binary what it is and what it lacks. Asked once per process.
    ///
    /// # Errors
    /// If the node cannot be started or does not answer.
    pub fn identify(&self) -> Result<Arc<Identity>, IdentifyError> {
        let mut known = self
            .0
            .identity
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(identity) = &*known {
            return Ok(Arc::clone(identity));
        }
        let identity = Arc::new(identity::ask(self)?);
        *known = Some(Arc::clone(&identity));
        Ok(identity)
    }
}

impl fmt::Debug for Binary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Binary").field(&self.0.path).finish()
    }
}

impl PartialEq for Binary {
    fn eq(&self, other: &Self) -> bool {
        self.0.path == other.0.path
    }
}

impl Eq for Binary {}

impl PartialOrd for Binary {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Binary {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.path.cmp(&other.0.path)
    }
}

/// The build of this flavour: `$LEYDEN_BITCOIND_…`, else the newest in the cache.
fn built(flavour: Flavour) -> Result<PathBuf, FindError> {
    let variable = flavour.variable();
    if let Some(path) = env::var_os(variable).filter(|path| !path.is_empty()) {
        return Ok(path.into());
    }
    let cache = env::var_os("XDG_CACHE_HOME")
        .filter(|path| !path.is_empty())
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".cache")))
        .unwrap_or_default()
        .join("leyden/bitcoind");
    newest(&cache, &format!("{flavour}-")).ok_or_else(|| FindError::NotFound {
        choice: Choice::Flavour(flavour),
        looked: vec![
            format!("${variable}"),
            format!("{}/{flavour}-*/bin/bitcoind", cache.display()),
        ],
    })
}

/// The youngest `<prefix>*/bin/bitcoind` in `cache`.
fn newest(cache: &Path, prefix: &str) -> Option<PathBuf> {
    fs::read_dir(cache)
        .ok()?
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path().join("bin/bitcoind"))
        .filter_map(|path| {
            let modified = path.metadata().and_then(|data| data.modified()).ok()?;
            Some((modified, path))
        })
        .max()
        .map(|(_, path)| path)
}

fn not_run(path: &Path, source: io::Error) -> FindError {
    FindError::NotRun {
        path: path.to_owned(),
        source,
    }
}

fn output(path: &Path, args: &[&str]) -> Result<String, FindError> {
    let output = Command::new(path)
        .args(args)
        .output()
        .map_err(|source| not_run(path, source))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// `  -name=<value>` at the start of a line of the help text.
fn option_names(help: &str) -> BTreeSet<String> {
    help.lines()
        .map(str::trim_start)
        .filter(|line| line.starts_with('-'))
        .filter_map(|line| {
            line.split(|c: char| !(c == '-' || c.is_ascii_alphanumeric()))
                .next()
        })
        .map(str::to_owned)
        .collect()
}

/// `… version v31.99.0-…` is 319900.
fn parse_version(line: &str) -> Option<u32> {
    let (_, after) = line.split_once("version ")?;
    let digits = after.trim_start_matches('v');
    let mut parts = digits
        .split(|c: char| !c.is_ascii_digit())
        .map(str::parse::<u32>);
    let major = parts.next()?.ok()?;
    let minor = parts.next()?.ok()?;
    let revision = parts.next().and_then(Result::ok).unwrap_or(0);
    major
        .checked_mul(10_000)?
        .checked_add(minor.checked_mul(100)?)?
        .checked_add(revision)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbered_as_core_does() {
        let cases = [
            ("Bitcoin Core daemon version v31.99.0 bitcoind", 319_900),
            ("Bitcoin Core version v28.1.0", 280_100),
            ("Bitcoin Core daemon version v30.2.0-leyden", 300_200),
        ];
        for (line, version) in cases {
            assert_eq!(parse_version(line), Some(version), "{line}");
        }
        assert_eq!(parse_version("bash 5.1"), None);
    }

    #[test]
    fn options_are_read_from_the_help() {
        let help = "Options:\n\n  -fastprune\n       Use smaller files\n\n  -maxtipage=<n>\n       Text\n\n  -connect=<ip>\n";
        let names = option_names(help);
        assert!(names.contains("-fastprune"));
        assert!(names.contains("-maxtipage"));
        assert_eq!(names.len(), 3);
    }

    #[test]
    fn another_program_is_not_taken_for_bitcoind() {
        assert!(matches!(
            Binary::at("/bin/echo"),
            Err(FindError::NotBitcoind { .. })
        ));
        assert!(matches!(
            Binary::at("/nonexistent"),
            Err(FindError::NotRun { .. })
        ));
    }
}

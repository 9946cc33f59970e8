//! Golden files on disk.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::model::{FORMAT, GoldenFile, RawError};
use crate::name::{NameError, is_word};

/// The largest golden file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 32 * 1024 * 1024;

/// Why a golden file cannot be read. Each says which file, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is none yet.
    #[error("{}: there is no golden file yet; look at the recording, then write it with `leyden run --accept`", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The system does not let it be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// It is larger than [`MAX_FILE_BYTES`].
    #[error("{}: larger than {MAX_FILE_BYTES} bytes; no golden file is: split the scenario", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// It is not JSON of the right form.
    #[error("{}: not a golden file: {source}; restore it, or record it again with `leyden run --accept`", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        source: serde_json::Error,
    },
    /// It is of another format.
    #[error("{}: its format is {found}, this program's {FORMAT}; record it again with `leyden run --accept`", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// The format it has.
        found: u32,
    },
    /// A transaction in it contradicts itself.
    #[error("{}: {id}: {source}; restore it, or record it again with `leyden run --accept`", path.display())]
    Raw {
        /// The file.
        path: PathBuf,
        /// The transaction.
        id: String,
        /// What is wrong.
        source: RawError,
    },
}

/// The golden file could not be written; an earlier one is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The system does not let it be written.
    #[error("{}: cannot be written: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// It cannot be put into JSON.
    #[error("{}: cannot be put into JSON: {source}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: serde_json::Error,
    },
}

/// What saving did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// The file is new or changed.
    Written,
    /// The file held the same already and was not touched.
    Unchanged,
}

/// The golden file of a scenario in one cell of its matrix: `<stem>.<cell>.golden.json` beside it.
///
/// # Errors
/// [`NameError::Shape`] if `cell` is not one or more of `a-z 0-9 . _ -`: it would name another directory.
pub fn golden_path(scenario: &Path, cell: &str) -> Result<PathBuf, NameError> {
    let shape = || NameError::Shape {
        text: cell.chars().take(40).collect(),
    };
    let stem = scenario.file_stem().ok_or_else(shape)?;
    if !is_word(cell) {
        return Err(shape());
    }
    let mut name = stem.to_owned();
    name.push(format!(".{cell}.golden.json"));
    Ok(scenario.with_file_name(name))
}

impl GoldenFile {
    /// Reads a golden file, and checks that each transaction is the one its txid says.
    ///
    /// # Errors
    /// [`LoadError`].
    pub fn load(path: &Path) -> Result<Self, LoadError> {
        let at = || path.to_owned();
        let text = read_bounded(path)?;
        let file =
            Self::from_json(&text).map_err(|source| LoadError::Json { path: at(), source })?;
        if file.format != FORMAT {
            return Err(LoadError::Format {
                path: at(),
                found: file.format,
            });
        }
        for tx in &file.transactions {
            tx.decoded().map_err(|source| LoadError::Raw {
                path: at(),
                id: tx.id.clone(),
                source,
            })?;
        }
        Ok(file)
    }

    /// Writes the file whole or not at all: to a temporary file beside it, then over it.
    ///
    /// # Errors
    /// [`SaveError`]; what was there before is unchanged.
    pub fn save(&self, path: &Path) -> Result<Saved, SaveError> {
        let io = |source| SaveError::Io {
            path: path.to_owned(),
            source,
        };
        let text = self.to_json().map_err(|source| SaveError::Json {
            path: path.to_owned(),
            source,
        })?;
        if read_bounded(path).is_ok_and(|old| old == text) {
            return Ok(Saved::Unchanged);
        }
        let temporary = temporary_path(path);
        let written = write_durably(&temporary, &text).and_then(|()| fs::rename(&temporary, path));
        if let Err(source) = written {
            // The first error is the one that tells; a leftover file does no harm.
            let _ = fs::remove_file(&temporary);
            return Err(io(source));
        }
        Ok(Saved::Written)
    }

    /// The file's text: JSON, indented, keys in a fixed order, a newline at the end.
    ///
    /// # Errors
    /// That of the JSON library; not for any file that [`crate::Recorder`] makes.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// Reads the file's text. Does not look at the transactions' bytes.
    ///
    /// # Errors
    /// Where and why it is not of the form, unknown keys included.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

fn read_bounded(path: &Path) -> Result<String, LoadError> {
    let io = |source: io::Error| {
        let path = path.to_owned();
        if source.kind() == io::ErrorKind::NotFound {
            LoadError::Missing { path }
        } else {
            LoadError::Io { path, source }
        }
    };
    let mut text = String::new();
    let file = File::open(path).map_err(io)?;
    let read = file
        .take(MAX_FILE_BYTES.saturating_add(1))
        .read_to_string(&mut text)
        .map_err(io)?;
    if u64::try_from(read).is_ok_and(|read| read <= MAX_FILE_BYTES) {
        Ok(text)
    } else {
        Err(LoadError::TooLarge {
            path: path.to_owned(),
        })
    }
}

/// One for each call, because two cells may write the same golden file at the same time.
fn temporary_path(path: &Path) -> PathBuf {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.{call}.tmp", std::process::id()));
    path.with_file_name(name)
}

fn write_durably(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

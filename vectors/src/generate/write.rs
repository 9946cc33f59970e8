//! Files of vectors in a directory: made, compared, replaced.

use core::fmt;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bitcoin::hashes::{Hash, sha256};
use leyden_bitcoind::{Binary, Choice, FindError, Flavour};

use super::Verdicts;
use super::plan::{Plan, PlanError};
use crate::counts::Counts;
use crate::model::{BitcoindOf, LoadError, PatchOf, Subject, Vector, VectorFile};
use crate::replay::{ReplayError, ask_all};

/// A stock and a patched bitcoind.
#[derive(Clone)]
pub struct Bitcoinds {
    /// As released.
    pub stock: Binary,
    /// With the soft forks.
    pub patched: Binary,
}

impl Bitcoinds {
    /// Finds both builds of `ci/bitcoind/build`.
    ///
    /// # Errors
    /// [`FindError`] with the places looked at.
    pub fn find() -> Result<Self, FindError> {
        Ok(Self {
            stock: Binary::find(&Choice::Flavour(Flavour::Stock))?,
            patched: Binary::find(&Choice::Flavour(Flavour::Patched))?,
        })
    }
}

/// What to do if a vector that exists would get other values, or go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changes {
    /// Refuse: a value that changes is a changed protocol or a mended error.
    Refuse,
    /// Write it.
    Accept,
}

/// Why vectors were not made.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// A fault of the generator, or of what it tests.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A file that is there cannot be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A bitcoind could not be asked.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// Bitcoinds have to be asked of a new vector.
    #[error("{vector}: no file says what bitcoinds say of it; generate with both bitcoinds")]
    NoVerdict {
        /// The vector.
        vector: String,
    },
    /// Vectors that exist would change.
    #[error("these vectors would change or go: {}; accept that, and say why in the changelog", vectors.join(", "))]
    Changed {
        /// Their whole names.
        vectors: Vec<String>,
    },
    /// A file cannot be put into JSON.
    #[error("{subject}: {source}")]
    Json {
        /// What the file is about.
        subject: Subject,
        /// Why.
        source: serde_json::Error,
    },
    /// The system does not let a file be written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

/// What was made.
#[derive(Clone, Debug)]
pub struct Generated {
    /// Files that are new or other than before.
    pub written: Vec<PathBuf>,
    /// Files that were so already.
    pub unchanged: Vec<PathBuf>,
    /// Vectors that existed and have other values now, or are gone.
    pub changed: Vec<String>,
    /// How many of what.
    pub counts: Counts,
}

impl fmt::Display for Generated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for path in &self.written {
            writeln!(f, "written   {}", path.display())?;
        }
        for path in &self.unchanged {
            writeln!(f, "unchanged {}", path.display())?;
        }
        for vector in &self.changed {
            writeln!(f, "changed   {vector}")?;
        }
        write!(f, "{}", self.counts)
    }
}

/// Makes every file of vectors in `dir` from the seeds.
///
/// With bitcoinds each transaction is asked for; without, their verdicts are those in the files.
///
/// # Errors
/// [`GenerateError`]; nothing is written then, or some files are and none of them by half.
pub fn generate(
    dir: &Path,
    bitcoinds: Option<&Bitcoinds>,
    changes: Changes,
) -> Result<Generated, GenerateError> {
    let old = existing(dir)?;
    let files = make(dir, &old, bitcoinds)?;
    let other = changed(&old, &files);
    if changes == Changes::Refuse && !other.is_empty() {
        return Err(GenerateError::Changed { vectors: other });
    }
    let mut generated = Generated {
        written: Vec::new(),
        unchanged: Vec::new(),
        changed: other,
        counts: Counts::of(&files),
    };
    for file in &files {
        let path = dir.join(file.subject.file_name());
        let text = text(file)?;
        if fs::read_to_string(&path).is_ok_and(|old| old == text) {
            generated.unchanged.push(path);
        } else {
            write(&path, &text)?;
            generated.written.push(path);
        }
    }
    Ok(generated)
}

/// What the files in `dir` have other than the seeds make; nothing is written.
///
/// # Errors
/// As [`generate`].
pub fn stale(dir: &Path) -> Result<Vec<String>, GenerateError> {
    let old = existing(dir)?;
    let files = make(dir, &old, None)?;
    let mut stale = changed(&old, &files);
    for file in &files {
        let path = dir.join(file.subject.file_name());
        let text = text(file)?;
        if !fs::read_to_string(&path).is_ok_and(|old| old == text) {
            stale.push(file.subject.file_name());
        }
    }
    Ok(stale)
}

fn text(file: &VectorFile) -> Result<String, GenerateError> {
    file.to_json().map_err(|source| GenerateError::Json {
        subject: file.subject,
        source,
    })
}

/// Whole, or not at all.
fn write(path: &Path, text: &str) -> Result<(), GenerateError> {
    let beside = path.with_extension("json.new");
    fs::write(&beside, text)
        .and_then(|()| fs::rename(&beside, path))
        .map_err(|source| GenerateError::Io {
            path: path.to_owned(),
            source,
        })
}

/// The files that are there.
fn existing(dir: &Path) -> Result<Vec<VectorFile>, LoadError> {
    let there = |subject: &Subject| dir.join(subject.file_name()).exists();
    let subjects = Subject::ALL.into_iter().filter(there);
    subjects
        .map(|subject| VectorFile::load(dir, subject))
        .collect()
}

fn make(
    dir: &Path,
    old: &[VectorFile],
    bitcoinds: Option<&Bitcoinds>,
) -> Result<Vec<VectorFile>, GenerateError> {
    let plan = Plan::whole()?;
    let (verdicts, bitcoind) = match bitcoinds {
        Some(bitcoinds) => (ask_all(&plan, bitcoinds)?, identify(dir, bitcoinds)?),
        None => remembered(&plan, old)?,
    };
    Ok(plan.files(&verdicts, &bitcoind)?)
}

fn remembered(
    plan: &Plan,
    old: &[VectorFile],
) -> Result<(Verdicts, Vec<BitcoindOf>), GenerateError> {
    let mut known = by_name(old);
    let mut verdicts = Verdicts::new();
    for asked in plan.scenes.iter().flat_map(crate::replay::asked) {
        let vector = &asked.vector;
        let verdict = known.remove(vector).and_then(|vector| vector.verdict);
        let verdict = verdict.ok_or_else(|| GenerateError::NoVerdict {
            vector: vector.clone(),
        })?;
        verdicts.insert(vector.clone(), verdict);
    }
    let bitcoind = old.first().map(|file| file.provenance.bitcoind.clone());
    Ok((verdicts, bitcoind.unwrap_or_default()))
}

fn by_name(files: &[VectorFile]) -> BTreeMap<String, Vector> {
    let all = files.iter().flat_map(|file| {
        let name = |vector: &Vector| format!("{}/{}", file.subject, vector.name);
        file.vectors
            .iter()
            .map(move |vector| (name(vector), vector.clone()))
    });
    all.collect()
}

/// Vectors that were there and have other inputs, values or verdicts now, or are gone.
fn changed(old: &[VectorFile], new: &[VectorFile]) -> Vec<String> {
    let new = by_name(new);
    let same = |name: &String, old: &Vector| {
        new.get(name).is_some_and(|new| {
            (&new.inputs, &new.steps, &new.result, &new.verdict)
                == (&old.inputs, &old.steps, &old.result, &old.verdict)
        })
    };
    let old = by_name(old).into_iter();
    old.filter(|(name, vector)| !same(name, vector))
        .map(|(name, _)| name)
        .collect()
}

/// Versions and patches, as they stand in the repository.
fn identify(dir: &Path, bitcoinds: &Bitcoinds) -> Result<Vec<BitcoindOf>, GenerateError> {
    let version = |binary: &Binary| {
        let mut words = binary.version_line().split_whitespace();
        let found = words.find(|word| {
            word.strip_prefix('v')
                .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
        });
        found.unwrap_or_default().to_owned()
    };
    Ok(vec![
        BitcoindOf {
            name: "stock".to_owned(),
            version: version(&bitcoinds.stock),
            patches: Vec::new(),
        },
        BitcoindOf {
            name: "patched".to_owned(),
            version: version(&bitcoinds.patched),
            patches: patches(&dir.join("../ci/bitcoind/patches"))?,
        },
    ])
}

fn patches(dir: &Path) -> Result<Vec<PatchOf>, GenerateError> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| GenerateError::Io { path, source }
    };
    if !dir.exists() {
        return Ok(Vec::new());
    }
    let mut files = fs::read_dir(dir)
        .and_then(Iterator::collect::<io::Result<Vec<_>>>)
        .map_err(io(dir))?;
    files.retain(|file| file.path().extension().is_some_and(|end| end == "patch"));
    files.sort_by_key(fs::DirEntry::file_name);
    files
        .iter()
        .map(|file| {
            let bytes = fs::read(file.path()).map_err(io(&file.path()))?;
            Ok(PatchOf {
                file: file.file_name().to_string_lossy().into_owned(),
                sha256: sha256::Hash::hash(&bytes).to_string(),
            })
        })
        .collect()
}

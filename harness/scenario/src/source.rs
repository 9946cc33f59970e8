//! Files of scenarios and fragments, as bytes.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::limits;

/// A file as read, not yet looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Where it is; messages print it as given.
    pub path: PathBuf,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Everything that [`crate::Plan::check`] looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// Scenario files.
    pub scenarios: Vec<SourceFile>,
    /// Fragment files by name, which is the file name without `.yaml`.
    pub fragments: BTreeMap<String, SourceFile>,
}

/// A path could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The operating system refused.
    #[error("cannot read {}", path.display())]
    Io {
        /// Which path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Two folders of fragments have one of the same name.
    #[error("two fragments are called `{name}`: {} and {}", first.display(), second.display())]
    FragmentTwice {
        /// The name.
        name: String,
        /// One file.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
}

impl Sources {
    /// Reads files, and every `*.yaml` below folders, in the order of their paths.
    ///
    /// Fragments come from the nearest folder `fragments` beside or above each path. At most
    /// [`limits::FILE_BYTES`] + 1 bytes of each file are read.
    ///
    /// # Errors
    /// [`LoadError::Io`] for a path that is missing or unreadable, [`LoadError::FragmentTwice`].
    pub fn read(paths: &[PathBuf]) -> Result<Self, LoadError> {
        let mut sources = Self::default();
        let mut files = Vec::new();
        for path in paths {
            walk(path, &mut files)?;
            if let Some(folder) = fragments_of(path) {
                sources.read_fragments(&folder)?;
            }
        }
        files.sort();
        files.dedup();
        for path in files {
            sources.scenarios.push(read_file(path)?);
        }
        Ok(sources)
    }

    fn read_fragments(&mut self, folder: &Path) -> Result<(), LoadError> {
        let mut files = Vec::new();
        walk(folder, &mut files)?;
        for path in files {
            let name = path
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned())
                .unwrap_or_default();
            match self.fragments.get(&name) {
                Some(known) if known.path == path => {}
                Some(known) => {
                    return Err(LoadError::FragmentTwice {
                        name,
                        first: known.path.clone(),
                        second: path,
                    });
                }
                None => {
                    self.fragments.insert(name, read_file(path)?);
                }
            }
        }
        Ok(())
    }
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> LoadError {
    let path = path.to_path_buf();
    move |source| LoadError::Io { path, source }
}

fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "yaml")
}

/// Adds `path`, or what is below it, fragments of scenario folders left out.
fn walk(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), LoadError> {
    if !fs::metadata(path).map_err(io(path))?.is_dir() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    let mut entries = Vec::new();
    for entry in fs::read_dir(path).map_err(io(path))? {
        entries.push(entry.map_err(io(path))?.path());
    }
    entries.sort();
    for entry in entries {
        let is_folder = fs::symlink_metadata(&entry).map_err(io(&entry))?.is_dir();
        if is_folder && entry.file_name().is_some_and(|name| name != "fragments") {
            walk(&entry, files)?;
        } else if !is_folder && is_yaml(&entry) {
            files.push(entry);
        }
    }
    Ok(())
}

fn fragments_of(path: &Path) -> Option<PathBuf> {
    let absolute = fs::canonicalize(path).ok()?;
    // Paths stay as the caller wrote them where they can: messages and golden files show them.
    let written = path
        .ancestors()
        .filter(|ancestor| !ancestor.as_os_str().is_empty());
    written
        .map(|ancestor| ancestor.join("fragments"))
        .chain(
            absolute
                .ancestors()
                .map(|ancestor| ancestor.join("fragments")),
        )
        .find(|folder| folder.is_dir())
}

fn read_file(path: PathBuf) -> Result<SourceFile, LoadError> {
    let mut bytes = Vec::new();
    let most = u64::try_from(limits::FILE_BYTES)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    fs::File::open(&path)
        .and_then(|file| file.take(most).read_to_end(&mut bytes))
        .map_err(io(&path))?;
    Ok(SourceFile { path, bytes })
}

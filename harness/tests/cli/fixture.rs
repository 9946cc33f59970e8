//! A folder of scenarios of its own for each test, and the program to run on it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// Where the repository's scenarios are.
pub(crate) fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

/// A folder with scenario files; runs leave their folders beside them.
pub(crate) struct Folder {
    pub(crate) dir: TempDir,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("scenarios")).unwrap();
        Self { dir }
    }

    pub(crate) fn with(name: &str, text: &str) -> Self {
        let folder = Self::new();
        folder.write(name, text);
        folder
    }

    /// With one of the repository's scenarios, its fragments and its golden files.
    pub(crate) fn with_copy_of(section: &str, name: &str) -> Self {
        let folder = Self::new();
        let fragments = scenarios().join("fragments");
        fs::create_dir(folder.path("fragments")).unwrap();
        for entry in fs::read_dir(fragments).unwrap() {
            let from = entry.unwrap().path();
            fs::copy(
                &from,
                folder.path("fragments").join(from.file_name().unwrap()),
            )
            .unwrap();
        }
        for entry in fs::read_dir(scenarios().join(section)).unwrap() {
            let from = entry.unwrap().path();
            let file = from.file_name().unwrap().to_str().unwrap().to_owned();
            if file.split('.').next() == Some(name) {
                fs::copy(&from, folder.path(&file)).unwrap();
            }
        }
        folder
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.dir.path().join("scenarios").join(file)
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        fs::write(self.path(file), text).unwrap();
    }

    /// `leyden` with these arguments, in this folder.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_leyden"));
        command
            .current_dir(self.dir.path())
            .args(args)
            .args(["--scenarios", "scenarios"])
            .env("NO_COLOR", "1")
            .env("COLUMNS", "100");
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran::from(self.command(args).output().unwrap())
    }
}

/// What a run of the program printed and returned.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

//! Where things are.

use std::path::{Path, PathBuf};

/// The vectors of this repository.
pub fn vectors() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file under `tests`.
pub fn test_file(name: &str) -> PathBuf {
    vectors().join("tests").join(name)
}

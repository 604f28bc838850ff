//! One set of cases for every front of the engine: natively, through the component in wasmtime, and through the component in
//! JavaScript, each by JSON and (where there are types) by types. All must give the same answers.

pub mod case;
pub mod diff;
pub mod fronts;
pub mod octokit;
pub mod thread;
pub mod vectors;

use std::path::{Path, PathBuf};

/// The folder of this package.
pub fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The repository's top folder.
pub fn root() -> PathBuf {
    folder().parent().map(Path::to_owned).unwrap_or_default()
}

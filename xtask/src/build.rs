//! The program, with the component embedded precompiled.

use std::path::PathBuf;

use anyhow::Result;

use crate::shell::{cargo, root, run};
use crate::{component, setup};

/// Builds the release program, which has no compiler of components in it, and returns where it is.
pub(crate) fn program() -> Result<PathBuf> {
    setup::targets()?;
    component::engine()?;
    run(cargo().args([
        "build",
        "--release",
        "--package",
        "buildonce",
        "--no-default-features",
        "--features",
        "embedded",
    ]))?;
    Ok(root().join("target/release/buildonce"))
}

/// Builds the program as `cargo build` does and returns where it is: in a tenth of the time, as nearly all of it was built for xtask.
///
/// Xtask is named so that cargo gives both the same features of the crates that they share; otherwise it would build those again.
pub(crate) fn quick() -> Result<PathBuf> {
    setup::targets()?;
    component::engine()?;
    run(cargo().args(["build", "--package", "xtask", "--package", "buildonce", "--bin", "buildonce"]))?;
    Ok(root().join("target/debug/buildonce"))
}

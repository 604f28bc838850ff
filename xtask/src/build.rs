//! The release program: runtime only, the component embedded precompiled.

use std::path::PathBuf;

use anyhow::Result;

use crate::shell::{cargo, root, run};
use crate::{component, setup};

/// Builds it and returns where it is.
pub(crate) fn program() -> Result<PathBuf> {
    setup::targets()?;
    component::build()?;
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

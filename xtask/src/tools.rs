//! Cargo's tools that this project uses, installed below `target/` so that nothing of the machine changes.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::shell::{cargo, root, run, say};

/// A program from the registry of crates, at one version.
pub(crate) struct Tool {
    name: &'static str,
    version: &'static str,
}

/// Runs the fuzz targets.
pub(crate) const FUZZ: Tool = Tool { name: "cargo-fuzz", version: "0.13.2" };

/// Checks licences, duplicates and sources of the dependencies.
pub(crate) const DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2" };

impl Tool {
    /// Where it is, installed when it is not there yet.
    pub(crate) fn path(&self) -> Result<PathBuf> {
        // The version is part of the path, so that a newer one is not mistaken for this one.
        let folder = root().join("target/tools").join(format!("{}-{}", self.name, self.version));
        let program = folder.join("bin").join(self.name);
        if !program.exists() {
            say(&format!("installing {} {} (minutes, and only once)", self.name, self.version));
            run(cargo().args(["install", "--quiet", "--locked", "--root"]).arg(&folder).args([
                "--version",
                self.version,
                self.name,
            ]))
            .with_context(|| {
                format!("cannot install {}: cargo downloads it, so this machine must be online once", self.name)
            })?;
        }
        Ok(program)
    }
}

//! Other programs, the real ones: registries, builders, and `docker buildx`, which reads what we write.

mod bake;
mod docker;
pub(crate) mod packages;

use anyhow::Result;

use crate::shell::{cargo, run};

/// Gets the programs, then runs the program against them.
pub(crate) fn run_all() -> Result<()> {
    packages::install()?;
    docker::unpacked()?;
    run(cargo().args(["build", "--quiet", "--package", "buildonce"]))?;
    run(cargo().args(["test", "--package", "buildonce-e2e"]))?;
    bake::run_all()
}

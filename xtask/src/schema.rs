//! Files that are generated and committed.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::shell::{read, root};
use crate::{build, cases, zones};

/// Writes the generated files with the program that a user runs.
pub(crate) fn write() -> Result<()> {
    zones::write()?;
    cases::write()?;
    let program = build::program()?;
    let schema = read(Command::new(program).arg("schema"))?;
    let path = root().join("schema/policy.schema.json");
    fs::write(&path, schema).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(())
}

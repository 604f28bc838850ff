//! What a fresh machine lacks.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::shell::{command, read, root, run, say};

/// The targets that the component is built for.
const TARGETS: [&str; 1] = ["wasm32-unknown-unknown"];

/// The oldest node that the JavaScript front runs on.
const NODE: u32 = 20;

/// Adds the wasm targets that are missing.
pub(crate) fn targets() -> Result<()> {
    let installed = read(command("rustup").args(["target", "list", "--installed"]))
        .context("rustup is needed to add the wasm target")?;
    for target in TARGETS.iter().filter(|target| !installed.lines().any(|line| line == **target)) {
        say(&format!("adding the target {target}"));
        run(command("rustup").args(["target", "add", target])).with_context(|| {
            format!("cannot add {target}: rustup downloads it, so this machine must be online once; later runs need no network")
        })?;
    }
    Ok(())
}

/// Installs the npm packages of the JavaScript front, when the lock file is newer than they are.
pub(crate) fn node_packages() -> Result<()> {
    let version =
        read(command("node").arg("--version")).context("node 20 or newer is needed for the JavaScript front")?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < NODE) {
        bail!("node {NODE} or newer is needed for the JavaScript front, this is {}", version.trim());
    }
    let folder = root().join("tests");
    let lock = fs::read(folder.join("package-lock.json")).context("cannot read tests/package-lock.json")?;
    let stamp = folder.join("node_modules/.installed-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    say("installing the npm packages of tests/");
    run(command("npm").args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(&folder)).context(
        "cannot install the npm packages of tests/: npm downloads them, so this machine must be online once",
    )?;
    fs::write(&stamp, lock).with_context(|| format!("cannot write {}", stamp.display()))
}

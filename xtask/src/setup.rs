//! What a fresh machine lacks.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::component;
use crate::shell::{command, read, root, run, say};

/// The targets that the component and the command are built for.
const TARGETS: [&str; 2] = [component::MODULE_TARGET, component::COMMAND_TARGET];

/// The oldest node that the JavaScript front runs on.
const NODE: u32 = 20;

/// Adds what rustup has and this machine lacks: the wasm targets, and the sources of the standard library, which the component is built
/// with.
pub(crate) fn targets() -> Result<()> {
    for (kind, wanted) in [("target", &TARGETS[..]), ("component", &["rust-src"])] {
        let installed = read(command("rustup").args([kind, "list", "--installed"]))
            .with_context(|| format!("rustup is needed to add the {kind} {}", wanted.join(", ")))?;
        for name in wanted.iter().filter(|name| !installed.lines().any(|line| line == **name)) {
            say(&format!("adding the {kind} {name}"));
            run(command("rustup").args([kind, "add", name])).with_context(|| {
                format!("cannot add {name}: rustup downloads it, so this machine must be online once; later runs need no network")
            })?;
        }
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

/// Makes the virtual environment of the Python fronts below `target/`, when its list of packages is newer than it is.
pub(crate) fn python_packages() -> Result<()> {
    let wanted = fs::read(root().join("tests/python/requirements.txt")).context("cannot read the list of packages")?;
    let folder = root().join("target/python");
    let stamp = folder.join("installed-requirements.txt");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    say("installing the Python packages of tests/");
    run(command("python3").args(["-m", "venv", "--clear"]).arg(&folder))
        .context("python 3.9 or newer with its module `venv` is needed for the Python fronts")?;
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    run(command(python)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--only-binary",
            ":all:",
            "--requirement",
        ])
        .arg("tests/python/requirements.txt"))
    .context("cannot install the Python packages of tests/: pip downloads them, so this machine must be online once")?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))
}

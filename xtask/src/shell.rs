//! Running programs.

use std::ffi::OsStr;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The repository's top folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}

/// How variables begin in which cargo tells a program of the package that it is run from.
const PACKAGE: [&str; 2] = ["CARGO_MANIFEST_", "CARGO_PKG_"];

/// A command in the repository's top folder.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    // Set by the cargo that runs xtask; an inner cargo must not take them for its own. Build scripts look at some of them, so with them
    // cargo would build ring and all that is on it anew, and again without xtask.
    command.env_remove("RUSTUP_TOOLCHAIN");
    let of_package =
        |name: &OsStr| name.to_str().is_some_and(|name| PACKAGE.iter().any(|start| name.starts_with(start)));
    for (variable, _) in std::env::vars_os().filter(|(name, _)| of_package(name)) {
        command.env_remove(variable);
    }
    command
}

/// Cargo, as PATH has it.
pub(crate) fn cargo() -> Command {
    command("cargo")
}

/// Runs a command with its output shown; an exit status other than 0 is an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = show(command);
    let status = command.status().with_context(|| format!("cannot start {shown}"))?;
    if !status.success() {
        bail!("{shown} ended with {status}");
    }
    Ok(())
}

/// Runs a command and returns what it printed.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let shown = show(command);
    let output = command.output().with_context(|| format!("cannot start {shown}"))?;
    if !output.status.success() {
        bail!("{shown} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn show(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

/// Tells the person what happens now.
pub(crate) fn say(what: &str) {
    eprintln!("{} {what}", emphasis("==>", std::io::stderr().is_terminal()));
}

/// Bold on a terminal, plain in a pipe.
pub(crate) fn emphasis(text: &str, terminal: bool) -> String {
    if terminal { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
}

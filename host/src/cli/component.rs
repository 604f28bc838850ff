//! `buildonce component`, and `--version`.

use std::fs;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::options::EngineOptions;
use super::terminal::Terminal;
use super::{Exit, Problem};
use crate::checksum::sha256;
use crate::outputs;
use crate::render::{one_line, pretty};

/// Shown below the options.
const EXAMPLES: &str = "Examples:
  buildonce component
  buildonce component wit > buildonce.wit
  buildonce component extract buildonce.wasm";

/// The WebAssembly component that decides: what it is, its interface, its bytes
///
/// Any WebAssembly runtime loads it, and has nothing to grant: it imports nothing.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub(crate) struct Options {
    #[command(subcommand)]
    action: Option<Action>,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: Format,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Version, size, checksum, imports and functions
    Info {
        /// Form of the answer
        #[arg(long, value_name = "FORM", default_value = "text")]
        format: Format,
    },
    /// The interface in WIT
    Wit,
    /// Write the component to a file
    Extract {
        /// The file
        file: PathBuf,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// The interface, the world first.
const WIT: [&str; 15] = [
    include_str!("../../../wit/engine.wit"),
    include_str!("../../../wit/types.wit"),
    include_str!("../../../wit/facts.wit"),
    include_str!("../../../wit/policy.wit"),
    include_str!("../../../wit/metadata.wit"),
    include_str!("../../../wit/tagging.wit"),
    include_str!("../../../wit/version.wit"),
    include_str!("../../../wit/reference.wit"),
    include_str!("../../../wit/retry.wit"),
    include_str!("../../../wit/selection.wit"),
    include_str!("../../../wit/receipt.wit"),
    include_str!("../../../wit/build.wit"),
    include_str!("../../../wit/promotion.wit"),
    include_str!("../../../wit/alias.wit"),
    include_str!("../../../wit/json.wit"),
];

/// Runs the command.
pub(crate) fn run(options: &Options, engine: &EngineOptions, terminal: Terminal) -> Result<Exit, Problem> {
    match &options.action {
        None => info(options.format, engine, terminal)?,
        Some(Action::Info { format }) => info(*format, engine, terminal)?,
        Some(Action::Wit) => terminal.print(&WIT.join("\n"))?,
        Some(Action::Extract { file }) => {
            let bytes = bytes(engine)?;
            outputs::replace(file, &bytes).map_err(|e| Problem::unwritable(file, &e))?;
        }
    }
    Ok(Exit::Done)
}

/// Answers `--version`.
pub(crate) fn version(terminal: Terminal) -> Result<Exit, Problem> {
    terminal.print(&format!("buildonce {} ({})\n", env!("CARGO_PKG_VERSION"), carried()))?;
    Ok(Exit::Done)
}

#[cfg(feature = "embedded")]
fn carried() -> String {
    let digest = sha256(buildonce::Engine::embedded_bytes());
    format!("component sha256:{}", digest.get(..12).unwrap_or(&digest))
}

#[cfg(not(feature = "embedded"))]
fn carried() -> String {
    "without a component".to_owned()
}

fn info(format: Format, engine: &EngineOptions, terminal: Terminal) -> Result<(), Problem> {
    // Loading checks the interface and refuses every import, so that `none` below is what was found.
    let mut session = engine.session()?;
    let functions = session.json_names()?;
    let bytes = bytes(engine)?;
    let (version, digest, size) = (env!("CARGO_PKG_VERSION"), sha256(&bytes), bytes.len());
    let text = match format {
        Format::Text => {
            let functions = one_line(&functions.join(", "));
            format!(
                "interface  buildonce:engine@{version}\nsha256     {digest}\nsize       {size} bytes\nimports    none\nfunctions  {functions}\n"
            )
        }
        Format::Json => pretty(
            &json!({
                "interface": format!("buildonce:engine@{version}"), "sha256": digest, "size": size,
                "imports": [], "functions": functions,
            })
            .to_string(),
        ),
    };
    terminal.print(&text)
}

/// SHA-256 of the component that decides, in hexadecimal.
pub(super) fn digest(engine: &EngineOptions) -> Result<String, Problem> {
    Ok(sha256(&bytes(engine)?))
}

/// The bytes of the component that would decide.
fn bytes(engine: &EngineOptions) -> Result<Vec<u8>, Problem> {
    match engine.file() {
        Some(path) => fs::read(path).map_err(|e| Problem::unreadable("the component", path, &e)),
        None => embedded(),
    }
}

#[cfg(feature = "embedded")]
#[expect(clippy::unnecessary_wraps, reason = "without the component there is nothing to return")]
fn embedded() -> Result<Vec<u8>, Problem> {
    Ok(buildonce::Engine::embedded_bytes().to_vec())
}

#[cfg(not(feature = "embedded"))]
fn embedded() -> Result<Vec<u8>, Problem> {
    Err(Problem::usage("no-component", "this program carries no component").help("name one with --component FILE"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_interface_is_shown() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../wit");
        let files = fs::read_dir(folder).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_file());
        assert_eq!(files.count(), WIT.len());
    }
}

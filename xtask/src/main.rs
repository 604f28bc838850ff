//! `cargo xtask …`: everything around the code.
#![expect(clippy::print_stdout, reason = "its output is for the person who runs it")]

mod bench;
mod build;
#[cfg(target_os = "linux")]
mod builds;
mod case;
mod cases;
mod component;
mod demo;
mod e2e;
mod fuzz;
mod one_rule;
mod replay;
mod retries;
mod schema;
mod setup;
mod shell;
mod test;
mod tools;
mod wit;
mod zones;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Set-up, component build, demo, tests and benchmarks.
///
/// `cargo xtask demo` and `cargo xtask test` are all that a newcomer needs; both set up what is missing.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing on this machine: the wasm targets and the sources of the standard library, by rustup
    Setup,
    /// Build the component: target/engine/buildonce.wasm, the same compiled for this machine's target, and the WASI command
    Component,
    /// Build the release program: target/release/buildonce, with the component embedded and no compiler
    Build,
    /// Show what every image would be called for real CI events, a build through a failing registry, and a later job that finds its image
    Demo,
    /// Run everything that CI runs, or one part of it
    Test {
        /// Which part; all of them without it
        #[arg(value_enum)]
        part: Option<test::Part>,
    },
    /// Measure what the README promises, as ratios within one run
    Bench,
    /// Run a record (`buildonce … --record FILE`) natively, where the message of a panic shows
    Replay {
        /// The record
        file: PathBuf,
    },
    /// Copy wit/ to wit/released/VERSION, against which every later version is checked: part of a release
    Freeze,
    /// Throw generated inputs at the core: one fuzz target, or all of them
    Fuzz(fuzz::Options),
    /// Write the generated files: schema/policy.schema.json, and the compact time zones and letters of the core
    Schema,
}

fn main() -> ExitCode {
    match run(&Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            // The chain of causes and no backtrace: what failed is nearly always another program, which has said why.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> Result<ExitCode> {
    match command {
        Command::Replay { file } => return replay::run(file),
        Command::Setup => setup::targets(),
        Command::Component => setup::targets().and_then(|()| component::build()).map(drop),
        Command::Build => build::program().map(drop),
        Command::Demo => demo::run(),
        Command::Test { part } => test::run(*part),
        Command::Bench => bench::run_all(),
        Command::Freeze => wit::freeze(),
        Command::Fuzz(options) => fuzz::run(options),
        Command::Schema => schema::write(),
    }?;
    Ok(ExitCode::SUCCESS)
}

//! `cargo xtask …`: everything around the code.

mod component;
mod shell;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Set-up, component build, demo, tests and benchmarks.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the component: target/engine/buildonce.wasm, and the same compiled for this machine's target
    Component,
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Command::Component => component::build().map(drop),
    }
}

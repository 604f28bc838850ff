//! The program: it reads what the engine may know, asks it, and carries out what it says.

mod builder;
mod cli;
mod clock;
mod credentials;
mod document;
mod environment;
mod git;
mod outputs;
mod problem;
mod program;
mod render;
mod tail;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run(std::env::args_os())
}

//! The program: it reads what the engine may know, asks it, and carries out what it says.

mod archive;
mod builder;
mod checksum;
mod cli;
mod clock;
mod course;
mod credentials;
mod document;
mod environment;
mod git;
mod http;
mod metadata;
mod observations;
mod outputs;
mod problem;
mod process;
mod program;
mod registry;
mod render;
mod tags;
mod tail;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os();
    // A supervisor is none of the commands: it has to be running in a millisecond, and its arguments are another program's.
    if arguments.len() > 1 && std::env::args_os().nth(1).is_some_and(|first| first == process::SUPERVISE) {
        return process::supervise(arguments.by_ref().skip(2));
    }
    cli::run(arguments)
}

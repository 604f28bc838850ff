//! The engine as a WASI command: requests as JSON lines on standard input, answers on standard output, for machines that have a
//! WASI 0.2 runtime and nothing else of ours. It only translates; `buildonce eval` speaks the same language.
//!
//! WASI 0.2 tells a caller whether a command succeeded and nothing more, so the exit code is 0 or 1.
#![forbid(unsafe_code)]

use std::io;

use buildonce_core::json;
use buildonce_lines::{Failure, ServeError, Summary, serve};

/// For someone who knows nothing.
const HELP: &str = "\
Call any function of the engine: JSON lines in, JSON lines out

A line holds an object: `call` is the function, `input` its parameters, `id` anything that the answer should repeat. Each
answer is one line: {\"id\": …, \"ok\": …}, or {\"id\": …, \"failure\": {\"code\": …, \"message\": …}} when the call could not be
carried out. A bad line does not end the program; the exit code is 1 when there was one.

Options:
  --list     list the functions instead
  --version  print the engine's version
  --help     print this

Example:
  echo '{\"call\": \"tagging.sanitize\", \"input\": {\"name\": \"Feature/X\"}}' | wasmtime run buildonce-cli.wasm
";

fn main() {
    let succeeded = match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(summary) => summary == Summary::AllAnswered,
        // Whoever reads has seen enough.
        Err(ServeError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => true,
        Err(error) => {
            eprintln!("error: {error}");
            false
        }
    };
    if !succeeded {
        // Not by the return value: some runtimes print a trace of their own when a command returns an error.
        std::process::exit(1);
    }
}

fn run(arguments: &[String]) -> Result<Summary, ServeError> {
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        [] => serve(io::stdin().lock(), io::stdout().lock(), call),
        ["--help" | "-h"] => print(HELP),
        ["--version" | "-V"] => print(concat!("buildonce-cli ", env!("CARGO_PKG_VERSION"), "\n")),
        ["--list"] => print(&json::names().fold(String::new(), |names, name| names + name + "\n")),
        [first, ..] => {
            eprintln!("error: `{first}` is no option; `--help` lists them");
            Ok(Summary::SomeFailed)
        }
    }
}

fn print(text: &str) -> Result<Summary, ServeError> {
    io::Write::write_all(&mut io::stdout(), text.as_bytes()).map_err(ServeError::Write)?;
    Ok(Summary::AllAnswered)
}

fn call(name: &str, input: &str) -> Result<String, Failure> {
    json::call(name, input).map_err(|failure| Failure {
        code: failure.code.word().to_owned(),
        message: failure.message,
        field: failure.field,
    })
}

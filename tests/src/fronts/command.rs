//! The WASI command: one process under another runtime than ours answers every case, a line each.

use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::Front;

/// A runtime of WASI 0.2 that is not wasmtime's Rust library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runtime {
    /// `jco run`, in node.
    Jco,
    /// The `wasmtime` package of Python with its WASI 0.2 linker.
    Python,
}

impl Runtime {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Jco, Self::Python];

    /// The name of its front.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jco => "wasi-jco",
            Self::Python => "wasi-python",
        }
    }

    /// The command under this runtime; arguments that follow are its own.
    pub fn command(self) -> Result<Command> {
        let wasm = crate::root().join("target/engine/buildonce-cli.wasm");
        ensure!(wasm.exists(), "there is no {}: `cargo xtask component` makes it", wasm.display());
        Ok(match self {
            Self::Jco => {
                let jco = crate::folder().join("node_modules/@bytecodealliance/jco/dist/jco.js");
                ensure!(
                    jco.exists(),
                    "the JavaScript packages are missing: run `npm ci` in {}",
                    crate::folder().display()
                );
                let mut command = Command::new("node");
                command.arg(jco).arg("run").arg(wasm);
                // jco looks for its WASI below the folder that it is started in.
                command.current_dir(crate::folder());
                command
            }
            Self::Python => {
                let mut command = python()?;
                command.arg(crate::folder().join("python/command.py")).arg(wasm);
                command
            }
        })
    }
}

/// The Python of the tests' own virtual environment, which has the `wasmtime` package.
pub fn python() -> Result<Command> {
    let folder = crate::root().join("target/python");
    let found = [folder.join("bin/python"), folder.join("Scripts/python.exe")].into_iter().find(|path| path.exists());
    let python: PathBuf = found.with_context(|| {
        format!("there is no Python in {}: `cargo xtask test conformance` makes it once", folder.display())
    })?;
    let mut command = Command::new(python);
    // It must not leave compiled files beside the sources.
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(command)
}

/// A process that answers lines.
struct Process {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Process {
    fn start(runtime: Runtime) -> Result<Self> {
        let mut command = runtime.command()?;
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", Path::new(command.get_program()).display()))?;
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().context("no stdout")?);
        Ok(Self { child, input, output })
    }

    fn ask(&mut self, request: &Value) -> Result<Value> {
        let input = self.input.as_mut().context("no stdin")?;
        writeln!(input, "{request}").context("the command ended")?;
        input.flush()?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        ensure!(!line.is_empty(), "the command ended without an answer; its error is above");
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The end of its input ends the command, and with it what the runtime started.
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

/// The command under one runtime, started by the first call. When it does not start, every call says why.
pub struct Wasi {
    runtime: Runtime,
    process: OnceLock<Result<Mutex<Process>>>,
}

impl fmt::Debug for Wasi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wasi").field("runtime", &self.runtime).finish_non_exhaustive()
    }
}

impl Wasi {
    /// The command under this runtime.
    pub fn new(runtime: Runtime) -> Self {
        Self { runtime, process: OnceLock::new() }
    }
}

impl Front for Wasi {
    fn name(&self) -> &'static str {
        self.runtime.name()
    }

    fn typed(&self) -> bool {
        false
    }

    fn call(&self, name: &str, input: &Value) -> Result<Value> {
        let process = self.process.get_or_init(|| Process::start(self.runtime).map(Mutex::new));
        let process = process.as_ref().map_err(|error| anyhow::anyhow!("{error:#}"))?;
        let mut process = process.lock().map_err(|_| anyhow::anyhow!("an earlier call broke the process"))?;
        let mut reply = process.ask(&json!({"id": name, "call": name, "input": input}))?;
        ensure!(reply.get("id").is_some_and(|id| id == name), "the answer is to another call: {reply}");
        match (reply.get_mut("ok").map(Value::take), reply.get("failure")) {
            (Some(answer), None) => Ok(answer),
            (None, Some(failure)) => Ok(json!({"failure": failure})),
            _ => bail!("neither an answer nor a failure: {reply}"),
        }
    }
}

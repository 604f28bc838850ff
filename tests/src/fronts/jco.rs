//! The component in JavaScript: made a module by jco, called in one node process for all cases.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result, bail, ensure};
use buildonce::Engine;
use serde_json::{Value, json};

use super::{Front, wit};

/// A node process that holds the component.
pub struct Runner {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl std::fmt::Debug for Runner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runner").field("process", &self.process.id()).finish_non_exhaustive()
    }
}

impl Runner {
    /// Makes the module if it is not there yet, and starts node.
    pub fn start() -> Result<Self> {
        let module = javascript_module()?;
        let mut process = Command::new("node")
            .arg(crate::folder().join("js/runner.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start node; it must be on PATH, version 20 or newer")?;
        let input = process.stdin.take().context("no stdin")?;
        let output = BufReader::new(process.stdout.take().context("no stdout")?);
        let mut runner = Self { process, input, output };
        let ready = runner.ask(&json!({"module": module, "functions": wit::describe()?}))?;
        ensure!(ready == json!({"ready": true}), "the runner said {ready}");
        Ok(runner)
    }

    fn ask(&mut self, request: &Value) -> Result<Value> {
        writeln!(self.input, "{request}").context("the runner ended")?;
        self.input.flush()?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        ensure!(!line.is_empty(), "the runner ended without an answer; its error is above");
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        // An error means that it ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One of the two ways into the component in JavaScript.
#[derive(Debug, Clone)]
pub struct Jco {
    name: &'static str,
    front: &'static str,
    runner: Arc<Result<Mutex<Runner>>>,
}

impl Jco {
    /// The `json` interface and the typed ones, on one runner. When that did not start, every call says why.
    pub fn both(runner: Result<Runner>) -> [Self; 2] {
        let runner = Arc::new(runner.map(Mutex::new));
        [("jco-json", "json"), ("jco-typed", "typed")].map(|(name, front)| Self {
            name,
            front,
            runner: Arc::clone(&runner),
        })
    }
}

impl Front for Jco {
    fn name(&self) -> &'static str {
        self.name
    }

    fn typed(&self) -> bool {
        self.front == "typed"
    }

    fn call(&self, name: &str, input: &Value) -> Result<Value> {
        let runner = self.runner.as_ref().as_ref().map_err(|error| anyhow::anyhow!("{error:#}"))?;
        let mut runner = runner.lock().map_err(|_| anyhow::anyhow!("an earlier call broke the runner"))?;
        // The `json` interface takes text, which JavaScript must not read: its numbers are shorter.
        let input = if self.typed() { input.clone() } else { input.to_string().into() };
        let mut reply = runner.ask(&json!({"front": self.front, "call": name, "input": input}))?;
        match reply.get_mut("answer") {
            Some(answer) => Ok(answer.take()),
            None => bail!("{name} ended without an answer: {reply}"),
        }
    }
}

/// The component as a JavaScript module in `target/jco`, made anew when the component or jco changed.
pub fn javascript_module() -> Result<PathBuf> {
    let jco = crate::folder().join("node_modules/@bytecodealliance/jco");
    let package = fs::read(jco.join("package.json")).map_err(|_| {
        anyhow::anyhow!("the JavaScript packages are missing: run `npm ci` in {}", crate::folder().display())
    })?;
    let folder = crate::root().join("target/jco");
    let (wasm, stamp) = (folder.join("component.wasm"), folder.join("made-with.json"));
    let module = folder.join("buildonce.js");
    let current = same(&wasm, Engine::embedded_bytes()) && same(&stamp, &package) && module.exists();
    if !current {
        fs::create_dir_all(&folder)?;
        fs::write(&wasm, Engine::embedded_bytes())?;
        fs::write(folder.join("package.json"), "{\"type\": \"module\"}\n")?;
        let output = Command::new("node")
            .arg(jco.join("dist/jco.js"))
            .args(["transpile", "--name", "buildonce", "--no-typescript", "--quiet", "--out-dir"])
            .args([&folder, &wasm])
            .output()
            .context("cannot start node; it must be on PATH, version 20 or newer")?;
        ensure!(output.status.success(), "jco failed: {}", String::from_utf8_lossy(&output.stderr));
        fs::write(&stamp, &package)?;
    }
    Ok(module)
}

fn same(path: &Path, bytes: &[u8]) -> bool {
    fs::read(path).is_ok_and(|found| found == bytes)
}

//! `buildonce action metadata` as a process, with the forge's API on loopback.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, process, thread};

use anyhow::{Context, Result, ensure};

use super::{STARTS, median, millis, time};

/// What a pipe holds; a log that is longer waits for its reader, with everything that was decided still in memory.
const PIPE: usize = 64 << 10;

/// Measures time and memory. `empty` is a process that does nothing.
pub(super) fn run(program: &Path, empty: &Path) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = format!("http://{}", listener.local_addr()?);
    // The thread ends with this process.
    thread::spawn(move || listener.incoming().filter_map(Result::ok).for_each(|stream| drop(answer(&stream))));

    let folder = Folder::new()?;
    let mut command = step(program, &folder.0, &address);
    let mut nothing = Command::new(empty);
    nothing.env_clear();
    let (mut actions, mut floors) = (Vec::new(), Vec::new());
    for round in 0..STARTS + 5 {
        let (floor, action) = (time(&mut nothing)?, time(&mut command)?);
        if round >= 5 {
            floors.push(floor);
            actions.push(action);
        }
    }
    let (action, floor) = (median(&mut actions), median(&mut floors));
    println!(
        "action metadata, two answers of the API on loopback: median {:.2} ms; an empty process {:.2} ms; peak memory {:.1} MiB \
         (promise: at most 15 ms, 25 MiB)",
        millis(action),
        millis(floor),
        peak(step(program, &folder.0, &address))?,
    );
    Ok(())
}

/// The action's step for a pushed version into two registries.
fn step(program: &Path, folder: &Path, address: &str) -> Command {
    let mut command = Command::new(program);
    command.args(["action", "metadata"]).current_dir(folder).env_clear();
    command.envs([
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", "push"),
        ("GITHUB_REF", "refs/tags/v1.1.1"),
        ("GITHUB_SHA", "860c1904a1ce19322e91ac35af1ab07466440c37"),
        ("GITHUB_REPOSITORY", "acme/app"),
        ("GITHUB_API_URL", address),
        ("GITHUB_OUTPUT", "output"),
        ("GITHUB_ENV", "variables"),
        ("RUNNER_TEMP", "temp"),
        ("INPUT_IMAGES", "acme/app\nregistry.example/acme/app"),
        (
            "INPUT_TAGS",
            "type=ref,event=branch\ntype=ref,event=pr\ntype=semver,pattern={{version}}\ntype=semver,pattern={{major}}.{{minor}}",
        ),
        ("INPUT_GITHUB-TOKEN", "token"),
    ]);
    command
}

/// The most memory that the process had by the time its decision was made, in mebibytes.
fn peak(mut command: Command) -> Result<f64> {
    command.env("INPUT_LABELS", format!("filler={}", "x".repeat(PIPE)));
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let mut stdout = child.stdout.take().context("the child has no standard output")?;
    let mut first = [0];
    stdout.read_exact(&mut first)?;
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    std::io::copy(&mut stdout, &mut std::io::sink())?;
    ensure!(child.wait()?.success(), "the action failed");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("this system tells no peak")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib / 1024.0)
}

fn answer(stream: &TcpStream) -> std::io::Result<()> {
    let mut path = String::new();
    for line in BufReader::new(stream).lines() {
        let line = line?;
        if path.is_empty() {
            line.clone_into(&mut path);
        }
        if line.is_empty() {
            break;
        }
    }
    let body = if path.contains("/commits/") {
        r#"{"commit": {"committer": {"date": "2020-01-10T00:30:00Z"}}}"#
    } else {
        r#"{"name": "app", "description": "An app", "html_url": "https://git.example/acme/app", "default_branch": "main"}"#
    };
    let mut stream = stream;
    write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

/// A folder for what the action writes, gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self> {
        let folder = env::temp_dir().join(format!("buildonce-bench-{}", process::id()));
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind is in the folder for temporary files.
        drop(fs::remove_dir_all(&self.0));
    }
}

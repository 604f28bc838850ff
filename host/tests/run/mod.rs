//! One run of the program in a folder of its own, with no variables but the given ones.

#![allow(dead_code, reason = "every test file uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared has failed")]

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::{fs, io};

use tempfile::TempDir;

/// What a run is given.
#[derive(Debug)]
pub(crate) struct Run {
    folder: TempDir,
    arguments: Vec<String>,
    variables: Vec<(String, std::ffi::OsString)>,
    stdin: Vec<u8>,
    closed_stdout: bool,
    below: String,
}

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Done {
    /// The exit code.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Run {
    /// A command, or none.
    pub(crate) fn new(command: &str) -> Self {
        let arguments = if command.is_empty() { Vec::new() } else { vec![command.to_owned()] };
        let folder = tempfile::tempdir().unwrap();
        Self { folder, arguments, variables: Vec::new(), stdin: Vec::new(), closed_stdout: false, below: String::new() }
    }

    /// Adds an argument.
    pub(crate) fn arg(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// Sets a variable.
    pub(crate) fn env(mut self, name: &str, value: impl Into<std::ffi::OsString>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// Writes a file into the folder.
    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// What standard input holds.
    pub(crate) fn stdin(mut self, content: impl AsRef<[u8]>) -> Self {
        content.as_ref().clone_into(&mut self.stdin);
        self
    }

    /// Runs it in a folder below its own.
    pub(crate) fn below(mut self, folder: &str) -> Self {
        fs::create_dir_all(self.folder.path().join(folder)).unwrap();
        folder.clone_into(&mut self.below);
        self
    }

    /// Lets nobody read standard output.
    pub(crate) fn closed_stdout(mut self) -> Self {
        self.closed_stdout = true;
        self
    }

    /// Runs git in the folder.
    pub(crate) fn git(self, arguments: &[&str]) -> Self {
        let done = Command::new("git")
            .args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"])
            .args(["-c", "commit.gpgsign=false", "-c", "tag.gpgsign=false"])
            .args(arguments)
            .current_dir(self.folder.path())
            .env("HOME", self.folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_COMMITTER_DATE", "1714564800 +0000")
            .env("GIT_AUTHOR_DATE", "1714564800 +0000")
            .output()
            .unwrap();
        assert!(done.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        self
    }

    /// Runs a script in the folder, as the author `a` at a fixed time.
    pub(crate) fn bash(self, script: &str) -> Self {
        let date = "2020-01-02T03:04:05+0000";
        let done = Command::new("bash")
            .args(["-c", script])
            .current_dir(self.folder.path())
            .envs([("GIT_AUTHOR_NAME", "a"), ("GIT_AUTHOR_EMAIL", "a@example.com"), ("GIT_AUTHOR_DATE", date)])
            .envs([("GIT_COMMITTER_NAME", "a"), ("GIT_COMMITTER_EMAIL", "a@example.com"), ("GIT_COMMITTER_DATE", date)])
            .envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null"), ("TZ", "UTC"), ("LC_ALL", "C")])
            .output()
            .unwrap();
        assert!(done.status.success(), "{script}: {}", String::from_utf8_lossy(&done.stderr));
        self
    }

    /// The folder that it runs in.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The text of a file in the folder.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    /// Runs it.
    pub(crate) fn go(&self) -> Done {
        let mut child = self.start();
        // A program that ends early does not read everything, which is its right.
        drop(child.stdin.take().unwrap().write_all(&self.stdin));
        let output = child.wait_with_output().unwrap();
        Done {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Starts it; every process of it can be told by its environment.
    pub(crate) fn start(&self) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_buildonce"));
        command
            .args(&self.arguments)
            .current_dir(self.folder.path().join(&self.below))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("BUILDONCE_TEST_RUN", self.folder.path())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if self.closed_stdout {
            let (reader, writer) = io::pipe().unwrap();
            drop(reader);
            command.stdout(writer);
        }
        command.spawn().unwrap()
    }
}

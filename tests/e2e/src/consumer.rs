//! A later job that runs the program: a policy, the facts of a pull request, and nothing else of this machine.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::registry::LOGIN;

/// What people call the commit of pull request 12.
pub const HEAD: &str = "1111111111111111111111111111111111111111";

/// What was built of it: the merge with its base.
pub const MERGE: &str = "2222222222222222222222222222222222222222";

/// A job that looks for the image of pull request 12.
pub struct Consumer {
    folder: TempDir,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
}

/// What the program left behind.
#[derive(Debug, Clone)]
pub struct Done {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Done {
    /// Standard output as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// How every name of a promotion stands: `main promoted`.
    pub fn names(&self) -> Vec<String> {
        let targets = self.json()["promotion"]["targets"].as_array().cloned().unwrap_or_default();
        let text = |own: &Value, key: &str| own[key].as_str().unwrap_or_default().to_owned();
        let line = |own: &Value| {
            format!("{} {}", text(own, "reference").rsplit('/').next().unwrap_or_default(), text(own, "state"))
        };
        targets.iter().map(line).collect()
    }

    /// Why nothing was promoted.
    pub fn refusal(&self) -> String {
        let answer = self.json();
        let own = answer.pointer("/promotion/reason/code").or(answer.pointer("/selection/not_selected/reason/code"));
        own.and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Reason codes of the ladder, from the top, with what they are about: `exact absent pr-12-1111111`.
    pub fn ladder(&self) -> Vec<String> {
        let step = self.json();
        let answer = step.get("selected").or(step.get("not_selected")).cloned().unwrap_or_default();
        let text = |tried: &Value, key: &str| tried.pointer(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let tried = answer["trace"].as_array().cloned().unwrap_or_default();
        let line = |tried: &Value| {
            let reference = text(tried, "/reference");
            let name = reference.rsplit(['/', ':']).next().unwrap_or_default();
            format!("{} {} {name}", text(tried, "/rung"), text(tried, "/reason/code"))
        };
        tried.iter().map(line).collect()
    }
}

impl Consumer {
    /// A job whose policy names this image, with tags `pr-12-SHA`. It tries four times, without noticeable pauses.
    pub fn of(image: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let policy = format!(
            "version: 1\nimages: [\"{image}\"]\ntags: [{{tag: \"pr-{{{{pr}}}}-{{{{sha}}}}\"}}]\n\
             retry: {{inspect: {{attempts: 4, backoff: {{first: 1ms}}}}}}\nselect: {{fallback: [fail]}}\n"
        );
        fs::write(folder.path().join("buildonce.yaml"), policy).unwrap();
        let facts = json!({
            "engine": "github-actions", "event": "pull-request", "event_name": "workflow_run", "now": 0,
            "repository": {"path": "acme/app", "server_url": "https://github.com", "default_branch": "main"},
            "revisions": {"built": MERGE, "built_kind": "merge", "head": HEAD, "merge": MERGE},
            "change": {
                "number": 12, "head": {"branch": "feature/x", "sha": HEAD}, "base": {"branch": "main"},
                "fork": "same-repository",
            },
        });
        fs::write(folder.path().join("facts.json"), facts.to_string()).unwrap();
        let arguments = ["--facts", "facts.json", "--platform", "linux/amd64"].map(str::to_owned);
        Self { folder, arguments: arguments.into(), variables: Vec::new() }
    }

    /// The tag under which the producer pushed.
    pub fn tag() -> &'static str {
        "pr-12-1111111"
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|&own| own.to_owned()));
        self
    }

    /// Adds lines to the policy.
    #[must_use]
    pub fn policy(self, lines: &str) -> Self {
        let path = self.folder.path().join("buildonce.yaml");
        let text = fs::read_to_string(&path).unwrap();
        let kept: Vec<&str> = text.lines().filter(|line| line.split(':').next() != lines.split(':').next()).collect();
        fs::write(path, format!("{}\n{lines}\n", kept.join("\n"))).unwrap();
        self
    }

    /// Logs in to a registry as [`LOGIN`], with this password.
    #[must_use]
    pub fn login(mut self, registry: &str, password: &str) -> Self {
        let config = json!({"auths": {registry: {"username": LOGIN.0, "password": password}}});
        fs::write(self.folder.path().join("config.json"), config.to_string()).unwrap();
        self.variables.push(("DOCKER_CONFIG".to_owned(), self.folder.path().display().to_string()));
        self
    }

    /// Lets a script be the program that keeps the logins of docker.
    #[must_use]
    pub fn credential_helper(self, script: &str) -> Self {
        let home = self.folder.path();
        let folder = home.join("bin");
        fs::create_dir(&folder).unwrap();
        let file = folder.join("docker-credential-tests");
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(home.join("config.json"), r#"{"credsStore": "tests"}"#).unwrap();
        let (path, home) = (format!("{}:/usr/bin:/bin", folder.display()), home.display().to_string());
        self.env("PATH", &path).env("DOCKER_CONFIG", &home)
    }

    /// Leaves an argument out, with the option before it.
    #[must_use]
    pub fn without(mut self, value: &str) -> Self {
        let at = self.arguments.iter().position(|own| own == value).unwrap();
        self.arguments.drain(at - 1..=at);
        self
    }

    /// Gives buildah a store in its folder.
    #[must_use]
    pub fn with_store(self) -> Self {
        let home = self.folder.path().display().to_string();
        let storage = format!("[storage]\ndriver = \"vfs\"\ngraphroot = \"{home}/store\"\nrunroot = \"{home}/run\"\n");
        let file = format!("{home}/storage.conf");
        fs::write(&file, storage).unwrap();
        self.env("CONTAINERS_STORAGE_CONF", &file)
            .env("BUILDAH_ISOLATION", "chroot")
            .env("XDG_RUNTIME_DIR", &home)
            .env("TMPDIR", &home)
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Writes a file into its folder.
    #[must_use]
    pub fn file(self, name: &str, content: &str) -> Self {
        fs::write(self.folder.path().join(name), content).unwrap();
        self
    }

    /// Writes a file into its folder once more.
    pub fn file_again(&self, name: &str, content: &str) -> &Self {
        fs::write(self.folder.path().join(name), content).unwrap();
        self
    }

    /// The text of a file in its folder.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    /// The folder that it runs in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Another job on the same machine: the same folder without the arguments.
    #[must_use]
    pub fn again(&self) -> Self {
        let other = Self::of("registry.example/acme/app");
        for entry in fs::read_dir(self.folder.path()).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                fs::copy(entry.path(), other.folder.path().join(entry.file_name())).unwrap();
            }
        }
        other
    }

    /// Runs `buildonce select`.
    pub fn select(&self) -> Done {
        self.run(&["select"], &self.arguments)
    }

    /// Runs `buildonce promote`, with its answer as JSON.
    pub fn promote(&self, arguments: &[&str]) -> Done {
        let words = ["--facts", "facts.json", "--format", "json"].iter().chain(arguments);
        self.run(&["promote"], &words.map(|&own| own.to_owned()).collect::<Vec<_>>())
    }

    /// Runs `buildonce select channel` for an image.
    pub fn channel(&self, image: &str, arguments: &[&str]) -> Done {
        let words: Vec<String> = arguments.iter().map(|&own| own.to_owned()).collect();
        self.run(&["select", "channel", "--image", image], &words)
    }

    /// Runs `buildonce receipt verify` for the receipt in its folder.
    pub fn verify(&self, arguments: &[&str]) -> Done {
        let words: Vec<String> = arguments.iter().map(|&own| own.to_owned()).collect();
        self.run(&["receipt", "verify"], &words)
    }

    /// Runs `buildonce build` in its folder, with what the test put there to build. What buildah keeps is in that folder, too.
    pub fn build(&self, arguments: &[&str]) -> Done {
        let home = self.folder.path();
        let storage =
            format!("[storage]\ndriver = \"vfs\"\ngraphroot = \"{0}/store\"\nrunroot = \"{0}/run\"\n", home.display());
        fs::write(home.join("storage.conf"), storage).unwrap();
        let words: Vec<String> =
            ["--facts", "facts.json"].into_iter().chain(arguments.iter().copied()).map(str::to_owned).collect();
        let mut run = Command::new(program());
        run.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        run.env("CONTAINERS_STORAGE_CONF", home.join("storage.conf")).env("BUILDAH_ISOLATION", "chroot");
        run.env("XDG_RUNTIME_DIR", home).env("TMPDIR", home);
        self.finish(run.arg("build").args(words))
    }

    /// Runs a script of bash that finds the program on its PATH, as a step of a job does.
    pub fn script(&self, script: &str) -> Done {
        let mut run = Command::new("bash");
        run.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]);
        let folder = program().parent().unwrap().display().to_string();
        self.finish(run.env_clear().env("PATH", format!("{folder}:/usr/bin:/bin")))
    }

    fn run(&self, command: &[&str], arguments: &[String]) -> Done {
        let mut run = Command::new(program());
        run.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        self.finish(run.args(command).args(arguments))
    }

    fn finish(&self, run: &mut Command) -> Done {
        run.current_dir(self.folder.path()).stdin(Stdio::null());
        run.env("HOME", self.folder.path()).envs(self.variables.iter().map(|(name, value)| (name, value)));
        let output = run.output().unwrap_or_else(|error| {
            panic!("{} is needed: `cargo xtask test e2e` builds it ({error})", program().display())
        });
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Done { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// The program, as `cargo build` leaves it.
fn program() -> PathBuf {
    let folder = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("/"));
    folder.unwrap_or_else(|| top.join("target")).join("debug/buildonce")
}

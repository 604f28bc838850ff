//! `buildonce build` in the demo: a real builder, a real registry, and one failure between them.

use std::fs;
use std::io::IsTerminal as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use buildonce_e2e::{Fault, FaultProxy, Registry, Rule, Times};

use crate::e2e::packages;
use crate::shell::emphasis;

/// Builds an image in a git checkout made for it, pushes it through a 503, and shows the receipt.
pub(crate) fn show(program: &Path, scratch: &Path) -> Result<()> {
    packages::install()?;
    let title = "── build: a real image, pushed to a registry that fails once";
    println!("\n{}\n", emphasis(title, std::io::stdout().is_terminal()));
    let registry = Registry::start();
    let fault = Rule::new("PUT", "/manifests/", Times::First(1), Fault::Status(503));
    let proxy = FaultProxy::start(registry.address(), vec![fault]);
    let folder = scratch.join("app");
    checkout(&folder, &proxy.image("acme/app"))?;
    let status = run(program, &folder, &["build"]).status()?;
    ensure!(status.success(), "the build ended with {status}");
    let receipt = fs::read_to_string(folder.join("buildonce-receipt.json")).context("there is no receipt")?;
    println!("\n$ cat buildonce-receipt.json\n{receipt}");
    println!("{}\n", emphasis("── the same commit again: nothing is built", std::io::stdout().is_terminal()));
    let status = run(program, &folder, &["build"]).stderr(Stdio::null()).status()?;
    ensure!(status.success(), "the second build ended with {status}");
    println!("\n{}\n", emphasis("── a later job finds exactly this image", std::io::stdout().is_terminal()));
    let status = run(program, &folder, &["select", "--explain"]).status()?;
    ensure!(status.success(), "the later job ended with {status}");
    Ok(())
}

fn run(program: &Path, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    for name in ["GITHUB_ACTIONS", "GITLAB_CI", "CI"] {
        command.env_remove(name);
    }
    command.env("CONTAINERS_STORAGE_CONF", folder.with_extension("storage.conf")).env("BUILDAH_ISOLATION", "chroot");
    command.env("XDG_RUNTIME_DIR", folder.with_extension("run"));
    command
}

/// A checkout with a Dockerfile, a policy and one commit; what the builder keeps goes beside it.
fn checkout(folder: &Path, image: &str) -> Result<()> {
    fs::create_dir_all(folder)?;
    let beside = |end: &str| folder.with_extension(end).display().to_string();
    fs::create_dir_all(beside("run"))?;
    let storage =
        format!("[storage]\ndriver = \"vfs\"\ngraphroot = \"{}\"\nrunroot = \"{}\"\n", beside("store"), beside("run"));
    fs::write(beside("storage.conf"), storage)?;
    fs::write(folder.join("hello.txt"), "hello\n")?;
    fs::write(folder.join("Dockerfile"), "FROM scratch\nCOPY hello.txt /hello.txt\n")?;
    fs::write(folder.join(".gitignore"), "buildonce-receipt.json\n")?;
    let policy = format!(
        "version: 1\nimages: [\"{image}\"]\ntags: [\"sha-{{{{sha}}}}\", latest]\nbuild: {{builder: buildah}}\n\
         retry: {{push: {{attempts: 4, backoff: {{first: 500ms}}}}}}\n"
    );
    fs::write(folder.join("buildonce.yaml"), policy)?;
    for words in [
        &["init", "--quiet", "--initial-branch", "main"][..],
        &["add", "--all"],
        &["-c", "user.name=demo", "-c", "user.email=demo@example.com", "commit", "--quiet", "--message", "Say hello"],
    ] {
        let status = Command::new("git").args(words).current_dir(folder).status()?;
        ensure!(status.success(), "git {} failed", words.join(" "));
    }
    Ok(())
}

//! Docker and its builder from Debian's package archive: unpacked below `target/`, not installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::shell::{read, root, say};

/// The daemon with its image store, the client, and buildx; a stable Debian has no buildx.
const PACKAGES: [&str; 4] = ["docker.io", "docker-cli", "containerd", "docker-buildx"];

/// The folder that the packages are unpacked in. They are downloaded once, from the archive that this machine is set up with, as its newer
/// releases have them; the machine's own package lists stay as they are.
pub(crate) fn unpacked() -> Result<PathBuf> {
    let folder = root().join("target/docker");
    let done = folder.join("unpacked");
    if !done.is_file() {
        fetch(&folder).context(
            "there is no docker with buildx to be had here: this machine must be online once, with Debian's apt",
        )?;
        fs::write(done, "")?;
    }
    Ok(folder.join("root"))
}

fn fetch(folder: &Path) -> Result<()> {
    say(&format!("getting {} from the package archive", PACKAGES.join(", ")));
    for part in ["lists/partial", "cache/archives/partial", "root"] {
        fs::create_dir_all(folder.join(part))?;
    }
    let targets = read(Command::new("apt-get").args(["indextargets", "--format", "$(ORIGIN) $(REPO_URI)"]))?;
    let archive = targets
        .lines()
        .filter_map(|line| line.strip_prefix("Debian "))
        .find(|url| url.trim_end_matches('/').ends_with("/debian"));
    let archive = archive.context("this machine is set up with no archive of Debian")?;
    let list = format!("deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {archive} sid main\n");
    fs::write(folder.join("sources.list"), list)?;
    let apt = |words: &[&str]| {
        let option = |name: &str, value: &Path| format!("{name}={}", value.display());
        let mut command = Command::new("apt-get");
        command.current_dir(folder).args(["-q", "-o", &option("Dir::Etc::sourcelist", &folder.join("sources.list"))]);
        command.args(["-o", "Dir::Etc::sourceparts=-", "-o", &option("Dir::State::lists", &folder.join("lists"))]);
        command.args(["-o", &option("Dir::Cache", &folder.join("cache"))]).args(words);
        command
    };
    read(&mut apt(&["update"]))?;
    read(apt(&["download"]).args(PACKAGES))?;
    let files = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    let files: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "deb")).collect();
    ensure!(files.len() >= PACKAGES.len(), "not every package was downloaded");
    for file in files {
        read(Command::new("dpkg-deb").arg("-x").arg(&file).arg(folder.join("root")))?;
    }
    Ok(())
}

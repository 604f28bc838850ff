//! Debian's packages that the tests from end to end need.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail};

use crate::shell::{read, run, say};

/// Programs, and the packages that bring them.
const PROGRAMS: [(&str, &str); 6] = [
    ("docker-registry", "docker-registry"),
    ("buildah", "buildah"),
    ("skopeo", "skopeo"),
    ("setpriv", "util-linux"),
    ("openssl", "openssl"),
    ("runc", "runc"),
];

/// What Debian's packages ask before they start a service. 101 means: not here.
const POLICY: &str = "/usr/sbin/policy-rc.d";

/// Installs what is missing.
pub(crate) fn install() -> Result<()> {
    let missing: Vec<&str> =
        PROGRAMS.iter().filter(|(program, _)| !is_there(program)).map(|(_, package)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let wanted = missing.join(", ");
    if !is_there("apt-get") {
        bail!("{wanted} must be installed for these tests, and this machine has no apt-get to do it with");
    }
    say(&format!("installing {wanted} with apt-get"));
    with_apt(&missing).with_context(|| {
        format!("cannot install {wanted}: install them by hand, or run this once as root on a machine that is online")
    })
}

fn with_apt(packages: &[&str]) -> Result<()> {
    let quiet = Quiet::new()?;
    run(apt(&["update", "-qq"])?.env("DEBIAN_FRONTEND", "noninteractive"))?;
    let mut install = apt(&["install", "--yes", "-qq", "--no-install-recommends"])?;
    run(install.args(packages).env("DEBIAN_FRONTEND", "noninteractive"))?;
    quiet.end()
}

/// As root, or by sudo where it asks for no password.
fn apt(arguments: &[&str]) -> Result<Command> {
    let mut command = if is_root()? {
        Command::new("apt-get")
    } else {
        let mut command = Command::new("sudo");
        command.args(["--non-interactive", "--preserve-env=DEBIAN_FRONTEND", "apt-get"]);
        command
    };
    command.args(arguments);
    Ok(command)
}

fn is_root() -> Result<bool> {
    Ok(read(Command::new("id").arg("-u"))?.trim() == "0")
}

fn is_there(program: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

/// While it lives, packages start no services: the tests start their own.
struct Quiet {
    ours: bool,
}

impl Quiet {
    fn new() -> Result<Self> {
        // A machine with a policy of its own keeps it. Without root there is no way to write one, and then a service may start.
        if Path::new(POLICY).exists() || !is_root()? {
            return Ok(Self { ours: false });
        }
        say("services of these packages are kept from starting");
        fs::write(POLICY, "#!/bin/sh\nexit 101\n").with_context(|| format!("cannot write {POLICY}"))?;
        run(Command::new("chmod").args(["755", POLICY]))?;
        Ok(Self { ours: true })
    }

    fn end(mut self) -> Result<()> {
        if std::mem::take(&mut self.ours) {
            fs::remove_file(POLICY).with_context(|| format!("cannot remove {POLICY}"))?;
        }
        Ok(())
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        if self.ours {
            // The installation has failed, which is what is told.
            drop(fs::remove_file(POLICY));
        }
    }
}

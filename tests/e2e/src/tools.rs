//! buildah and skopeo, with storage of their own.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Programs that build and look at images. What they keep ends with the value.
pub struct Builder {
    folder: TempDir,
}

impl Default for Builder {
    fn default() -> Self {
        Self::new()
    }
}

impl Builder {
    /// Empty storage, and a folder to build: one file from scratch.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let context = folder.path().join("context");
        fs::create_dir(&context).unwrap();
        fs::write(context.join("hello.txt"), "hello\n").unwrap();
        fs::write(context.join("Containerfile"), "FROM scratch\nCOPY hello.txt /hello.txt\n").unwrap();
        Self { folder }
    }

    /// The folder to build.
    pub fn context(&self) -> String {
        self.folder.path().join("context").display().to_string()
    }

    /// Runs buildah and returns what it printed.
    pub fn buildah(&self, arguments: &[&str]) -> String {
        let folder = self.folder.path();
        let mut command = self.command("buildah", folder);
        command.arg("--root").arg(folder.join("store")).arg("--runroot").arg(folder.join("run"));
        read(command.args(["--storage-driver", "vfs"]).args(arguments))
    }

    /// Runs skopeo and returns what it printed.
    pub fn skopeo(&self, arguments: &[&str]) -> String {
        read(self.command("skopeo", self.folder.path()).args(arguments))
    }

    /// Builds an image of one or more platforms with a revision label, pushes it, and returns the digest of what the tag names.
    pub fn push(&self, reference: &str, revision: &str, platforms: &[&str]) -> String {
        let label = format!("org.opencontainers.image.revision={revision}");
        let list = format!("{reference}-list");
        self.buildah(&["manifest", "create", &list]);
        let build = |platform: &str, name: &[&str]| {
            let mut words = vec!["bud", "-q", "--isolation", "chroot", "--format", "oci", "--timestamp", "0"];
            let context = self.context();
            words.extend(["--platform", platform, "--label", &label]);
            words.extend(name);
            words.push(&context);
            self.buildah(&words);
        };
        let digest = self.folder.path().join("digest").display().to_string();
        let to = format!("docker://{reference}");
        if let [platform] = platforms {
            build(platform, &["-t", reference]);
            self.buildah(&["push", "-q", "--tls-verify=false", "--digestfile", &digest, reference, &to]);
        } else {
            for platform in platforms {
                build(platform, &["--manifest", &list]);
            }
            self.buildah(&["manifest", "push", "--all", "--tls-verify=false", "--digestfile", &digest, &list, &to]);
        }
        fs::read_to_string(&digest).unwrap()
    }

    fn command(&self, program: &str, home: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.env("HOME", home).env("XDG_RUNTIME_DIR", home).env("TMPDIR", self.folder.path()).stdin(Stdio::null());
        command
    }
}

fn read(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| {
        let program = command.get_program().display();
        panic!("{program} is needed: `cargo xtask test e2e` installs it ({error})")
    });
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

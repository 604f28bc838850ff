//! A Docker daemon of our own: with its image store in containerd, so that images of several platforms can be built, or with the older one.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a daemon may take to answer.
const START: Duration = Duration::from_mins(1);

/// The daemon; it ends when the value is dropped.
pub struct Docker {
    folder: TempDir,
    daemon: Child,
}

impl Docker {
    /// Starts a daemon on a socket in a temporary folder, without a network.
    pub fn start() -> Self {
        Self::with(r#"{"features": {"containerd-snapshotter": true}, "insecure-registries": ["127.0.0.0/8"]}"#)
    }

    /// The same with the older image store, which identifies images by their configs.
    pub fn classic() -> Self {
        Self::with(
            r#"{"features": {"containerd-snapshotter": false}, "storage-driver": "vfs", "insecure-registries": ["127.0.0.0/8"]}"#,
        )
    }

    /// Runs docker and returns what it printed.
    pub fn ask(&self, arguments: &[&str]) -> String {
        let output =
            Command::new("docker").args(arguments).envs(self.variables()).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "docker {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn with(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("daemon.json"), settings).unwrap();
        let plugins = at("config").join("cli-plugins");
        fs::create_dir_all(&plugins).unwrap();
        fs::copy(root().join("usr/libexec/docker/cli-plugins/docker-buildx"), plugins.join("docker-buildx"))
            .unwrap_or_else(|error| panic!("docker-buildx is needed: `cargo xtask test e2e` gets it ({error})"));
        let option = |name: &str, file: &str| format!("--{name}={}", at(file).display());
        let log = File::create(at("log")).unwrap();
        let daemon = Command::new("dockerd")
            .args(["--iptables=false", "--ip6tables=false", "--bridge=none"])
            .args([option("config-file", "daemon.json"), option("data-root", "data"), option("exec-root", "exec")])
            .args([option("pidfile", "pid"), format!("--host={}", address(folder.path()))])
            .env("PATH", path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("dockerd is needed: `cargo xtask test e2e` gets it ({error})"));
        let mut docker = Self { folder, daemon };
        docker.wait();
        docker
    }

    /// Variables with which `docker` finds the daemon and buildx.
    pub fn variables(&self) -> [(&'static str, String); 3] {
        let config = self.folder.path().join("config").display().to_string();
        [("DOCKER_HOST", address(self.folder.path())), ("DOCKER_CONFIG", config), ("PATH", path())]
    }

    /// Asks until the daemon answers.
    fn wait(&mut self) {
        let begin = Instant::now();
        loop {
            let mut ask = Command::new("docker");
            ask.arg("version").envs(self.variables()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            if ask.status().is_ok_and(|status| status.success()) {
                return;
            }
            let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(self.daemon.try_wait().unwrap().is_none(), "dockerd ended: {}", log());
            assert!(begin.elapsed() < START, "dockerd does not answer: {}", log());
            thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Docker {
    fn drop(&mut self) {
        // Asked politely, it ends its containerd, too, and gives its mounts back.
        let id = self.daemon.id().to_string();
        drop(Command::new("kill").args(["-TERM", &id]).status());
        drop(self.daemon.wait());
    }
}

fn address(folder: &Path) -> String {
    format!("unix://{}", folder.join("docker.sock").display())
}

/// Where the packages are unpacked.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("/")).join("target/docker/root")
}

fn path() -> String {
    let root = root();
    let own = ["usr/sbin", "usr/bin"].map(|folder| root.join(folder).display().to_string());
    format!("{}:{}:/usr/sbin:/usr/bin:/sbin:/bin", own[0], own[1])
}

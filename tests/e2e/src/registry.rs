//! Debian's `docker-registry`: the reference implementation, as a process of its own.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::thread;

use tempfile::TempDir;

/// Name and password of the only user of a registry with a login.
pub const LOGIN: (&str, &str) = ("ada", "s3cret");

/// The same as a line of htpasswd, hashed by bcrypt.
const HTPASSWD: &str = "ada:$2b$04$f53oKERcUoI.rIuISSxlGuLYy6iBvgF0ltGTnbv0U6Tz3ortIF3QG\n";

/// Who may read and write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    Open,
    Login,
    Encrypted,
}

/// What openssl is to write into a certificate for [`NAME`].
const CERTIFICATE: &str = "[req]\ndistinguished_name=name\nx509_extensions=more\nprompt=no\n[name]\nCN=registry.example\n\
     [more]\nsubjectAltName=DNS:registry.example\nbasicConstraints=critical,CA:FALSE\n";

/// The name in the certificate of an encrypted registry.
pub const NAME: &str = "registry.example";

/// A registry over a temporary folder.
pub struct Registry {
    folder: TempDir,
    door: Door,
    address: SocketAddr,
    process: Option<Child>,
}

impl Registry {
    /// A registry for everybody.
    pub fn start() -> Self {
        Self::new(Door::Open)
    }

    /// A registry for [`LOGIN`] alone.
    pub fn with_login() -> Self {
        Self::new(Door::Login)
    }

    /// A registry that speaks TLS, with a certificate for [`NAME`] that no machine trusts by itself.
    pub fn with_tls() -> Self {
        Self::new(Door::Encrypted)
    }

    /// The file with its certificate.
    pub fn certificate(&self) -> String {
        self.folder.path().join("cert.pem").display().to_string()
    }

    fn new(door: Door) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut registry = Self { folder, door, address: SocketAddr::from(([127, 0, 0, 1], 0)), process: None };
        if door == Door::Encrypted {
            registry.certify();
        }
        registry.restart();
        registry
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The full name of an image in it.
    pub fn image(&self, repository: &str) -> String {
        format!("{}/{repository}", self.address)
    }

    /// Ends it. What was pushed stays.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            // It may have ended by itself; waiting tells in any case that it has.
            drop(process.kill());
            process.wait().unwrap();
        }
    }

    /// Starts it again where it was, with what was pushed.
    pub fn restart(&mut self) {
        self.stop();
        let config = self.folder.path().join("config.yml");
        fs::write(&config, self.config()).unwrap();
        // A registry whose test was killed ends too.
        let mut process = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "docker-registry", "serve"])
            .arg(&config)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("setpriv and docker-registry are needed: `cargo xtask test e2e` installs what is missing");
        let mut log = BufReader::new(process.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut said = Vec::new();
        let address = log.by_ref().find_map(|line| {
            let address = line
                .split("listening on ")
                .nth(1)
                .map(|rest| rest.split(['"', ' ', ',']).next().unwrap_or_default().parse());
            said.push(line);
            address
        });
        self.process = Some(process);
        self.address =
            address.unwrap_or_else(|| panic!("docker-registry does not start: {}", said.join("\n"))).unwrap();
        // Who does not read its log stops it.
        thread::spawn(move || log.for_each(drop));
    }

    fn certify(&self) {
        let folder = self.folder.path();
        fs::write(folder.join("openssl.cnf"), CERTIFICATE).unwrap();
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "2"])
            .args(["-config", "openssl.cnf", "-keyout", "key.pem", "-out", "cert.pem"])
            .current_dir(folder)
            .output()
            .expect("openssl is needed: `cargo xtask test e2e` installs it");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }

    fn config(&self) -> String {
        let folder = self.folder.path().display();
        let tls = match self.door {
            Door::Encrypted => format!(", tls: {{certificate: {folder}/cert.pem, key: {folder}/key.pem}}"),
            Door::Open | Door::Login => String::new(),
        };
        let mut config = format!(
            "version: 0.1\nlog: {{level: info}}\nstorage: {{filesystem: {{rootdirectory: {folder}/data}}, delete: {{enabled: true}}}}\n\
             http: {{addr: \"{}\"{tls}}}\n",
            self.address
        );
        if self.door == Door::Login {
            fs::write(self.folder.path().join("htpasswd"), HTPASSWD).unwrap();
            writeln!(config, "auth: {{htpasswd: {{realm: tests, path: {folder}/htpasswd}}}}").unwrap();
        }
        config
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        self.stop();
    }
}

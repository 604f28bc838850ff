//! What unlocks a registry. It is read when a registry asks for it, goes into requests to that registry and its token server, and nowhere
//! else: not into messages, records or the engine.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{env, fmt, fs, io};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;

use super::{files, helper, host, variable};
use crate::problem::cause;

/// What unlocks a registry.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Login {
    /// A name and a password, or a token in its place.
    Password {
        /// The name.
        user: String,
        /// What only its owner knows.
        password: String,
    },
    /// A refresh token, which the token server exchanges.
    Identity(String),
    /// A token for the registry itself.
    Token(String),
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Password { .. } => "Password",
            Self::Identity(_) => "Identity",
            Self::Token(_) => "Token",
        })
    }
}

impl Login {
    /// The header `authorization` that a name and a password make.
    pub(crate) fn basic(&self) -> Option<String> {
        match self {
            Self::Password { user, password } => {
                Some(format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}"))))
            }
            Self::Identity(_) | Self::Token(_) => None,
        }
    }
}

/// Where logins are looked for.
#[derive(Debug)]
pub(crate) struct Logins {
    files: Vec<PathBuf>,
    path: Option<OsString>,
    /// The token of a GitHub job, for GitHub's own registry.
    github: Option<Login>,
}

/// GitHub's registry, for which a job has its token.
const GITHUB: &str = "ghcr.io";

impl Logins {
    /// The files and variables of this machine.
    pub(crate) fn of_this_machine() -> Self {
        let text = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let github = text("GITHUB_TOKEN").zip(text("GITHUB_ACTOR"));
        Self {
            files: files(variable),
            path: env::var_os("PATH"),
            github: github.map(|(password, user)| Login::Password { user, password }),
        }
    }

    /// These files and nothing else.
    #[cfg(test)]
    pub(crate) fn of_files(files: Vec<PathBuf>) -> Self {
        Self { files, path: None, github: None }
    }

    /// What unlocks a repository of a registry; `registry` has its port, where it has one. Errors say which file or helper failed, and why.
    pub(crate) fn find(&self, registry: &str, repository: &str) -> Result<Option<Login>, String> {
        for file in &self.files {
            let found = match fs::read(file) {
                Ok(bytes) => self.find_in(&bytes, registry, repository),
                Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => continue,
                Err(e) => Err(cause(&e)),
            };
            if let Some(login) = found.map_err(|why| in_file(file, &why))? {
                return Ok(Some(login));
            }
        }
        Ok(self.github.clone().filter(|_| registry == GITHUB))
    }

    fn find_in(&self, bytes: &[u8], registry: &str, repository: &str) -> Result<Option<Login>, String> {
        // serde's message may quote the document, and with it a secret; the place is enough.
        let config: Config = serde_json::from_slice(bytes).map_err(|e| {
            format!("not the JSON of a Docker configuration (line {}, column {})", e.line(), e.column())
        })?;
        if let Some((_, name)) = best(config.helpers.unwrap_or_default(), registry, repository) {
            return helper::ask(&name, registry, self.path.as_deref());
        }
        if let Some(name) = config.store.filter(|name| !name.is_empty())
            && let Some(login) = helper::ask(&name, registry, self.path.as_deref())?
        {
            return Ok(Some(login));
        }
        best(config.auths.unwrap_or_default(), registry, repository).map_or(Ok(None), |(key, auth)| auth.login(&key))
    }
}

fn in_file(file: &Path, why: &str) -> String {
    format!("the credentials in {} cannot be used: {why}", file.display())
}

/// What Docker's `config.json` and podman's `auth.json` hold.
#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    auths: Option<BTreeMap<String, Auth>>,
    #[serde(default, rename = "credHelpers")]
    helpers: Option<BTreeMap<String, String>>,
    #[serde(default, rename = "credsStore")]
    store: Option<String>,
}

#[derive(Deserialize, Default)]
struct Auth {
    #[serde(default)]
    #[serde(rename = "auth")]
    basic: Option<String>,
    #[serde(default)]
    identitytoken: Option<String>,
    #[serde(default)]
    registrytoken: Option<String>,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    password: Option<String>,
}

impl Auth {
    fn login(self, key: &str) -> Result<Option<Login>, String> {
        let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
        if let Some(token) = filled(self.registrytoken) {
            return Ok(Some(Login::Token(token)));
        }
        if let Some(token) = filled(self.identitytoken) {
            return Ok(Some(Login::Identity(token)));
        }
        if let Some(encoded) = filled(self.basic) {
            let decoded = BASE64_STANDARD.decode(encoded.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            // Docker ends some of them with a zero byte.
            let pair = decoded.as_deref().and_then(|text| text.trim_end_matches('\0').split_once(':'));
            let (user, password) = pair.ok_or_else(|| format!("`auth` of {key} is no name and password in base64"))?;
            return Ok(Some(Login::Password { user: user.to_owned(), password: password.to_owned() }));
        }
        let pair = filled(self.username).zip(filled(self.password));
        Ok(pair.map(|(user, password)| Login::Password { user, password }))
    }
}

/// The entry for a repository whose key says most about it: podman has keys for parts of a registry.
fn best<T>(entries: BTreeMap<String, T>, registry: &str, repository: &str) -> Option<(String, T)> {
    let fitting =
        entries.into_iter().filter_map(|(key, value)| Some((covers(&key, registry, repository)?, key, value)));
    fitting.max_by_key(|(length, ..)| *length).map(|(_, key, value)| (key, value))
}

/// How much of a repository's path a key names; `None` when it names another registry or another part of it.
fn covers(key: &str, registry: &str, repository: &str) -> Option<usize> {
    if host(key) != registry.to_ascii_lowercase() {
        return None;
    }
    // With a scheme, or with the version of an API, the path is that of the API.
    let path = key.split_once('/').map_or("", |(_, path)| path).trim_end_matches('/');
    if key.contains("://") || matches!(path, "v1" | "v2" | "") {
        return Some(0);
    }
    repository.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')).then_some(path.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logins() -> Logins {
        Logins::of_files(Vec::new())
    }

    fn find(config: &str, registry: &str, repository: &str) -> Result<Option<Login>, String> {
        logins().find_in(config.as_bytes(), registry, repository)
    }

    fn password(user: &str, password: &str) -> Login {
        Login::Password { user: user.to_owned(), password: password.to_owned() }
    }

    #[test]
    fn a_login_is_found_under_every_name_of_its_registry() {
        // `ada:1:2` in base64.
        let config = r#"{"auths": {
            "https://index.docker.io/v1/": {"auth": "YWRhOjE6Mg=="},
            "registry.example:5000": {"auth": "YWRhOjE6Mg=="},
            "store.example": {"identitytoken": "refresh"},
            "token.example": {"registrytoken": "bearer"},
            "empty.example": {},
            "quay.example": {"username": "all", "password": "x"},
            "quay.example/acme": {"username": "acme", "password": "x"},
            "quay.example/acme/app": {"username": "app", "password": "x"}
        }}"#;
        for (registry, repository, expected) in [
            ("docker.io", "acme/app", Some(password("ada", "1:2"))),
            ("registry.example:5000", "app", Some(password("ada", "1:2"))),
            ("registry.example", "app", None),
            ("store.example", "app", Some(Login::Identity("refresh".to_owned()))),
            ("token.example", "app", Some(Login::Token("bearer".to_owned()))),
            ("empty.example", "app", None),
            ("quay.example", "acme/app", Some(password("app", "x"))),
            ("quay.example", "acme/apple", Some(password("acme", "x"))),
            ("quay.example", "other", Some(password("all", "x"))),
        ] {
            assert_eq!(find(config, registry, repository).unwrap(), expected, "{registry}/{repository}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_without_the_secret() {
        for config in [r#"{"auths": {"a.example": {"auth": "s3cret"}}}"#, r#"{"auths": {"a.example": "s3cret"}}"#] {
            let why = find(config, "a.example", "app").unwrap_err();
            assert!(!why.contains("s3cret"), "{why}");
        }
        assert_eq!(format!("{:?}", password("ada", "s3cret")), "Password");
    }

    #[test]
    fn a_job_of_github_can_read_githubs_registry() {
        let github = Some(password("ada", "token"));
        let logins = Logins { github: github.clone(), ..logins() };
        assert_eq!(logins.find("ghcr.io", "acme/app").unwrap(), github);
        assert_eq!(logins.find("registry.example", "acme/app").unwrap(), None);
    }

    #[test]
    fn a_helper_that_is_not_there_is_told() {
        let why = find(r#"{"credHelpers": {"a.example": "nowhere"}}"#, "a.example", "app").unwrap_err();
        assert_eq!(why, "docker-credential-nowhere is not on PATH");
    }
}

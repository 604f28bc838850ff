//! Registry hosts that this machine can log in to. Only names of hosts leave this file, never what unlocks them: that is in `login`, for
//! requests alone.

mod helper;
mod login;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use buildonce::types::{Diagnostic, Severity};
use serde::Deserialize;

use crate::problem::{cause, finding};

pub(crate) use login::{Login, Logins};

/// Hosts with credentials, sorted. `None`, with a note, when a file could not be read, because any host might be in it.
pub(crate) fn hosts() -> (Option<Vec<String>>, Option<Diagnostic>) {
    from_files(&files(variable))
}

/// A variable that names a file or a folder.
fn variable(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Where Docker, podman and buildah keep credentials.
fn files(variable: impl Fn(&str) -> Option<PathBuf>) -> Vec<PathBuf> {
    let docker = variable("DOCKER_CONFIG").or_else(|| variable("HOME").map(|home| home.join(".docker")));
    let podman = variable("REGISTRY_AUTH_FILE")
        .or_else(|| variable("XDG_RUNTIME_DIR").map(|folder| folder.join("containers/auth.json")));
    docker.map(|folder| folder.join("config.json")).into_iter().chain(podman).collect()
}

fn from_files(files: &[PathBuf]) -> (Option<Vec<String>>, Option<Diagnostic>) {
    let mut hosts = BTreeSet::new();
    for file in files {
        match from_file(file) {
            Ok(found) => hosts.extend(found),
            Err(why) => {
                let message = format!("cannot read the registry credentials in {}: {why}", file.display());
                let mut note = finding(Severity::Note, "unreadable-credentials", message);
                note.help = Some("rules that ask for credentials do not know whether there are any".to_owned());
                return (None, Some(note));
            }
        }
    }
    (Some(hosts.into_iter().collect()), None)
}

fn from_file(file: &Path) -> Result<Vec<String>, String> {
    match fs::read(file) {
        Ok(bytes) => parse(&bytes),
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(Vec::new()),
        Err(e) => Err(cause(&e)),
    }
}

/// The parts of Docker's `config.json` that name registries.
#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    auths: Option<Pairs<Auth>>,
    #[serde(default, rename = "credHelpers")]
    helpers: Option<Pairs<Present>>,
    #[serde(default, rename = "credsStore")]
    store: Option<Present>,
}

type Pairs<T> = std::collections::BTreeMap<String, T>;

/// One entry of `auths`, reduced to whether it unlocks anything.
#[derive(Deserialize, Default)]
struct Auth {
    #[serde(default, rename = "auth")]
    basic: Present,
    #[serde(default)]
    identitytoken: Present,
    #[serde(default)]
    registrytoken: Present,
    #[serde(default)]
    password: Present,
}

/// Whether a text is there and not empty; the text itself is dropped while it is read.
#[derive(Default, Clone, Copy)]
struct Present(bool);

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<String>::deserialize(deserializer).map(|text| Self(text.is_some_and(|t| !t.is_empty())))
    }
}

fn parse(bytes: &[u8]) -> Result<Vec<String>, String> {
    // serde's message may quote the document, and with it a secret; the place is enough.
    let config: Config = serde_json::from_slice(bytes)
        .map_err(|e| format!("not the JSON of a Docker configuration (line {}, column {})", e.line(), e.column()))?;
    let store = config.store.is_some_and(|s| s.0);
    let logged_in = config.auths.unwrap_or_default().into_iter().filter_map(|(name, auth)| {
        let unlocked = auth.basic.0 || auth.identitytoken.0 || auth.registrytoken.0 || auth.password.0;
        (unlocked || store).then_some(name)
    });
    let helped = config.helpers.unwrap_or_default().into_keys();
    Ok(logged_in.chain(helped).map(|name| host(&name)).filter(|name| !name.is_empty()).collect())
}

/// The host of a key such as `https://index.docker.io/v1/`; Docker Hub's many names become `docker.io`.
fn host(key: &str) -> String {
    let rest = key.split_once("://").map_or(key, |(_, rest)| rest);
    let name = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let name = name.rsplit_once('@').map_or(name, |(_, name)| name).to_ascii_lowercase();
    match name.as_str() {
        "index.docker.io" | "registry-1.docker.io" | "hub.docker.com" => "docker.io".to_owned(),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_found_and_normalised() {
        let config = br#"{
            "auths": {
                "https://index.docker.io/v1/": {"auth": "c2VjcmV0"},
                "ghcr.io": {"identitytoken": "t"},
                "quay.io/acme": {"auth": "x", "email": "a@b"},
                "left.example": {},
                "LOCALHOST:5000": {"auth": "x"}
            },
            "credHelpers": {"gcr.io": "gcloud"},
            "HttpHeaders": {"User-Agent": "x"}
        }"#;
        assert_eq!(parse(config).unwrap(), ["localhost:5000", "ghcr.io", "docker.io", "quay.io", "gcr.io"]);
    }

    #[test]
    fn with_a_store_an_empty_entry_is_a_login() {
        assert_eq!(parse(br#"{"auths": {"ghcr.io": {}}, "credsStore": "desktop"}"#).unwrap(), ["ghcr.io"]);
        assert_eq!(parse(br#"{"auths": {"ghcr.io": {}}, "credsStore": ""}"#).unwrap(), [""; 0]);
        assert_eq!(parse(br#"{"auths": null}"#).unwrap(), [""; 0]);
    }

    #[test]
    fn a_broken_file_makes_credentials_unknown_and_shows_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.json");
        fs::write(&file, br#"{"auths": {"ghcr.io": "s3cret"}}"#).unwrap();
        let (hosts, note) = from_files(&[folder.path().join("absent.json"), file]);
        assert_eq!(hosts, None);
        assert!(!note.unwrap().message.contains("s3cret"));
        assert_eq!(from_files(&[folder.path().join("absent.json")]).0, Some(Vec::new()));
    }

    #[test]
    fn files_are_looked_for_where_the_tools_keep_them() {
        let variables = |pairs: &'static [(&str, &str)]| {
            move |name: &str| pairs.iter().find(|(n, _)| *n == name).map(|(_, value)| PathBuf::from(value))
        };
        let found = files(variables(&[("HOME", "/h"), ("XDG_RUNTIME_DIR", "/r")]));
        assert_eq!(found, [PathBuf::from("/h/.docker/config.json"), PathBuf::from("/r/containers/auth.json")]);
        let found = files(variables(&[("HOME", "/h"), ("DOCKER_CONFIG", "/d"), ("REGISTRY_AUTH_FILE", "/a")]));
        assert_eq!(found, [PathBuf::from("/d/config.json"), PathBuf::from("/a")]);
        assert!(files(|_| None).is_empty());
    }
}

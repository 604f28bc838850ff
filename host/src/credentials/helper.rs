//! Credential helpers: programs that keep logins for Docker and podman.

use std::ffi::OsStr;
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;

use super::login::Login;
use crate::program;

/// How long a helper may take. Some ask a cloud first.
const PATIENCE: Duration = Duration::from_secs(30);

/// The user name under which helpers keep refresh tokens.
const IDENTITY: &str = "<token>";

/// What helpers print when they have nothing.
const NOTHING: &str = "credentials not found";

#[derive(Deserialize)]
struct Kept {
    #[serde(rename = "Username")]
    user: String,
    #[serde(rename = "Secret")]
    secret: String,
}

/// Asks `docker-credential-NAME`. Nothing that it prints is repeated, since that may be the secret.
pub(super) fn ask(name: &str, registry: &str, path: Option<&OsStr>) -> Result<Option<Login>, String> {
    let program = format!("docker-credential-{name}");
    // The name is part of a file's name, and must not lead elsewhere.
    let file = if name.contains(['/', '\\']) { None } else { program::find(&program, path) };
    let file = file.ok_or_else(|| format!("{program} is not on PATH"))?;
    // Docker keeps the login of its own registry under this name.
    let server = if registry == "docker.io" { "https://index.docker.io/v1/" } else { registry };
    let started = program::start_with(Command::new(file).arg("get"), server);
    let started = started.ok_or_else(|| format!("{program} cannot be started"))?;
    let finished = started.finish(PATIENCE);
    let finished = finished.ok_or_else(|| format!("{program} does not answer within {} s", PATIENCE.as_secs()))?;
    let output = String::from_utf8_lossy(&finished.stdout);
    if !finished.success {
        let nothing = output.contains(NOTHING) || finished.stderr.contains(NOTHING);
        return if nothing {
            Ok(None)
        } else {
            Err(format!("{program} fails for {server}; run it by hand to see why"))
        };
    }
    let kept: Kept = serde_json::from_str(&output).map_err(|_| format!("{program} answers what is no login"))?;
    Ok(Some(match kept.user.as_str() {
        IDENTITY => Login::Identity(kept.secret),
        _ => Login::Password { user: kept.user, password: kept.secret },
    }))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::OpenOptionsExt;
    use std::{fs, io::Write};

    use super::*;

    fn asked(script: &str) -> Result<Option<Login>, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("docker-credential-test");
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o755).open(file).unwrap();
        write!(file, "#!/bin/sh\n{script}\n").unwrap();
        drop(file);
        ask("test", "a.example", Some(folder.path().as_os_str()))
    }

    #[test]
    fn a_helper_is_asked_for_the_registry() {
        let found = asked(
            r#"read host; [ "$1" = get ] && printf '{"ServerURL": "x", "Username": "ada", "Secret": "%s"}' "$host""#,
        );
        assert_eq!(found, Ok(Some(Login::Password { user: "ada".to_owned(), password: "a.example".to_owned() })));
        let found = asked(r#"echo '{"Username": "<token>", "Secret": "refresh"}'"#);
        assert_eq!(found, Ok(Some(Login::Identity("refresh".to_owned()))));
        assert_eq!(asked("echo credentials not found in native keychain; exit 1"), Ok(None));
    }

    #[test]
    fn a_helper_that_fails_is_told_without_what_it_printed() {
        for script in ["echo s3cret; exit 1", "echo s3cret"] {
            let why = asked(script).unwrap_err();
            assert!(why.starts_with("docker-credential-test ") && !why.contains("s3cret"), "{why}");
        }
        assert_eq!(ask("../x", "a.example", None), Err("docker-credential-../x is not on PATH".to_owned()));
    }
}

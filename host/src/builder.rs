//! Which builder is at hand, and its version.

use std::env;
use std::process::Command;
use std::time::Duration;

use buildonce::types::Builder;

use crate::problem::Problem;
use crate::program;

/// A builder that does not tell its version within this time is not waited for.
const PATIENCE: Duration = Duration::from_secs(3);

/// Reads `buildx=0.14.1`.
pub(crate) fn parse(text: &str, origin: &str) -> Result<Builder, Problem> {
    let wrong = || {
        Problem::usage("bad-builder", format!("{origin} `{text}` is no builder with a version"))
            .help("write NAME=VERSION, such as buildx=0.14.1")
    };
    let (name, version) = text.split_once('=').ok_or_else(wrong)?;
    let (name, version) = (name.trim(), version.trim());
    if name.is_empty() || !version.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit()) {
        return Err(wrong());
    }
    Ok(Builder { name: name.to_owned(), version: version.to_owned() })
}

/// Asks a builder for its version. `None` when it is not there, does not answer, or is none that this program knows.
pub(crate) fn probe(name: &str) -> Option<Builder> {
    let (program, arguments): (_, &[&str]) = match name {
        "buildx" => ("docker", &["buildx", "version"]),
        "buildah" => ("buildah", &["--version"]),
        "podman" => ("podman", &["--version"]),
        _ => return None,
    };
    let file = program::find(program, env::var_os("PATH").as_deref())?;
    let answer = program::start(Command::new(file).args(arguments))?.finish(PATIENCE)?;
    let text = String::from_utf8(answer.stdout).ok().filter(|_| answer.success)?;
    Some(Builder { name: name.to_owned(), version: version(&text)? })
}

/// The first word of a text that is a version, such as in `buildah version 1.28.2 (image-spec …)`.
fn version(text: &str) -> Option<String> {
    let is_version = |word: &&str| {
        let digits = word.strip_prefix('v').unwrap_or(word);
        digits.starts_with(|c: char| c.is_ascii_digit()) && digits.contains('.')
    };
    text.split_whitespace().find(is_version).map(|word| word.trim_end_matches([',', ';']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_builders_print() {
        for (text, expected) in [
            ("github.com/docker/buildx v0.14.1 59582a88fca7858dbe1886fd1556b2a0d79e43a3\n", Some("v0.14.1")),
            ("buildah version 1.28.2 (image-spec 1.1.0-rc2, runtime-spec 1.0.2-dev)\n", Some("1.28.2")),
            ("podman version 4.3.1\n", Some("4.3.1")),
            ("github.com/docker/buildx 0.10.5-docker\n", Some("0.10.5-docker")),
            ("docker: 'buildx' is not a docker command.\n", None),
            ("", None),
        ] {
            assert_eq!(version(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_builder_is_given_as_name_and_version() {
        assert_eq!(parse("buildx=v0.14.1", "x").unwrap().version, "v0.14.1");
        for wrong in ["buildx", "=1.2", "buildx=", "buildx=new", ""] {
            assert!(parse(wrong, "x").is_err(), "{wrong}");
        }
    }
}

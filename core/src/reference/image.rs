//! References to images, in registries and in OCI layouts on disk.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::host::is_registry;
use crate::text::shown;

/// Where the image is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// In a registry.
    Registry,
    /// In a directory with an OCI image layout: `ocidir://path`.
    OciDirectory,
    /// In a tar file with an OCI image layout: `ocifile://path`.
    OciFile,
}

/// A reference that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceError {
    /// What is wrong, as a fragment.
    pub message: String,
}

impl fmt::Display for ReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ReferenceError {}

/// A reference by its parts. Docker Hub's short forms are written out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageReference {
    /// Where the image is.
    pub scheme: Scheme,
    /// Host of the registry with its port; empty for files.
    pub registry: String,
    /// Path in the registry; empty for files.
    pub repository: String,
    /// Tag, where one is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Digest, where one is written: algorithm, colon, hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The file or directory; empty for registries.
    pub path: String,
}

/// Longest tag, in characters.
const MAX_TAG: usize = 128;

/// Fewest hexadecimal digits of a digest of any algorithm.
const MIN_DIGEST: usize = 32;

impl ImageReference {
    /// Reads a reference as Docker and regclient do.
    ///
    /// ```
    /// use buildonce_core::reference::ImageReference;
    /// let reference = ImageReference::parse("acme/app:v1").unwrap();
    /// assert_eq!((reference.registry.as_str(), reference.repository.as_str()), ("docker.io", "acme/app"));
    /// assert_eq!(reference.tag.as_deref(), Some("v1"));
    /// ```
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        let (scheme, rest) = match text.split_once("://") {
            Some(("ocidir", rest)) => (Scheme::OciDirectory, rest),
            Some(("ocifile", rest)) => (Scheme::OciFile, rest),
            Some((scheme, _)) if !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_lowercase()) => {
                return Err(wrong(text, "has a scheme that is not known"));
            }
            _ => (Scheme::Registry, text),
        };
        let (rest, digest) = rest.split_once('@').map_or((rest, None), |(rest, digest)| (rest, Some(digest)));
        if digest.is_some_and(|digest| !is_digest(digest)) {
            return Err(wrong(text, "has a digest that is none"));
        }
        let (name, tag) = split_tag(rest);
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(wrong(text, "has a tag that is none"));
        }
        let own = |part: Option<&str>| part.map(str::to_owned);
        let empty = Self {
            scheme,
            registry: String::new(),
            repository: String::new(),
            tag: own(tag),
            digest: own(digest),
            path: String::new(),
        };
        if scheme == Scheme::Registry {
            let (registry, repository) = named(text, name)?;
            return Ok(Self { registry, repository, ..empty });
        }
        let is_path = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'.' | b' ' | b'~' | b'+');
        if name.is_empty() || !name.bytes().all(is_path) {
            return Err(wrong(text, "has a path that is none"));
        }
        Ok(Self { path: name.to_owned(), ..empty })
    }

    /// The tag that programs of the Docker family take: `latest` where neither tag nor digest is written. No decision of
    /// this crate uses it, as nothing here falls back to `latest`.
    pub fn tag_or_latest(&self) -> &str {
        match (&self.tag, &self.digest) {
            (Some(tag), _) => tag,
            (None, None) if self.scheme == Scheme::Registry => "latest",
            (None, _) => "",
        }
    }

    /// Registry and repository, such as `ghcr.io/acme/app`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }
}

fn wrong(text: &str, what: &str) -> ReferenceError {
    ReferenceError { message: format!("`{}` {what}", shown(text)) }
}

/// The name and the tag. A colon before the last slash belongs to a port.
fn split_tag(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (text, None),
    }
}

/// The registry and the path in it.
fn named(text: &str, name: &str) -> Result<(String, String), ReferenceError> {
    let (registry, path) = match name.split_once('/') {
        Some((first, rest)) if is_registry(first) => (first, rest),
        // Docker takes it for the registry, so that nothing is left to be the image.
        _ if name == "localhost" => return Err(wrong(text, "names a registry, but no image")),
        _ => ("docker.io", name),
    };
    if !path.split('/').all(is_component) {
        return Err(wrong(
            text,
            "is no image name: parts are lower-case letters and digits with single separators inside",
        ));
    }
    let registry = if matches!(registry, "index.docker.io" | "registry-1.docker.io") { "docker.io" } else { registry };
    let path = if registry == "docker.io" && !path.contains('/') { format!("library/{path}") } else { path.to_owned() };
    Ok((registry.to_owned(), path))
}

/// One part of a path: lower-case letters and digits with `.`, `_`, `__` or dashes inside.
fn is_component(text: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let ends = [text.bytes().next(), text.bytes().next_back()];
    let separators = text.split(|c: char| u8::try_from(c).is_ok_and(is_word)).filter(|s| !s.is_empty());
    ends.iter().all(|end| end.is_some_and(is_word))
        && separators.into_iter().all(|s| matches!(s, "." | "_" | "__") || s.bytes().all(|b| b == b'-'))
}

/// A tag: a word character, then word characters, dots and dashes.
pub(crate) fn is_tag(text: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    text.len() <= MAX_TAG
        && text.bytes().next().is_some_and(is_word)
        && text.bytes().all(|b| is_word(b) || matches!(b, b'.' | b'-'))
}

/// A digest of any algorithm: names with separators, a colon, hexadecimal digits.
fn is_digest(text: &str) -> bool {
    let Some((algorithm, hex)) = text.split_once(':') else { return false };
    let is_name = |part: &str| {
        part.bytes().next().is_some_and(|b| b.is_ascii_alphabetic()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    algorithm.split(['-', '_', '+', '.']).all(is_name)
        && hex.len() >= MIN_DIGEST
        && hex.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_those_of_docker_hub() {
        for (text, name, tag) in [
            ("alpine", "docker.io/library/alpine", "latest"),
            ("acme/app", "docker.io/acme/app", "latest"),
            ("registry-1.docker.io/alpine:3", "docker.io/library/alpine", "3"),
            ("ghcr.io/acme/app", "ghcr.io/acme/app", "latest"),
            ("localhost:5000/app:x", "localhost:5000/app", "x"),
            ("example:5000", "docker.io/library/example", "5000"),
        ] {
            let reference = ImageReference::parse(text).unwrap();
            assert_eq!((reference.name().as_str(), reference.tag_or_latest()), (name, tag), "{text}");
        }
        let pinned = ImageReference::parse(&format!("acme/app@sha256:{}", "0".repeat(64))).unwrap();
        assert_eq!(pinned.tag_or_latest(), "");
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        for text in [
            "",
            ":",
            "@",
            "a:",
            "a@",
            "a/",
            "/a",
            "a//b",
            "A/b",
            "localhost",
            "localhost:5000",
            "ghcr.io/A",
            "a b",
            "a@sha256:00",
            "http://a/b",
            "ocidir://",
            "ocidir://a*b",
            "sha256:",
            "a:b:c",
            "a\n",
            "ghcr.io/a\u{fc}",
        ] {
            assert!(ImageReference::parse(text).is_err(), "{text:?}");
        }
        assert!(ImageReference::parse(&format!("a:{}", "x".repeat(129))).is_err());
    }
}

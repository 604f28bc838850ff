//! Manifests, indexes and configs, as far as selection needs them.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, Visitor};

use crate::read::{self, Others};
use crate::reference::{Digest, Platform};

/// Most children of an index that are looked at.
const MAX_CHILDREN: usize = 1000;

/// Largest document that is read, in bytes; registries refuse larger manifests.
const MAX_BYTES: usize = 4 << 20;

/// An index or a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Manifest {
    /// Several images.
    Index(Vec<Child>),
    /// One image, by its config.
    Image(Digest),
    /// Something else, such as an artifact that is no image.
    Other,
}

/// An entry of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Child {
    pub(crate) digest: Digest,
    /// Absent where the index does not tell.
    pub(super) platform: Option<Platform>,
}

/// An image's config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Config {
    pub(crate) platform: Platform,
    pub(crate) labels: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct RawManifest {
    #[serde(default, rename = "schemaVersion")]
    schema_version: Option<u64>,
    #[serde(default)]
    manifests: Option<Vec<RawChild>>,
    #[serde(default)]
    config: Option<RawDescriptor>,
    #[serde(default)]
    layers: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct RawDescriptor {
    digest: String,
}

#[derive(Deserialize)]
struct RawChild {
    digest: String,
    #[serde(default)]
    platform: Option<RawPlatform>,
    #[serde(default)]
    annotations: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize, Default)]
struct RawPlatform {
    #[serde(default)]
    os: Option<String>,
    #[serde(default)]
    architecture: Option<String>,
    #[serde(default)]
    variant: Option<String>,
    #[serde(default, rename = "os.version")]
    os_version: Option<String>,
}

#[derive(Deserialize)]
struct RawConfig {
    #[serde(default)]
    os: Option<String>,
    #[serde(default)]
    architecture: Option<String>,
    #[serde(default)]
    variant: Option<String>,
    #[serde(default, rename = "os.version")]
    os_version: Option<String>,
    #[serde(default)]
    config: Option<RawRuntime>,
}

#[derive(Deserialize)]
struct RawRuntime {
    #[serde(default, rename = "Labels")]
    labels: Option<BTreeMap<String, Label>>,
}

/// A label's value, if it is a string; some programs write others.
struct Label(Option<String>);

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LabelVisitor).map(Self)
    }
}

struct LabelVisitor;

impl Visitor<'_> for LabelVisitor {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a label's value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
        Ok(Some(text))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

impl RawPlatform {
    fn platform(&self) -> Option<Platform> {
        let text = |field: &Option<String>| field.as_deref().unwrap_or_default().to_owned();
        let (os, architecture) = (text(&self.os), text(&self.architecture));
        let known = !os.is_empty() && !architecture.is_empty();
        known.then(|| Platform::new(&os, &architecture, &text(&self.variant), &text(&self.os_version)))
    }
}

/// Reads a manifest or index; `None` when the text is neither. What claims to be both is refused, as programs disagree about
/// it (CVE-2021-41190).
pub(super) fn manifest(body: &str) -> Option<Manifest> {
    let raw: RawManifest = read(body)?;
    match (raw.manifests, raw.config) {
        _ if raw.schema_version != Some(2) => None,
        (Some(children), None) if raw.layers.is_none() && children.len() <= MAX_CHILDREN => children
            .into_iter()
            .filter(|child| !is_attestation(child))
            .map(entry)
            .collect::<Option<_>>()
            .map(Manifest::Index),
        (None, Some(config)) => Digest::parse(&config.digest).map(Manifest::Image),
        (None, None) => Some(Manifest::Other),
        _ => None,
    }
}

fn entry(child: RawChild) -> Option<Child> {
    let platform = child.platform.and_then(|platform| platform.platform());
    Digest::parse(&child.digest).map(|digest| Child { digest, platform })
}

/// BuildKit hangs provenance and SBOMs into the index as images for no platform.
fn is_attestation(child: &RawChild) -> bool {
    let marked = child.annotations.as_ref().is_some_and(|all| all.contains_key("vnd.docker.reference.type"));
    marked || child.platform.as_ref().and_then(RawPlatform::platform).is_some_and(|platform| platform.is_unknown())
}

/// Reads a config; `None` when the text is none.
pub(crate) fn config(body: &str) -> Option<Config> {
    let mut raw: RawConfig = read(body)?;
    let labels = raw.config.take().and_then(|runtime| runtime.labels).unwrap_or_default();
    let RawConfig { os, architecture, variant, os_version, .. } = raw;
    let platform = RawPlatform { os, architecture, variant, os_version }.platform()?;
    // Extending inserts; collecting would bring a sort of its own.
    let mut texts = BTreeMap::new();
    texts.extend(labels.into_iter().filter_map(|(key, label)| label.0.map(|text| (key, text))));
    Some(Config { platform, labels: texts })
}

fn read<T: DeserializeOwned>(body: &str) -> Option<T> {
    if body.len() > MAX_BYTES {
        return None;
    }
    read::read(body, Others::Skipped).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(text: &str) -> String {
        Digest::of(text.as_bytes()).to_string()
    }

    #[test]
    fn attestations_are_no_children() {
        let (image, other) = (digest("a"), digest("b"));
        let body = format!(
            r#"{{"schemaVersion": 2, "manifests": [
                {{"digest": "{image}", "platform": {{"os": "linux", "architecture": "arm64", "variant": "v8"}}}},
                {{"digest": "{other}", "platform": {{"os": "unknown", "architecture": "unknown"}}}},
                {{"digest": "{other}", "annotations": {{"vnd.docker.reference.type": "attestation-manifest"}}}}]}}"#
        );
        let child = Child { digest: Digest::of(b"a"), platform: Platform::parse("linux/arm64").ok() };
        assert_eq!(manifest(&body), Some(Manifest::Index(vec![child])));
    }

    #[test]
    fn what_is_no_manifest_or_two_at_once_is_refused() {
        let digest = digest("a");
        for body in [
            "<html>".to_owned(),
            "{}".to_owned(),
            r#"{"schemaVersion": 1, "manifests": []}"#.to_owned(),
            r#"{"schemaVersion": 2, "manifests": [{"digest": "sha256:0"}]}"#.to_owned(),
            format!(r#"{{"schemaVersion": 2, "manifests": [], "config": {{"digest": "{digest}"}}}}"#),
            r#"{"schemaVersion": 2, "manifests": [], "layers": []}"#.to_owned(),
        ] {
            assert_eq!(manifest(&body), None, "{body}");
        }
        let artifact = r#"{"schemaVersion": 2, "artifactType": "application/x", "layers": []}"#;
        assert_eq!(manifest(artifact), Some(Manifest::Other));
    }

    #[test]
    fn configs_without_labels_have_none() {
        for body in [
            r#"{"os": "linux", "architecture": "amd64"}"#,
            r#"{"os": "linux", "architecture": "amd64", "config": {"Labels": null}}"#,
            r#"{"os": "linux", "architecture": "amd64", "config": {"Labels": {"a": 1}}}"#,
        ] {
            assert_eq!(config(body).map(|config| config.labels.len()), Some(0), "{body}");
        }
        assert_eq!(config(r#"{"os": "linux"}"#), None);
    }
}

//! Requests, events and answers of [`super::next`], in the form in which they cross the boundary.

use serde::{Deserialize, Serialize};

use crate::Reason;
use crate::policy::Operation;
use crate::selection::{ArchiveSeen, SelectedPlatform};

/// What the host replaces with the path of a file of its own, of which nothing is there at first: an archive is written there, and read from there.
pub const ARCHIVE: &str = "{{archive}}";

/// Where images of this machine are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Store {
    /// Of a Docker daemon.
    Docker,
    /// Of podman.
    Podman,
    /// Of buildah.
    Buildah,
    /// A registry, for an image in a file: one that is in a registry gets more names by a promotion.
    Registry,
}

/// An image that was selected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AliasImage {
    /// `name@sha256:…`; without a meaning for an image in an archive.
    pub reference: String,
    /// Every platform that was proven.
    pub platforms: Vec<SelectedPlatform>,
    /// The archive as it is now, for an image in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<ArchiveSeen>,
}

/// What is wanted, and what only the host knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AliasRequest {
    /// The name, with a tag, such as `app:local`.
    pub name: String,
    /// Where; absent for the store of the policy's builder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<Store>,
    /// The one platform; absent for the machine's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// The platform whose programs this machine runs, such as `linux/amd64`.
    pub machine: String,
    /// Registries that are talked to without TLS, with their ports. Those of this machine always are.
    #[serde(default)]
    pub plain_http: Vec<String>,
    /// The image; absent as long as none is selected, to know beforehand that the name can be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<AliasImage>,
}

/// What came of a task, after the last try that the retry policy allowed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AliasEvent {
    /// The task's identifier.
    pub task: String,
    /// Whether it ended well.
    pub succeeded: bool,
    /// Why it did not, as the retry policy names it.
    #[serde(default)]
    pub cause: String,
    /// What it wrote to standard output, with the kind `read`; the config's digest, with the kind `push`.
    #[serde(default)]
    pub output: String,
    /// What is in the file that [`ARCHIVE`] stands for, with the kind `inspect`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<ArchiveSeen>,
}

/// How a task is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AliasTaskKind {
    /// Run `command`, and again as the retry policy says.
    Run,
    /// Run `command` once and hand back what it writes to standard output.
    Read,
    /// Run `command`, and hand back which images the file has that [`ARCHIVE`] stands for.
    Inspect,
    /// Write the file that [`ARCHIVE`] stands for, without a command: what `docker save` would write of the image `config` of `archive`, under `names`.
    Extract,
    /// Send the image in the file that [`ARCHIVE`] stands for to the registry under `names`, without a command, and again as the retry policy says; hand
    /// back as `output` the digest of the config that the registry has under the name then.
    Push,
}

/// A step that does something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AliasTask {
    /// What it is called.
    pub id: String,
    /// How it is carried out.
    pub kind: AliasTaskKind,
    /// Which limits of the retry policy hold.
    pub operation: Operation,
    /// Host of the registry that it talks to, where it talks to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry: Option<String>,
    /// Program and arguments, in which [`ARCHIVE`] is to be replaced. Empty for `extract` and `push`.
    pub command: Vec<String>,
    /// With the kind `extract`: the file that the image is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<String>,
    /// With the kind `extract`: the digest of its config.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
    /// With the kinds `extract` and `push`: its names in the new file, or in the registry.
    pub names: Vec<String>,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AliasStepKind {
    /// Select the image: name and store are fine.
    Select,
    /// Carry out `task`.
    Run,
    /// The name has the image.
    Done,
    /// It has not, for `reason`.
    Fail,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AliasStep {
    /// What to do.
    pub kind: AliasStepKind,
    /// Where the image goes.
    pub store: Store,
    /// With the kind `run`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<AliasTask>,
    /// With the kind `fail`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// With the kind `done`: the digest of the image's config, the same wherever the image is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_id: Option<String>,
    /// With the kind `done`: its platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
}

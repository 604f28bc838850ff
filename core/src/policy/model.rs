//! A checked policy.

use super::{Choice, Gate, GlobList, Place, Retention, Retry, Select, Template, When};
use crate::facts::EventKind;
use crate::pattern::Pattern;

/// A checked policy. Patterns and templates are compiled.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// What diagnostics call the document.
    pub file: String,
    /// Image names, in order.
    pub images: Vec<ImageRule>,
    /// Tag rules, in order.
    pub tags: Vec<TagRule>,
    /// What the tag rules in docker/metadata-action's language have in common.
    pub flavor: Vec<FlavorLine>,
    /// How names are made.
    pub naming: Naming,
    /// Labels to set or to remove.
    pub labels: Vec<EntryRule>,
    /// Annotations to set or to remove.
    pub annotations: Vec<EntryRule>,
    /// What is built, and where it goes.
    pub build: Build,
    /// When nothing is built.
    pub skip: Skip,
    /// How often, how long and with which pauses operations are tried.
    pub retry: Retry,
    /// Which image a later job may take.
    pub select: Select,
    /// How long images are kept.
    pub retention: Retention,
    /// Which findings of a scan stop an image.
    pub gate: Gate,
}

/// One image name.
#[derive(Debug, Clone)]
pub struct ImageRule {
    /// Registry and repository.
    pub name: Template,
    /// When the name is used; empty for always.
    pub when: When,
    /// Where it was written.
    pub place: Place,
}

/// One tag rule.
#[derive(Debug, Clone)]
pub struct TagRule {
    /// Its name in traces, such as `tags[0]`.
    pub id: String,
    /// When it makes tags; empty for always.
    pub when: When,
    /// What it makes.
    pub source: TagSource,
    /// What must hold beside the conditions; nothing for most rules.
    pub guard: Option<Guard>,
    /// Marked as the rule whose first tag names the build.
    pub primary: bool,
    /// Where it was written.
    pub place: Place,
}

/// What must hold beside a rule's conditions before a tag is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// The run is about a release, and the registry has no newer one. Where the registry's tags are not known, it does not hold.
    NewestRelease,
}

impl Choice for Guard {
    const ALL: &'static [(&'static str, Self)] = &[("newest-release", Self::NewestRelease)];
}

/// What a tag rule makes.
#[derive(Debug, Clone)]
pub enum TagSource {
    /// Native templates, in order.
    Native(Vec<Template>),
    /// A line in the language of docker/metadata-action, such as `type=semver,pattern={{version}}`.
    Metadata(String),
}

/// A line of docker/metadata-action's input `flavor`, such as `latest=false`.
#[derive(Debug, Clone)]
pub struct FlavorLine {
    /// The line.
    pub text: String,
    /// Where it was written.
    pub place: Place,
}

/// Which commit a pull request's tags are named after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PrSha {
    /// The tip of the source branch, which people and later jobs know.
    #[default]
    Head,
    /// The engine's merge commit.
    Merge,
}

/// How names are made.
#[derive(Debug, Clone)]
pub struct Naming {
    /// Digits of `{{sha}}`, 7 to 40.
    pub sha_length: usize,
    /// Characters of `.` and `_` that sanitised names keep.
    pub keep: Vec<char>,
    /// Which commit a pull request's tags are named after.
    pub pr_sha: PrSha,
}

impl Default for Naming {
    fn default() -> Self {
        Self { sha_length: 7, keep: Vec::new(), pr_sha: PrSha::Head }
    }
}

/// A label or annotation to set, or, without a value, to remove.
#[derive(Debug, Clone)]
pub struct EntryRule {
    /// The key.
    pub key: String,
    /// The value; `None` removes the key.
    pub value: Option<Template>,
    /// Where it was written.
    pub place: Place,
}

/// The word of an own command line that stands for the builder's arguments.
pub const BUILDER_ARGUMENTS: &str = "{{args}}";

/// What is built, and where it goes.
#[derive(Debug, Clone)]
pub struct Build {
    /// First match wins.
    pub platforms: Vec<PlatformRule>,
    /// `buildx`, `buildah`, `podman`, or an own command line.
    pub builder: Vec<String>,
    /// When to push; empty for always. A fork or missing credentials forbid it all the same.
    pub push: When,
    /// When to put the image into the local image store; `None` for never.
    pub load: Option<When>,
    /// When to write it to a file; `None` for only when it cannot be pushed.
    pub archive: Archive,
    /// Values for the Dockerfile's `ARG`s.
    pub args: Vec<EntryRule>,
}

impl Default for Build {
    fn default() -> Self {
        Self {
            platforms: Vec::new(),
            builder: vec!["buildx".to_owned()],
            push: When::default(),
            load: None,
            archive: Archive::default(),
            args: Vec::new(),
        }
    }
}

/// Platforms for some events.
#[derive(Debug, Clone)]
pub struct PlatformRule {
    /// When they hold; empty for always.
    pub when: When,
    /// Such as `linux/amd64`.
    pub platforms: Vec<String>,
    /// Where it was written.
    pub place: Place,
}

/// An image in a file.
#[derive(Debug, Clone)]
pub struct Archive {
    /// When it is written; `None` for only when the image cannot be pushed.
    pub when: Option<When>,
    /// The file, relative to the working directory.
    pub path: String,
}

impl Default for Archive {
    fn default() -> Self {
        Self { when: None, path: "image.tar".to_owned() }
    }
}

/// When nothing is built.
#[derive(Debug, Clone, Default)]
pub struct Skip {
    /// Actors whose runs build nothing, such as `renovate[bot]`.
    pub actors: Vec<String>,
    /// Patterns on the head commit's subject or the pull request's title.
    pub subjects: Vec<SubjectPattern>,
    /// Source branches whose pull requests build nothing, because the push of the branch builds the same commit.
    pub head_branches: Option<GlobList>,
    /// Changed files that force a build, and a fresh one. Where a build would be skipped, unknown changed files count as
    /// changed.
    pub unless_paths: Option<GlobList>,
    /// Branches (of a push or a pull request's source) that always build.
    pub unless_branches: Option<GlobList>,
    /// Where it was written.
    pub place: Place,
}

/// A regular expression that is looked for in a subject.
#[derive(Debug, Clone)]
pub struct SubjectPattern {
    /// Compiled.
    pub regex: Pattern,
    /// Where it was written.
    pub place: Place,
}

/// The kinds of event that a `when` can name; kept here so that matchers and schema agree.
pub const EVENTS: [EventKind; 12] = EventKind::ALL;

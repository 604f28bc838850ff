//! Native templates: text with `{{name}}` in it.

use super::Place;

/// What `{{name}}` can stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Value {
    /// Number of the pull request.
    Pr,
    /// The commit's first digits (`naming.sha-length`).
    Sha,
    /// The whole commit.
    FullSha,
    /// The branch, sanitised: of a push what was pushed to, of a pull request its source.
    Branch,
    /// The target branch of a pull request or merge group, sanitised.
    BaseBranch,
    /// The git tag, with what no image tag may hold replaced by `-`.
    Tag,
    /// The git tag's version, without `v` and build metadata.
    Version,
    /// Its major number.
    Major,
    /// Its minor number.
    Minor,
    /// Its patch number.
    Patch,
    /// Today in UTC, `2026-01-31`.
    Date,
    /// Now in UTC, RFC 3339.
    Timestamp,
    /// Identifier of the run.
    RunId,
    /// Which try of the run this is, from 1.
    RunAttempt,
    /// `owner/name` in lower case.
    Repository,
    /// `owner` in lower case.
    Owner,
    /// `name` in lower case.
    Name,
    /// The image name that the engine offers, else the registry of the repository's host and `{{repository}}`.
    RegistryImage,
    /// The event's kind.
    Event,
}

impl Value {
    /// Every value with the name that templates use and a line of documentation.
    pub const ALL: [(Self, &'static str, &'static str); 19] = [
        (Self::Pr, "pr", "number of the pull or merge request"),
        (Self::Sha, "sha", "the commit's first digits (naming.sha-length)"),
        (Self::FullSha, "full-sha", "the whole commit"),
        (Self::Branch, "branch", "the branch pushed to, or the pull request's source, sanitised"),
        (Self::BaseBranch, "base-branch", "the pull request's or merge group's target, sanitised"),
        (Self::Tag, "tag", "the git tag"),
        (Self::Version, "version", "the git tag's semantic version without v"),
        (Self::Major, "major", "its first number"),
        (Self::Minor, "minor", "its second number"),
        (Self::Patch, "patch", "its third number"),
        (Self::Date, "date", "today in UTC, such as 2026-01-31"),
        (Self::Timestamp, "timestamp", "now in UTC, RFC 3339"),
        (Self::RunId, "run-id", "identifier of the run"),
        (Self::RunAttempt, "run-attempt", "which try of the run, from 1"),
        (Self::Repository, "repository", "owner/name in lower case"),
        (Self::Owner, "owner", "the repository's owner in lower case"),
        (Self::Name, "name", "the repository's name in lower case"),
        (Self::RegistryImage, "registry-image", "the image name that the engine offers for this repository"),
        (Self::Event, "event", "kind of the event"),
    ];

    /// The name that templates use.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(value, ..)| *value == self).map_or("", |(_, name, _)| name)
    }

    /// The value of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, n, _)| *n == name).map(|(value, ..)| *value)
    }
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text as it stands.
    Literal(String),
    /// A value to fill in.
    Value(Value),
}

/// A parsed template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// As it was written.
    pub source: String,
    /// Its pieces, in order.
    pub parts: Vec<Part>,
    /// Where it was written.
    pub place: Place,
}

/// A template that does not parse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// What is wrong, as a fragment.
    pub message: String,
    /// What to do, if that can be told.
    pub help: Option<String>,
    /// Byte range in the template.
    pub range: (usize, usize),
}

impl Template {
    /// Parses a template.
    pub fn parse(source: &str, place: Place) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut rest = source;
        while let Some((before, after)) = rest.split_once("{{") {
            if !before.is_empty() {
                parts.push(Part::Literal(before.to_owned()));
            }
            let at = source.len() - after.len();
            let error =
                |message: &str| TemplateError { message: message.to_owned(), help: None, range: (at, source.len()) };
            let (name, tail) = after.split_once("}}").ok_or_else(|| error("`{{` without `}}`"))?;
            parts.push(Part::Value(Value::from_name(name.trim()).ok_or_else(|| error("unknown value"))?));
            rest = tail;
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.to_owned()));
        }
        Ok(Self { source: source.to_owned(), parts, place })
    }

    /// Whether the template fills in this value.
    pub fn uses(&self, value: Value) -> bool {
        self.parts.contains(&Part::Value(value))
    }
}

//! What templates become: values from facts and naming rules.

use std::borrow::Cow;

use super::sanitize::{MAX_TAG, cleaned, sanitized, tag_characters};
use crate::Diagnostic;
use crate::facts::{Facts, Timestamp};
use crate::policy::matcher::values::{self, Fact};
use crate::policy::{Naming, Part, PrSha, Template, Value};
use crate::text::{concat, shown};
use crate::version::SemVer;

/// Why a template cannot be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Missing {
    /// The run does not have the value, so what needs it does not apply.
    Absent(Value),
    /// The run should tell the value, or it is of no use here: the answer is refused.
    Refused(Box<Diagnostic>),
}

impl Missing {
    pub(super) fn refused(diagnostic: Diagnostic) -> Self {
        Self::Refused(Box::new(diagnostic))
    }
}

/// Fills in templates.
#[derive(Debug, Clone, Copy)]
pub(super) struct Namer<'a> {
    facts: &'a Facts,
    naming: &'a Naming,
    /// The commit that names hold instead of the run's own, when a consumer asks for the names of another commit.
    commit: Option<&'a str>,
}

impl<'a> Namer<'a> {
    pub(super) fn new(facts: &'a Facts, naming: &'a Naming) -> Self {
        Self { facts, naming, commit: None }
    }

    /// The same names for another commit.
    pub(super) fn for_commit(self, commit: &'a str) -> Self {
        Self { commit: Some(commit), ..self }
    }

    /// The commit that names hold instead of the run's own, if another was asked for.
    pub(super) fn chosen_commit(&self) -> Option<&'a str> {
        self.commit
    }

    pub(super) fn facts(&self) -> &'a Facts {
        self.facts
    }

    pub(super) fn naming(&self) -> &'a Naming {
        self.naming
    }

    /// A tag with `prefix` in front. Branches are cut so that the whole fits the longest tag that registries accept; several
    /// of them share the room.
    pub(super) fn tag(&self, template: &Template, prefix: &str) -> Result<String, Missing> {
        let values = self.values(template)?;
        let is_branch = |part: &Part| matches!(part, Part::Value(Value::Branch | Value::BaseBranch));
        let pieces = || template.parts.iter().zip(&values);
        let fixed: usize = pieces().filter(|(part, _)| !is_branch(part)).map(|(_, text)| text.len()).sum();
        let mut room = MAX_TAG.saturating_sub(prefix.len() + fixed);
        let mut branches = template.parts.iter().filter(|part| is_branch(part)).count();
        let mut out = prefix.to_owned();
        for (part, text) in pieces() {
            if is_branch(part) {
                // At least one character, so that a tag without room for its branch is seen to be too long.
                let name = sanitized(text, &self.naming.keep, (room / branches.max(1)).max(1));
                room = room.saturating_sub(name.len());
                branches = branches.saturating_sub(1);
                out.push_str(&name);
            } else {
                out.push_str(text);
            }
        }
        Ok(out)
    }

    /// A text that need not be a tag. Branches are sanitised all the same.
    pub(super) fn text(&self, template: &Template) -> Result<String, Missing> {
        let values = self.values(template)?;
        let mut out = String::new();
        for (part, text) in template.parts.iter().zip(&values) {
            match part {
                Part::Value(Value::Branch | Value::BaseBranch) => {
                    out.push_str(&sanitized(text, &self.naming.keep, MAX_TAG));
                }
                _ => out.push_str(text),
            }
        }
        Ok(out)
    }

    fn values<'t>(&'t self, template: &'t Template) -> Result<Vec<Cow<'t, str>>, Missing> {
        let piece = |part: &'t Part| match part {
            Part::Literal(text) => Ok(Cow::Borrowed(text.as_str())),
            Part::Value(value) => self.value(*value).map_err(|missing| match missing {
                Missing::Refused(diagnostic) => Missing::refused(template.place.mark(*diagnostic)),
                absent @ Missing::Absent(_) => absent,
            }),
        };
        template.parts.iter().map(piece).collect()
    }

    /// One value; branches as they are.
    pub(super) fn value(&self, value: Value) -> Result<Cow<'a, str>, Missing> {
        let facts = self.facts;
        match value {
            Value::Pr => {
                let number = facts.change.as_ref().and_then(|c| c.number);
                number.map_or_else(|| self.missing(value, &["change.number"]), |n| Ok(Cow::Owned(n.to_string())))
            }
            Value::Sha => self.commit().map(|sha| Cow::Borrowed(sha.get(..self.naming.sha_length).unwrap_or(sha))),
            Value::FullSha => self.commit().map(Cow::Borrowed),
            Value::Branch => told(value, values::naming_branch(facts)),
            Value::BaseBranch => told(value, values::target_branch(facts)),
            Value::Tag => told(value, values::git_tag(facts)).and_then(|tag| tag_name(&tag).map(Cow::Owned)),
            Value::Version => self.version(value).map(|v| Cow::Owned(v.to_string())),
            Value::Major => self.version(value).map(|v| Cow::Owned(v.major.to_string())),
            Value::Minor => self.version(value).map(|v| Cow::Owned(v.minor.to_string())),
            Value::Patch => self.version(value).map(|v| Cow::Owned(v.patch.to_string())),
            Value::Date => date(facts.now).map(Cow::Owned).map_err(Missing::Refused),
            Value::Timestamp => timestamp(facts.now).map(Cow::Owned).map_err(Missing::Refused),
            Value::RunId => told(value, Fact::of(facts, facts.run.id.as_deref(), &["run.id"])),
            Value::RunAttempt => {
                let attempt = facts.run.attempt.map(|n| Cow::Owned(n.to_string()));
                attempt.map_or_else(|| self.missing(value, &["run.attempt"]), Ok)
            }
            Value::Repository => self.path(value).map(|path| Cow::Owned(path.to_ascii_lowercase())),
            Value::Owner => self.path(value).and_then(|path| {
                let owner = path.rsplit_once('/').map(|(owner, _)| owner.to_ascii_lowercase());
                owner.map(Cow::Owned).ok_or(Missing::Absent(value))
            }),
            Value::Name => self
                .path(value)
                .map(|path| Cow::Owned(path.rsplit_once('/').map_or(path, |(_, name)| name).to_ascii_lowercase())),
            Value::RegistryImage => self.registry_image().map(Cow::Owned),
            Value::Event => Ok(Cow::Borrowed(facts.event.as_str())),
        }
    }

    /// The commit that names hold: on a change the one that the policy chose, else the one that is built.
    pub(super) fn commit(&self) -> Result<&'a str, Missing> {
        let revisions = &self.facts.revisions;
        let (sha, name) = match (self.commit, self.facts.event.is_change(), self.naming.pr_sha) {
            (Some(commit), ..) => (Some(commit), "revisions"),
            (None, true, PrSha::Head) => (revisions.head.as_deref(), "revisions.head"),
            (None, true, PrSha::Merge) => (revisions.merge.as_deref(), "revisions.merge"),
            (None, false, _) => (revisions.built.as_deref().or(revisions.head.as_deref()), "revisions.built"),
        };
        told(Value::Sha, Fact::of(self.facts, sha, &[name])).map(|_| sha.unwrap_or_default())
    }

    fn version(&self, value: Value) -> Result<SemVer, Missing> {
        let tag = told(value, values::git_tag(self.facts))?;
        SemVer::parse(&tag).ok_or(Missing::Absent(value))
    }

    fn path(&self, value: Value) -> Result<&'a str, Missing> {
        let path = self.facts.repository.as_ref().map(|r| r.path.as_str());
        told(value, Fact::of(self.facts, path, &["repository.path"])).map(|_| path.unwrap_or_default())
    }

    /// Where the engine keeps this repository's images. Only the two public servers whose registry follows from their
    /// name are derived; any other would be a guess.
    fn registry_image(&self) -> Result<String, Missing> {
        let value = Value::RegistryImage;
        let repository = self.facts.repository.as_ref();
        if let Some(image) = repository.and_then(|r| r.registry_image.as_deref()).filter(|i| !i.is_empty()) {
            return Ok(image.to_ascii_lowercase());
        }
        if let Some(unknown) = values::unknown(self.facts, &["repository.registry-image"]) {
            return Err(Missing::refused(unknown_value(value, &unknown.reason.message)));
        }
        let path = self.path(value)?.to_ascii_lowercase();
        if values::is_local_only(self.facts) {
            // The name of a directory, which may hold anything; the image never leaves this machine.
            let name = cleaned(path.rsplit('/').next().unwrap_or_default(), &[], MAX_TAG);
            return if name.is_empty() { Err(Missing::refused(no_registry(None))) } else { Ok(name) };
        }
        let server = repository.and_then(|r| r.server_url.as_deref());
        match server.map(server_host) {
            Some(host) if host.eq_ignore_ascii_case("github.com") => Ok(concat(&["ghcr.io/", &path])),
            Some(host) if host.eq_ignore_ascii_case("gitlab.com") => Ok(concat(&["registry.gitlab.com/", &path])),
            host => Err(Missing::refused(no_registry(host))),
        }
    }

    fn missing<T>(&self, value: Value, names: &[&str]) -> Result<T, Missing> {
        Err(match values::unknown(self.facts, names) {
            Some(unknown) => Missing::refused(unknown_value(value, &unknown.reason.message)),
            None => Missing::Absent(value),
        })
    }
}

fn told(value: Value, fact: Fact<'_>) -> Result<Cow<'_, str>, Missing> {
    match fact {
        Fact::Known(text) => Ok(Cow::Borrowed(text)),
        Fact::Absent => Err(Missing::Absent(value)),
        Fact::Unknown(unknown) => {
            let why = unknown.map_or("the engine does not tell it", |u| u.reason.message.as_str());
            Err(Missing::refused(unknown_value(value, why)))
        }
    }
}

/// The git tag with what no image tag may hold replaced; its case is part of its name.
fn tag_name(tag: &str) -> Result<String, Missing> {
    let name = tag_characters(tag);
    let name = name.trim_start_matches(['.', '-']);
    if name.is_empty() {
        let message = format!("the git tag `{}` holds nothing that an image tag may hold", shown(tag));
        let help = "give the release a tag of ASCII letters and digits";
        return Err(Missing::refused(Diagnostic::error("invalid-tag", message).help(help)));
    }
    Ok(name.to_owned())
}

/// The host of a server's URL, without its port.
fn server_host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', ':']).next().unwrap_or(rest)
}

fn no_registry(host: Option<&str>) -> Diagnostic {
    let message = match host {
        Some(host) => format!("`{{{{registry-image}}}}` is not known for repositories on {host}"),
        None => "`{{registry-image}}` is not known, as the repository's server is not".to_owned(),
    };
    Diagnostic::error("registry-image-unknown", message).help("name the images in the policy, under `images`")
}

fn unknown_value(value: Value, why: &str) -> Diagnostic {
    Diagnostic::error("value-unknown", format!("`{{{{{}}}}}` is not known: {why}", value.name())).help(
        "restrict the rule with `when` to runs that tell it, or hand over a facts document that does (`--facts FILE`)",
    )
}

/// Why a run lacks a value, for a person.
pub(super) fn absence(value: Value, facts: &Facts) -> String {
    let why = match value {
        Value::Pr => "the run is about no pull request",
        Value::Sha | Value::FullSha => "the run has no such commit",
        Value::Branch => "the run is about no branch",
        Value::BaseBranch => "the run has no target branch",
        Value::Version | Value::Major | Value::Minor | Value::Patch if values::git_tag(facts).known().is_some() => {
            "the git tag is not a semantic version"
        }
        Value::Tag | Value::Version | Value::Major | Value::Minor | Value::Patch => "the run is about no git tag",
        Value::RunId => "the run is not an engine's",
        Value::RunAttempt => "the run's engine does not count attempts",
        Value::Owner => "the repository has no owner",
        _ => "the run has no such value",
    };
    format!("`{{{{{}}}}}` is absent: {why}", value.name())
}

/// The day in UTC.
fn date(now: Timestamp) -> Result<String, Box<Diagnostic>> {
    let time = civil(now)?;
    Ok(format!("{:04}-{:02}-{:02}", time.year(), time.month(), time.day()))
}

/// The second in UTC, RFC 3339.
pub(super) fn timestamp(now: Timestamp) -> Result<String, Box<Diagnostic>> {
    let time = civil(now)?;
    let day = date(now)?;
    Ok(format!("{day}T{:02}:{:02}:{:02}Z", time.hour(), time.minute(), time.second()))
}

fn civil(now: Timestamp) -> Result<jiff::civil::DateTime, Box<Diagnostic>> {
    let time = jiff::Timestamp::from_millisecond(now).ok().map(|t| jiff::tz::Offset::UTC.to_datetime(t));
    // RFC 3339 knows the years 0 to 9999 only.
    time.filter(|t| (0..=9999).contains(&t.year())).ok_or_else(|| {
        let message = format!("the time {now} ms is outside the years 0 to 9999");
        let help = "pass the time in milliseconds since 1970-01-01T00:00:00Z";
        Box::new(Diagnostic::error("time-out-of-range", message).help(help))
    })
}

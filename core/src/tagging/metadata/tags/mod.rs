//! The `tags` input: its lines, and the tag that each kind of them makes.

mod attributes;
mod edge;
mod matching;
mod pep440;
mod raw;
mod reference;
mod schedule;
mod semver;
mod sha;

use std::cmp::Ordering;

pub(super) use attributes::Line;

use super::flavor::Flavor;
use super::globals::Run;
use super::model::{LogGroup, MetadataFailure, MetadataFailureCode, Step};
use super::{js, v8sort};

/// Kinds of tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Schedule,
    Semver,
    Pep440,
    Match,
    Edge,
    Ref,
    Raw,
    Sha,
}

impl Kind {
    /// Every kind with the name it has in `type=`.
    const ALL: [(Self, &'static str); 8] = [
        (Self::Schedule, "schedule"),
        (Self::Semver, "semver"),
        (Self::Pep440, "pep440"),
        (Self::Match, "match"),
        (Self::Edge, "edge"),
        (Self::Ref, "ref"),
        (Self::Raw, "raw"),
        (Self::Sha, "sha"),
    ];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    /// The priority of a line that gives none.
    fn priority(self) -> &'static str {
        match self {
            Self::Schedule => "1000",
            Self::Semver | Self::Pep440 => "900",
            Self::Match => "800",
            Self::Edge => "700",
            Self::Ref => "600",
            Self::Raw => "200",
            Self::Sha => "100",
        }
    }
}

/// The rules of a run without any.
pub(super) const DEFAULT: [&str; 4] =
    ["type=schedule", "type=ref,event=branch", "type=ref,event=tag", "type=ref,event=pr"];

/// Reads the lines of the input, and puts them into the order of their priorities.
pub(super) fn parse(lines: &[String]) -> Step<Tags> {
    let texts: Vec<&str> = if lines.is_empty() { DEFAULT.to_vec() } else { lines.iter().map(String::as_str).collect() };
    let numbered = texts.iter().enumerate().map(|(number, text)| Ok((number, Line::parse(text)?)));
    let mut tags = numbered.collect::<Step<Vec<_>>>()?;
    sort(&mut tags);
    Ok(Tags(tags.into_iter().map(|(_, line)| line).collect()))
}

/// Puts lines, each with its number, into the order in which they make tags. A priority that is no number compares as equal to
/// every other.
pub(super) fn sort(lines: &mut Vec<(usize, Line)>) {
    v8sort::sort(lines, &|(_, a), (_, b)| b.priority().partial_cmp(&a.priority()).unwrap_or(Ordering::Equal));
}

/// The rules of the input in the order in which they make tags.
#[derive(Debug)]
pub(super) struct Tags(Vec<Line>);

/// The tags that the rules made.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Version {
    /// The first tag.
    pub(super) main: Option<String>,
    /// The others, each once.
    pub(super) partial: Vec<String>,
    /// Whether `latest` goes with them: the rule that made the first tag decides.
    pub(super) latest: bool,
}

/// A tag, and whether the kind of its rule stands for the latest image.
#[derive(Debug)]
pub(super) struct Tag {
    pub(super) name: String,
    pub(super) latest: bool,
}

/// What a rule makes: the tag before it is sanitized, and whether its kind stands for the latest image.
struct Made {
    value: String,
    latest: bool,
}

impl Tags {
    /// What the action logs.
    pub(super) fn log(&self) -> LogGroup {
        let lines = self.0.iter().map(Line::to_text).collect();
        LogGroup { title: "Processing tags input".to_owned(), lines }
    }

    /// Makes the tags; what the rules have to say goes to `warnings`.
    pub(super) fn version(&self, run: &Run<'_>, flavor: &Flavor, warnings: &mut Vec<String>) -> Step<Version> {
        let mut version = Version::default();
        for line in &self.0 {
            let Some(Tag { name, latest }) = line.tag(run, flavor, warnings)? else { continue };
            match &version.main {
                None => {
                    version.main = Some(name);
                    version.latest = flavor.latest.decide(latest);
                }
                Some(main) if *main != name && !version.partial.contains(&name) => version.partial.push(name),
                Some(_) => {}
            }
        }
        Ok(version)
    }
}

impl Line {
    /// The line's tag for a run, if it makes one; what it has to say goes to `warnings`.
    pub(super) fn tag(&self, run: &Run<'_>, flavor: &Flavor, warnings: &mut Vec<String>) -> Step<Option<Tag>> {
        run.notes.about(&self.source);
        let enable = run.render(self.get("enable"))?;
        match enable.as_str() {
            "true" => {}
            "false" => return Ok(None),
            _ => return Err(failure(format!("Invalid value for enable attribute: {enable}"))),
        }
        let made = self.make(run, flavor, warnings)?.filter(|made| !made.value.is_empty());
        Ok(made.map(|made| Tag { name: sanitize(&made.value), latest: made.latest }))
    }

    /// Whether the line names a whole version, which only one commit has.
    pub(super) fn is_whole_version(&self) -> bool {
        let pattern = self.get("pattern");
        let has = |name: &str| pattern.contains(name);
        match self.kind {
            Kind::Semver | Kind::Pep440 => {
                has("version") || has("raw") || (has("major") && has("minor") && has("patch"))
            }
            Kind::Ref => self.get("event") == "tag",
            _ => false,
        }
    }

    fn make(&self, run: &Run<'_>, flavor: &Flavor, warnings: &mut Vec<String>) -> Step<Option<Made>> {
        let affixes = Affixes { line: self, run, flavor };
        match self.kind {
            Kind::Schedule => schedule::make(self, run, &affixes),
            Kind::Semver => semver::make(self, run, &affixes, warnings),
            Kind::Pep440 => pep440::make(self, run, &affixes, warnings),
            Kind::Match => matching::make(self, run, &affixes, warnings),
            Kind::Edge => edge::make(self, run, &affixes),
            Kind::Ref => reference::make(self, run, &affixes),
            Kind::Raw => raw::make(self, run, &affixes),
            Kind::Sha => sha::make(self, run, &affixes),
        }
    }

    fn priority(&self) -> f64 {
        js::to_number(self.get("priority"))
    }
}

/// The prefix and the suffix of a tag: the line's own, else the flavor's.
struct Affixes<'a> {
    line: &'a Line,
    run: &'a Run<'a>,
    flavor: &'a Flavor,
}

impl Affixes<'_> {
    fn around(&self, value: &str) -> Step<String> {
        let affix = |name: &str, common: &str| match self.line.find(name) {
            Some(own) => self.run.render(own),
            None => self.run.render(common),
        };
        let prefix = affix("prefix", &self.flavor.prefix)?;
        let suffix = affix("suffix", &self.flavor.suffix)?;
        Ok(format!("{prefix}{value}{suffix}"))
    }

    fn made(&self, value: &str, latest: bool) -> Step<Option<Made>> {
        Ok(Some(Made { value: self.around(value)?, latest }))
    }
}

/// What a rule of a version or a pattern starts from: its value, else the tag that was pushed. `None` when it has
/// neither.
fn subject(line: &Line, run: &Run<'_>) -> Step<Option<String>> {
    let value = line.get("value");
    if value.is_empty() { Ok(run.tag().map(str::to_owned)) } else { run.render(value).map(Some) }
}

/// Every run of characters that no tag may hold becomes one `-`.
pub(super) fn sanitize(tag: &str) -> String {
    let mut out = String::with_capacity(tag.len());
    let mut inside = false;
    for c in tag.chars() {
        let kept = c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if kept {
            out.push(c);
        } else if !inside {
            out.push('-');
        }
        inside = !kept;
    }
    out
}

fn failure(message: String) -> MetadataFailure {
    MetadataFailure::new(MetadataFailureCode::InvalidTag, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sanitizing_keeps_case_and_dashes_and_joins_runs() {
        for (tag, expected) in [
            ("Feature/X", "Feature-X"),
            ("a-/b", "a--b"),
            ("a&amp;b", "a-amp-b"),
            ("日本", "-"),
            (".a_b-", ".a_b-"),
            ("", ""),
        ] {
            assert_eq!(sanitize(tag), expected, "{tag}");
        }
    }

    #[test]
    fn rules_go_by_priority_and_stay_in_order_when_equal() {
        let order = |lines: &[&str]| {
            let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            let tags = parse(&lines).unwrap();
            tags.0.iter().map(|line| line.get("value").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(order(&["type=sha,value=s", "a", "b,priority=300", "c"]), ["b", "a", "c", "s"]);
        assert_eq!(order(&["a,priority=1", "x,priority=no", "b,priority=2"]), ["a", "x", "b"]);
        assert_eq!(order(&["a,priority=", "b,priority=-1", "c,priority=1e1"]), ["c", "a", "b"]);
    }
}

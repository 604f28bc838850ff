//! Native templates: text with `{{name}}` in it.

use super::Place;
use crate::limits::PATTERN_BYTES;

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
    /// Parses a template. Blanks around a name are fine; anything else inside `{{ }}` is an error.
    ///
    /// ```
    /// use buildonce_core::policy::{Place, Template, Value};
    /// let template = Template::parse("pr-{{pr}}-{{ sha }}", Place::default()).unwrap();
    /// assert!(template.uses(Value::Sha));
    /// assert!(Template::parse("{{date 'YYYY'}}", Place::default()).is_err());
    /// ```
    pub fn parse(source: &str, place: Place) -> Result<Self, TemplateError> {
        if source.len() > PATTERN_BYTES {
            let message = format!("a template has at most {PATTERN_BYTES} bytes");
            return Err(TemplateError { message, help: None, range: (0, source.len()) });
        }
        let mut parts = Vec::new();
        let mut rest = source;
        while let Some((before, after)) = rest.split_once("{{") {
            if !before.is_empty() {
                parts.push(Part::Literal(before.to_owned()));
            }
            let start = source.len() - after.len() - 2;
            let Some((content, tail)) = after.split_once("}}") else {
                let help = Some("close it, as in `{{sha}}`".to_owned());
                return Err(TemplateError { message: "`{{` without `}}`".to_owned(), help, range: (start, start + 2) });
            };
            let range = (start, start + content.len() + 4);
            parts.push(Part::Value(value(content, before.ends_with('$'), range)?));
            rest = tail;
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.to_owned()));
        }
        Ok(Self { source: source.to_owned(), parts, place })
    }

    /// Whether the template fills in this value.
    pub fn uses(&self, value: Value) -> bool {
        self.values().any(|own| own == value)
    }

    /// The values that the template fills in, in order.
    pub fn values(&self) -> impl Iterator<Item = Value> {
        self.parts.iter().filter_map(|part| match part {
            Part::Value(value) => Some(*value),
            Part::Literal(_) => None,
        })
    }

    /// The text, when nothing is filled in.
    pub fn literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Literal(text)] => Some(text),
            [] => Some(""),
            _ => None,
        }
    }
}

/// The value that stands between `{{` and `}}`.
fn value(content: &str, after_dollar: bool, range: (usize, usize)) -> Result<Value, TemplateError> {
    let name = content.trim();
    let error = |message: String, help: String| Err(TemplateError { message, help: Some(help), range });
    if let Some(value) = Value::from_name(name) {
        return Ok(value);
    }
    if after_dollar {
        let help = "nothing fills it in in a policy file; the values for templates are ".to_owned() + &names();
        return error(format!("`${{{{{content}}}}}` is an expression of GitHub workflows"), help);
    }
    if name.is_empty() {
        return error("`{{}}` names no value".to_owned(), format!("the values are {}", names()));
    }
    let is_name = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    if !is_name {
        let first = name.split(|c: char| !c.is_ascii_alphanumeric()).find(|word| !word.is_empty()).unwrap_or_default();
        let help = match Value::from_name(first) {
            Some(value) => format!("write `{{{{{}}}}}`: {}", value.name(), value.documentation()),
            None => format!("conditions belong in `when`; the values are {}", names()),
        };
        return error(format!("native templates have no arguments, conditions or filters: `{{{{{content}}}}}`"), help);
    }
    let help = match Value::like(name) {
        Some(value) => format!("did you mean `{{{{{}}}}}`? {}", value.name(), value.documentation()),
        None => format!("the values are {}", names()),
    };
    error(format!("no value is called `{name}`"), help)
}

fn names() -> String {
    Value::ALL.map(|(_, name, _)| name).join(", ")
}

/// Names that docker/metadata-action or CI engines have for values that have another one here.
const OTHER_NAMES: [(&str, Value); 11] = [
    ("raw", Value::Tag),
    ("base_ref", Value::BaseBranch),
    ("commit", Value::Sha),
    ("short-sha", Value::Sha),
    ("revision", Value::FullSha),
    ("ref", Value::Branch),
    ("head-ref", Value::Branch),
    ("number", Value::Pr),
    ("mr", Value::Pr),
    ("semver", Value::Version),
    ("repo", Value::Repository),
];

impl Value {
    /// A line of documentation.
    pub fn documentation(self) -> &'static str {
        Self::ALL.iter().find(|(value, ..)| *value == self).map_or("", |(_, _, text)| text)
    }

    /// The value that somebody probably meant.
    fn like(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let other = OTHER_NAMES.iter().find(|(other, _)| *other == name).map(|(_, value)| *value);
        let name = name.replace('_', "-");
        other.or_else(|| nearest(&name, Self::ALL.iter().map(|(_, own, _)| *own)).and_then(Self::from_name))
    }
}

/// The candidate that a misspelt name most probably stands for, if one is near enough.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let scored = candidates.into_iter().map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate));
    let best = scored.min_by_key(|(distance, _)| *distance)?;
    let longest = name.chars().count().max(best.1.len());
    (best.0 <= longest.div_ceil(3) && best.0 < longest).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn templates_are_text_and_values() {
        let parts = |source| Template::parse(source, Place::default()).unwrap().parts;
        let text = |text: &str| Part::Literal(text.to_owned());
        assert_eq!(parts(""), []);
        assert_eq!(parts("latest"), [text("latest")]);
        assert_eq!(
            parts("pr-{{pr}}-{{ sha }}x"),
            [text("pr-"), Part::Value(Value::Pr), text("-"), Part::Value(Value::Sha), text("x")]
        );
        assert_eq!(parts("{{major}}.{{minor}}").len(), 3);
        assert_eq!(parts("a}}b"), [text("a}}b")]);
    }

    #[test]
    fn faults_have_a_range_and_a_help() {
        let cases = [
            ("x{{sha", (1, 3), "close it"),
            ("{{shaa}}", (0, 8), "did you mean `{{sha}}`"),
            ("a-{{base_branch}}", (2, 17), "did you mean `{{base-branch}}`"),
            ("{{raw}}", (0, 7), "did you mean `{{tag}}`"),
            ("{{xyzzy}}", (0, 9), "the values are pr, sha"),
            ("{{date 'YYYYMMDD'}}", (0, 19), "write `{{date}}`"),
            ("{{#if tag}}", (0, 11), "conditions belong in `when`"),
            ("{{}}", (0, 4), "the values are"),
            ("ä${{ github.sha }}", (3, 19), "nothing fills it in"),
        ];
        for (source, range, help) in cases {
            let error = Template::parse(source, Place::default()).unwrap_err();
            assert_eq!(error.range, range, "{source}");
            assert!(error.help.as_deref().unwrap().contains(help), "{source}: {error:?}");
        }
    }

    #[test]
    fn every_value_has_its_own_name() {
        for (value, name, text) in Value::ALL {
            assert_eq!((Value::from_name(name), value.name()), (Some(value), name));
            assert_eq!(value.documentation(), text);
        }
    }

    #[test]
    fn the_nearest_name_is_near() {
        assert_eq!(nearest("platfroms", ["platforms", "push"]), Some("platforms"));
        assert_eq!(nearest("zzz", ["platforms", "push"]), None);
        assert_eq!(nearest("ab", ["cd"]), None);
    }

    proptest! {
        #[test]
        fn any_text_parses_or_fails_inside_itself(source in ".{0,20}(\\{\\{)?.{0,10}(\\}\\})?.{0,5}") {
            match Template::parse(&source, Place::default()) {
                Ok(template) => prop_assert_eq!(template.source, source),
                Err(error) => prop_assert!(source.get(error.range.0..error.range.1).is_some()),
            }
        }
    }
}

//! Which tags are candidates at all, and what of them is compared.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::glob::TagGlob;
use super::model::{ChannelPolicy, Mode};
use crate::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::limits::PATTERN_BYTES;
use crate::pattern::{Captures, Pattern, PatternError};
use crate::text::shown;

/// Why a tag is no candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Skip {
    Generated,
    NotAllowed,
    Denied,
    NotMatched,
    NotReadable,
    NotInRange,
    DateUnknown,
}

impl Skip {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Generated => "generated",
            Self::NotAllowed => "not-allowed",
            Self::Denied => "denied",
            Self::NotMatched => "not-matched",
            Self::NotReadable => "not-readable",
            Self::NotInRange => "not-in-range",
            Self::DateUnknown => "date-unknown",
        }
    }
}

/// One entry of `allow` or `deny`.
#[derive(Debug)]
enum Matcher {
    Everything,
    Nothing,
    Regexp(Pattern),
    Glob(TagGlob),
}

impl Matcher {
    fn is_match(&self, tag: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Nothing => false,
            Self::Regexp(regex) => regex.is_match(tag),
            Self::Glob(glob) => glob.is_match(tag),
        }
    }

    /// Our own: a glob, or `regexp:` and a regular expression; a wrong one is an error.
    fn native(written: &str) -> Result<Self, Box<Diagnostic>> {
        match written.strip_prefix("regexp:") {
            Some(pattern) => compile(pattern).map(Self::Regexp),
            None => TagGlob::new(written).map(Self::Glob).ok_or_else(|| {
                let message = format!("`{}` is not a pattern for tags", shown(written));
                let error = Diagnostic::error("invalid-glob", message);
                Box::new(error.help("`*`, `?` and `[a-z]` are wildcards, `\\` takes one away"))
            }),
        }
    }

    /// Argo's `allow-tags`: what it does not understand matches nothing.
    fn argo_allow(written: &str) -> Self {
        if written.is_empty() || written.eq_ignore_ascii_case("any") {
            return Self::Everything;
        }
        match written.split_once(':') {
            Some((kind, pattern)) if kind.eq_ignore_ascii_case("regexp") => {
                compile(pattern).map_or(Self::Nothing, Self::Regexp)
            }
            _ => Self::Nothing,
        }
    }

    /// Argo's `ignore-tags`: a malformed glob ignores nothing.
    fn argo_deny(written: &str) -> Self {
        TagGlob::new(written).map_or(Self::Nothing, Self::Glob)
    }
}

/// The compiled filters of a channel.
#[derive(Debug)]
pub(super) struct Filter<'p> {
    mode: Mode,
    pattern: Option<Pattern>,
    extract: Option<&'p str>,
    allow: Vec<Matcher>,
    deny: Vec<Matcher>,
}

impl<'p> Filter<'p> {
    pub(super) fn new(policy: &'p ChannelPolicy) -> Result<Self, Box<Diagnostic>> {
        let (allow, deny) = match policy.mode {
            Mode::Native => (all(&policy.allow, Matcher::native)?, all(&policy.deny, Matcher::native)?),
            Mode::Flux => {
                if !policy.allow.is_empty() {
                    let error = Diagnostic::error("not-supported", "flux knows no list of allowed tags");
                    return Err(error.help("use `pattern`, or the native mode").into());
                }
                (Vec::new(), all(&policy.deny, |pattern| compile(pattern).map(Matcher::Regexp))?)
            }
            Mode::Argo => (
                policy.allow.iter().map(|written| Matcher::argo_allow(written)).collect(),
                policy.deny.iter().map(|written| Matcher::argo_deny(written)).collect(),
            ),
        };
        let pattern = policy.pattern.as_deref().filter(|pattern| !pattern.is_empty()).map(compile).transpose()?;
        let extract = policy.extract.as_deref().filter(|extract| !extract.is_empty());
        Ok(Self { mode: policy.mode, pattern, extract, allow, deny })
    }

    /// What of the tag is compared, or why it is no candidate.
    pub(super) fn value<'t>(&self, tag: &'t str) -> Result<Cow<'t, str>, Skip> {
        if self.mode == Mode::Native && is_generated(tag) {
            return Err(Skip::Generated);
        }
        if !self.allow.is_empty() && !self.allow.iter().any(|matcher| matcher.is_match(tag)) {
            return Err(Skip::NotAllowed);
        }
        if self.deny.iter().any(|matcher| matcher.is_match(tag)) {
            return Err(Skip::Denied);
        }
        match (&self.pattern, self.extract) {
            (None, _) => Ok(Cow::Borrowed(tag)),
            (Some(regex), None) => regex.is_match(tag).then_some(Cow::Borrowed(tag)).ok_or(Skip::NotMatched),
            (Some(regex), Some(template)) => {
                let captures = regex.captures(tag).ok_or(Skip::NotMatched)?;
                Ok(Cow::Owned(expand(template, &captures)))
            }
        }
    }
}

fn all(
    written: &[String],
    compile: impl Fn(&str) -> Result<Matcher, Box<Diagnostic>>,
) -> Result<Vec<Matcher>, Box<Diagnostic>> {
    written.iter().map(|pattern| compile(pattern)).collect()
}

/// Compiles a regular expression of RE2's syntax, within the limits of this crate.
pub(super) fn compile(pattern: &str) -> Result<Pattern, Box<Diagnostic>> {
    let refuse = |message: String| {
        let error = Diagnostic::error("invalid-pattern", message);
        Box::new(error.help("regular expressions have RE2's syntax: no look-around, no back-references"))
    };
    if pattern.len() > PATTERN_BYTES {
        return Err(refuse(format!("the regular expression has {} bytes, over {PATTERN_BYTES}", pattern.len())));
    }
    Pattern::new(pattern).map_err(|error| match error {
        PatternError::TooLarge => refuse(format!("`{}` is too large", shown(pattern))),
        PatternError::Syntax(what) => refuse(format!("`{}` is not a regular expression: {what}", shown(pattern))),
    })
}

/// A tag in which a pattern was found, and what of it is compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extracted {
    /// The tag.
    pub tag: String,
    /// The filled-in template; the tag itself where there is none.
    pub value: String,
}

/// Tags that no pattern matches; Flux's exclusion list.
///
/// A pattern that does not compile is an error.
///
/// ```
/// use buildonce_core::selection::channel::exclude;
/// let tags = vec!["1.0.0".to_owned(), "1.0.0.sig".to_owned()];
/// assert_eq!(exclude(tags, &[r"^.*\.sig$".to_owned()]).unwrap(), ["1.0.0"]);
/// ```
pub fn exclude(tags: Vec<String>, patterns: &[String]) -> Result<Vec<String>, Diagnostics> {
    let patterns = patterns.iter().map(|pattern| compile(pattern)).collect::<Result<Vec<_>, _>>();
    let patterns = patterns.map_err(|error| vec![*error])?;
    Ok(tags.into_iter().filter(|tag| !patterns.iter().any(|pattern| pattern.is_match(tag))).collect())
}

/// What of tags is compared: of those in which the pattern is found, the template filled in. An empty pattern is found everywhere,
/// an empty template is the tag.
///
/// A pattern that does not compile is an error.
///
/// ```
/// use buildonce_core::selection::channel::extract;
/// let tags = ["pr-12-abc".to_owned(), "main".to_owned()];
/// let found = extract(&tags, r"^pr-(\d+)-", "$1").unwrap();
/// assert_eq!((found.len(), found[0].value.as_str()), (1, "12"));
/// ```
pub fn extract(tags: &[String], pattern: &str, template: &str) -> Result<Vec<Extracted>, Diagnostics> {
    let policy = ChannelPolicy {
        mode: Mode::Flux,
        pattern: Some(pattern.to_owned()),
        extract: Some(template.to_owned()),
        ..ChannelPolicy::new(super::model::Strategy::Alphabetical)
    };
    let filter = Filter::new(&policy).map_err(|error| vec![*error])?;
    let value = |tag: &String| {
        let value = filter.value(tag).ok()?.into_owned();
        Some(Extracted { tag: tag.clone(), value })
    };
    Ok(tags.iter().filter_map(value).collect())
}

/// Fills in a template as Go's `Regexp.Expand` does: `$name` takes the longest run of letters, digits and underscores,
/// `${name}` ends where it says, `$$` is a dollar sign, a group that is not there is empty, and a `$` that starts nothing
/// stands for itself.
fn expand(template: &str, captures: &Captures<'_>) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some((name, after)) = group_name(after) {
            // All digits is a number, even where a group has such a name.
            let number = if name.bytes().all(|b| b.is_ascii_digit()) { Some(name.parse::<usize>()) } else { None };
            let group = match number {
                Some(number) => number.ok().and_then(|number| captures.get(number)),
                None => captures.name(name),
            };
            out.push_str(&group.unwrap_or_default());
            rest = after;
        } else {
            out.push('$');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// The name behind a `$` and what follows it.
fn group_name(text: &str) -> Option<(&str, &str)> {
    let is_name = |c: char| c == '_' || c.is_alphanumeric();
    let (name, after) = match text.strip_prefix('{') {
        Some(rest) => rest.split_once('}')?,
        None => text.split_at(text.find(|c| !is_name(c)).unwrap_or(text.len())),
    };
    (!name.is_empty() && name.chars().all(is_name)).then_some((name, after))
}

/// Whether a program made the tag to hang something on a digest: `sha256-<64 digits>`, with or without an ending.
pub(super) fn is_generated(tag: &str) -> bool {
    let Some(rest) = tag.strip_prefix("sha256-") else { return false };
    rest.get(..64).is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
        && matches!(rest.as_bytes().get(64), None | Some(b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(pattern: &str, text: &str, template: &str) -> String {
        expand(template, &Pattern::new(pattern).unwrap().captures(text).unwrap())
    }

    #[test]
    fn templates_expand_as_in_go() {
        let pattern = r"^(\d+)-(?P<name>[a-z]+)$";
        for (template, expected) in [
            ("$1", "12"),
            ("${1}_x", "12_x"),
            ("$1_x", ""),
            ("$name-$1", "abc-12"),
            ("${name}$1", "abc12"),
            ("$0", "12-abc"),
            ("$9", ""),
            ("$$1", "$1"),
            ("a$", "a$"),
            ("$-", "$-"),
            ("${1", "${1"),
            ("${}", "${}"),
            ("", ""),
        ] {
            assert_eq!(expanded(pattern, "12-abc", template), expected, "{template}");
        }
    }

    #[test]
    fn generated_tags_are_those_of_digests() {
        let hex = "0a".repeat(32);
        for (tag, expected) in [
            (format!("sha256-{hex}"), true),
            (format!("sha256-{hex}.sig"), true),
            (format!("sha256-{hex}.att"), true),
            (format!("sha256-{hex}-x"), true),
            (format!("sha256-{hex}0"), false),
            ("sha256-abc".to_owned(), false),
            ("sha-abc1234".to_owned(), false),
        ] {
            assert_eq!(is_generated(&tag), expected, "{tag}");
        }
    }

    #[test]
    fn wrong_patterns_are_errors_and_never_let_everything_through() {
        let policy = ChannelPolicy::new(super::super::model::Strategy::Alphabetical);
        for (policy, code) in [
            (ChannelPolicy { pattern: Some("(".to_owned()), ..policy.clone() }, "invalid-pattern"),
            (ChannelPolicy { pattern: Some("(?=x)".to_owned()), ..policy.clone() }, "invalid-pattern"),
            (ChannelPolicy { pattern: Some("a{1000}{1000}".to_owned()), ..policy.clone() }, "invalid-pattern"),
            (ChannelPolicy { pattern: Some("a".repeat(5000)), ..policy.clone() }, "invalid-pattern"),
            (ChannelPolicy { deny: vec!["[".to_owned()], ..policy.clone() }, "invalid-glob"),
            (ChannelPolicy { allow: vec!["regexp:[".to_owned()], ..policy.clone() }, "invalid-pattern"),
        ] {
            assert_eq!(Filter::new(&policy).map(|_| ()).unwrap_err().code, code);
        }
    }
}

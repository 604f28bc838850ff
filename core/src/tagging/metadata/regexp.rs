//! ECMAScript regular expressions, as `String.prototype.match` applies them.

use regress::{Flags, Range, Regex};

use super::model::{MetadataFailure, MetadataFailureCode, Step};
use super::{js, limits};

/// What `text.match(pattern)` gives: the groups of the first match, or with the flag `g` every match.
pub(super) type Groups = Vec<Option<String>>;

/// A compiled pattern.
pub(super) struct Pattern {
    regex: Regex,
    global: bool,
    sticky: bool,
    unicode: bool,
}

impl Pattern {
    /// Compiles a pattern without flags.
    pub(super) fn new(source: &str) -> Step<Self> {
        Self::with_flags(source, "")
    }

    /// Compiles `/source/flags` when it is written so, else a pattern without flags.
    pub(super) fn delimited(source: &str) -> Step<Self> {
        let delimited = || {
            if source.contains(js::is_line_end) {
                return None;
            }
            let (inner, flags) = source.strip_prefix('/')?.rsplit_once('/')?;
            (!inner.is_empty()).then_some((inner, flags))
        };
        match delimited() {
            Some((inner, flags)) => Self::with_flags(inner, flags),
            None => Self::new(source),
        }
    }

    fn with_flags(source: &str, flags: &str) -> Step<Self> {
        let repeated = flags.chars().enumerate().any(|(at, flag)| flags.chars().skip(at + 1).any(|f| f == flag));
        let both = flags.contains('u') && flags.contains('v');
        if repeated || both || !flags.chars().all(|flag| "dgimsuvy".contains(flag)) {
            return Err(failure(format!("Invalid flags supplied to RegExp constructor '{flags}'")));
        }
        limits::check("a pattern", source.len(), limits::PATTERN_BYTES)?;
        limits::check("the depth of a pattern", depth(source), limits::PATTERN_DEPTH)?;
        let error = |text: String| failure(format!("Invalid regular expression: /{source}/{flags}: {text}"));
        let classes = if flags.contains('v') { Classes::Nested } else { Classes::Flat };
        if assertion_is_quantified(source, classes) {
            return Err(error("Nothing to repeat".to_owned()));
        }
        // The library has no flags of its own for how a match is searched.
        let compiled: String = flags.chars().filter(|flag| "imsuv".contains(*flag)).collect();
        let unicode = compiled.contains(['u', 'v']);
        if flags.contains('v') {
            // The library lets syntax errors pass with `v` that it finds with `u`; classes have a syntax of their own
            // there.
            compile(without_classes(source).chars().map(u32::from).collect(), "u").map_err(|e| error(e.text))?;
        }
        let regex = if flags.contains('v') {
            compile(with_backspaces(source).chars().map(u32::from).collect(), &compiled)
        } else if unicode {
            compile(source.chars().map(u32::from).collect(), &compiled)
        } else {
            // Without `u`, a character outside of the first plane is two.
            compile(without_code_points(source).encode_utf16().map(u32::from).collect(), &compiled)
        };
        let regex = regex.map_err(|problem| error(problem.text))?;
        Ok(Self { regex, global: flags.contains('g'), sticky: flags.contains('y'), unicode })
    }

    /// Applies it to a text; `None` when there is no match.
    pub(super) fn apply(&self, text: &str) -> Option<Groups> {
        let units: Vec<u16> = text.encode_utf16().collect();
        let slice = |range: Range| String::from_utf16_lossy(units.get(range).unwrap_or_default());
        let mut expected = 0;
        let mut matches: Box<dyn Iterator<Item = regress::Match>> = if self.unicode {
            Box::new(self.regex.find_from_utf16(&units, 0))
        } else {
            Box::new(self.regex.find_from_ucs2(&units, 0))
        };
        if !self.global {
            let found = matches.next().filter(|found| !self.sticky || found.start() == 0)?;
            return Some(found.groups().map(|range| range.map(slice)).collect());
        }
        let mut all = Vec::new();
        for found in matches {
            // A sticky search goes on only where the last match ended.
            if self.sticky && found.start() != expected {
                break;
            }
            let empty = found.range().is_empty();
            expected = found.end() + usize::from(empty);
            all.push(Some(slice(found.range())));
        }
        (!all.is_empty()).then_some(all)
    }
}

/// One instance of the library's compiler serves every kind of pattern, which keeps the component small.
fn compile(units: Vec<u32>, flags: &str) -> Result<Regex, regress::Error> {
    Regex::from_unicode(units.into_iter(), Flags::from(flags))
}

fn failure(message: String) -> MetadataFailure {
    MetadataFailure::new(MetadataFailureCode::Pattern, message)
}

/// Whether there may be classes in classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Classes {
    /// A bracket inside of a class is text.
    Flat,
    /// With the flag `v`.
    Nested,
}

/// A part of a pattern, as far as it matters here.
enum Part {
    /// A backslash and what it escapes.
    Escape(char),
    /// `[…]`, with its brackets.
    Class,
    /// Anything else.
    Plain(char),
}

/// The parts of a pattern, each with the text that follows it.
fn parts(source: &str, classes: Classes) -> impl Iterator<Item = (Part, &str)> {
    let mut rest = source;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let length = match first {
            '\\' => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
            '[' => class_length(rest, classes),
            _ => first.len_utf8(),
        };
        let (part, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        rest = after;
        let part = match (first, part.chars().nth(1)) {
            ('\\', Some(escaped)) => Part::Escape(escaped),
            ('[', _) => Part::Class,
            _ => Part::Plain(first),
        };
        Some((part, after))
    })
}

/// The length of the class at the start of a text, classes inside of it included.
fn class_length(text: &str, classes: Classes) -> usize {
    let mut open = 0_usize;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' if at == 0 || classes == Classes::Nested => open += 1,
            ']' => {
                open = open.saturating_sub(1);
                if open == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}

/// `\b` and `\B` cannot be repeated, which the library does not mind.
fn assertion_is_quantified(source: &str, classes: Classes) -> bool {
    let quantifier = |after: &str| {
        let braces = || {
            let inner = after.strip_prefix('{')?.split_once('}')?.0;
            let (low, high) = inner.split_once(',').unwrap_or((inner, ""));
            let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
            Some(!low.is_empty() && digits(low) && digits(high))
        };
        after.starts_with(['*', '+', '?']) || braces() == Some(true)
    };
    parts(source, classes).any(|(part, after)| matches!(part, Part::Escape('b' | 'B')) && quantifier(after))
}

/// Without `u`, `\u{61}` is the letter `u` and a quantifier; the library takes it for a code point.
fn without_code_points(source: &str) -> String {
    let hex = |text: &str| text.get(..4).is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        let length = 1 + escape.chars().nth(1).map_or(0, char::len_utf8);
        let (escape, after) = escape.split_at_checked(length).unwrap_or((escape, ""));
        out.push_str(if escape == "\\u" && !hex(after) { "u" } else { escape });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// With `v`, the library takes `\b` inside of a class for a letter; it is the backspace.
fn with_backspaces(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut open = 0_usize;
    let mut chars = source.chars();
    while let Some(c) = chars.next() {
        out.push(c);
        match c {
            '[' => open += 1,
            ']' => open = open.saturating_sub(1),
            '\\' => match chars.next() {
                Some('b') if open > 0 => out.push_str("x08"),
                escaped => out.extend(escaped),
            },
            _ => {}
        }
    }
    out
}

/// The pattern with every class replaced by a letter.
fn without_classes(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    for (part, _) in parts(source, Classes::Nested) {
        match part {
            Part::Escape(c) => out.extend(['\\', c]),
            Part::Class => out.push('a'),
            Part::Plain(c) => out.push(c),
        }
    }
    out
}

/// How many groups and classes are open at the same time at most; the compiler recurses into them.
fn depth(source: &str) -> usize {
    let (mut open, mut deepest) = (0_usize, 0);
    for c in source.chars() {
        match c {
            '(' | '[' => open += 1,
            ')' | ']' => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(pattern: &str, text: &str) -> Option<Vec<Option<String>>> {
        Pattern::delimited(pattern).unwrap().apply(text)
    }

    fn groups(list: &[&str]) -> Vec<Option<String>> {
        list.iter().map(|text| Some((*text).to_owned())).collect()
    }

    #[test]
    fn patterns_follow_ecmascript() {
        assert_eq!(apply(r"v(\d+)\.(\d+)", "v1.2.3"), Some(groups(&["v1.2", "1", "2"])));
        assert_eq!(apply("/(?<!v)[A-Z]/i", "v1va"), Some(groups(&["v"])));
        assert_eq!(apply("/(.)(.)/g", "abcde"), Some(groups(&["ab", "cd"])));
        assert_eq!(apply("/a/gy", "aaba"), Some(groups(&["a", "a"])));
        assert_eq!(apply("/b/y", "ab"), None);
        assert_eq!(apply("(?:a|b)(c)?", "b"), Some(vec![Some("b".to_owned()), None]));
        assert_eq!(apply("/./u", "🚀1"), Some(groups(&["🚀"])));
        assert_eq!(apply(".", "🚀1"), Some(groups(&["\u{FFFD}"])));
        assert_eq!(apply(r"\p{Lu}", "A"), None);
        assert_eq!(apply("/", "a/b"), Some(groups(&["/"])));
        assert_eq!(apply(r"\u{2}", "uu"), Some(groups(&["uu"])));
        assert_eq!(apply(r"\b{x[\b+]*", "a"), None);
        assert_eq!(apply("/[[ab]&&[bc]]/v", "abc"), Some(groups(&["b"])));
        assert_eq!(apply(r"/[\b]/v", "b"), None);
        assert_eq!(apply(r"/\bb[\\b]/v", "bb"), Some(groups(&["bb"])));
    }

    #[test]
    fn bad_patterns_and_flags_are_errors() {
        for bad in [
            "(",
            "[",
            "a**",
            "/a/q",
            "/a/gg",
            "/a/uv",
            "/(?<n>a)(?<n>b)/",
            "(?<=a",
            r"a\b+",
            "^*",
            "(?<=a)*",
            r"/\u/v",
            "/[[a]&&[b]]{/v",
        ] {
            assert!(Pattern::delimited(bad).is_err(), "{bad}");
        }
        assert!(Pattern::new(&"(".repeat(5000)).is_err());
    }
}

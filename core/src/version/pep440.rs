//! Versions of Python packages: PEP 440, as the library that docker/metadata-action uses reads and writes them.
//!
//! The grammar is that of the PEP's appendix B, in any case. Numbers go through floating point, as they do there, so
//! leading zeros fall away and more than 2^53 loses digits; the segments of a local version are joined by commas.

use std::fmt;

/// A version of <https://peps.python.org/pep-0440/>.
#[derive(Debug, Clone, PartialEq)]
pub struct Pep440 {
    /// The number before `!`; 0 when there is none.
    pub epoch: f64,
    /// At least one number.
    pub release: Vec<f64>,
    /// `a`, `b` or `rc`, and its number.
    pub pre: Option<(&'static str, f64)>,
    /// The number after `.post`.
    pub post: Option<f64>,
    /// The number after `.dev`.
    pub dev: Option<f64>,
    /// The segments after `+`: numbers where they read as such, else in lower case.
    pub local: Vec<String>,
}

/// Spellings of the kinds of pre-release, in the order in which they are tried, and their normal forms.
const PRE: [(&str, &str); 8] = [
    ("a", "a"),
    ("b", "b"),
    ("c", "rc"),
    ("rc", "rc"),
    ("alpha", "a"),
    ("beta", "b"),
    ("pre", "rc"),
    ("preview", "rc"),
];

/// Spellings of a post-release.
const POST: [(&str, &str); 3] = [("post", "post"), ("rev", "post"), ("r", "post")];

/// Spelling of a development release.
const DEV: [(&str, &str); 1] = [("dev", "dev")];

/// A suffix that was found, and what is left of the text after it.
type Found<'t> = (Option<(&'static str, f64)>, &'t str);

impl Pep440 {
    /// Reads a version; `None` when the text is none.
    ///
    /// ```
    /// use buildonce_core::version::Pep440;
    /// let version = Pep440::parse("v1!2024.01-ALPHA.3").unwrap();
    /// assert_eq!(version.to_string(), "1!2024.1a3");
    /// assert!(Pep440::parse("1.0-x").is_none());
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let (first, rest) = digits(text)?;
        let (epoch, text) = match rest.strip_prefix('!') {
            Some(rest) => (number(first), rest),
            None => (0.0, text),
        };
        let (first, mut rest) = digits(text)?;
        let mut release = vec![number(first)];
        while let Some((part, after)) = rest.strip_prefix('.').and_then(digits) {
            release.push(number(part));
            rest = after;
        }
        // The grammar is ambiguous only in its separators; the first reading that reaches the end is the one meant.
        for (pre, rest) in suffixes(rest, &PRE) {
            for (post, rest) in post_releases(rest) {
                for (dev, rest) in suffixes(rest, &DEV) {
                    if let Some(local) = local(rest) {
                        let (post, dev) = (post.map(|(_, n)| n), dev.map(|(_, n)| n));
                        return Some(Self { epoch, release, pre, post, dev, local });
                    }
                }
            }
        }
        None
    }

    /// A final release: neither a pre-, a post- nor a development release. A local version may be one.
    pub fn is_final(&self) -> bool {
        self.pre.is_none() && self.post.is_none() && self.dev.is_none()
    }

    /// A number of the release by its position; 0 where there is none.
    pub fn release_number(&self, position: usize) -> f64 {
        self.release.get(position).copied().unwrap_or(0.0)
    }
}

impl fmt::Display for Pep440 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.epoch != 0.0 {
            write!(f, "{}!", text(self.epoch))?;
        }
        let release: Vec<String> = self.release.iter().map(|number| text(*number)).collect();
        write!(f, "{}", release.join("."))?;
        if let Some((kind, number)) = self.pre {
            write!(f, "{kind}{}", text(number))?;
        }
        if let Some(number) = self.post {
            write!(f, ".post{}", text(number))?;
        }
        if let Some(number) = self.dev {
            write!(f, ".dev{}", text(number))?;
        }
        if !self.local.is_empty() {
            write!(f, "+{}", self.local.join(","))?;
        }
        Ok(())
    }
}

fn digits(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    if end == 0 { None } else { text.split_at_checked(end) }
}

fn number(digits: &str) -> f64 {
    super::ecmascript::to_number(digits)
}

fn text(number: f64) -> String {
    super::ecmascript::number_text(number)
}

/// The text after an optional separator, with the separator taken first.
fn separated(text: &str) -> impl Iterator<Item = &str> {
    text.strip_prefix(['-', '_', '.']).into_iter().chain(std::iter::once(text))
}

/// Every way to read an optional suffix of one of these spellings, the one that is meant first.
fn suffixes<'t>(text: &'t str, spellings: &[(&str, &'static str)]) -> Vec<Found<'t>> {
    let mut found = Vec::new();
    for after in separated(text) {
        for (spelling, normal) in spellings {
            let Some((word, rest)) = after.split_at_checked(spelling.len()) else { continue };
            if !word.eq_ignore_ascii_case(spelling) {
                continue;
            }
            for rest in separated(rest) {
                if let Some((digits, rest)) = digits(rest) {
                    found.push((Some((*normal, number(digits))), rest));
                }
                found.push((Some((*normal, 0.0)), rest));
            }
        }
    }
    found.push((None, text));
    found
}

/// Besides its spellings, a post-release may be a dash and a number.
fn post_releases(text: &str) -> Vec<Found<'_>> {
    let implicit = text.strip_prefix('-').and_then(digits).map(|(part, rest)| (Some(("post", number(part))), rest));
    implicit.into_iter().chain(suffixes(text, &POST)).collect()
}

/// The local version up to the end of the text; `None` when something else stands there.
fn local(text: &str) -> Option<Vec<String>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let segments = text.strip_prefix('+')?.split(['-', '_', '.']);
    segments
        .map(|part| {
            let valid = !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric());
            let number = number(part);
            valid.then(
                || if number.is_nan() { part.to_ascii_lowercase() } else { super::ecmascript::number_text(number) },
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_normalized() {
        for (text, normal) in [
            ("1", "1"),
            ("V1.0", "1.0"),
            ("2024.01.05", "2024.1.5"),
            ("1.0a", "1.0a0"),
            ("1.0-Alpha-2", "1.0a2"),
            ("1.0preview3", "1.0rc3"),
            ("1.0c1", "1.0rc1"),
            ("1.0a-", "1.0a0"),
            ("1.0-1", "1.0.post1"),
            ("1.0a--1", "1.0a0.post1"),
            ("1.0.rev", "1.0.post0"),
            ("1.0r4", "1.0.post4"),
            ("1.0.post1.dev2", "1.0.post1.dev2"),
            ("1.0DEV", "1.0.dev0"),
            ("1.0+ABC-1_x", "1.0+abc,1,x"),
            ("1.0+1e3.0x1f", "1.0+1000,31"),
            ("0!1", "1"),
            ("3!1", "3!1"),
            ("9007199254740993", "9007199254740992"),
            ("1.2.post1-1", ""),
            ("", ""),
            ("v", ""),
            ("1.2.x", ""),
            ("1.0+", ""),
            ("1.0+a..b", ""),
            ("1.0 ", ""),
            ("1.0-", ""),
            ("1!", ""),
        ] {
            let read = Pep440::parse(text).map(|version| version.to_string()).unwrap_or_default();
            assert_eq!(read, normal, "{text}");
        }
    }

    #[test]
    fn only_pre_post_and_development_releases_are_not_final() {
        for (text, is_final) in
            [("1.0", true), ("1.0+local", true), ("1.0a1", false), ("1.0-1", false), ("1.dev", false)]
        {
            assert_eq!(Pep440::parse(text).unwrap().is_final(), is_final, "{text}");
        }
    }
}

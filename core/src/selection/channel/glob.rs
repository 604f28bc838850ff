//! Globs with the rules of Go's `path/filepath.Match`, which image updaters document: `*`, `?`, `[a-z]`, `[^a-z]`, and `\`
//! before a character that stands for itself. No wildcard matches a slash; no tag holds one.

/// A checked pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TagGlob {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Char(char),
    Any,
    Class { ranges: Vec<(char, char)>, negated: bool },
    Star,
}

impl Part {
    /// Whether the part takes this one character.
    fn takes(&self, c: char) -> bool {
        match self {
            Self::Char(own) => *own == c,
            Self::Any => c != '/',
            Self::Class { ranges, negated } => ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)) != *negated,
            Self::Star => false,
        }
    }
}

impl TagGlob {
    /// Checks a pattern; `None` when it is malformed.
    pub(super) fn new(pattern: &str) -> Option<Self> {
        let mut chars = pattern.chars();
        let mut parts = Vec::new();
        while let Some(c) = chars.next() {
            let part = match c {
                '*' => Part::Star,
                '?' => Part::Any,
                '\\' => Part::Char(chars.next()?),
                '[' => class(&mut chars)?,
                c => Part::Char(c),
            };
            if part != Part::Star || parts.last() != Some(&Part::Star) {
                parts.push(part);
            }
        }
        Some(Self { parts })
    }

    /// Whether the whole text matches. The last star that was passed is the only one that ever has to take more, so that
    /// the time is at most the product of both lengths.
    pub(super) fn is_match(&self, text: &str) -> bool {
        let mut rest = text.chars();
        let mut at = 0;
        let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            let before = rest.clone();
            match (self.parts.get(at), rest.next()) {
                (None, None) => return true,
                (Some(Part::Star), _) => {
                    at += 1;
                    rest = before.clone();
                    retry = Some((at, before));
                    continue;
                }
                (Some(part), Some(c)) if part.takes(c) => {
                    at += 1;
                    continue;
                }
                _ => {}
            }
            let Some((after_star, mut from)) = retry.take() else { return false };
            if !matches!(from.next(), Some(c) if c != '/') {
                return false;
            }
            at = after_star;
            rest = from.clone();
            retry = Some((after_star, from));
        }
    }
}

/// The rest of a class, behind its `[`.
fn class(chars: &mut std::str::Chars<'_>) -> Option<Part> {
    let negated = chars.clone().next() == Some('^');
    if negated {
        chars.next();
    }
    let mut ranges = Vec::new();
    loop {
        if !ranges.is_empty() && chars.clone().next() == Some(']') {
            chars.next();
            return Some(Part::Class { ranges, negated });
        }
        let from = member(chars)?;
        let to = if chars.clone().next() == Some('-') {
            chars.next();
            member(chars)?
        } else {
            from
        };
        ranges.push((from, to));
    }
}

/// One end of a range. `-` and `]` need a backslash.
fn member(chars: &mut std::str::Chars<'_>) -> Option<char> {
    match chars.next()? {
        '-' | ']' => None,
        '\\' => chars.next(),
        c => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_whole_tags() {
        for (pattern, text, expected) in [
            ("latest", "latest", true),
            ("latest", "latest1", false),
            ("*-rc*", "1.0.0-rc.1", true),
            ("*", "", true),
            ("pr-?-*", "pr-9-0a1b", true),
            ("pr-?-*", "pr-12-0a1b", false),
            ("pr-[0-9]-*", "pr-9-x", true),
            ("pr-[^0-9]", "pr-a", true),
            ("pr-[^0-9]", "pr-1", false),
            ("a\\*", "a*", true),
            ("a\\*", "ab", false),
            ("*a*b*c", "xxaxxbxxc", true),
            ("*a*b*c", "xxaxxcxxb", false),
            ("[]a]", "]", false),
            ("[\\]a]", "]", true),
        ] {
            let matched = TagGlob::new(pattern).is_some_and(|glob| glob.is_match(text));
            assert_eq!(matched, expected, "{pattern} {text}");
        }
    }

    #[test]
    fn malformed_globs_are_seen() {
        for bad in ["[", "[a", "[]", "[a-", "[-a]", "a\\", "[^]", "[a-]"] {
            assert_eq!(TagGlob::new(bad), None, "{bad}");
        }
    }

    #[test]
    fn many_stars_take_no_exponential_time() {
        let glob = TagGlob::new(&"*a".repeat(60)).unwrap();
        assert!(!glob.is_match(&format!("{}b", "a".repeat(120))));
    }
}

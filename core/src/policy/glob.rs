//! Globs with the rules of GitHub's workflow filters.

/// A pattern that does not compile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlobError {
    /// What is wrong, as a fragment.
    pub message: String,
    /// Byte offset in the pattern.
    pub offset: usize,
}

/// One compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob {
    source: String,
}

impl Glob {
    /// Compiles a pattern without a leading `!`.
    pub fn new(pattern: &str) -> Result<Self, GlobError> {
        Ok(Self { source: pattern.to_owned() })
    }

    /// Whether the whole text matches.
    pub fn is_match(&self, text: &str) -> bool {
        self.source == text
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.source
    }
}

/// Patterns of which the last one that matches decides; `!` in front excludes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GlobList {
    items: Vec<(bool, Glob)>,
}

impl GlobList {
    /// Compiles patterns, in order.
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, GlobError> {
        let items = patterns.into_iter().map(|p| match p.strip_prefix('!') {
            Some(rest) => Glob::new(rest).map(|g| (false, g)),
            None => Glob::new(p).map(|g| (true, g)),
        });
        Ok(Self { items: items.collect::<Result<_, _>>()? })
    }

    /// Whether the text is included.
    pub fn is_match(&self, text: &str) -> bool {
        self.items.iter().rev().find(|(_, glob)| glob.is_match(text)).is_some_and(|(include, _)| *include)
    }

    /// The patterns as they were written.
    pub fn patterns(&self) -> impl Iterator<Item = String> {
        self.items
            .iter()
            .map(|(include, glob)| if *include { glob.source.clone() } else { format!("!{}", glob.source) })
    }
}

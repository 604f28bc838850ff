//! Which rules match a line: one pass over its bytes for the literals of all of them, then the expressions of the few that are left.

use std::sync::OnceLock;

use super::literals;
use crate::order;
use crate::pattern;

/// How many bytes of a literal find it.
const GRAM: usize = 3;

/// Bits of the filter in front of the table, a power of two.
const FILTER_BITS: usize = 1 << 16;

/// A text that must occur before a pattern can match.
struct Literal {
    gram: u32,
    text: String,
    pattern: usize,
}

/// Groups of patterns, ready to be looked for. They are written in lower case and meet text in lower case.
pub(super) struct Finder {
    patterns: Vec<Pattern>,
    /// In the order of their first bytes.
    literals: Vec<Literal>,
    /// One bit for the hash of each literal's first bytes: most places in a text end here.
    filter: Vec<u64>,
}

struct Pattern {
    group: usize,
    source: &'static str,
    /// Compiled when a line needs it first; `None` inside when it does not compile, which a test excludes.
    compiled: OnceLock<Option<pattern::Pattern>>,
}

impl Finder {
    pub(super) fn new(groups: impl Iterator<Item = &'static [&'static str]>) -> Self {
        let pattern = |group, source| Pattern { group, source, compiled: OnceLock::new() };
        let patterns: Vec<_> = groups
            .enumerate()
            .flat_map(|(group, sources)| sources.iter().map(move |source| pattern(group, *source)))
            .collect();
        let mut all: Vec<_> = patterns
            .iter()
            .enumerate()
            .flat_map(|(pattern, own)| literals::required(own.source).into_iter().map(move |text| (pattern, text)))
            .filter_map(|(pattern, text)| Some(Literal { gram: gram(text.as_bytes())?, text, pattern }))
            .collect();
        order::sort_by(&mut all, |a, b| (a.gram, &a.text, a.pattern).cmp(&(b.gram, &b.text, b.pattern)));
        let mut filter = vec![0; FILTER_BITS / 64];
        for literal in &all {
            let (word, bit) = place(literal.gram);
            if let Some(word) = filter.get_mut(word) {
                *word |= bit;
            }
        }
        Self { patterns, literals: all, filter }
    }

    /// The groups with a pattern that matches a text in lower case, in their order.
    pub(super) fn matches(&self, text: &str) -> Vec<usize> {
        let mut candidates = self.candidates(text.as_bytes());
        order::sort_by_key(&mut candidates, |pattern| *pattern);
        candidates.dedup();
        candidates.retain(|pattern| self.find(*pattern, text).is_some());
        let mut groups: Vec<_> =
            candidates.into_iter().filter_map(|pattern| Some(self.patterns.get(pattern)?.group)).collect();
        groups.dedup();
        groups
    }

    /// Where a group matches first.
    pub(super) fn position(&self, group: usize, text: &str) -> Option<usize> {
        let own = self.patterns.iter().enumerate().filter(|(_, pattern)| pattern.group == group);
        own.filter_map(|(pattern, _)| self.find(pattern, text)).min()
    }

    fn find(&self, pattern: usize, text: &str) -> Option<usize> {
        let pattern = self.patterns.get(pattern)?;
        let regex = pattern.compiled.get_or_init(|| compile(pattern.source)).as_ref()?;
        regex.find(text)
    }

    fn candidates(&self, text: &[u8]) -> Vec<usize> {
        let mut found = Vec::new();
        for (at, window) in text.windows(GRAM).enumerate() {
            let Some(gram) = gram(window) else { continue };
            let (word, bit) = place(gram);
            if self.filter.get(word).is_none_or(|word| word & bit == 0) {
                continue;
            }
            let first = self.literals.partition_point(|literal| literal.gram < gram);
            let rest = text.get(at..).unwrap_or_default();
            found.extend(
                self.literals
                    .iter()
                    .skip(first)
                    .take_while(|literal| literal.gram == gram)
                    .filter(|literal| rest.starts_with(literal.text.as_bytes()))
                    .map(|literal| literal.pattern),
            );
        }
        found
    }
}

fn compile(source: &str) -> Option<pattern::Pattern> {
    pattern::Pattern::new(source).ok()
}

/// The first bytes of a text as a number.
fn gram(text: &[u8]) -> Option<u32> {
    match text {
        [a, b, c, ..] => Some(u32::from(*a) << 16 | u32::from(*b) << 8 | u32::from(*c)),
        _ => None,
    }
}

/// Where a number's bit stands in the filter (Fibonacci hashing).
fn place(gram: u32) -> (usize, u64) {
    let hash = gram.wrapping_mul(0x9e37_79b1) >> 16;
    (usize::try_from(hash / 64).unwrap_or(0), 1 << (hash % 64))
}

#[cfg(test)]
mod tests {
    use super::super::table;
    use super::*;

    #[test]
    fn every_pattern_of_the_table_compiles_and_has_literals() {
        for rule in table::rules() {
            for pattern in rule.patterns {
                assert!(compile(pattern).is_some(), "{}: {pattern} does not compile", rule.id);
                let literals = literals::required(pattern);
                assert!(!literals.is_empty(), "{}: {pattern} can match without a literal", rule.id);
                for literal in literals {
                    assert!(literal.len() >= GRAM, "{}: the literal {literal:?} is too short", rule.id);
                    assert_eq!(literal, literal.to_ascii_lowercase(), "{}: patterns meet text in lower case", rule.id);
                }
            }
        }
    }

    #[test]
    fn the_filter_loses_no_match() {
        let finder = Finder::new(table::rules().map(|rule| rule.patterns));
        for rule in table::rules() {
            let text = rule.example.to_ascii_lowercase();
            let groups = 0..table::rules().count();
            let all: Vec<_> = groups.filter(|group| finder.position(*group, &text).is_some()).collect();
            assert_eq!(finder.matches(&text), all, "{text}");
        }
    }
}

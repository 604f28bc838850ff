//! Letters without regard to case: `Canonicalize` of ECMA-262.

use super::flags::{Flag, Flags};
use super::set::Set;

/// How characters are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// As they are.
    Sensitive,
    /// With `i` alone: by their capital letter, as long as it is one code unit and does not make ASCII of what is none.
    Capital,
    /// With `i` and `u` or `v`: by simple case folding.
    Folded,
}

/// Where letters with case are: no other code point changes. (A test looks at all of them.)
const BLOCKS: [(u32, u32); 7] = [
    (0, 0x2FFF),
    (0xA640, 0xABFF),
    (0xFB00, 0xFFFF),
    (0x10400, 0x10DFF),
    (0x11800, 0x118FF),
    (0x16E00, 0x16EFF),
    (0x1E900, 0x1E9FF),
];

/// Sets below this size are looked at letter by letter.
const SMALL: u32 = 0x400;

impl Case {
    /// What the flags ask for.
    pub(super) fn of(flags: Flags) -> Self {
        match (flags.has(Flag::IgnoreCase), flags.has_unicode_mode()) {
            (false, _) => Self::Sensitive,
            (true, false) => Self::Capital,
            (true, true) => Self::Folded,
        }
    }

    /// The character that stands for all that match each other. Which one of them it is has no meaning.
    pub(super) fn canonical(self, c: u32) -> u32 {
        match self {
            Self::Sensitive => c,
            _ if c < 0x80 => c - if (0x61..=0x7A).contains(&c) { 0x20 } else { 0 },
            Self::Capital => capital(c),
            Self::Folded => folded(c),
        }
    }
}

/// Brings sets into the canonical form of one pattern.
#[derive(Debug)]
pub(super) struct Closer {
    case: Case,
    /// All characters that are not canonical, each after the one that is, by which they are in order; once a large set needs them.
    changes: Vec<(u32, u32)>,
    /// The same characters.
    changing: Set,
}

impl Closer {
    pub(super) fn new(case: Case) -> Self {
        Self { case, changes: Vec::new(), changing: Set::default() }
    }

    /// The characters that stand for those of a set.
    pub(super) fn close(&mut self, mut set: Set) -> Set {
        if self.case == Case::Sensitive {
            return set;
        }
        let mut letters = Set::default();
        if set.ranges().iter().map(|(low, high)| high - low + 1).sum::<u32>() < SMALL {
            for c in set.ranges().iter().flat_map(|(low, high)| *low..=*high) {
                let canonical = self.case.canonical(c);
                letters.add(canonical, canonical);
            }
            return letters;
        }
        self.find_changes();
        for (canonical, _) in self.changes.iter().filter(|(_, c)| set.contains(*c)) {
            letters.add(*canonical, *canonical);
        }
        set.subtract(&self.changing);
        set.unite(&letters);
        set
    }

    fn find_changes(&mut self) {
        if !self.changes.is_empty() {
            return;
        }
        for c in BLOCKS.into_iter().flat_map(|(low, high)| low..=high) {
            let canonical = self.case.canonical(c);
            if canonical != c {
                let at = self.changes.partition_point(|change| change.0 <= canonical);
                self.changes.insert(at, (canonical, c));
                self.changing.add(c, c);
            }
        }
    }
}

/// The one character of a mapping, if it is one.
fn single(mut mapped: impl Iterator<Item = char>) -> Option<u32> {
    let first = mapped.next()?;
    mapped.next().is_none().then_some(u32::from(first))
}

/// ECMA-262, Canonicalize without `u`.
fn capital(c: u32) -> u32 {
    let upper = char::from_u32(c).and_then(|c| single(c.to_uppercase()));
    upper.filter(|upper| (0x80..0x1_0000).contains(upper)).unwrap_or(c)
}

/// A letter of the class that simple case folding puts a letter into: the small letter of its capital, with four exceptions.
fn folded(c: u32) -> u32 {
    match c {
        // The dotless i folds to itself.
        0x131 => return c,
        // Letters that are compatible with others, and whose capitals are several letters.
        0x1FD3 => return 0x390,
        0x1FE3 => return 0x3B0,
        0xFB06 => return 0xFB05,
        _ => {}
    }
    let Some(letter) = char::from_u32(c) else { return c };
    let upper = single(letter.to_uppercase()).and_then(char::from_u32).unwrap_or(letter);
    let lower = single(upper.to_lowercase()).unwrap_or(c);
    // Two letters fold to ASCII, where the capital letters are the canonical ones.
    if lower < 0x80 { Case::Folded.canonical(lower) } else { lower }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_change_within_the_blocks_only() {
        for case in [Case::Capital, Case::Folded] {
            for c in 0..=0x10_FFFF {
                let inside = BLOCKS.iter().any(|(low, high)| (*low..=*high).contains(&c));
                assert!(inside || case.canonical(c) == c, "{c:x}");
                assert_eq!(case.canonical(case.canonical(c)), case.canonical(c), "{c:x}");
            }
        }
    }

    #[test]
    fn large_sets_are_closed_as_small_ones_are() {
        for case in [Case::Capital, Case::Folded] {
            let mut closer = Closer::new(case);
            let mut all = Set::default();
            for low in (0..0x3000).step_by(0x100) {
                all.unite(&closer.close(Set::of(&[(low, low + 0xFF)])));
            }
            assert!(closer.changes.is_empty(), "the small ones need no table");
            assert_eq!(closer.close(Set::of(&[(0, 0x2FFF)])), all);
        }
    }
}

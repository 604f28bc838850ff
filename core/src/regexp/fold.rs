//! Letters without regard to case: `Canonicalize` of ECMA-262.

use super::case::{To, letter, letters};
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

/// Letters that are compatible with others, and whose capitals are several letters.
const COMPATIBLE: [(u32, u32); 3] = [(0x1FD3, 0x390), (0x1FE3, 0x3B0), (0xFB06, 0xFB05)];

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
        for c in (0x41..0x80).chain(letters()).chain(COMPATIBLE.map(|(letter, _)| letter)) {
            let canonical = self.case.canonical(c);
            if canonical != c && !self.changing.contains(c) {
                let at = self.changes.partition_point(|change| change.0 <= canonical);
                self.changes.insert(at, (canonical, c));
                self.changing.add(c, c);
            }
        }
    }
}

/// ECMA-262, Canonicalize without `u`.
fn capital(c: u32) -> u32 {
    let upper = letter(c, To::Capital);
    if (0x80..0x1_0000).contains(&upper) { upper } else { c }
}

/// A letter of the class that simple case folding puts a letter into: the small letter of its capital, with four exceptions.
fn folded(c: u32) -> u32 {
    // The dotless i folds to itself.
    if c == 0x131 {
        return c;
    }
    if let Some((_, other)) = COMPATIBLE.iter().find(|(letter, _)| *letter == c) {
        return *other;
    }
    let lower = match letter(c, To::Capital) {
        // Its small letter is two characters.
        0x130 => return c,
        upper => letter(upper, To::Small),
    };
    // Two letters fold to ASCII, where the capital letters are the canonical ones.
    if lower < 0x80 { Case::Folded.canonical(lower) } else { lower }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_letters_change_and_once() {
        let known: std::collections::BTreeSet<u32> =
            (0x41..0x80).chain(letters()).chain(COMPATIBLE.map(|(letter, _)| letter)).collect();
        for case in [Case::Capital, Case::Folded] {
            for c in 0..=0x10_FFFF {
                assert!(known.contains(&c) || case.canonical(c) == c, "{c:x}");
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

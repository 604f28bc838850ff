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

/// Where letters with case are, apart from ASCII: no other code point changes. (A test looks at all of them.)
const BLOCKS: [(u32, u32); 7] = [
    (0x80, 0x2FFF),
    (0xA640, 0xABFF),
    (0xFB00, 0xFFFF),
    (0x10400, 0x10DFF),
    (0x11800, 0x118FF),
    (0x16E00, 0x16EFF),
    (0x1E900, 0x1E9FF),
];

/// Ranges up to this length are looked at letter by letter.
const SHORT: u32 = 0x400;

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

    /// The characters that stand for those of a set.
    pub(super) fn close(self, set: Set) -> Set {
        if self == Self::Sensitive {
            return set;
        }
        let (mut out, mut letters) = (Set::default(), Set::default());
        for &(low, high) in set.ranges() {
            let mut kept = low;
            let mut visit = |from: u32, to: u32| {
                for c in low.max(from)..=high.min(to) {
                    let canonical = self.canonical(c);
                    if canonical != c {
                        if kept < c {
                            out.add(kept, c - 1);
                        }
                        letters.add(canonical, canonical);
                        kept = c + 1;
                    }
                }
            };
            if high - low < SHORT {
                visit(low, high);
            } else {
                visit(0, 0x7F);
                for (from, to) in BLOCKS {
                    visit(from, to);
                }
            }
            if kept <= high {
                out.add(kept, high);
            }
        }
        out.unite(&letters);
        out
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

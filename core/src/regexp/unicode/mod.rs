//! What the Unicode standard says about characters: the properties of `\p{…}`, and surrogates.
//!
//! `ranges.bin` holds the sets. Numbers have seven bits in a byte, the lowest first, and the eighth bit when more follow. A set is the number of
//! code points where membership changes, and the distance of each from the one before.
//!
//! 1. General categories, in runs up to the last code point: a byte with the category in its lower five bits and the length less one in the
//!    upper three; 7 there stands for a length of 8 and the number that follows.
//! 2. Scripts, in runs: the script in a byte, and the length. Code points of the last script, that of what is no character, may be in any run.
//! 3. For each script, the set that tells its script extensions from it.
//! 4. For each binary property, the number of an earlier one or 255, a mask of categories, and a set: the property is what is in an odd number
//!    of the three.

use super::set::{LAST, Set};

/// Names of categories, scripts and binary properties, in the order of the ranges. The categories that are unions come last among them.
const NAMES: &str = include_str!("names.txt");

const RANGES: &[u8] = include_bytes!("ranges.bin");

/// Categories that are no unions of others.
const CATEGORIES: usize = 30;

/// Number of the first category, and of categories, in each union: L, M, N, P, S, Z, C and LC.
const UNIONS: [(u32, u32); 8] = [(0, 5), (5, 3), (8, 3), (11, 7), (18, 4), (22, 3), (25, 5), (0, 3)];

/// Unassigned, for private use, and surrogates: what is in no script.
const NO_SCRIPT: u32 = 0b111 << 27;

/// Number of scripts.
const SCRIPTS: usize = 175;

/// Stands for "no other property" in the ranges.
const NONE: u32 = 0xFF;

/// Properties of strings, whose lists the engine does not carry.
const OF_STRINGS: [&str; 7] = [
    "Basic_Emoji",
    "Emoji_Keycap_Sequence",
    "RGI_Emoji",
    "RGI_Emoji_Flag_Sequence",
    "RGI_Emoji_Modifier_Sequence",
    "RGI_Emoji_Tag_Sequence",
    "RGI_Emoji_ZWJ_Sequence",
];

/// The code point of two surrogates.
pub(super) fn pair(high: u32, low: u32) -> Option<u32> {
    let is_pair = (0xD800..0xDC00).contains(&high) && (0xDC00..0xE000).contains(&low);
    is_pair.then(|| 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00))
}

/// White space and line ends, which are all of `\s`.
pub(super) fn spaces() -> Set {
    Set::of(&[
        (0x09, 0x0D),
        (0x20, 0x20),
        (0xA0, 0xA0),
        (0x1680, 0x1680),
        (0x2000, 0x200A),
        (0x2028, 0x2029),
        (0x202F, 0x202F),
        (0x205F, 0x205F),
        (0x3000, 0x3000),
        (0xFEFF, 0xFEFF),
    ])
}

/// Whether a name is that of a property of strings.
pub(super) fn is_of_strings(name: &str) -> bool {
    OF_STRINGS.contains(&name)
}

/// The set of `\p{name}`: a category, or a binary property.
pub(super) fn property(name: &str) -> Option<Set> {
    category(name).or_else(|| find(2, name).and_then(binary))
}

/// The set of `\p{name=value}`.
pub(super) fn property_value(name: &str, value: &str) -> Option<Set> {
    match name {
        "General_Category" | "gc" => category(value),
        "Script" | "sc" => script(find(1, value)?),
        "Script_Extensions" | "scx" => {
            let index = find(1, value)?;
            let mut set = script(index)?;
            set.differ(&extension(index)?);
            Some(set)
        }
        _ => None,
    }
}

/// The number of what has a name, in one part of the names.
fn find(part: usize, name: &str) -> Option<usize> {
    let (mut at, mut index) = (0, 0);
    for line in NAMES.split('\n') {
        if line.is_empty() {
            (at, index) = (at + 1, 0);
        } else if at == part && line.split(' ').any(|known| known == name) {
            return Some(index);
        } else {
            index += 1;
        }
    }
    None
}

fn category(name: &str) -> Option<Set> {
    let index = find(0, name)?;
    let mask = match index.checked_sub(CATEGORIES) {
        Some(union) => UNIONS.get(union).map(|(first, count)| ((1 << count) - 1) << first)?,
        None => 1 << index,
    };
    Ranges::new().categories(mask)
}

fn script(index: usize) -> Option<Set> {
    let mut ranges = Ranges::new();
    let others = ranges.categories(NO_SCRIPT)?;
    if index + 1 == SCRIPTS {
        return Some(others);
    }
    let mut set = ranges.scripts(index)?;
    set.subtract(&others);
    Some(set)
}

/// What tells the extensions of a script from the script.
fn extension(index: usize) -> Option<Set> {
    let mut ranges = Ranges::new();
    ranges.categories(0)?;
    ranges.scripts(0)?;
    (0..=index).try_fold(Set::default(), |_, _| ranges.set())
}

/// A binary property. Each step leads to an earlier one.
fn binary(index: usize) -> Option<Set> {
    let mut set = Set::default();
    let mut wanted = Some(index);
    while let Some(index) = wanted {
        let mut ranges = Ranges::new();
        ranges.categories(0)?;
        ranges.scripts(0)?;
        for _ in 0..SCRIPTS {
            ranges.set()?;
        }
        for at in 0..=index {
            let (base, mask, rest) = (ranges.byte()?, ranges.number()?, ranges.set()?);
            if at == index {
                set.differ(&rest);
                set.differ(&Ranges::new().categories(mask)?);
                wanted = (base != NONE && (base as usize) < index).then_some(base as usize);
            }
        }
    }
    Some(set)
}

/// A reader of the ranges.
struct Ranges {
    bytes: std::slice::Iter<'static, u8>,
}

impl Ranges {
    fn new() -> Self {
        Self { bytes: RANGES.iter() }
    }

    fn byte(&mut self) -> Option<u32> {
        self.bytes.next().map(|byte| u32::from(*byte))
    }

    fn number(&mut self) -> Option<u32> {
        let mut number = 0;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            number |= (byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn set(&mut self) -> Option<Set> {
        let (mut set, mut start, mut at) = (Set::default(), None, 0);
        for _ in 0..self.number()? {
            at += self.number()?;
            match start.take() {
                None => start = Some(at),
                Some(start) => set.add(start, at - 1),
            }
        }
        Some(set)
    }

    /// The union of the categories of a mask.
    fn categories(&mut self, mask: u32) -> Option<Set> {
        self.partition(|ranges| {
            let byte = ranges.byte()?;
            let length = byte >> 5;
            let length = if length == 7 { ranges.number()? + 8 } else { length + 1 };
            Some((mask >> (byte & 0x1F) & 1 != 0, length))
        })
    }

    /// One script.
    fn scripts(&mut self, index: usize) -> Option<Set> {
        self.partition(|ranges| Some((ranges.byte()? as usize == index, ranges.number()?)))
    }

    /// What runs say to be in a set, up to the last code point.
    fn partition(&mut self, run: impl Fn(&mut Self) -> Option<(bool, u32)>) -> Option<Set> {
        let (mut set, mut at) = (Set::default(), 0);
        while at <= LAST {
            let (inside, length) = run(self)?;
            if inside {
                set.add(at, at + length - 1);
            }
            at += length;
        }
        Some(set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of one part of the names.
    fn lines(part: usize) -> impl Iterator<Item = &'static str> {
        NAMES.split("\n\n").nth(part).unwrap().lines()
    }

    #[test]
    fn every_name_has_a_set() {
        for (part, prefix) in [(0, "gc"), (1, "sc"), (1, "scx")] {
            for name in lines(part).flat_map(|line| line.split(' ')) {
                assert!(property_value(prefix, name).is_some_and(|set| !set.ranges().is_empty()), "{prefix}={name}");
            }
        }
        for name in lines(2).flat_map(|line| line.split(' ')) {
            assert!(property(name).is_some_and(|set| !set.ranges().is_empty()), "{name}");
        }
        assert_eq!(lines(1).count(), SCRIPTS);
        assert_eq!(property("Any"), Some(Set::all()));
        assert_eq!(property("Lu"), property_value("gc", "Uppercase_Letter"));
        assert_eq!(property("lu"), None);
        assert_eq!(property_value("sc", "Lu"), None);
    }

    #[test]
    fn unions_are_those_of_their_letter() {
        for line in lines(0).skip(CATEGORIES).filter(|line| !line.starts_with("LC")) {
            let mut union = Set::default();
            for name in lines(0).take(CATEGORIES).filter(|name| name[..1] == line[..1]) {
                union.unite(&property(&name[..2]).unwrap());
            }
            assert_eq!(property(&line[..1]), Some(union), "{line}");
        }
        let cased = ["Lu", "Ll", "Lt"].map(|name| property(name).unwrap());
        assert!(cased.iter().flat_map(Set::ranges).all(|range| property("LC").unwrap().contains(range.0)));
    }

    #[test]
    fn nothing_is_left_over_in_the_ranges() {
        let mut ranges = Ranges::new();
        ranges.categories(0).unwrap();
        ranges.scripts(0).unwrap();
        for _ in lines(1) {
            ranges.set().unwrap();
        }
        for _ in lines(2) {
            ranges.byte().unwrap();
            ranges.number().unwrap();
            ranges.set().unwrap();
        }
        assert_eq!(ranges.byte(), None);
    }

    #[test]
    fn categories_are_those_of_the_standard_library() {
        let (upper, lower) = (property("Uppercase").unwrap(), property("Lowercase").unwrap());
        let (letters, spaces) = (property("Alphabetic").unwrap(), property("White_Space").unwrap());
        for c in '\0'..=char::MAX {
            let code = u32::from(c);
            assert_eq!(upper.contains(code), c.is_uppercase(), "{code:x}");
            assert_eq!(lower.contains(code), c.is_lowercase(), "{code:x}");
            assert_eq!(letters.contains(code), c.is_alphabetic(), "{code:x}");
            assert_eq!(spaces.contains(code), c.is_whitespace(), "{code:x}");
        }
    }
}

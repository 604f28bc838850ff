//! Small and capital letters.
//!
//! The standard library's tables of them are 8 KiB of the component once it is compressed; in runs they are one. `case.bin` is written by
//! `cargo xtask schema` from what the standard library says: the number of bytes of the first part (two bytes, the lower first), then the small
//! letters of capitals and the capitals of small letters. Each part is a list of runs of three numbers (LEB128): the distance of
//! the first letter from the last of the run before, twice the count of further letters (plus one where only every other is meant), and
//! zigzag-coded what is added to each. Letters that become several letters are left out, as are those of ASCII.

use std::sync::LazyLock;

use super::unicode;

static DATA: &[u8] = include_bytes!("case.bin");

/// Which letter becomes which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    Small,
    Capital,
}

/// The runs of small, and of capital letters.
static LETTERS: LazyLock<[Vec<Run>; 2]> = LazyLock::new(|| [To::Small, To::Capital].map(|to| runs(to).collect()));

/// Neighbouring letters that change by the same number.
#[derive(Debug)]
struct Run {
    first: u32,
    step: u32,
    last: u32,
    change: u32,
}

/// The small or the capital letter of a letter, if it is one letter; else the character itself.
pub(super) fn letter(c: u32, to: To) -> u32 {
    if c < 0x80 {
        let other = if to == To::Small { 0x41..=0x5A } else { 0x61..=0x7A };
        return c ^ (u32::from(other.contains(&c)) << 5);
    }
    let [small, capital] = &*LETTERS;
    let runs = if to == To::Small { small } else { capital };
    let run = runs.get(runs.partition_point(|run| run.last < c));
    let run = run.filter(|run| run.first <= c && (c - run.first).is_multiple_of(run.step));
    run.map_or(c, |run| c.wrapping_add(run.change))
}

/// All characters outside of ASCII that have another case.
pub(super) fn letters() -> impl Iterator<Item = u32> {
    let all = |run: &Run| (run.first..=run.last).step_by(if run.step == 1 { 1 } else { 2 });
    LETTERS.iter().flatten().flat_map(all)
}

fn runs(to: To) -> impl Iterator<Item = Run> {
    let mut rest = part(to).unwrap_or_default();
    let mut last = 0;
    std::iter::from_fn(move || {
        let first = last + number(&mut rest)?;
        let count = number(&mut rest)?;
        let change = number(&mut rest)?;
        let step = 1 + (count & 1);
        last = first + (count >> 1) * step;
        Some(Run { first, step, last, change: (change >> 1) ^ (change & 1).wrapping_neg() })
    })
}

fn part(to: To) -> Option<&'static [u8]> {
    let (length, rest) = DATA.split_first_chunk()?;
    let (small, capital) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
    Some(if to == To::Small { small } else { capital })
}

fn number(bytes: &mut &[u8]) -> Option<u32> {
    let (mut number, mut shift) = (0, 0);
    loop {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u32::from(byte & 0x7F) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
}

/// `text.toLowerCase()`: a sigma at the end of a word has a form of its own, and İ becomes two characters.
pub(crate) fn to_lowercase(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c {
            'İ' => out.push_str("i̇"),
            'Σ' if ends_word(text, at) => out.push('ς'),
            c => out.push(to_small(c)),
        }
    }
    out
}

/// The small letter of a letter.
pub(crate) fn to_small(c: char) -> char {
    char::from_u32(letter(u32::from(c), To::Small)).unwrap_or(c)
}

/// Whether a letter comes before this place and none after the character here; what does not count for that is passed over.
fn ends_word(text: &str, at: usize) -> bool {
    let set = |name| unicode::property(name).unwrap_or_default();
    let (passed, cased) = (set("Case_Ignorable"), set("Cased"));
    let is_letter = |mut chars: &mut dyn Iterator<Item = char>| {
        let next = Iterator::find(&mut chars, |c| !passed.contains(u32::from(*c)));
        next.is_some_and(|c| cased.contains(u32::from(c)))
    };
    let (before, after) = text.split_at_checked(at).unwrap_or_default();
    is_letter(&mut before.chars().rev()) && !is_letter(&mut after.chars().skip(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_change_as_in_the_standard_library() {
        let single = |mut mapped: Vec<char>| if mapped.len() == 1 { mapped.pop() } else { None };
        for c in '\0'..=char::MAX {
            let small = single(c.to_lowercase().collect()).unwrap_or(c);
            let capital = single(c.to_uppercase().collect()).unwrap_or(c);
            assert_eq!(letter(c.into(), To::Small), u32::from(small), "{c}");
            assert_eq!(letter(c.into(), To::Capital), u32::from(capital), "{c}");
        }
    }

    #[test]
    fn texts_become_small_as_in_the_standard_library() {
        for text in [
            "",
            "ACME/App",
            "İSTANBUL",
            "ΟΔΥΣΣΕΥΣ",
            "Σ",
            "ΑΣ-Σ",
            "ΑΣ\u{301}Α ΑΣ\u{301}",
            "ΑΣ.Β",
            "ΑΣ'",
            "ẞ Ǆ K Å",
            "中Σ",
        ] {
            assert_eq!(to_lowercase(text), text.to_lowercase());
        }
    }
}

//! The regular expressions are those of node 20.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod regexp_support;

use buildonce_core::regexp::{Budget, Regexp};
use proptest::prelude::*;
use regexp_support::generate::{self, Random};
use regexp_support::{Case, ask, differences};
use serde_json::json;

/// How many cases node sees at once.
const BATCH: usize = 20_000;

#[test]
fn random_patterns_match_what_they_match_in_node() {
    // `BUILDONCE_REGEXP_CASES=1000000 BUILDONCE_REGEXP_SEED=7 cargo test -p buildonce-core --test regexp` for a long run.
    let number = |name: &str, default| {
        std::env::var(name).map_or(default, |text| text.parse().expect("the variable is a number"))
    };
    let mut random = Random::new(number("BUILDONCE_REGEXP_SEED", 1));
    let mut left = usize::try_from(number("BUILDONCE_REGEXP_CASES", 3000)).expect("the number of cases fits");
    let mut different = Vec::new();
    while left > 0 {
        let size = left.min(BATCH);
        let cases: Vec<Case> = (0..size).map(|_| generate::case(&mut random)).collect();
        different.extend(differences(&cases));
        left -= size;
    }
    let shown = different.iter().take(12).cloned().collect::<Vec<_>>().join("\n");
    assert!(different.is_empty(), "{} differences, such as\n{shown}", different.len());
}

/// Letters that got their other case after Unicode 15, which not every node 20 has.
const NEW_LETTERS: [(u32, u32); 7] = [
    (0x19B, 0x19B),
    (0x264, 0x264),
    (0x1C89, 0x1C8A),
    (0xA7CB, 0xA7DC),
    (0x10D50, 0x10D85),
    (0x16EA0, 0x16ED3),
    (0xA7D2, 0xA7D4),
];

#[test]
fn every_letter_matches_the_same_letters_as_in_node() {
    let old = |c: &char| !NEW_LETTERS.iter().any(|(first, last)| (*first..=*last).contains(&u32::from(*c)));
    let cased = |c: &char| !c.to_uppercase().eq([*c]) || !c.to_lowercase().eq([*c]);
    let letters: Vec<char> = ('\0'..=char::MAX).filter(cased).filter(old).collect();
    assert!(letters.len() > 2500);
    for flags in ["i", "iu"] {
        // Without `u` the others are two characters without case.
        let letters: Vec<char> = letters.iter().copied().filter(|c| flags == "iu" || c.len_utf16() == 1).collect();
        let text: Vec<u16> = letters.iter().collect::<String>().encode_utf16().collect();
        let theirs = ask(vec![json!({"letters": letters, "flags": flags})]);
        for (index, letter) in letters.iter().enumerate() {
            for pattern in [letter.to_string(), format!("[{letter}]"), format!("(?!{letter})[^{letter}]|(?={letter})")]
            {
                let regexp = Regexp::compile(&pattern, flags).expect("a letter is a pattern");
                let found = regexp.exec(&text, 0, &mut Budget::default()).expect("the search is short");
                let start = found.and_then(|found| found.groups[0].clone()).map(|range| range.start);
                let expected = if pattern.starts_with("(?!") { json!(0) } else { theirs[0][index].clone() };
                assert_eq!(json!(start), expected, "/{pattern}/{flags}");
            }
        }
    }
}

/// Texts that are rich in what means something in a pattern.
const PATTERNS: &str = r"(\PC|[\\()\[\]{}?*+|^$.<>=!:,&\-0-9a-z]){0,40}";

proptest! {
    #[test]
    fn no_text_is_too_strange_to_be_compiled_and_searched_for(
        pattern in PATTERNS,
        flags in "d?g?i?m?s?(u|v)?y?",
        text in proptest::collection::vec(any::<u16>(), 0..60),
        start in 0_usize..70,
    ) {
        const STEPS: usize = 20_000;
        if let Ok(regexp) = Regexp::compile(&pattern, &flags) {
            let mut budget = Budget::new(STEPS);
            if let Ok(Some(found)) = regexp.exec(&text, start, &mut budget) {
                let whole = found.groups[0].clone().expect("a match has a place");
                prop_assert!(whole.start <= whole.end && whole.end <= text.len());
                for group in found.groups.into_iter().flatten() {
                    prop_assert!(group.start <= group.end && group.end <= text.len());
                }
            }
            prop_assert!(budget.steps() <= STEPS);
        }
    }

    #[test]
    fn an_error_is_told_at_a_place_of_the_pattern(pattern in PATTERNS, flags in "(u|v)?") {
        if let Err(error) = Regexp::compile(&pattern, &flags) {
            prop_assert!(pattern.is_char_boundary(error.at));
        }
    }
}

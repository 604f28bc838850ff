//! The regular expressions are those of node 20.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod regexp_support;

use regexp_support::generate::{self, Random};
use regexp_support::{Case, differences};

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

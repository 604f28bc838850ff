//! Tags made of branch names. The input: the suffix, a line feed, the name; without a line feed only the name.
#![no_main]

use buildonce_core::tagging::sanitize;
use buildonce_fuzz::{is_tag, text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(input) = text(bytes) else { return };
    let (suffix, name) = input.split_once('\n').map_or((None, input), |(suffix, name)| (Some(suffix), name));
    let plain = sanitize(name, None);
    assert!(is_tag(&plain), "no tag: {plain}");
    assert_eq!(sanitize(&plain, None), plain, "a clean name is changed");
    assert!(!plain.contains("--") && !plain.ends_with('-') && !plain.starts_with('-'), "not trimmed: {plain}");
    let tag = sanitize(name, suffix);
    assert!(is_tag(&tag), "no tag: {tag}");
    if let Some(suffix) = suffix.filter(|suffix| (1..=121).contains(&suffix.len()) && is_tag(suffix)) {
        assert!(tag.ends_with(&format!("-{suffix}")), "{tag} has lost its suffix {suffix}");
    }
});

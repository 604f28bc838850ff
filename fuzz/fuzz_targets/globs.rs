//! Patterns against texts, compared with a regular expression that says the same. The input: patterns, one a line, an empty line,
//! then texts, one a line.
#![no_main]

use std::fmt::Write as _;

use buildonce_core::policy::{Glob, GlobList};
use buildonce_fuzz::{is_line, text};
use libfuzzer_sys::fuzz_target;
use regex::Regex;

fuzz_target!(|bytes: &[u8]| {
    let Some(input) = text(bytes) else { return };
    let Some((patterns, texts)) = input.split_once("\n\n") else { return };
    for pattern in patterns.split('\n') {
        match Glob::new(pattern) {
            Ok(glob) => compare(pattern, &glob, texts),
            Err(error) => {
                assert!(pattern.is_char_boundary(error.offset), "{error:?} is outside of {pattern:?}");
                assert!(!error.message.is_empty());
            }
        }
    }
    if let Ok(list) = GlobList::new(patterns.split('\n')) {
        let literals = list.literals();
        for text in texts.split('\n') {
            let including = list.including().any(|glob| glob.is_match(text));
            assert!(including || !list.is_match(text), "{text:?} is included by no pattern of {patterns:?}");
            if let Some(literals) = &literals {
                assert_eq!(list.is_match(text), literals.iter().any(|l| l == text), "{text:?} of {literals:?}");
            }
        }
    }
});

fn compare(pattern: &str, glob: &Glob, texts: &str) {
    assert_eq!(glob.as_str(), pattern);
    if let Some(literal) = glob.literal() {
        assert!(glob.is_match(&literal), "{pattern:?} does not match its literal {literal:?}");
    }
    // A pattern of a few hundred loops is over the other engine's limits, not over ours.
    let Ok(regex) = Regex::new(&translate(pattern)) else { return };
    for text in texts.split('\n') {
        let shown = || if is_line(text) { text.to_owned() } else { text.escape_debug().to_string() };
        assert_eq!(glob.is_match(text), regex.is_match(text), "{pattern:?} on {}", shown());
    }
}

/// The pattern as a regular expression. Only for patterns that the core takes.
fn translate(pattern: &str) -> String {
    let mut regex = "(?s)^(?:".to_owned();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let at = pattern.len() - rest.len();
        match first {
            '*' => {
                let below = rest.trim_start_matches('*');
                let several = rest.len() - below.len() > 1;
                let segment = at == 0 || pattern[..at].ends_with('/');
                rest = below;
                if several
                    && segment
                    && let Some(next) = below.strip_prefix('/')
                {
                    regex.push_str("(?:.*/)?");
                    rest = next;
                } else {
                    regex.push_str(if several { ".*" } else { "[^/]*" });
                }
                continue;
            }
            '[' => {
                let (class, below) = rest.split_once(']').expect("a class that was taken is closed");
                let _ = write!(regex, "{class}]");
                rest = below;
            }
            '\\' => {
                let character = rest.chars().nth(1).expect("an escape that was taken has a character");
                regex.push_str(&regex::escape(character.encode_utf8(&mut [0; 4])));
                rest = &rest[1 + character.len_utf8()..];
            }
            _ => {
                regex.push_str(&regex::escape(first.encode_utf8(&mut [0; 4])));
                rest = &rest[first.len_utf8()..];
            }
        }
        if let Some(below) = rest.strip_prefix(['?', '+']) {
            regex.push_str(&rest[..1]);
            rest = below;
        }
    }
    regex + ")$"
}

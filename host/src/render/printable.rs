//! What the engine says comes from pull request titles, branch names and foreign components; none of it may steer a terminal
//! or a CI log.

/// Removes what a terminal obeys: control characters except newline and tab, and the characters that reorder text.
pub(crate) fn printable(text: &str) -> String {
    text.chars().filter(|&c| matches!(c, '\n' | '\t') || !is_steering(c)).collect()
}

/// The same on one line. The prefixes of log commands that CI engines look for inside a line (`##[…]` and `##vso[…]`) are split.
pub(crate) fn one_line(text: &str) -> String {
    let joined: Vec<_> = text.split(['\n', '\t', '\r']).map(str::trim_end).filter(|part| !part.is_empty()).collect();
    printable(&joined.join(" ")).replace("##[", "## [").replace("##vso[", "## vso[")
}

/// Replaces what a terminal obeys by characters of the same length in bytes, so that spans keep their meaning.
pub(super) fn same_length(text: &str) -> String {
    text.chars()
        .map(|c| match (is_steering(c) && !matches!(c, '\n' | '\t' | '\r'), c.len_utf8()) {
            (false, _) => c,
            (true, 1) => '?',
            (true, 2) => '¿',
            (true, _) => '\u{fffd}',
        })
        .collect()
}

/// Control characters of ASCII and Latin-1, and the marks that turn the direction of text.
fn is_steering(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_lose_their_escape() {
        for (raw, shown) in [
            ("a\u{1b}[31mred", "a[31mred"),
            ("bell\u{7}", "bell"),
            ("c1\u{9b}2J", "c12J"),
            ("line\r\nnext\tcell", "line\nnext\tcell"),
            ("abc\u{202e}gpj.exe", "abcgpj.exe"),
            ("größe 日本", "größe 日本"),
        ] {
            assert_eq!(printable(raw), shown, "{raw:?}");
        }
    }

    #[test]
    fn one_line_stays_one_line_and_holds_no_log_command() {
        assert_eq!(one_line("a\r\nb\n\nc\td"), "a b c d");
        assert_eq!(one_line("x ##[add-mask]y ##vso[task.x]"), "x ## [add-mask]y ## vso[task.x]");
        assert_eq!(one_line("#\u{7}#[group]"), "## [group]");
    }

    #[test]
    fn replacing_keeps_every_byte_offset() {
        let raw = "a\u{0}b\u{85}c\u{202e}d\r\n\te";
        let shown = same_length(raw);
        assert_eq!(shown.len(), raw.len());
        assert_eq!(shown, "a?b¿c\u{fffd}d\r\n\te");
    }
}

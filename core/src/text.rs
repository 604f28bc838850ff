//! Small work on texts, written out because decisions do it hundreds of times a call.

/// Puts texts behind each other. In the component `format!` takes several times as long, and more code at each place.
#[inline(never)]
pub(crate) fn concat(parts: &[&str]) -> String {
    let mut text = String::with_capacity(parts.iter().map(|part| part.len()).sum());
    for part in parts {
        text.push_str(part);
    }
    text
}

/// Adds an item, given in pieces, to a list with commas.
#[inline(never)]
pub(crate) fn list_item(list: &mut String, pieces: &[&str]) {
    list.push_str(if list.is_empty() { "" } else { ", " });
    for piece in pieces {
        list.push_str(piece);
    }
}

/// How much of somebody's text a message shows, in characters: every name of an image fits.
const SHOWN: usize = 256;

/// What a message shows of a text that somebody else wrote: one line, what cannot be seen as escapes, and of a long one the start.
#[inline(never)]
pub(crate) fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len().min(4 * SHOWN));
    let mut rest = text.chars();
    for c in rest.by_ref().take(SHOWN) {
        escape(&mut shown, c);
    }
    if rest.next().is_some() {
        shown.push('…');
    }
    shown
}

/// The whole text, on one line.
pub(crate) fn on_one_line(text: String) -> String {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || !text.contains(is_hidden) {
        return text;
    }
    let mut line = String::with_capacity(text.len());
    text.chars().for_each(|c| escape(&mut line, c));
    line
}

fn escape(out: &mut String, c: char) {
    if is_hidden(c) { out.extend(c.escape_default()) } else { out.push(c) }
}

/// Whether a character shows nothing that a reader could tell from nothing or from a space, or turns round how others are read.
fn is_hidden(c: char) -> bool {
    let is_format = matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    );
    is_format || c.is_control() || c != ' ' && c.is_whitespace()
}

/// Whether a text holds control characters, those of Unicode's second block included.
#[inline(never)]
pub(crate) fn has_control(text: &str) -> bool {
    let mut before = 0;
    text.bytes().any(|byte| {
        // U+0080 to U+009F are `C2 80` to `C2 9F` in UTF-8.
        let second = before == 0xc2 && byte < 0xa0;
        before = byte;
        byte < b' ' || byte == 0x7f || second
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_put_behind_each_other() {
        assert_eq!(concat(&["a", "", "bc"]), "abc");
        assert_eq!(concat(&[]), "");
    }

    #[test]
    fn what_is_shown_is_one_line_that_can_be_read() {
        for (text, told) in [
            (r#"it's "\d+" `x`"#, r#"it's "\d+" `x`"#),
            ("a\n\tb\r\0", r"a\n\tb\r\u{0}"),
            ("\u{1b}[31m", r"\u{1b}[31m"),
            ("u\u{308}ber 日本 🎉", "u\u{308}ber 日本 🎉"),
            ("a\u{a0}b\u{200b}\u{202e}c\u{feff}", r"a\u{a0}b\u{200b}\u{202e}c\u{feff}"),
            ("", ""),
        ] {
            assert_eq!(shown(text), told);
            assert_eq!(on_one_line(text.to_owned()), told);
        }
    }

    #[test]
    fn of_a_long_text_the_start_is_shown() {
        let (fits, long) = ("é".repeat(SHOWN), "é".repeat(SHOWN + 1));
        assert_eq!(shown(&fits), fits);
        assert_eq!(shown(&long), format!("{fits}…"));
        assert_eq!(on_one_line(long.clone()), long);
    }

    #[test]
    fn items_have_commas_between_them() {
        let mut list = String::new();
        list_item(&mut list, &["!", "a"]);
        list_item(&mut list, &["b"]);
        assert_eq!(list, "!a, b");
    }

    #[test]
    fn control_characters_are_those_of_unicode() {
        for c in (0..0x3000).filter_map(char::from_u32) {
            assert_eq!(has_control(&format!("é{c}x")), c.is_control(), "{c:?}");
        }
    }
}

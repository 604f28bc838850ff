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

//! The order of label keys: `localeCompare`, which is the root collation of Unicode (CLDR) in every JavaScript engine.
//!
//! Keys are compared letter by letter without regard to accents and case, then by accents, then by case, small
//! letters first. White space and punctuation count. The tables below hold the order of ASCII, Latin-1, Latin
//! Extended-A, general punctuation, currency signs, combining marks, and the letters of Greek and Cyrillic. Everything
//! else follows a rule: other signs come before the currency signs, other letters after the Cyrillic ones, both by
//! code point, with Hangul before Kana and both before Han. Control characters do not count at all.

use crate::regexp::to_small;

/// A key's sort key; comparing two of them compares the keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    letters: Vec<(u8, u32)>,
    accents: Vec<u8>,
    cases: Vec<u8>,
}

/// Signs in their order, up to the currency signs.
const SIGNS: &str = "\t\n\u{b}\u{c}\r\u{85}\u{2028}\u{2029} ‾_‗-‐‒–—―⁓,;⁏:!‼⁉¡?⁈⁇¿‽.‥…·⁕⁖⁘⁙⁚⁛⁜⁝⁞'‹›\"«»()[]{}⁅⁆‖§¶⁋@*\
                     ⁎⁑/\\&⁊#%‰‱†‡•‣‧⁃⁌⁍′″‴⁗‵‶‷‸※‿⁔⁀⁐⁁⁂`´^¯¨¸°©®+±÷×<=>¬|¦~⁒⁄";

/// Currency signs in their order; the others of their block stand after the yen, by code point.
const CURRENCIES: &str = "¤¢$£¥";

/// Letters and digits of the Latin, Greek and Cyrillic scripts in their order.
const LETTERS: &str = "0123456789abcdefghiıjklmnŋopqĸrstŧuvwxyzþαβγδεζηθικλμνξοπρστυφχψωабвгдђеєжзѕиійјклљмнњопрстћуўфхцч\
                       џшщъыьэюя";

/// Combining marks in their order, and last some that are no characters: they stand for what tells `ß` from `ss` or `’` from `'`.
const MARKS: &str = "\u{332}\u{313}\u{314}\u{301}\u{300}\u{306}\u{342}\u{302}\u{30c}\u{30a}\u{308}\u{30b}\u{303}\u{307}\
                     \u{338}\u{327}\u{328}\u{304}\u{30d}\u{30e}\u{312}\u{315}\u{31a}\u{33d}\u{33e}\u{33f}\u{346}\
                     \u{34a}\u{34b}\u{34c}\u{350}\u{351}\u{352}\u{357}\u{35b}\u{35d}\u{35e}\u{316}\u{317}\u{318}\
                     \u{319}\u{31c}\u{31d}\u{31e}\u{31f}\u{320}\u{329}\u{32a}\u{32b}\u{32c}\u{32f}\u{333}\u{33a}\
                     \u{33b}\u{33c}\u{347}\u{348}\u{349}\u{34d}\u{34e}\u{353}\u{354}\u{355}\u{356}\u{359}\u{35a}\
                     \u{35c}\u{35f}\u{362}\u{336}\u{337}\u{335}\u{305}\u{309}\u{30f}\u{310}\u{311}\u{31b}\u{321}\
                     \u{322}\u{323}\u{324}\u{325}\u{326}\u{32d}\u{32e}\u{330}\u{331}\u{334}\u{339}\u{345}\u{358}\
                     \u{360}\u{361}\u{FDD0}\u{FDD1}\
                     \u{FDD2}\u{FDD3}";

/// Small letters with what they are made of, three characters each: the letter, its base, its mark. Letters that
/// have no mark of their own (`ø`, `ß`) have the one that ranks where they do.
const ACCENTED: &str = "àa\u{300}áa\u{301}âa\u{302}ãa\u{303}äa\u{308}åa\u{30a}çc\u{327}èe\u{300}ée\u{301}êe\u{302}ëe\u{308}\
                        ìi\u{300}íi\u{301}îi\u{302}ïi\u{308}ðd\u{FDD0}ñn\u{303}òo\u{300}óo\u{301}ôo\u{302}õo\u{303}öo\u{308}\
                        øo\u{338}ùu\u{300}úu\u{301}ûu\u{302}üu\u{308}ýy\u{301}ÿy\u{308}āa\u{304}ăa\u{306}ąa\u{328}ćc\u{301}\
                        ĉc\u{302}ċc\u{307}čc\u{30c}ďd\u{30c}đd\u{335}ēe\u{304}ĕe\u{306}ėe\u{307}ęe\u{328}ěe\u{30c}ĝg\u{302}\
                        ğg\u{306}ġg\u{307}ģg\u{327}ĥh\u{302}ħh\u{335}ĩi\u{303}īi\u{304}ĭi\u{306}įi\u{328}ĵj\u{302}ķk\u{327}\
                        ĺl\u{301}ļl\u{327}ľl\u{30c}łl\u{335}ńn\u{301}ņn\u{327}ňn\u{30c}ōo\u{304}ŏo\u{306}őo\u{30b}ŕr\u{301}\
                        ŗr\u{327}řr\u{30c}śs\u{301}ŝs\u{302}şs\u{327}šs\u{30c}ſs\u{FDD1}ţt\u{327}ťt\u{30c}ũu\u{303}ūu\u{304}\
                        ŭu\u{306}ůu\u{30a}űu\u{30b}ųu\u{328}ŵw\u{302}ŷy\u{302}źz\u{301}żz\u{307}žz\u{30c}άα\u{301}έε\u{301}\
                        ήη\u{301}ίι\u{301}όο\u{301}ύυ\u{301}ώω\u{301}ϊι\u{308}ϋυ\u{308}ѓг\u{301}ѐе\u{300}ёе\u{308}ѝи\u{300}\
                        їі\u{308}ќк\u{301}";

/// Characters that are another way of writing others: how they are spelled, and the mark after the first letter.
const SPELLED: [(char, &str); 24] = [
    ('æ', "a\u{FDD0}e"),
    ('œ', "o\u{FDD0}e"),
    ('ß', "s\u{FDD0}s"),
    ('ĳ', "ij"),
    ('ŀ', "l·"),
    ('\u{a0}', " "),
    ('\u{202f}', " "),
    ('\u{2011}', "‐"),
    ('\u{2024}', "."),
    ('‘', "'\u{FDD0}"),
    ('’', "'\u{FDD1}"),
    ('‚', "'\u{FDD2}"),
    ('‛', "'\u{FDD3}"),
    ('“', "\"\u{FDD0}"),
    ('”', "\"\u{FDD1}"),
    ('„', "\"\u{FDD2}"),
    ('‟', "\"\u{FDD3}"),
    ('ª', "a"),
    ('º', "o"),
    ('¹', "1"),
    ('²', "2"),
    ('³', "3"),
    ('µ', "μ"),
    ('ς', "σ"),
];

/// Ranks of the third level: small, capital, and what is only a variant of another character.
const SMALL: u8 = 1;
const CAPITAL: u8 = 2;
const VARIANT: u8 = 3;

/// The second level of a letter without marks; every mark ranks above.
const PLAIN: u8 = 1;

/// The sort key of a key.
pub(super) fn key(text: &str) -> Key {
    let mut key = Key { letters: Vec::new(), accents: Vec::new(), cases: Vec::new() };
    for c in text.chars() {
        key.push(c);
    }
    key
}

impl Key {
    fn push(&mut self, c: char) {
        let small = to_small(c);
        let capital = small != c;
        if let Some((_, spelling)) = SPELLED.iter().find(|(spelled, _)| *spelled == small) {
            let letters = spelling.chars().count() > 1;
            let case = if capital {
                CAPITAL
            } else if letters {
                SMALL
            } else {
                VARIANT
            };
            spelling.chars().for_each(|part| self.element(part, case));
        } else if let Some((base, mark)) = accented(small) {
            self.element(base, if capital { CAPITAL } else { SMALL });
            self.element(mark, SMALL);
        } else {
            self.element(small, if capital { CAPITAL } else { SMALL });
        }
    }

    fn element(&mut self, c: char, case: u8) {
        if let Some(rank) = position(MARKS, c) {
            self.accents.push(u8::try_from(rank + 2).unwrap_or(u8::MAX));
            self.cases.push(SMALL);
            return;
        }
        let Some(letter) = primary(c) else { return };
        self.letters.push(letter);
        self.accents.push(PLAIN);
        self.cases.push(case);
    }
}

fn position(table: &str, c: char) -> Option<u32> {
    table.chars().position(|known| known == c).and_then(|at| u32::try_from(at).ok())
}

fn accented(c: char) -> Option<(char, char)> {
    let mut table = ACCENTED.chars();
    while let (Some(letter), Some(base), Some(mark)) = (table.next(), table.next(), table.next()) {
        if letter == c {
            return Some((base, mark));
        }
    }
    None
}

/// The first level: a group, and the place in it. `None` for what does not count.
fn primary(c: char) -> Option<(u8, u32)> {
    let code = u32::from(c);
    if let Some(at) = position(SIGNS, c) {
        return Some((1, at));
    }
    if let Some(at) = position(CURRENCIES, c) {
        return Some((3, at));
    }
    if let Some(at) = position(LETTERS, c) {
        return Some((4, at));
    }
    Some(match c {
        _ if c.is_control() || matches!(code, 0xAD | 0x200B..=0x200F | 0x2060..=0x206F | 0xFEFF) => return None,
        '\u{20A0}'..='\u{20C0}' => (3, code),
        '\u{FFFD}' => (8, code),
        '\u{1100}'..='\u{11FF}' | '\u{AC00}'..='\u{D7A3}' => (5, code),
        '\u{3040}'..='\u{30FF}' => (6, code),
        '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}' => (7, code),
        _ if c.is_alphanumeric() => (5, code.min(0x10FF)),
        _ => (2, code),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_characters_of_ascii_are_in_the_order_of_the_root_collation() {
        let order = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789aAbBcCdDeEfFgGhHiIjJkKlLmMnNoOpPqQrRsStTuUvVwWxXyYzZ";
        let mut sorted: Vec<char> = order.chars().rev().collect();
        sorted.sort_by_cached_key(|c| key(&c.to_string()));
        assert_eq!(sorted.into_iter().collect::<String>(), order);
    }

    #[test]
    fn accents_count_after_letters_and_case_after_accents() {
        for order in [
            ["a", "A", "ä", "a b"],
            ["ab", "aB", "Ab", "AB"],
            ["eá", "éa", "eb", "z"],
            ["ss", "SS", "ß", "st"],
            ["z", "ω", "я", "中"],
            ["o", "ó", "ø", "p"],
            ["", "_", "a_a", "aa"],
        ] {
            let mut sorted = order.to_vec();
            sorted.reverse();
            sorted.sort_by_cached_key(|text| key(text));
            assert_eq!(sorted, order);
        }
    }

    #[test]
    fn control_characters_do_not_count() {
        assert_eq!(key("a\u{1}b\u{FEFF}"), key("ab"));
        assert_eq!(key("e\u{301}"), key("é"));
    }
}

//! What ECMAScript does with text and numbers, where it differs from Rust.
//!
//! Some of the grammars that people write their tags in were made in JavaScript, so their rules are JavaScript's: which
//! characters `trim` takes, how a number is read and written, how long a text is. Source: ECMA-262, sections 7.1.4.1
//! (`StringToNumber`), 6.1.6.1.20 (`Number::toString`) and 22.1.3.32 (`String.prototype.trim`).

use crate::number;

/// White space and line terminators of ECMAScript; `char::is_whitespace` has U+0085 and lacks U+FEFF.
pub(crate) fn is_space(c: char) -> bool {
    matches!(c, '\u{FEFF}') || (c.is_whitespace() && c != '\u{85}')
}

/// The characters that `.` in a regular expression does not match.
pub(crate) fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// `text.trim()`.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// `text.length`: UTF-16 code units.
pub(crate) fn length(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// `text.substring(0, end)`, where half of a character that is left over becomes U+FFFD.
pub(crate) fn prefix(text: &str, end: usize) -> String {
    let units: Vec<u16> = text.encode_utf16().take(end).collect();
    String::from_utf16_lossy(&units)
}

/// `Number(text)`.
pub(crate) fn to_number(text: &str) -> f64 {
    let text = trim(text);
    let radix = match text.get(..2) {
        Some("0x" | "0X") => 16,
        Some("0o" | "0O") => 8,
        Some("0b" | "0B") => 2,
        _ => 10,
    };
    if radix != 10 {
        let digits = text.get(2..).unwrap_or_default();
        if digits.is_empty() {
            return f64::NAN;
        }
        return digits
            .chars()
            .map(|c| c.to_digit(radix))
            .try_fold(0.0, |sum, digit| digit.map(|d| sum * f64::from(radix) + f64::from(d)))
            .unwrap_or(f64::NAN);
    }
    match text {
        "" => 0.0,
        "Infinity" | "+Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        // Rust also reads `inf`, `nan` and `infinity`; ECMAScript's decimal literals hold no other letter than `e`.
        _ if text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-')) => {
            number::parse(text).unwrap_or(f64::NAN)
        }
        _ => f64::NAN,
    }
}

/// `String(number)`: the shortest digits that read back as the same number.
pub(crate) fn number_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number == 0.0 {
        return "0".to_owned();
    }
    let sign = if number < 0.0 { "-" } else { "" };
    if number.is_infinite() {
        return format!("{sign}Infinity");
    }
    // The shortest digits that are read as this number; where the point stands in them is another matter.
    let shortest = serde_json::Number::from_f64(number.abs()).map(|number| number.to_string()).unwrap_or_default();
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let written = [whole, part].concat();
    let size = |text: &str| i32::try_from(text.len()).unwrap_or(i32::MAX);
    let digits = written.trim_start_matches('0');
    // The decimal point stands after this many digits.
    let point = size(whole) + exponent.parse::<i32>().unwrap_or_default() - (size(&written) - size(digits));
    let digits = digits.trim_end_matches('0');
    let (count, exponent) = (size(digits), point - 1);
    let zeros = |n: i32| "0".repeat(usize::try_from(n).unwrap_or_default());
    let split = |at: i32| digits.split_at(usize::try_from(at).unwrap_or_default().min(digits.len()));
    let body = if (count..=21).contains(&point) {
        format!("{digits}{}", zeros(point - count))
    } else if (1..=21).contains(&point) {
        let (whole, part) = split(point);
        format!("{whole}.{part}")
    } else if (-5..=0).contains(&point) {
        format!("0.{}{digits}", zeros(-point))
    } else {
        let (first, rest) = split(1);
        let dot = if rest.is_empty() { "" } else { "." };
        let plus = if exponent < 0 { '-' } else { '+' };
        format!("{first}{dot}{rest}e{plus}{}", exponent.abs())
    };
    format!("{sign}{body}")
}

/// The position that a property name stands for in a list, if it is written the one way in which lists know it.
pub(crate) fn list_index(name: &str) -> Option<usize> {
    let canonical = name == "0" || (!name.starts_with('0') && !name.is_empty());
    (canonical && name.bytes().all(|b| b.is_ascii_digit()))
        .then(|| name.parse::<u32>().ok())
        .flatten()
        .filter(|n| *n != u32::MAX)
        .and_then(|n| usize::try_from(n).ok())
}

/// How JavaScript lists the properties of an object: positions first, then the others as they were set.
pub(crate) fn key_order(a: &str, b: &str) -> std::cmp::Ordering {
    let place = |key| list_index(key).unwrap_or(usize::MAX);
    place(a).cmp(&place(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_ecmascript_writes_them() {
        for (number, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (-1.5, "-1.5"),
            (100.0, "100"),
            (0.000_001, "0.000001"),
            (0.000_000_1, "1e-7"),
            (1e21, "1e+21"),
            (123_456_789_012_345_680_000.0, "123456789012345680000"),
            (1.5e300, "1.5e+300"),
            (9_007_199_254_740_993.0, "9007199254740992"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(number_text(number), text);
        }
    }

    #[test]
    fn texts_are_read_as_numbers_as_ecmascript_reads_them() {
        for (text, number) in [
            ("", 0.0),
            (" \u{FEFF}12\n", 12.0),
            ("1e3", 1000.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("+7", 7.0),
            ("0x1F", 31.0),
            ("0b11", 3.0),
            ("0o17", 15.0),
            ("Infinity", f64::INFINITY),
        ] {
            assert_eq!(to_number(text).to_bits(), number.to_bits(), "{text}");
        }
        for text in ["abc", "1 2", "0x", "1_000", "inf", "nan", "infinity", "--1", "0b2", "e", ".", "1e", "-0x1"] {
            assert!(to_number(text).is_nan(), "{text}");
        }
    }

    #[test]
    fn trimming_takes_the_byte_order_mark_and_leaves_next_line() {
        assert_eq!(trim("\u{FEFF}\u{A0} a\u{85}\u{2028}\t"), "a\u{85}");
    }

    #[test]
    fn only_canonical_numbers_are_positions() {
        assert_eq!(list_index("0"), Some(0));
        assert_eq!(list_index("12"), Some(12));
        for no in ["", "01", "-1", "1.0", " 1", "4294967295", "x"] {
            assert_eq!(list_index(no), None, "{no}");
        }
    }
}

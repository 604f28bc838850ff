//! Words of TOML: numbers, dates, times, `true` and `false`.

use std::rc::Rc;

use crate::policy::document::Content;
use crate::{calendar, number};

/// What a word stands for; nothing for one that TOML doesn't know.
pub(super) fn read(word: &str) -> Option<Content> {
    match word {
        "true" => return Some(Content::Bool(true)),
        "false" => return Some(Content::Bool(false)),
        _ => {}
    }
    let unsigned = word.strip_prefix(['+', '-']).unwrap_or(word);
    if matches!(unsigned, "inf" | "nan") {
        return Some(Content::Float(f64::NAN));
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(rest) = word.strip_prefix(prefix) {
            return has_digits(rest, radix).then(|| Content::integer(&rest.replace('_', ""), radix));
        }
    }
    if starts_as(word, "dddd-") || starts_as(word, "dd:") {
        return date_and_time(word).map(|text| Content::Text(Rc::from(text)));
    }
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let is_number = has_digits(whole, 10)
        && (whole.len() == 1 || !whole.starts_with('0'))
        && has_digits(fraction, 10)
        && has_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent), 10);
    let plain = word.replace('_', "");
    is_number.then(|| {
        if whole.len() == unsigned.len() {
            Content::integer(&plain, 10)
        } else {
            Content::Float(number::parse(&plain).unwrap_or(f64::NAN))
        }
    })
}

/// What is wrong with a word that stands for nothing.
pub(super) fn fault(word: &str) -> &'static str {
    match word.as_bytes().first() {
        None => "here a value is expected",
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => "this is no number, date or time; a string needs quotes",
        Some(_) => "a string needs quotes",
    }
}

/// Whether there are digits, and nothing else but single underscores between them.
fn has_digits(text: &str, radix: u32) -> bool {
    let mut after_digit = false;
    for byte in text.bytes() {
        let digit = char::from(byte).is_digit(radix);
        if !(digit || byte == b'_' && after_digit) {
            return false;
        }
        after_digit = digit;
    }
    after_digit
}

/// Whether a text starts in this form, where `d` is a digit.
fn starts_as(text: &str, form: &str) -> bool {
    let same = |(byte, form): (u8, u8)| if form == b'd' { byte.is_ascii_digit() } else { byte == form };
    text.len() >= form.len() && text.bytes().zip(form.bytes()).all(same)
}

/// Whether the two digits there are a number up to that one.
fn at_most(text: &str, from: usize, most: u8) -> bool {
    let number = text.get(from..from + 2).and_then(|digits| digits.parse::<u8>().ok());
    number.is_some_and(|number| number <= most)
}

/// A date, a time or both, in the form of RFC 3339 with the least that it allows.
fn date_and_time(word: &str) -> Option<String> {
    let mut text = String::new();
    let mut rest = word;
    if starts_as(word, "dddd-") {
        let (date, after) = word.split_at_checked(10)?;
        calendar::day(date)?;
        text.push_str(date);
        if after.is_empty() {
            return Some(text);
        }
        rest = after.strip_prefix(['T', 't', ' '])?;
        text.push('T');
    }
    let rest = time(rest, &mut text)?;
    match rest {
        "" => {}
        _ if starts_as(word, "dd:") => return None,
        "Z" | "z" => text.push('Z'),
        _ => {
            let is_offset = starts_as(rest, "+dd:dd") || starts_as(rest, "-dd:dd");
            if !is_offset || rest.len() != 6 || !at_most(rest, 1, 23) || !at_most(rest, 4, 59) {
                return None;
            }
            text.push_str(if rest == "-00:00" { "+00:00" } else { rest });
        }
    }
    Some(text)
}

/// A time without its offset, and what comes after it. Fractions of a second are cut at a thousand millionth.
fn time<'a>(rest: &'a str, text: &mut String) -> Option<&'a str> {
    if !starts_as(rest, "dd:dd") || !at_most(rest, 0, 23) || !at_most(rest, 3, 59) {
        return None;
    }
    let seconds = rest.as_bytes().get(5) == Some(&b':');
    if seconds && (!starts_as(rest, "dd:dd:dd") || !at_most(rest, 6, 60)) {
        return None;
    }
    let (time, rest) = rest.split_at_checked(if seconds { 8 } else { 5 })?;
    text.push_str(time);
    let Some(fraction) = rest.strip_prefix('.').filter(|_| seconds) else { return Some(rest) };
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    let (fraction, rest) = fraction.split_at_checked(digits)?;
    let kept = fraction.get(..digits.min(9))?.trim_end_matches('0');
    text.push('.');
    text.push_str(if kept.is_empty() { "0" } else { kept });
    (digits > 0).then_some(rest)
}

//! Days and instants as documents write them.
//!
//! Civil dates are `jiff`'s, with its checked ranges; its parsers know many more forms than documents have, and cost more of the
//! component than a whole decision.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

/// A day, `2026-01-31`; the year has four digits.
pub(crate) fn day(text: &str) -> Option<Date> {
    let (day, rest) = take_day(text)?;
    rest.is_empty().then_some(day)
}

/// An instant, RFC 3339: `2026-01-31T12:00:00Z`, in milliseconds since the Unix epoch; smaller fractions are cut.
///
/// As that document allows, `t` and `z` may be small, a blank may stand for `T`, and a leap second is the second before it. The offset
/// may have no colon, and no minutes, as ISO 8601 allows.
pub(crate) fn instant(text: &str) -> Option<i64> {
    let (day, rest) = take_day(text)?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (hour, rest) = take_number(rest)?;
    let (minute, rest) = take_number(rest.strip_prefix(':')?)?;
    let (second, rest) = take_number(rest.strip_prefix(':')?)?;
    let second = if second == 60 { 59 } else { second };
    let (millisecond, rest) = match rest.strip_prefix('.') {
        Some(fraction) => take_fraction(fraction)?,
        None => (0, rest),
    };
    let time = Time::new(hour, minute, second, millisecond * 1_000_000).ok()?;
    offset(rest)?.to_timestamp(DateTime::from_parts(day, time)).ok().map(Timestamp::as_millisecond)
}

fn take_day(text: &str) -> Option<(Date, &str)> {
    let (century, rest) = take_number(text)?;
    let (year, rest) = take_number(rest)?;
    let (month, rest) = take_number(rest.strip_prefix('-')?)?;
    let (day, rest) = take_number(rest.strip_prefix('-')?)?;
    let year = i16::from(century) * 100 + i16::from(year);
    Some((Date::new(year, month, day).ok()?, rest))
}

/// Two digits.
fn take_number(text: &str) -> Option<(i8, &str)> {
    let (digits, rest) = text.split_at_checked(2)?;
    let number = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten();
    Some((number?, rest))
}

/// One digit or more, in milliseconds.
fn take_fraction(text: &str) -> Option<(i32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end).filter(|(digits, _)| !digits.is_empty())?;
    let milliseconds = digits.bytes().chain([b'0'; 2]).take(3).fold(0, |n, b| n * 10 + i32::from(b - b'0'));
    Some((milliseconds, rest))
}

fn offset(text: &str) -> Option<Offset> {
    if matches!(text, "Z" | "z") {
        return Some(Offset::UTC);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, rest) = take_number(text.get(1..)?)?;
    let minutes = match rest.strip_prefix(':').unwrap_or(rest) {
        "" if rest.is_empty() => 0,
        minutes => take_number(minutes).filter(|(number, rest)| *number < 60 && rest.is_empty())?.0,
    };
    Offset::from_seconds(sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60)).ok().filter(|_| hours < 24)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_day_is_year_month_and_day() {
        assert_eq!(day("2024-02-29"), Date::new(2024, 2, 29).ok());
        for wrong in
            ["2023-02-29", "2026-1-31", "26-01-31", "2026-01-31T", " 2026-01-31", "2026-13-01", "２０２６-01-31", ""]
        {
            assert_eq!(day(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_instant_has_a_day_a_time_and_an_offset() {
        let noon = Some(1_769_860_800_000);
        for same in [
            "2026-01-31T12:00:00Z",
            "2026-01-31t12:00:00z",
            "2026-01-31 12:00:00.0009+00:00",
            "2026-01-31T13:30:00+01:30",
            "2026-01-31T07:00:00-0500",
            "2026-01-31T07:00:00-05",
        ] {
            assert_eq!(instant(same), noon, "{same}");
        }
        assert_eq!(instant("1969-12-31T23:59:59.9995Z"), Some(-1));
        assert_eq!(instant("2016-12-31T23:59:60Z"), instant("2016-12-31T23:59:59Z"));
        for wrong in [
            "2026-01-31",
            "2026-01-31T12:00:00",
            "2026-01-31T12:00Z",
            "2026-01-31T24:00:00Z",
            "2026-01-31T12:00:00.Z",
            "2026-01-31T12:00:00+1:00",
            "2026-01-31T12:00:00+01:",
            "2026-01-31T12:00:00+24:00",
            "2026-01-31T12:00:00Z ",
            "yesterday",
        ] {
            assert_eq!(instant(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn it_reads_what_the_library_writes(milliseconds in -62_135_596_800_000_i64..253_402_300_799_000) {
            let written = Timestamp::from_millisecond(milliseconds).unwrap().to_string();
            prop_assert_eq!(instant(&written), Some(milliseconds));
        }

        #[test]
        fn no_text_is_too_odd(text in "\\PC{0,40}") {
            let _ = (day(&text), instant(&text));
        }
    }
}

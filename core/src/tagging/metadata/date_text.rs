//! `new Date(text)`: the dates that payloads, the forge and git write.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

use super::moment::Place;

/// Milliseconds since the Unix epoch; `None` for an invalid date.
///
/// ISO 8601 in ECMAScript's own form, and the form of git's `%ci` (a blank between date, time and offset). A date
/// alone is UTC, a time without an offset is local.
pub(super) fn parse(text: &str, local: &Place) -> Option<i64> {
    let text = text.trim().trim_matches('"');
    let date = text.get(..10)?;
    let day = parse_date(date)?;
    let rest = text.get(10..)?;
    if rest.is_empty() {
        return millis(DateTime::from_parts(day, Time::midnight()), Some(0));
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.' | ',')).unwrap_or(rest.len());
    let (time, offset) = rest.split_at_checked(end)?;
    let (time, carry) = parse_time(time)?;
    let mut moment = DateTime::from_parts(day, time);
    if carry {
        moment = moment.checked_add(jiff::Span::new().days(1)).ok()?;
    }
    match offset.trim() {
        "" => local.instant(moment),
        "Z" | "z" | "UTC" | "GMT" => millis(moment, Some(0)),
        offset => millis(moment, parse_offset(offset)),
    }
}

fn millis(moment: DateTime, offset: Option<i32>) -> Option<i64> {
    let offset = Offset::from_seconds(offset?).ok()?;
    offset.to_timestamp(moment).ok().map(Timestamp::as_millisecond)
}

fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn parse_date(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if year.len() != 4 || month.len() != 2 || day.len() != 2 {
        return None;
    }
    let (first, day) = (Date::new(number(year)?, number(month)?, 1).ok()?, number::<i64>(day)?);
    // A day that the month does not have is one of the next month.
    let in_month = (1..=31).contains(&day);
    in_month.then(|| first.checked_add(jiff::Span::new().days(day - 1)).ok()).flatten()
}

/// The time, and whether it is 24:00, the end of the day.
fn parse_time(text: &str) -> Option<(Time, bool)> {
    let (clock, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let mut parts = clock.split(':');
    let hour: i8 = number(parts.next()?)?;
    let minute: i8 = number(parts.next()?)?;
    let second: i8 = parts.next().map_or(Some(0), number)?;
    if parts.next().is_some() {
        return None;
    }
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    let nanos = number::<i32>(&digits)? * 1_000_000;
    if (hour, minute, second, nanos) == (24, 0, 0, 0) {
        return Some((Time::midnight(), true));
    }
    Time::new(hour, minute, second, nanos).ok().map(|time| (time, false))
}

/// Seconds east of Greenwich of `+02:00`, `+0200` or `+02`.
fn parse_offset(text: &str) -> Option<i32> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits = digits.replacen(':', "", 1);
    let (hours, minutes) = digits.split_at_checked(2)?;
    let minutes: i32 = if minutes.is_empty() { 0 } else { number(minutes)? };
    let hours: i32 = number(hours)?;
    (hours <= 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_payloads_the_forge_and_git() {
        let parse = |text| parse(text, &Place::local(None));
        assert_eq!(parse("2020-01-10T00:30:00.000Z"), Some(1_578_616_200_000));
        assert_eq!(parse("2019-12-31T23:59:58+02:00"), Some(1_577_829_598_000));
        assert_eq!(parse("\"2020-01-02 03:04:05 +0000\"\n"), Some(1_577_934_245_000));
        assert_eq!(parse("2020-01-02"), Some(1_577_923_200_000));
        assert_eq!(parse("2020-01-01T24:00:00Z"), Some(1_577_923_200_000));
        assert_eq!(parse("2020-01-02T03:04:05"), Some(1_577_934_245_000));
        assert_eq!(parse("2020-02-30"), Some(1_583_020_800_000), "the first of March");
        for bad in ["", "x", "2020-13-01", "2020-02-32", "2020-01-02Tx", "2020-01-02T25:00Z", "2020-01-02T03:04:05+9"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}

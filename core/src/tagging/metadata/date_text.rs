//! `new Date(text)`: the dates that payloads, the forge and git write.

use jiff::civil::{Date, DateTime, Time};

use super::moment::{Place, seconds_of};

/// Milliseconds since the Unix epoch; `None` for an invalid date.
///
/// ISO 8601 in ECMAScript's own form, and the form of git's `%ci` (a blank between date, time and offset). A date
/// alone is UTC, a time without an offset is local.
pub(super) fn parse(text: &str, local: &Place) -> Option<i64> {
    let text = text.trim().trim_matches('"');
    let (date, rest) = text.split_at_checked(10)?;
    let midnight = parse_date(date)?;
    if rest.is_empty() {
        return Some(midnight * 1000);
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.' | ',')).unwrap_or(rest.len());
    let (time, offset) = rest.split_at_checked(end)?;
    let (seconds, milliseconds) = parse_time(time)?;
    let wall = midnight + seconds;
    let instant = match offset.trim() {
        "" => local.instant(wall)?,
        "Z" | "z" | "UTC" | "GMT" => wall,
        offset => wall - parse_offset(offset)?,
    };
    Some(instant * 1000 + milliseconds)
}

fn number(text: &str) -> Option<i64> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// The start of a day in seconds since the epoch, by its own clock.
fn parse_date(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if year.len() != 4 || month.len() != 2 || day.len() != 2 {
        return None;
    }
    let (year, month) = (i16::try_from(number(year)?).ok()?, i8::try_from(number(month)?).ok()?);
    let first = DateTime::from_parts(Date::new(year, month, 1).ok()?, Time::midnight());
    // A day that the month does not have is one of the next month.
    let day = number(day).filter(|day| (1..=31).contains(day))?;
    Some(seconds_of(first)? + (day - 1) * 86_400)
}

/// Seconds since midnight, and milliseconds. The end of a day may be 24:00.
fn parse_time(text: &str) -> Option<(i64, i64)> {
    let (clock, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let mut parts = clock.split(':');
    let (hour, minute) = (number(parts.next()?)?, number(parts.next()?)?);
    let second = parts.next().map_or(Some(0), number)?;
    if parts.next().is_some() || minute > 59 || second > 59 {
        return None;
    }
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    let milliseconds = number(&digits)?;
    let in_day = hour < 24 || (hour, minute, second, milliseconds) == (24, 0, 0, 0);
    in_day.then_some((hour * 3600 + minute * 60 + second, milliseconds))
}

/// Seconds east of Greenwich of `+02:00`, `+0200` or `+02`.
fn parse_offset(text: &str) -> Option<i64> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits = digits.replacen(':', "", 1);
    let (hours, minutes) = digits.split_at_checked(2)?;
    let minutes = if minutes.is_empty() { 0 } else { number(minutes)? };
    let hours = number(hours)?;
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

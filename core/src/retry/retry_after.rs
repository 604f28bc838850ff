//! How long a server asks to wait.

use crate::number;

/// A server's wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// Wait so many milliseconds, rounded up.
    Delay(u64),
    /// Wait until then: milliseconds since the Unix epoch.
    At(i64),
}

/// The longest wait that is believed: 30 days in milliseconds. More is cut to this, which no deadline has room for.
const LONGEST_MS: f64 = 30.0 * 86_400_000.0;

/// Reads the value of a `Retry-After` header and its relatives: seconds (`120`), an HTTP date in any of its three forms
/// (RFC 9110 section 5.6.7), a Go duration (`880.092µs`, `1m2.5s`), words (`5 minutes`), or a time as seconds since the epoch.
/// What follows the value is ignored.
///
/// ```
/// use buildonce_core::retry::{parse_retry_after, RetryAfter};
/// assert_eq!(parse_retry_after("1m2.5s"), Some(RetryAfter::Delay(62_500)));
/// assert_eq!(parse_retry_after("880.092µs, allowed: 44000/minute"), Some(RetryAfter::Delay(1)));
/// assert_eq!(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT"), Some(RetryAfter::At(784_111_777_000)));
/// assert_eq!(parse_retry_after("soon"), None);
/// ```
pub fn parse_retry_after(value: &str) -> Option<RetryAfter> {
    let value = value.trim_start_matches([' ', '"', '\'', '=', ':', '~', '[']);
    http_date(value).map(RetryAfter::At).or_else(|| duration(value))
}

/// Phrases after which a server names a wait, in lower case. A client that says `Retrying in 5s` speaks of itself.
const KEYS: &[&str] = &[
    "retry-after",
    "retry_after",
    "retryafter",
    "retry after",
    "try again in",
    "try again after",
    "retry in ",
    "please wait ",
    "wait for ",
    "ratelimit-reset",
    "rate limit will reset in",
    "rate limit resets in",
    "resets in",
    "reset after",
    "available in ",
];

/// Finds such a wish in a line of output.
pub(super) fn in_line(line: &str) -> Option<RetryAfter> {
    let lower = line.to_ascii_lowercase();
    KEYS.iter().find_map(|key| {
        let rest = lower.split_once(key)?.1;
        let rest = rest.trim_start_matches([' ', '"', '\'', ':', '=', '[', '(', '~']);
        let rest = ["about ", "approximately ", "at least ", "another "]
            .iter()
            .find_map(|word| rest.strip_prefix(word))
            .unwrap_or(rest);
        parse_retry_after(rest)
    })
}

/// A sum of numbers with units, or a bare number of seconds.
fn duration(text: &str) -> Option<RetryAfter> {
    let mut rest = text;
    let mut total = 0.0;
    let mut seen = false;
    loop {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
        let (number, after) = rest.split_at_checked(digits)?;
        let Some(number) = number::parse(number.trim_end_matches('.')) else { break };
        let spaced = after.trim_start_matches(' ');
        let length =
            spaced.len() - spaced.trim_start_matches(|c: char| c.is_ascii_alphabetic() || matches!(c, 'µ' | 'μ')).len();
        let (unit, next) = spaced.split_at_checked(length)?;
        let Some(factor) = unit_ms(unit) else {
            if seen {
                break;
            }
            // A bare number. Very large ones are a point in time.
            return Some(if number >= 1e9 {
                RetryAfter::At(point(number))
            } else {
                RetryAfter::Delay(whole(number * 1000.0))
            });
        };
        total += number * factor;
        seen = true;
        rest = next.strip_prefix(' ').unwrap_or(next);
    }
    seen.then(|| RetryAfter::Delay(whole(total)))
}

fn unit_ms(unit: &str) -> Option<f64> {
    Some(match unit.to_ascii_lowercase().as_str() {
        "ns" => 1e-6,
        "us" | "µs" | "μs" => 1e-3,
        "ms" | "millis" | "milliseconds" | "millisecond" => 1.0,
        "s" | "sec" | "secs" | "second" | "seconds" => 1000.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60_000.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3_600_000.0,
        "d" | "day" | "days" => 86_400_000.0,
        _ => return None,
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "cut to 30 days, never negative")]
fn whole(milliseconds: f64) -> u64 {
    milliseconds.clamp(0.0, LONGEST_MS).ceil() as u64
}

#[expect(clippy::cast_possible_truncation, reason = "cut to the year 9999")]
fn point(seconds: f64) -> i64 {
    // Some servers count milliseconds.
    let seconds = if seconds >= 1e11 { seconds / 1000.0 } else { seconds };
    (seconds.min(253_402_300_799.0) * 1000.0) as i64
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`.
fn http_date(text: &str) -> Option<i64> {
    let mut words = text.split([' ', ',', '-']).filter(|word| !word.is_empty()).map(str::to_ascii_lowercase);
    let weekday = words.next()?;
    if !["sun", "mon", "tue", "wed", "thu", "fri", "sat"].iter().any(|day| weekday.starts_with(day)) {
        return None;
    }
    let (mut day, mut month, mut year, mut time) = (None, None, None, None);
    for word in words.take(5) {
        if let Some(index) = MONTHS.iter().position(|name| *name == word) {
            month = Some(i64::try_from(index).ok()? + 1);
        } else if word.contains(':') {
            let mut parts = word.split(':').map(str::parse::<i64>);
            let (hour, minute, second) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
            if !(0..24).contains(&hour) || !(0..60).contains(&minute) || !(0..=60).contains(&second) {
                return None;
            }
            time = Some(hour * 3600 + minute * 60 + second);
        } else if let Ok(number) = word.parse::<i64>() {
            if day.is_none() {
                day = Some(number);
            } else {
                // Two digits are the year of the nearest century, as RFC 9110 asks.
                year = Some(if number < 70 {
                    number + 2000
                } else if number < 100 {
                    number + 1900
                } else {
                    number
                });
            }
        }
    }
    let (day, month, year, time) = (day?, month?, year?, time?);
    if !(1..=31).contains(&day) || !(1970..=9999).contains(&year) {
        return None;
    }
    Some((days_since_epoch(year, month, day) * 86_400 + time) * 1000)
}

/// Days from 1970-01-01 in the Gregorian calendar: years begin in March, so that the leap day is the last of its year.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_every_spelling_are_read() {
        for (text, expected) in [
            ("120", 120_000),
            ("0", 0),
            ("1.5", 1500),
            ("880.092µs", 1),
            ("880.092μs", 1),
            ("15ns", 1),
            ("250ms", 250),
            ("1m2.5s", 62_500),
            ("1h0m0s", 3_600_000),
            ("5 minutes", 300_000),
            ("1 hour 30 minutes", 5_400_000),
            ("30 seconds.", 30_000),
            ("999999999999 days", 2_592_000_000),
        ] {
            assert_eq!(parse_retry_after(text), Some(RetryAfter::Delay(expected)), "{text}");
        }
    }

    #[test]
    fn dates_and_points_in_time_are_read() {
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(parse_retry_after(text), Some(RetryAfter::At(784_111_777_000)), "{text}");
        }
        assert_eq!(parse_retry_after("1700000000"), Some(RetryAfter::At(1_700_000_000_000)));
        assert_eq!(parse_retry_after("Thu, 29 Feb 2024 00:00:00 GMT"), Some(RetryAfter::At(1_709_164_800_000)));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "soon", "-5", "Sun, 99 Nov 1994", "Sun, 06 Nov 1994 99:49:37 GMT", "µs", "."] {
            assert_eq!(parse_retry_after(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_wish_is_found_inside_a_line() {
        for (line, expected) in [
            ("toomanyrequests: retry-after: 880.092µs, allowed: 44000/minute", Some(RetryAfter::Delay(1))),
            ("Retry-After: 30", Some(RetryAfter::Delay(30_000))),
            ("{\"retry_after\": 12}", Some(RetryAfter::Delay(12_000))),
            ("Please try again in about 5 minutes.", Some(RetryAfter::Delay(300_000))),
            ("Retrying in 5 seconds", None),
            ("try again later", None),
        ] {
            assert_eq!(in_line(line), expected, "{line}");
        }
    }
}

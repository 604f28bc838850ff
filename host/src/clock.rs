//! The time of a decision: given, reproducible, or the clock's.

use std::env;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

use crate::problem::Problem;

/// Milliseconds since the Unix epoch: from `--now`, else `SOURCE_DATE_EPOCH`, else the system's clock.
pub(crate) fn now(given: Option<&str>) -> Result<i64, Problem> {
    if let Some(text) = given {
        return parse(text).ok_or_else(|| {
            Problem::usage("bad-time", format!("--now `{text}` is no time"))
                .help("write RFC 3339, such as 2024-05-01T12:00:00Z, or seconds since 1970")
        });
    }
    match env::var_os("SOURCE_DATE_EPOCH").filter(|value| !value.is_empty()) {
        Some(value) => value.to_str().and_then(seconds).ok_or_else(|| {
            Problem::usage("bad-time", format!("SOURCE_DATE_EPOCH is `{}`", value.to_string_lossy()))
                .help("it holds seconds since 1970 as a whole number")
        }),
        None => Ok(system()),
    }
}

/// A time as people read it, in UTC.
pub(crate) fn readable(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds).map_or_else(|_| format!("{milliseconds} ms"), |t| t.to_string())
}

fn parse(text: &str) -> Option<i64> {
    seconds(text).or_else(|| rfc3339(text))
}

/// Milliseconds since the Unix epoch of a time in RFC 3339.
pub(crate) fn rfc3339(text: &str) -> Option<i64> {
    Timestamp::from_str(text).ok().map(Timestamp::as_millisecond)
}

/// Seconds within the years that have four digits.
fn seconds(text: &str) -> Option<i64> {
    let milliseconds = text.trim().parse::<i64>().ok()?.checked_mul(1000)?;
    Timestamp::from_millisecond(milliseconds).ok().map(Timestamp::as_millisecond)
}

/// What the system's clock says.
pub(crate) fn system() -> i64 {
    let clamp = |duration: std::time::Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(after) => clamp(after),
        Err(before) => -clamp(before.duration()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_both_forms() {
        for (text, expected) in [
            ("0", Some(0)),
            ("1700000000", Some(1_700_000_000_000)),
            ("-1", Some(-1000)),
            ("2024-05-01T12:00:00Z", Some(1_714_564_800_000)),
            ("2024-05-01T14:00:00.250+02:00", Some(1_714_564_800_250)),
            ("1969-12-31T23:59:59Z", Some(-1000)),
            ("yesterday", None),
            ("2024-05-01", None),
            ("2024-05-01T12:00:00", None),
            ("2024-13-01T12:00:00Z", None),
            ("9223372036854775807", None),
            ("", None),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
    }

    #[test]
    fn times_are_shown_in_utc() {
        assert_eq!(readable(-1000), "1969-12-31T23:59:59Z");
        assert_eq!(readable(i64::MAX), "9223372036854775807 ms");
    }
}

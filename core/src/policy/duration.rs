//! Lengths of time.

/// A length of time in whole milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration(u64);

/// Units in the order in which they are written.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// The longest duration: 10 years, so that no sum of two overflows.
const MAX: u64 = 3650 * 86_400_000;

/// What a duration looks like, for messages.
pub(crate) const EXAMPLES: &str = "a duration is one or more numbers with the units d, h, m, s and ms, \
                                   the largest first, such as `500ms`, `25m` or `1h30m`";

impl Duration {
    /// A duration of so many milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// A duration of so many seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// In milliseconds.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Reads a duration such as `1h30m`; the error is a fragment that says what is wrong.
    ///
    /// ```
    /// use buildonce_core::policy::Duration;
    /// assert_eq!(Duration::parse("1h30m").unwrap().as_millis(), 5_400_000);
    /// assert!(Duration::parse("25").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut total: u64 = 0;
        let mut rest = text;
        let mut next_unit = 0;
        if text.is_empty() {
            return Err("the duration is empty".to_owned());
        }
        while !rest.is_empty() {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, tail) = rest.split_at_checked(digits).unwrap_or((rest, ""));
            let letters = tail.len() - tail.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == 'µ').len();
            let (unit, tail) = tail.split_at_checked(letters).unwrap_or((tail, ""));
            if number.is_empty() {
                return Err(format!("`{text}` has no number where one is due"));
            }
            if tail.starts_with(['.', ',']) || unit.is_empty() && rest.contains('.') {
                return Err(format!("`{text}` has a fraction; take a smaller unit"));
            }
            if unit.is_empty() {
                return Err(format!("`{text}` has no unit after `{number}`"));
            }
            let Some(index) = UNITS.iter().position(|(name, _)| *name == unit) else {
                return Err(format!("`{unit}` is not a unit of time"));
            };
            if index < next_unit {
                return Err(format!("`{text}` does not have its largest unit first"));
            }
            next_unit = index + 1;
            let factor = UNITS.get(index).map_or(1, |(_, factor)| *factor);
            let part = number.parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
            total = part
                .and_then(|part| total.checked_add(part))
                .filter(|total| *total <= MAX)
                .ok_or_else(|| format!("`{text}` is longer than ten years"))?;
            rest = tail;
        }
        Ok(Self(total))
    }
}

/// In the form that [`Duration::parse`] reads.
impl std::fmt::Display for Duration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.0;
        for (name, factor) in UNITS {
            if rest >= factor {
                write!(f, "{}{name}", rest / factor)?;
                rest %= factor;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_are_numbers_with_units() {
        let cases = [
            ("500ms", 500),
            ("10s", 10_000),
            ("25m", 1_500_000),
            ("2h", 7_200_000),
            ("7d", 604_800_000),
            ("1h30m", 5_400_000),
            ("0s", 0),
        ];
        for (text, millis) in cases {
            assert_eq!(Duration::parse(text), Ok(Duration(millis)), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_told_apart() {
        let cases = [
            ("", "empty"),
            ("25", "no unit"),
            ("1.5h", "fraction"),
            ("5 m", "no unit"),
            ("-1s", "no number"),
            ("m", "no number"),
            ("3w", "`w` is not a unit"),
            ("25M", "`M` is not a unit"),
            ("5min", "`min` is not a unit"),
            ("30m1h", "largest unit first"),
            ("1s1s", "largest unit first"),
            ("99999999999999999999d", "ten years"),
            ("3651d", "ten years"),
        ];
        for (text, message) in cases {
            let error = Duration::parse(text).unwrap_err();
            assert!(error.contains(message), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn display_and_parse_are_inverse(millis in 0..=MAX) {
            prop_assert_eq!(Duration::parse(&Duration(millis).to_string()), Ok(Duration(millis)));
        }

        #[test]
        fn any_text_parses_or_fails(text in ".{0,12}") {
            Duration::parse(&text).ok();
        }
    }
}

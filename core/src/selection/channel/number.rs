//! Numbers in tags.

use std::cmp::Ordering;

use crate::number;

/// A decimal number of any length, compared exactly: build numbers and times do not fit a floating-point number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal<'a> {
    negative: bool,
    /// Digits before the point, without leading zeros.
    whole: &'a str,
    /// Digits behind the point, without trailing zeros.
    fraction: &'a str,
}

impl<'a> Decimal<'a> {
    /// Reads an optional sign, digits, and an optional point with digits behind it.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        if !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        // There is one zero.
        let negative = negative && !(whole.is_empty() && fraction.is_empty());
        Some(Self { negative, whole, fraction })
    }
}

impl Ord for Decimal<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let magnitude = self
            .whole
            .len()
            .cmp(&other.whole.len())
            .then_with(|| self.whole.cmp(other.whole))
            .then_with(|| self.fraction.cmp(other.fraction));
        match (self.negative, other.negative) {
            (false, false) => magnitude,
            (true, true) => magnitude.reverse(),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Decimal<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Reads a floating-point number as Go's `strconv.ParseFloat` does: decimal or hexadecimal with a binary exponent,
/// underscores between digits, `inf`, `infinity` and `nan` in any case. A number out of range is an error.
pub(super) fn go_float(text: &str) -> Option<f64> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let is = |word: &str| unsigned.eq_ignore_ascii_case(word);
    if is("inf") || is("infinity") {
        return Some(sign * f64::INFINITY);
    }
    // Go reads no sign in front of it.
    if text.eq_ignore_ascii_case("nan") {
        return Some(f64::NAN);
    }
    let hex = unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X"));
    let plain = without_underscores(unsigned, hex.is_some())?;
    let value = match hex {
        Some(_) => hex_float(plain.get(2..)?)?,
        None => decimal_float(&plain)?,
    };
    value.is_finite().then_some(sign * value)
}

/// Underscores may stand between digits, and behind the prefix of a hexadecimal number, where `x` counts as a digit.
fn without_underscores(text: &str, hex: bool) -> Option<String> {
    let is_digit = |b: u8| b.is_ascii_digit() || (hex && (b.is_ascii_hexdigit() || matches!(b, b'x' | b'X')));
    let bytes = text.as_bytes();
    let between = |at: usize| {
        let neighbour = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(|b| is_digit(*b));
        neighbour(at.checked_sub(1)) && neighbour(at.checked_add(1))
    };
    let wrong = bytes.iter().enumerate().any(|(at, b)| *b == b'_' && !between(at));
    (!wrong).then(|| text.replace('_', ""))
}

fn decimal_float(text: &str) -> Option<f64> {
    // A sign was read before.
    let is_number = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    let starts = text.bytes().next().is_some_and(|b| b.is_ascii_digit() || b == b'.');
    if is_number && starts { number::parse(text) } else { None }
}

/// The part behind `0x`: hexadecimal digits with at most one point, then `p` and a decimal exponent.
fn hex_float(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once(['p', 'P'])?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = || whole.bytes().chain(fraction.bytes());
    let exponent: i32 = exponent.parse().ok()?;
    if digits().next().is_none() || !digits().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let value = digits().fold(0.0_f64, |value, b| value * 16.0 + f64::from(char::from(b).to_digit(16).unwrap_or(0)));
    let shift = i32::try_from(fraction.len()).ok()?.checked_mul(4)?;
    Some(value * 2.0_f64.powi(exponent.checked_sub(shift)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_compare_by_value_at_any_length() {
        let order =
            ["-10", "-2.5", "-0.1", "0", "0.05", "0.5", "1", "9", "10", "9007199254740993", "90071992547409930000000"];
        for pair in order.windows(2) {
            assert!(Decimal::parse(pair[0]) < Decimal::parse(pair[1]), "{pair:?}");
        }
        assert_eq!(Decimal::parse("007.50").cmp(&Decimal::parse("7.5")), Ordering::Equal);
        assert_eq!(Decimal::parse("-0"), Decimal::parse("0.0"));
        for bad in ["", "-", ".", "1.", ".5", "1e3", "1.2.3", "0x10", "\u{0661}"] {
            assert_eq!(Decimal::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn go_reads_more_than_decimals() {
        for (text, expected) in [
            ("1", Some(1.0)),
            ("-3", Some(-3.0)),
            (".5", Some(0.5)),
            ("5.", Some(5.0)),
            ("1e2", Some(100.0)),
            ("100_0", Some(1000.0)),
            ("0x1p4", Some(16.0)),
            ("0x_1.8p1", Some(3.0)),
            ("Inf", Some(f64::INFINITY)),
            ("-infinity", Some(f64::NEG_INFINITY)),
            ("0x20", None),
            ("1__0", None),
            ("_1", None),
            ("1_", None),
            ("1e999", None),
            ("", None),
            ("e5", None),
            ("1.0.0", None),
            ("+-1", None),
            ("build-9", None),
            (" 1", None),
        ] {
            assert_eq!(go_float(text), expected, "{text}");
        }
    }
}

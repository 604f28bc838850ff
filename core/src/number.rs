//! Decimal fractions, read exactly.
//!
//! The standard library's reader is made for speed and brings a table of powers that is a hundredth of the component. Numbers that people write are
//! short: those are one multiplication here too; the others are divided digit by digit.

use std::cmp::Ordering;

/// Digits that decide how a number is rounded; whether anything stands behind them is one digit more.
const DIGITS: usize = 780;

/// The number that is nearest to a decimal fraction such as `-1.5e3`; ties go to the even one. Nothing for what is no decimal fraction; words such
/// as `inf` are none.
pub(crate) fn parse(text: &str) -> Option<f64> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let are_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !are_digits(whole) || !are_digits(fraction) {
        return None;
    }
    let exponent = power(exponent)? - i64::try_from(fraction.len()).ok()?;
    let digits = whole.bytes().chain(fraction.bytes()).skip_while(|digit| *digit == b'0');
    Some(sign * value(digits, exponent))
}

/// An exponent; one that is too large for anything is cut, as no text is long enough to make up for it.
fn power(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let cut = |number: i64, digit: u8| (number * 10 + i64::from(digit - b'0')).min(1 << 50);
    Some(sign * digits.bytes().fold(0, cut))
}

/// Digits without zeros in front, times a power of ten.
fn value(digits: impl Iterator<Item = u8> + Clone, exponent: i64) -> f64 {
    let count = digits.clone().count();
    let point = exponent.saturating_add(i64::try_from(count).unwrap_or(i64::MAX));
    if count == 0 || point < -330 {
        return 0.0;
    }
    if point > 310 {
        return f64::INFINITY;
    }
    if count <= 15 && exponent.abs() <= 22 {
        // Number and power are exact, so the one rounding is right.
        let number = digits.fold(0.0, |number, digit| number * 10.0 + f64::from(digit - b'0'));
        let power = (0..exponent.abs()).fold(1.0, |power, _| power * 10.0);
        return if exponent < 0 { number / power } else { number * power };
    }
    let mut above = Big::default();
    for digit in digits.clone().take(DIGITS) {
        above.times(10, u32::from(digit - b'0'));
    }
    above.times(10, u32::from(digits.skip(DIGITS).any(|digit| digit != b'0')));
    let exponent = exponent + i64::try_from(count.saturating_sub(DIGITS)).unwrap_or(0) - 1;
    let mut below = Big::one();
    let scaled = if exponent < 0 { &mut below } else { &mut above };
    for _ in 0..exponent.abs() {
        scaled.times(10, 0);
    }
    quotient(above, below)
}

/// The number nearest to a fraction.
fn quotient(mut above: Big, mut below: Big) -> f64 {
    // Shifted so that the quotient is from 1 to 2; `exponent` is then the power of two that was taken out.
    let mut exponent = above.bits() - below.bits();
    let scaled = if exponent < 0 { &mut above } else { &mut below };
    scaled.shift(exponent.unsigned_abs());
    if above.compare(&below) == Ordering::Less {
        above.shift(1);
        exponent -= 1;
    }
    // Numbers under the smallest normal one have fewer bits.
    let bits = (exponent + 1075).min(53);
    if bits < 0 {
        return 0.0;
    }
    let mut mantissa = 0_u64;
    for bit in 0..bits {
        if bit > 0 {
            above.shift(1);
        }
        let one = above.compare(&below) != Ordering::Less;
        if one {
            above.subtract(&below);
        }
        mantissa = mantissa << 1 | u64::from(one);
    }
    // What is left, against half of the last bit.
    if bits > 0 {
        above.shift(1);
    }
    let up = match above.compare(&below) {
        Ordering::Less => false,
        Ordering::Equal => mantissa & 1 == 1,
        Ordering::Greater => true,
    };
    // The leading bit of a normal number adds one to its exponent, as a carry does.
    let scale = u64::try_from(exponent + 1022).unwrap_or(0);
    let coded = (scale << 52) + mantissa + u64::from(up);
    f64::from_bits(coded.min(f64::INFINITY.to_bits()))
}

/// A whole number of any size; the smallest part stands first.
#[derive(Debug, Clone, Default)]
struct Big(Vec<u32>);

impl Big {
    fn one() -> Self {
        Self(vec![1])
    }

    /// Multiplies, and adds.
    fn times(&mut self, factor: u32, add: u32) {
        let mut carry = u64::from(add);
        for part in &mut self.0 {
            carry += u64::from(*part) * u64::from(factor);
            *part = low(carry);
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(low(carry));
        }
    }

    /// Times a power of two.
    fn shift(&mut self, bits: u32) {
        self.times(1 << (bits % 32), 0);
        self.0.splice(..0, (0..bits / 32).map(|_| 0));
    }

    fn bits(&self) -> i32 {
        let parts = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        let bits = self.0.last().map_or(0, |last| parts.saturating_mul(32) - last.leading_zeros());
        i32::try_from(bits).unwrap_or(i32::MAX)
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    /// Takes away what is no larger.
    fn subtract(&mut self, other: &Self) {
        let mut borrow = false;
        let others = other.0.iter().copied().chain(std::iter::repeat(0));
        for (part, other) in self.0.iter_mut().zip(others) {
            let (less, first) = part.overflowing_sub(other);
            let (less, second) = less.overflowing_sub(u32::from(borrow));
            *part = less;
            borrow = first || second;
        }
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is asked for")]
fn low(number: u64) -> u32 {
    number as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn same(text: &str) {
        let std = text.parse::<f64>().ok().map(f64::to_bits);
        assert_eq!(parse(text).map(f64::to_bits), std, "{text:?}");
    }

    #[test]
    fn numbers_at_the_edges_are_those_of_the_standard_library() {
        for text in [
            "0",
            "-0",
            "1",
            "+1.5",
            ".5",
            "5.",
            "1e3",
            "1E-3",
            "0.1",
            "1e22",
            "1e23",
            "9007199254740993",
            "123456789012345678",
            "1.7976931348623157e308",
            "1.7976931348623159e308",
            "1e309",
            "1e999999999999999999999",
            "-1e-999999999999999999999",
            "2.2250738585072014e-308",
            "2.2250738585072011e-308",
            "4.9406564584124654e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "1e-400",
            "0e999999999999",
            "8.5e-324",
        ] {
            same(text);
        }
        same(&format!("2.{}1", "4703282292062327208051".repeat(60)));
        // Half between two numbers, and a hair above.
        let half = "9007199254740992.5";
        let zeros = "0".repeat(900);
        same(&format!("{half}{zeros}"));
        same(&format!("{half}{zeros}1"));
        same(&format!("0.{zeros}1e901"));
        same(&format!("1{zeros}e-900"));
    }

    #[test]
    fn what_is_no_decimal_fraction_is_none() {
        for text in ["", "-", ".", "e5", "1e", "1e+", "1.2.3", " 1", "1 ", "0x10", "1_000", "--1", "+-1", "é", "1e5.0"]
        {
            assert_eq!(parse(text), None, "{text:?}");
            same(text);
        }
        // The standard library knows words, a decimal fraction is none of them.
        assert_eq!([parse("inf"), parse("NaN"), parse("infinity")], [None; 3]);
    }

    proptest! {
        #[test]
        fn every_text_is_read_as_the_standard_library_reads_it(text in r"[+-]?[0-9]{0,25}(\.[0-9]{0,25})?([eE][+-]?[0-9]{1,3})?") {
            same(&text);
        }

        #[test]
        fn every_number_is_read_back(bits: u64) {
            let number = f64::from_bits(bits);
            if number.is_finite() {
                same(&format!("{number}"));
                same(&format!("{number:e}"));
                same(&format!("{number:.30e}"));
            }
        }
    }
}

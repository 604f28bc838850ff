//! Cuts a date format into tokens and literal text.

use crate::tagging::metadata::js::is_line_end;

/// A part of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// What may stand for a part of the date.
    Token(String),
    /// Text.
    Literal(String),
}

/// Tokens of more than one character, the longest of a family first.
const TOKENS: [&str; 64] = [
    "Hmmss",
    "hmmss",
    "Hmm",
    "hmm",
    "Mo",
    "MMMM",
    "MMM",
    "MM",
    "Do",
    "DDDo",
    "DDDD",
    "DDD",
    "DD",
    "dddd",
    "ddd",
    "dd",
    "do",
    "wo",
    "w|",
    "ww",
    "Wo",
    "W|",
    "WW",
    "Qo",
    "NNNNN",
    "NNNN",
    "NNN",
    "NN",
    "YYYYYY",
    "YYYYY",
    "YYYY",
    "YY",
    "yyyy",
    "yyy",
    "yy",
    "yo",
    "ggggg",
    "gggg",
    "gg",
    "GGGGG",
    "GGGG",
    "GG",
    "hh",
    "HH",
    "kk",
    "mm",
    "ss",
    "SSSSSSSSS",
    "SSSSSSSS",
    "SSSSSSS",
    "SSSSSS",
    "SSSSS",
    "SSSS",
    "SSS",
    "SS",
    "zz",
    "ZZ",
    "e",
    "E",
    "a",
    "A",
    "x",
    "X",
    "Q",
];

/// The long forms of the English locale.
const LONG: [(&str, &str); 10] = [
    ("LTS", "h:mm:ss A"),
    ("LT", "h:mm A"),
    ("LLLL", "dddd, MMMM D, YYYY h:mm A"),
    ("LLL", "MMMM D, YYYY h:mm A"),
    ("LL", "MMMM D, YYYY"),
    ("L", "MM/DD/YYYY"),
    ("llll", "ddd, MMM D, YYYY h:mm A"),
    ("lll", "MMM D, YYYY h:mm A"),
    ("ll", "MMM D, YYYY"),
    ("l", "M/D/YYYY"),
];

/// `[…]` at the start of a text, up to the last `]` before another `[`.
fn bracketed(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('[')?;
    let reach = inner.find('[').unwrap_or(inner.len());
    inner.get(..reach)?.rfind(']').map(|at| at + 2)
}

/// Puts the long forms in for their tokens.
pub(super) fn expand(format: &str) -> String {
    let mut out = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        let escaped = usize::from(first == '\\');
        let long = LONG.iter().find(|(token, _)| rest.get(escaped..).is_some_and(|text| text.starts_with(token)));
        let length = match (bracketed(rest), long) {
            (Some(length), _) => length,
            (None, Some((token, _))) => escaped + token.len(),
            _ => first.len_utf8(),
        };
        let (taken, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        match long {
            Some((name, form)) if *name == taken => out.push_str(form),
            _ => out.push_str(taken),
        }
        rest = after;
    }
    out
}

/// Cuts an expanded format. Line ends fit no token and fall away.
pub(super) fn pieces(format: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        let length = bracketed(rest).or_else(|| token(rest)).unwrap_or(0);
        if length == 0 {
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        }
        let (taken, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        rest = after;
        out.push(if first == '[' && length > 1 {
            Piece::Literal(taken.get(1..length - 1).unwrap_or_default().to_owned())
        } else if first == '\\' {
            Piece::Literal(taken.replace('\\', ""))
        } else {
            Piece::Token(taken.to_owned())
        });
    }
    out
}

/// The length of a token, with the backslash before it if there is one.
fn token(text: &str) -> Option<usize> {
    let plain = |text: &str| {
        let long = TOKENS.iter().find(|token| text.starts_with(**token)).map(|token| token.len());
        long.or_else(|| text.chars().next().filter(|c| !is_line_end(*c)).map(char::len_utf8))
    };
    match text.strip_prefix('\\').and_then(plain) {
        Some(length) => Some(length + 1),
        None => plain(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_backslashes_make_text() {
        let literal = |text: &str| Piece::Literal(text.to_owned());
        let token = |text: &str| Piece::Token(text.to_owned());
        assert_eq!(pieces("[a]b]"), [literal("a]b")]);
        assert_eq!(pieces("[]YY"), [literal(""), token("YY")]);
        assert_eq!(pieces("[YY"), [token("["), token("YY")]);
        assert_eq!(pieces("\\YYYY\\"), [literal("YYYY"), literal("")]);
        assert_eq!(pieces("YYY\nDDDDo"), [token("YY"), token("Y"), token("DDDD"), token("o")]);
    }

    #[test]
    fn long_forms_are_expanded_outside_of_brackets() {
        assert_eq!(expand("[L] \\LT LLLLL"), "[L] \\LT dddd, MMMM D, YYYY h:mm AMM/DD/YYYY");
    }
}

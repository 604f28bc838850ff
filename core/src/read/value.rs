//! Any JSON as a tree.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::{Map, Number, Value};

use super::refusal::{Fault, Refusal};
use super::scan::{Scanner, judge};
use crate::number;

/// How deep a tree may nest.
const DEPTH: usize = 127;

/// Reads a text as a tree; what is wrong is said with its line and column.
pub(crate) fn value(text: &str) -> Result<Value, String> {
    walk(text, |scanner| scanner.value(0))
}

/// Judges a text, then reads it; what is wrong is said with its line and column.
pub(crate) fn walk<'t, T>(
    text: &'t str,
    read: impl FnOnce(&mut Scanner<'t>) -> Result<T, Refusal>,
) -> Result<T, String> {
    judge(text).map_err(|error| error.to_string())?;
    read(&mut Scanner { text, at: 0 }).map_err(|refusal| {
        let (Fault::Syntax(words), place) = (&refusal.fault, refusal.place(text)) else {
            return refusal.fault.to_string();
        };
        format!("{words} at line {} column {}", place.line, place.column)
    })
}

impl<'t> Scanner<'t> {
    /// The value that comes next; `depth` is how many lists and objects it stands in.
    pub(crate) fn value(&mut self, depth: usize) -> Result<Value, Refusal> {
        Ok(match self.peek() {
            b'"' => Value::String(self.string()?.into_owned()),
            b'[' => {
                self.enter(depth)?;
                let mut list = Vec::new();
                while self.item() {
                    list.push(self.value(depth + 1)?);
                }
                Value::Array(list)
            }
            b'{' => {
                self.enter(depth)?;
                let mut map = Map::new();
                while let Some(name) = self.member()? {
                    map.insert(name.into_owned(), self.value(depth + 1)?);
                }
                Value::Object(map)
            }
            _ => {
                let word = self.word();
                literal(word).ok_or_else(|| refuse("number out of range", self.at - word.len()..self.at))?
            }
        })
    }

    /// Steps into a list or an object.
    pub(crate) fn enter(&mut self, depth: usize) -> Result<(), Refusal> {
        self.at += 1;
        if depth < DEPTH { Ok(()) } else { Err(refuse("recursion limit exceeded", self.at - 1..self.at)) }
    }

    /// Whether another item of a list comes; steps over what stands in front of it, or over the list's end.
    pub(crate) fn item(&mut self) -> bool {
        self.take(b',');
        !self.take(b']')
    }

    /// The next name in an object, up to its value; nothing at the object's end, which is stepped over.
    pub(crate) fn member(&mut self) -> Result<Option<Cow<'t, str>>, Refusal> {
        self.take(b',');
        if self.peek() != b'"' {
            self.take(b'}');
            return Ok(None);
        }
        let name = self.string()?;
        self.take(b':');
        Ok(Some(name))
    }
}

fn refuse(words: &str, span: Range<usize>) -> Refusal {
    Refusal { fault: Fault::Syntax(words.to_owned()), span }
}

/// A number or a word; nothing for a number that is too large.
fn literal(word: &str) -> Option<Value> {
    Some(match word {
        "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "-0" => Value::from(-0.0),
        _ => {
            let whole = word.parse::<u64>().map(Number::from).or_else(|_| word.parse::<i64>().map(Number::from));
            Value::Number(whole.ok().or_else(|| Number::from_f64(number::parse(word)?))?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_is_read_as_serde_json_reads_it() {
        for text in [
            "null",
            " [ ] ",
            "{}",
            r#"{"a": [1, -2, 0, -0, 1.5, -1e-3, 18446744073709551615, 18446744073709551616, -9223372036854775809], "b": {"c": null}}"#,
            r#"["\u00e9\ud83d\ude00\n\/\"\\\b\f\r\t", "é😀", ""]"#,
            r#"{"a": 1, "a": 2, "": true}"#,
        ] {
            assert_eq!(value(text), Ok(serde_json::from_str(text).unwrap()), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_place() {
        let why = |text: &str| value(text).unwrap_err();
        assert_eq!(why("{\"a\":"), "EOF while parsing a value at line 1 column 5");
        assert_eq!(why("[1]\n]"), serde_json::from_str::<Value>("[1]\n]").unwrap_err().to_string());
        assert_eq!(why("[\n 1e999]"), "number out of range at line 2 column 2");
        for half in [r#"["\ud800"]"#, r#"["\udc00"]"#, r#"["\ud800x"]"#, r#"["\ud800\u0041"]"#, r#"["\ud800\n"]"#] {
            assert_eq!(why(half), "half a surrogate pair in an escape at line 1 column 2", "{half}");
            assert!(serde_json::from_str::<Value>(half).is_err());
        }
        let nested = |depth: usize| {
            [
                format!("{}{}", "[".repeat(depth), "]".repeat(depth)),
                format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth)),
            ]
        };
        assert!(nested(127).iter().all(|text| value(text).is_ok()));
        assert!(nested(128).iter().all(|text| why(text).starts_with("recursion limit exceeded at line 1 column ")));
        assert!(nested(100_000).iter().all(|text| value(text).is_err()));
    }

    proptest! {
        #[test]
        fn every_text_is_read_or_refused_as_serde_json_does(text in r#"[\[\]{},: 0-9eE.+n\-]{0,12}|"(\\[u"nbx/\\]|[a0d8-9]|\\ud[89c-f]0[0-9]){0,8}"|(null|true|\[|\]|\{"a":|\}|,|1|"x"){0,9}"#) {
            let (ours, theirs) = (value(&text), serde_json::from_str::<Value>(&text));
            prop_assert_eq!(ours.as_ref().ok(), theirs.as_ref().ok(), "{} {:?} {:?}", text, ours, theirs);
        }
    }
}

//! The reader's work. None of it is generic, so that the component has it once; [`super::derived`] is what is there for each type.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use serde::de;

use super::refusal::{Fault, Refusal};
use super::scan::{Scanner, kind};
use crate::text::shown;

/// What happens to keys that a type does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Others {
    /// They are refused: they are slips of somebody who wrote for us.
    Refused,
    /// They are nothing to us: the document was made for others too.
    Skipped,
}

/// Reads one value of a text that was checked.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    pub(super) scanner: Scanner<'a>,
    others: Others,
    /// What is wrong, or would be if the type's code refused now.
    noted: Option<Refusal>,
    /// The string or number that was read last: what a type refuses in its own words.
    last: Range<usize>,
}

/// What a failure is on its way through serde's code; the reader has noted the rest. It is small as every derived function returns it.
#[derive(Debug)]
pub(crate) struct Stop(Option<Box<Words>>);

/// A type's own words.
#[derive(Debug)]
struct Words(String);

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_ref().map_or("noted by the reader", |words| &words.0))
    }
}

impl std::error::Error for Stop {}

impl de::Error for Stop {
    #[cold]
    #[inline(never)]
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(Some(Box::new(Words(message.to_string()))))
    }

    /// The reader gives every type what it asks for, so that this is for what no type asks.
    fn invalid_type(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::custom(format_args!("expected {expected}"))
    }

    /// As above: no type of ours has it.
    fn invalid_value(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::custom(format_args!("expected {expected}"))
    }

    /// Says that a field or element is not there, which the reader noted when it was asked for it.
    fn invalid_length(_: usize, _: &dyn de::Expected) -> Self {
        Self(None)
    }
}

/// The variant of an enum that the text names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    /// Its place among the variants.
    pub(super) index: u64,
    word: &'static str,
    /// Whether it has a value.
    pub(super) valued: bool,
    /// Where that starts.
    at: usize,
}

/// The members of an object.
#[derive(Debug)]
pub(crate) struct Members {
    /// Where each field's value starts; nothing where the object has no such key.
    places: Vec<Option<usize>>,
    /// Its closing brace.
    end: usize,
}

impl Members {
    /// Where a field's value starts.
    pub(crate) fn place(&self, field: usize) -> Option<usize> {
        self.places.get(field).copied().flatten()
    }
}

impl<'a> Reader<'a> {
    /// Starts at a byte.
    pub(crate) fn new(text: &'a str, at: usize, others: Others) -> Self {
        Self { scanner: Scanner { text, at }, others, noted: None, last: at..at }
    }

    /// What was wrong.
    #[cold]
    #[inline(never)]
    pub(crate) fn refusal(self, stop: Stop) -> Refusal {
        match (stop.0, self.noted) {
            (None, Some(noted)) => noted,
            (words, _) => Refusal {
                fault: Fault::Value(words.map_or_else(|| "invalid value".to_owned(), |words| words.0)),
                span: self.last,
            },
        }
    }

    /// Notes a refusal.
    #[cold]
    #[inline(never)]
    pub(super) fn refuse(&mut self, fault: Fault, span: Range<usize>) -> Stop {
        self.noted = Some(Refusal { fault, span });
        Stop(None)
    }

    /// Refuses the value that comes next, for its kind.
    #[cold]
    #[inline(never)]
    pub(super) fn unfit(&mut self, expected: &'static str) -> Stop {
        let found = kind(self.scanner.peek());
        let start = self.scanner.at;
        self.scanner.skip();
        self.refuse(Fault::Kind(expected, found), start..self.scanner.at)
    }

    /// Steps over an opening bracket.
    #[inline(never)]
    pub(super) fn open(&mut self, bracket: u8, expected: &'static str) -> Result<(), Stop> {
        if self.scanner.take(bracket) { Ok(()) } else { Err(self.unfit(expected)) }
    }

    #[inline(never)]
    pub(super) fn string(&mut self) -> Result<String, Stop> {
        Ok(self.text("a string")?.into_owned())
    }

    #[inline(never)]
    fn text(&mut self, expected: &'static str) -> Result<Cow<'a, str>, Stop> {
        if self.scanner.peek() != b'"' {
            return Err(self.unfit(expected));
        }
        let start = self.scanner.at;
        let text = self.scanner.string();
        self.last = start..self.scanner.at;
        text.map_err(|Refusal { fault, span }| self.refuse(fault, span))
    }

    #[inline(never)]
    pub(super) fn boolean(&mut self) -> Result<bool, Stop> {
        match self.scanner.peek() {
            b't' | b'f' => Ok(self.scanner.word() == "true"),
            _ => Err(self.unfit("a boolean")),
        }
    }

    /// Whether a null comes next, which is stepped over.
    #[inline(never)]
    pub(super) fn null(&mut self) -> bool {
        let null = self.scanner.peek() == b'n';
        if null {
            self.scanner.word();
        }
        null
    }

    /// An integer; one that is written as a fraction or with an exponent is none, and so is a negative zero.
    pub(super) fn integer<N: FromStr>(&mut self, expected: &'static str) -> Result<N, Stop> {
        let first = self.scanner.peek();
        let start = self.scanner.at;
        if !matches!(first, b'-' | b'0'..=b'9') {
            return Err(self.unfit(expected));
        }
        let word = self.scanner.word();
        match word.parse() {
            Ok(number) if word != "-0" => Ok(number),
            _ => Err(self
                .refuse(Fault::Value(format!("expected {expected}, found {}", shown(word))), start..self.scanner.at)),
        }
    }

    /// Splits the object that comes next, and steps over it.
    #[inline(never)]
    pub(crate) fn members(&mut self, fields: &'static [&'static str], expected: &'static str) -> Result<Members, Stop> {
        self.open(b'{', expected)?;
        let mut places = vec![None; fields.len()];
        while self.scanner.peek() == b'"' {
            let start = self.scanner.at;
            let name = self.text("a key")?;
            self.scanner.take(b':');
            self.scanner.peek();
            match fields.iter().position(|field| *field == name).and_then(|field| places.get_mut(field)) {
                Some(place @ None) => *place = Some(self.scanner.at),
                Some(Some(_)) => return Err(self.refuse(Fault::DuplicateKey(name.into_owned()), start..self.last.end)),
                None if self.others == Others::Skipped => {}
                None => return Err(self.refuse(Fault::UnknownKey(name.into_owned(), fields), start..self.last.end)),
            }
            self.scanner.skip();
            self.scanner.take(b',');
        }
        let end = self.scanner.at;
        self.scanner.take(b'}');
        Ok(Members { places, end })
    }

    /// Goes to a field's value. Where there is none, that is noted in case the field is needed.
    #[inline(never)]
    pub(super) fn go(&mut self, members: &Members, fields: &'static [&'static str], field: usize) -> bool {
        if let Some(place) = members.place(field) {
            self.scanner.at = place;
            return true;
        }
        let fault = Fault::MissingKey(fields.get(field).copied().unwrap_or_default());
        self.noted = Some(Refusal { fault, span: members.end..members.end + 1 });
        false
    }

    /// Goes to the next key of an object that is a map. At its end, `false`.
    #[inline(never)]
    pub(super) fn key(&mut self) -> bool {
        self.scanner.take(b',');
        self.scanner.peek() == b'"'
    }

    /// Goes to the next element of a list. At its end, `false`, and that is noted in case the list has to be longer.
    #[inline(never)]
    pub(super) fn element(&mut self) -> bool {
        self.scanner.take(b',');
        let another = self.scanner.peek() != b']';
        if !another {
            let end = self.scanner.at;
            self.noted =
                Some(Refusal { fault: Fault::Kind("another element", "the end of the list"), span: end..end + 1 });
        }
        another
    }

    /// Ends a list whose length its type knows.
    #[inline(never)]
    pub(super) fn close(&mut self) -> Result<(), Stop> {
        if self.scanner.take(b']') {
            return Ok(());
        }
        self.scanner.take(b',');
        Err(self.unfit("the end of the list"))
    }

    /// Goes to the end of an object that was split.
    pub(super) fn leave(&mut self, members: &Members) {
        self.scanner.at = members.end + 1;
    }

    /// The word of an enum, by its place among the variants. One with a value is left in front of the value.
    #[inline(never)]
    pub(super) fn choice(&mut self, variants: &'static [&'static str]) -> Result<Choice, Stop> {
        let start = self.scanner.at;
        let valued = self.scanner.take(b'{');
        if valued && self.scanner.take(b'}') {
            return Err(self.refuse(Fault::Kind("an object with one key", "an empty one"), start..self.scanner.at));
        }
        let word = self.text("a string")?;
        let Some((index, word)) = (0..).zip(variants).find(|(_, variant)| **variant == word) else {
            let span = self.last.clone();
            return Err(self.refuse(Fault::UnknownWord(word.into_owned(), variants), span));
        };
        if valued {
            self.scanner.take(b':');
            self.scanner.peek();
        }
        Ok(Choice { index, word, valued, at: self.scanner.at })
    }

    /// Ends an enum, after the variant's type has read the value, if it has one.
    #[inline(never)]
    pub(super) fn chosen(&mut self, choice: &Choice) -> Result<(), Stop> {
        if !choice.valued {
            return Ok(());
        }
        // A variant without a value may be written with none, as `{"timed-out": null}`.
        if self.scanner.at == choice.at && !self.null() {
            self.scanner.skip();
            let fault = Fault::Value(format!("`{}` has no value", choice.word));
            return Err(self.refuse(fault, choice.at..self.scanner.at));
        }
        if self.scanner.take(b'}') {
            return Ok(());
        }
        self.scanner.take(b',');
        self.scanner.peek();
        let start = self.scanner.at;
        self.scanner.skip();
        Err(self.refuse(Fault::Value("a second key where there is one".to_owned()), start..self.scanner.at))
    }

    /// Refuses a variant that needs a value and was written without one.
    #[cold]
    #[inline(never)]
    pub(super) fn without_value(&mut self, choice: &Choice) -> Stop {
        let word = choice.word;
        self.refuse(Fault::Value(format!("`{word}` needs a value, as in `{{\"{word}\": …}}`")), self.last.clone())
    }
}

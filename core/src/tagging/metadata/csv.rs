//! The lists of the inputs: two passes of comma-separated values.
//!
//! Every list is read twice. The first pass splits the whole input into records with forgiving quotes and comments
//! and joins the fields of each record with a comma again, so that quotes are lost. The second pass splits one such
//! line into fields, with strict quotes. The behaviour is that of csv-parse 7, including how it counts lines.

use super::model::{MetadataFailure, MetadataFailureCode, Step};
use super::{js, limits};

/// How a reader treats quotes that stand where they should not, and `#`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Stray quotes are text; a `#` at the start of a record makes it a comment.
    Forgiving,
    /// Stray quotes are errors; no comments.
    Strict,
}

/// First pass: the lines of an input, each trimmed.
pub(super) fn lines(input: &str) -> Step<Vec<String>> {
    let input = js::trim(input);
    limits::check("an input", input.len(), limits::INPUT_BYTES)?;
    let records = records(input, Mode::Forgiving)?;
    limits::check("the list", records.len(), limits::LIST_LENGTH)?;
    let joined = records.into_iter().map(|fields| fields.join(","));
    Ok(joined.filter(|line| !line.is_empty()).map(|line| js::trim(&line).to_owned()).collect())
}

/// Second pass: the fields of one line. Only the first record of it counts.
pub(super) fn fields(line: &str) -> Step<Vec<String>> {
    let first = records(line, Mode::Strict)?.into_iter().next();
    first.ok_or_else(|| failure("fields is not iterable".to_owned()))
}

fn failure(message: String) -> MetadataFailure {
    MetadataFailure::new(MetadataFailureCode::InvalidList, message)
}

/// What the byte at hand is inside of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Plain,
    Quotes,
    /// In quotes, after a quote that escapes the next one.
    Escape,
    Comment,
}

/// The state of one reading.
struct Reader<'a> {
    input: &'a [u8],
    mode: Mode,
    /// What ends a record: the first of `\r\n`, `\n` and `\r` that is met outside of quotes.
    delimiter: Option<&'static [u8]>,
    line: usize,
    after_line_end: bool,
    inside: Inside,
    /// The field at hand was in quotes.
    was_quoting: bool,
    field: Vec<u8>,
    record: Vec<String>,
    records: Vec<Vec<String>>,
}

/// What to do with the byte at hand after the quotes were looked at.
enum Quote {
    /// It was consumed.
    Done,
    /// It is text, or one of the other special characters.
    Text,
}

fn records(input: &str, mode: Mode) -> Step<Vec<Vec<String>>> {
    let reader = Reader {
        input: input.as_bytes(),
        mode,
        delimiter: None,
        line: 1,
        after_line_end: false,
        inside: Inside::Plain,
        was_quoting: false,
        field: Vec::new(),
        record: Vec::new(),
        records: Vec::new(),
    };
    reader.read()
}

impl Reader<'_> {
    fn read(mut self) -> Step<Vec<Vec<String>>> {
        let mut at = 0;
        while let Some(&byte) = self.input.get(at) {
            at += self.step(at, byte)?;
        }
        if matches!(self.inside, Inside::Quotes | Inside::Escape) {
            return Err(failure(format!(
                "Quote Not Closed: the parsing is finished with an opening quote at line {}",
                self.line
            )));
        }
        if self.was_quoting || !self.record.is_empty() || !self.field.is_empty() {
            self.end_field();
            self.end_record();
        }
        Ok(self.records)
    }

    /// Treats one byte and answers how many were consumed.
    fn step(&mut self, at: usize, byte: u8) -> Step<usize> {
        if std::mem::take(&mut self.after_line_end) {
            self.line += 1;
        }
        if matches!(self.inside, Inside::Plain | Inside::Comment) {
            self.discover(at);
        }
        if matches!(byte, b'\r' | b'\n') {
            self.after_line_end = true;
        }
        if self.inside == Inside::Escape {
            self.inside = Inside::Quotes;
            self.field.push(byte);
            return Ok(1);
        }
        if byte == b'"'
            && self.inside != Inside::Comment
            && let Quote::Done = self.quote(at)?
        {
            return Ok(1);
        }
        if self.inside != Inside::Quotes {
            if let Some(length) = self.delimiter_at(at) {
                self.line_end();
                return Ok(length);
            }
            if self.inside == Inside::Comment {
                return Ok(1);
            }
            let starts = self.record.is_empty() && self.field.is_empty();
            if self.mode == Mode::Forgiving && byte == b'#' && starts {
                self.inside = Inside::Comment;
                return Ok(1);
            }
            if byte == b',' {
                self.end_field();
                return Ok(1);
            }
        }
        self.field.push(byte);
        Ok(1)
    }

    /// A quote: opens, closes, escapes another one, or is text.
    fn quote(&mut self, at: usize) -> Step<Quote> {
        if self.inside != Inside::Quotes {
            if self.field.is_empty() {
                self.inside = Inside::Quotes;
                return Ok(Quote::Done);
            }
            if self.mode == Mode::Forgiving {
                return Ok(Quote::Text);
            }
            let value = serde_json::Value::String(String::from_utf8_lossy(&self.field).into_owned());
            let bom = if self.field == "\u{FEFF}".as_bytes() { " (utf8 bom)" } else { "" };
            return Err(failure(format!(
                "Invalid Opening Quote: a quote is found on field {} at line {}, value is {value}{bom}",
                self.record.len(),
                self.line
            )));
        }
        let next = self.input.get(at + 1).copied();
        if next == Some(b'"') {
            self.inside = Inside::Escape;
            return Ok(Quote::Done);
        }
        self.discover(at + 1);
        let comment = self.mode == Mode::Forgiving && next == Some(b'#');
        if matches!(next, None | Some(0 | b',')) || self.delimiter_at(at + 1).is_some() || comment {
            self.inside = Inside::Plain;
            self.was_quoting = true;
            return Ok(Quote::Done);
        }
        if self.mode == Mode::Strict {
            return Err(failure(format!(
                "Invalid Closing Quote: got \"{}\" at line {} instead of delimiter, record delimiter, trimable \
                 character (if activated) or comment",
                next.map(char::from).unwrap_or_default(),
                self.line
            )));
        }
        // The quotes did not enclose the whole field, so both are text after all.
        self.inside = Inside::Plain;
        self.was_quoting = true;
        self.field.insert(0, b'"');
        Ok(Quote::Text)
    }

    fn discover(&mut self, at: usize) {
        if self.delimiter.is_none() {
            let ends: [&'static [u8]; 3] = [b"\r\n", b"\n", b"\r"];
            let rest = self.input.get(at..).unwrap_or_default();
            self.delimiter = ends.into_iter().find(|end| rest.starts_with(end));
        }
    }

    fn delimiter_at(&self, at: usize) -> Option<usize> {
        let rest = self.input.get(at..).unwrap_or_default();
        self.delimiter.filter(|end| rest.starts_with(end)).map(<[u8]>::len)
    }

    fn line_end(&mut self) {
        let empty = !self.was_quoting && self.record.is_empty() && self.field.is_empty();
        self.inside = Inside::Plain;
        if !empty {
            self.end_field();
            self.end_record();
        }
    }

    fn end_field(&mut self) {
        let field = std::mem::take(&mut self.field);
        self.record.push(String::from_utf8_lossy(&field).into_owned());
        self.was_quoting = false;
    }

    fn end_record(&mut self) {
        let record = std::mem::take(&mut self.record);
        self.records.push(record);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_pass_joins_fields_and_loses_quotes() {
        for (input, expected) in [
            ("", vec![]),
            ("a\nb", vec!["a", "b"]),
            ("a\r\n\r\nb\r\n", vec!["a", "b"]),
            ("# note\na # note\n # note", vec!["a # note", "# note"]),
            ("type=raw,\"value=a,b\"", vec!["type=raw,value=a,b"]),
            ("\"\"\"value=a,b\"\"\"", vec!["\"value=a,b\""]),
            ("a \"b\" c", vec!["a \"b\" c"]),
            ("\"a\" b", vec!["\"a\" b"]),
            ("\"x\ny\"", vec!["x\ny"]),
            ("a\n   \nb", vec!["a", "", "b"]),
            ("\"\"#gone\nx", vec!["x"]),
            ("a\rb\nc", vec!["a", "b\nc"]),
        ] {
            assert_eq!(lines(input).unwrap(), expected, "{input:?}");
        }
    }

    #[test]
    fn the_second_pass_is_strict_about_quotes() {
        assert_eq!(fields("a,\"b,\"\"c\"\"\",").unwrap(), ["a", "b,\"c\"", ""]);
        assert_eq!(fields("a\nb").unwrap(), ["a"]);
        assert_eq!(fields("\"\"").unwrap(), [""]);
        assert_eq!(fields("#a").unwrap(), ["#a"]);
        for (line, message) in [
            ("", "fields is not iterable"),
            (
                "type=raw,value=\"x\"",
                "Invalid Opening Quote: a quote is found on field 1 at line 1, value is \"value=\"",
            ),
            ("a,\"b", "Quote Not Closed: the parsing is finished with an opening quote at line 1"),
        ] {
            assert_eq!(fields(line).unwrap_err().message, message);
        }
        assert!(fields("\"a\"b").unwrap_err().message.starts_with("Invalid Closing Quote: got \"b\" at line 1"));
    }
}

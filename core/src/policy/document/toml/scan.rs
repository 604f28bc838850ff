//! What stands between the signs of a TOML document: keys, strings, blanks and comments.

use std::ops::Range;

/// Why a document is refused.
pub(super) enum Refusal {
    /// It breaks the grammar.
    Syntax(&'static str, Range<usize>),
    /// A key or a table is given a second time; its name, the first place, the second one.
    Twice(String, Range<usize>, Range<usize>),
    /// A key goes on behind something that has no keys.
    NoTable(String, &'static str, Range<usize>),
    TooDeep(Range<usize>),
    TooMany(Range<usize>),
}

/// A key and where it stands.
#[derive(Clone)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) range: Range<usize>,
}

/// A place in a document.
pub(super) struct Scanner<'s> {
    pub(super) text: &'s str,
    /// The next byte.
    pub(super) at: usize,
}

impl<'s> Scanner<'s> {
    /// The byte that comes so many bytes later, 0 behind the end. A 0 in the document is allowed nowhere, so it ends nothing.
    pub(super) fn ahead(&self, bytes: usize) -> u8 {
        self.text.as_bytes().get(self.at + bytes).copied().unwrap_or_default()
    }

    /// Steps over this text, if it comes next.
    pub(super) fn take(&mut self, text: &str) -> bool {
        let next = self.text.get(self.at..).is_some_and(|rest| rest.starts_with(text));
        self.at += if next { text.len() } else { 0 };
        next
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    /// A refusal of the character that comes next, or of the end.
    pub(super) fn refuse<T>(&self, message: &'static str) -> Result<T, Refusal> {
        Err(Refusal::Syntax(message, self.at..self.at + 1))
    }

    /// Steps over blanks.
    pub(super) fn blanks(&mut self) {
        while matches!(self.ahead(0), b' ' | b'\t') {
            self.at += 1;
        }
    }

    /// Steps over a line's end.
    fn newline(&mut self) -> bool {
        self.take("\n") || self.take("\r\n")
    }

    /// Steps over blanks, ends of lines and comments.
    pub(super) fn gap(&mut self) -> Result<(), Refusal> {
        loop {
            self.blanks();
            if self.ahead(0) == b'#' {
                self.comment()?;
            } else if !self.newline() {
                return Ok(());
            }
        }
    }

    /// Steps over what may follow a statement on its line.
    pub(super) fn line_end(&mut self) -> Result<(), Refusal> {
        self.blanks();
        if self.ahead(0) == b'#' {
            self.comment()?;
        }
        if self.is_at_end() || self.newline() { Ok(()) } else { self.refuse("nothing else belongs on this line") }
    }

    fn comment(&mut self) -> Result<(), Refusal> {
        while !self.is_at_end() && self.ahead(0) != b'\n' && !(self.ahead(0) == b'\r' && self.ahead(1) == b'\n') {
            if is_control(self.ahead(0)) {
                return self.refuse("a comment has no control characters");
            }
            self.at += 1;
        }
        Ok(())
    }

    /// Goes to the next line that looks like a statement. What a list spreads over lines is indented, as people write it.
    pub(super) fn next_statement(&mut self) {
        while !self.is_at_end() {
            self.at += 1;
            let starts =
                matches!(self.ahead(0), b'[' | b'"' | b'\'' | b'_' | b'-') || self.ahead(0).is_ascii_alphanumeric();
            if starts && self.text.as_bytes().get(self.at - 1) == Some(&b'\n') {
                return;
            }
        }
    }

    /// Reads keys with dots between them: those before the last one, and the last one.
    pub(super) fn path(&mut self) -> Result<(Vec<Name>, Name), Refusal> {
        let mut path = Vec::new();
        loop {
            self.blanks();
            let start = self.at;
            let text = match self.ahead(0) {
                quote @ (b'"' | b'\'') => {
                    if self.ahead(1) == quote && self.ahead(2) == quote {
                        return self.refuse("a key stands on one line, in single quotes or double ones");
                    }
                    self.string(quote)?
                }
                _ => self.bare().to_owned(),
            };
            if self.at == start {
                return self.refuse("here a key is expected");
            }
            let name = Name { text, range: start..self.at };
            self.blanks();
            if !self.take(".") {
                return Ok((path, name));
            }
            path.push(name);
        }
    }

    fn bare(&mut self) -> &'s str {
        let start = self.at;
        while self.ahead(0).is_ascii_alphanumeric() || matches!(self.ahead(0), b'_' | b'-') {
            self.at += 1;
        }
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Steps over a word: a number, a date, `true` …
    pub(super) fn word(&mut self) -> &'s str {
        let start = self.at;
        loop {
            while self.ahead(0).is_ascii_alphanumeric() || matches!(self.ahead(0), b'_' | b'-' | b'+' | b'.' | b':') {
                self.at += 1;
            }
            let word = self.text.get(start..self.at).unwrap_or_default();
            // Between a date and its time there may be a space.
            let is_date = word.len() == 10 && word.as_bytes().get(4) == Some(&b'-');
            if !(is_date && self.ahead(0) == b' ' && self.ahead(1).is_ascii_digit()) {
                return word;
            }
            self.at += 1;
        }
    }

    /// Reads a string in these quotes, one or three.
    pub(super) fn string(&mut self, quote: u8) -> Result<String, Refusal> {
        let start = self.at;
        let lines = self.ahead(1) == quote && self.ahead(2) == quote;
        self.at += if lines { 3 } else { 1 };
        if lines {
            self.newline();
        }
        let mut text = String::new();
        loop {
            let plain = self.at;
            while !self.is_at_end() && self.ahead(0) != quote && self.ahead(0) != b'\\' && !is_control(self.ahead(0)) {
                self.at += 1;
            }
            text.push_str(self.text.get(plain..self.at).unwrap_or_default());
            match self.ahead(0) {
                _ if self.is_at_end() => {
                    return Err(Refusal::Syntax("this string is not closed", start..start + 1));
                }
                byte if byte == quote => {
                    let count = (1..5).take_while(|ahead| self.ahead(*ahead) == quote).count() + 1;
                    let (closes, quotes) = match count {
                        _ if !lines => (true, 0),
                        1 | 2 => (false, count),
                        _ => (true, count - 3),
                    };
                    self.at += if lines { count } else { 1 };
                    (0..quotes).for_each(|_| text.push(char::from(quote)));
                    if closes {
                        return Ok(text);
                    }
                }
                b'\\' if quote == b'"' => self.escape(&mut text, lines)?,
                b'\\' => {
                    text.push('\\');
                    self.at += 1;
                }
                b'\n' | b'\r' => {
                    let start = self.at;
                    if !lines {
                        return self.refuse("a string over several lines needs three quotes on each side");
                    }
                    if !self.newline() {
                        return self.refuse("a string has no control characters but in escapes");
                    }
                    text.push_str(self.text.get(start..self.at).unwrap_or_default());
                }
                _ => return self.refuse("a string has no control characters but in escapes"),
            }
        }
    }

    /// What a backslash stands for.
    fn escape(&mut self, text: &mut String, lines: bool) -> Result<(), Refusal> {
        let start = self.at;
        let kind = self.ahead(1);
        let digits = match kind {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            b' ' | b'\t' | b'\n' | b'\r' if lines => return self.continued_line(),
            _ => 0,
        };
        let character = match kind {
            b'b' => Some('\u{8}'),
            b't' => Some('\t'),
            b'n' => Some('\n'),
            b'f' => Some('\u{c}'),
            b'r' => Some('\r'),
            b'e' => Some('\u{1b}'),
            b'"' | b'\\' => Some(char::from(kind)),
            _ if digits == 0 => return Err(Refusal::Syntax("this escape is not known", start..start + 2)),
            _ => {
                let hex = self.text.get(start + 2..start + 2 + digits).unwrap_or_default();
                // A sign in front would be read as a part of the number.
                let code = u32::from_str_radix(hex, 16).ok().filter(|_| hex.bytes().all(|b| b.is_ascii_hexdigit()));
                code.and_then(char::from_u32)
            }
        };
        let Some(character) = character else {
            return Err(Refusal::Syntax("these digits stand for no character", start..start + 2 + digits));
        };
        text.push(character);
        self.at = start + 2 + digits;
        Ok(())
    }

    /// Steps over a backslash at the end of a line, and over everything that is blank after it.
    fn continued_line(&mut self) -> Result<(), Refusal> {
        let start = self.at;
        self.at += 1;
        self.blanks();
        if !self.newline() {
            return Err(Refusal::Syntax("this escape is not known", start..start + 1));
        }
        while self.newline() || matches!(self.ahead(0), b' ' | b'\t') {
            self.blanks();
        }
        Ok(())
    }
}

/// What TOML allows nowhere but in escapes.
fn is_control(byte: u8) -> bool {
    byte < b' ' && byte != b'\t' || byte == 0x7f
}

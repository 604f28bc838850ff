//! A cursor over the ASCII grammar of versions and constraints.

/// Reads a text from left to right. Positions are byte offsets that never split a character, as only ASCII is eaten.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn is_done(&self) -> bool {
        self.at >= self.text.len()
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Steps over one byte if it is the wanted one.
    pub(super) fn eat(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    /// Steps over a text if it comes next.
    pub(super) fn eat_text(&mut self, wanted: &str) -> bool {
        let found = self.rest().starts_with(wanted);
        self.at += if found { wanted.len() } else { 0 };
        found
    }

    /// The longest run of bytes for which `wanted` holds; it may be empty.
    pub(super) fn run(&mut self, wanted: impl Fn(u8) -> bool) -> &'a str {
        let start = self.at;
        self.at += self.rest().bytes().take_while(|b| b.is_ascii() && wanted(*b)).count();
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// White space as regular expressions know it; true when there was any.
    pub(super) fn space(&mut self) -> bool {
        !self.run(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)).is_empty()
    }

    /// At least one digit.
    pub(super) fn digits(&mut self) -> Option<&'a str> {
        Some(self.run(|b| b.is_ascii_digit())).filter(|digits| !digits.is_empty())
    }

    /// Identifiers with dots between them.
    pub(super) fn identifiers(&mut self) -> Option<&'a str> {
        Some(self.run(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))).filter(|text| is_identifiers(text))
    }
}

/// Whether a text is made of identifiers with dots between them.
pub(super) fn is_identifiers(text: &str) -> bool {
    text.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
}

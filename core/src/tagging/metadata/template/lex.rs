//! Cuts a template into tokens, in the states of Handlebars' lexer.
//!
//! Text and expressions are different languages, raw blocks a third: the lexer keeps a stack of what it is in. The
//! first rule that fits wins, however short its match, so the order of the tries below matters.

use crate::tagging::metadata::js::{is_line_end, is_space};

/// What a token is. Names follow Handlebars' grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Content,
    Comment,
    OpenRawBlock,
    CloseRawBlock,
    EndRawBlock,
    OpenBlock,
    OpenInverse,
    OpenInverseChain,
    Inverse,
    OpenEndBlock,
    Open,
    OpenUnescaped,
    CloseUnescaped,
    OpenPartial,
    OpenPartialBlock,
    Close,
    OpenCall,
    CloseCall,
    Equals,
    Id,
    Separator,
    Data,
    Text,
    Number,
    Boolean,
    Undefined,
    Null,
    OpenBlockParams,
    CloseBlockParams,
    Invalid,
    End,
}

/// A token and what it holds: quotes and escapes are already taken off texts and literal segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Text outside of expressions.
    Text,
    /// Inside `{{…}}`.
    Expression,
    /// After `\{{`: text up to the next expression.
    Escaped,
    /// Inside `{{{{…}}}}…{{{{/…}}}}`.
    Raw,
}

/// Cuts the whole template; `None` where no rule fits.
pub(super) fn tokens(template: &str) -> Option<Vec<Token>> {
    let mut lexer = Lexer { rest: template, states: vec![State::Text], tokens: Vec::new() };
    while !lexer.rest.is_empty() {
        match lexer.states.last().copied().unwrap_or(State::Text) {
            State::Text => lexer.text(),
            State::Expression => lexer.expression()?,
            State::Escaped => lexer.escaped(),
            State::Raw => lexer.raw()?,
        }
    }
    lexer.push(Kind::End, String::new());
    Some(lexer.tokens)
}

struct Lexer<'t> {
    rest: &'t str,
    states: Vec<State>,
    tokens: Vec<Token>,
}

impl<'t> Lexer<'t> {
    fn push(&mut self, kind: Kind, text: impl Into<String>) {
        self.tokens.push(Token { kind, text: text.into() });
    }

    /// Consumes the first `length` bytes.
    fn take(&mut self, length: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    fn text(&mut self) {
        let Some(end) = self.rest.find("{{") else {
            let content = self.take(self.rest.len());
            self.push(Kind::Content, content);
            return;
        };
        let content = self.take(end);
        let (content, state) = if let Some(content) = content.strip_suffix('\\') {
            // Two backslashes are one backslash; a single one escapes the expression.
            (content, if content.ends_with('\\') { State::Expression } else { State::Escaped })
        } else {
            (content, State::Expression)
        };
        self.states.push(state);
        if !content.is_empty() {
            self.push(Kind::Content, content);
        }
    }

    fn escaped(&mut self) {
        let after = self.rest.get(2..).unwrap_or_default();
        let end = ["{{", "\\{{", "\\\\{{"].iter().filter_map(|stop| after.find(stop)).min().unwrap_or(after.len());
        let content = self.take(end + 2);
        self.states.pop();
        self.push(Kind::Content, content);
    }

    fn raw(&mut self) -> Option<()> {
        let rest = self.rest;
        if let Some(after) = rest.strip_prefix("{{{{") {
            if after.chars().next().is_some_and(|c| c != '/') {
                self.states.push(State::Raw);
                let content = self.take(4);
                self.push(Kind::Content, content);
                return Some(());
            }
            let name = after.strip_prefix('/').map_or("", |name| identifier_chars(name));
            let closes = after.get(1 + name.len()..).is_some_and(|end| end.starts_with("}}}}"));
            if !name.is_empty() && closes {
                let content = self.take(name.len() + 9);
                self.states.pop();
                if self.states.last() == Some(&State::Raw) {
                    self.push(Kind::Content, content);
                } else {
                    self.push(Kind::EndRawBlock, name);
                }
                return Some(());
            }
        }
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let end = rest.get(first..)?.find("{{{{")?;
        let content = self.take(first + end);
        self.push(Kind::Content, content);
        Some(())
    }

    fn expression(&mut self) -> Option<()> {
        if self.rest.starts_with("{{") && !self.rest.starts_with("{{{{") {
            return self.opening();
        }
        let rest = self.rest;
        let (kind, length) = if rest.starts_with("{{{{") {
            (Kind::OpenRawBlock, 4)
        } else if rest.starts_with("}}}}") {
            self.states.pop();
            self.states.push(State::Raw);
            (Kind::CloseRawBlock, 4)
        } else if let Some(length) = spaces(rest) {
            self.take(length);
            return Some(());
        } else if let Some(length) = prefix(rest, &["}}}", "}~}}"]) {
            self.states.pop();
            (Kind::CloseUnescaped, length)
        } else if let Some(length) = prefix(rest, &["}}", "~}}"]) {
            self.states.pop();
            (Kind::Close, length)
        } else if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            let Some(length) = enclosed(rest, quote) else {
                return self.invalid();
            };
            let inner = rest.get(1..length - 1).unwrap_or_default();
            let text = inner.replace(&format!("\\{quote}"), &quote.to_string());
            self.take(length);
            self.push(Kind::Text, text);
            return Some(());
        } else if rest.starts_with('[')
            && let Some(length) = enclosed(rest, ']')
        {
            let text = unescape_segment(rest.get(..length).unwrap_or_default());
            self.take(length);
            self.push(Kind::Id, text);
            return Some(());
        } else if let Some(found) = word(rest) {
            found
        } else {
            return self.invalid();
        };
        let text = self.take(length);
        self.push(kind, text);
        Some(())
    }

    /// Everything that starts with `{{`, raw blocks aside.
    fn opening(&mut self) -> Option<()> {
        let rest = self.rest;
        let flagged = if rest.starts_with("{{~") { 3 } else { 2 };
        let after = rest.get(flagged..).unwrap_or_default();
        let closed = |text: &str| {
            let spaces = spaces(text).unwrap_or_default();
            prefix(text.get(spaces..).unwrap_or_default(), &["}}", "~}}"]).map(|n| spaces + n)
        };
        let lead = spaces(after).unwrap_or_default();
        let word = after.get(lead..).and_then(|text| text.strip_prefix("else"));
        let chained = word.is_some_and(|end| !end.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'));
        let (kind, length) = if after.starts_with('>') {
            (Kind::OpenPartial, 1)
        } else if after.starts_with("#>") {
            (Kind::OpenPartialBlock, 2)
        } else if after.starts_with('#') {
            (Kind::OpenBlock, if after.starts_with("#*") { 2 } else { 1 })
        } else if after.starts_with('/') {
            (Kind::OpenEndBlock, 1)
        } else if let Some(end) = after.strip_prefix('^').and_then(closed) {
            self.states.pop();
            (Kind::Inverse, end + 1)
        } else if let Some(end) = word.and_then(closed) {
            self.states.pop();
            (Kind::Inverse, lead + 4 + end)
        } else if after.starts_with('^') {
            (Kind::OpenInverse, 1)
        } else if chained {
            (Kind::OpenInverseChain, lead + 4)
        } else if after.starts_with('{') {
            (Kind::OpenUnescaped, 1)
        } else if after.starts_with('&') {
            (Kind::Open, 1)
        } else if after.starts_with("!--") {
            self.states.pop();
            (Kind::Comment, long_comment(after)?)
        } else if let Some(end) = after.strip_prefix('!').and_then(|text| text.find("}}")) {
            self.states.pop();
            (Kind::Comment, end + 3)
        } else {
            (Kind::Open, usize::from(after.starts_with('*')))
        };
        let text = self.take(flagged + length);
        self.push(kind, text);
        Some(())
    }

    fn invalid(&mut self) -> Option<()> {
        // A line end fits no rule at all, but it is white space, so it never comes here.
        let first = self.rest.chars().next().filter(|c| !is_line_end(*c))?;
        let text = self.take(first.len_utf8());
        self.push(Kind::Invalid, text);
        Some(())
    }
}

/// The token of a word, a number or a single sign.
fn word(rest: &str) -> Option<(Kind, usize)> {
    let first = rest.chars().next()?;
    let follows = |length: usize, set: &[char]| {
        rest.get(length..).and_then(|end| end.chars().next()).is_some_and(|c| is_space(c) || set.contains(&c))
    };
    let ends_path = |length| follows(length, &['=', '~', '}', '/', '.', ')', '|']);
    let ends_value = |length| follows(length, &['~', '}', ')']);
    match first {
        '(' => return Some((Kind::OpenCall, 1)),
        ')' => return Some((Kind::CloseCall, 1)),
        '=' => return Some((Kind::Equals, 1)),
        '@' => return Some((Kind::Data, 1)),
        '|' => return Some((Kind::CloseBlockParams, 1)),
        '/' => return Some((Kind::Separator, 1)),
        '.' if rest.starts_with("..") => return Some((Kind::Id, 2)),
        '.' => return Some((if ends_path(1) { Kind::Id } else { Kind::Separator }, 1)),
        _ => {}
    }
    let literals =
        [("true", Kind::Boolean), ("false", Kind::Boolean), ("undefined", Kind::Undefined), ("null", Kind::Null)];
    if let Some((text, kind)) = literals.iter().find(|(text, _)| rest.starts_with(text) && ends_value(text.len())) {
        return Some((*kind, text.len()));
    }
    if let Some(length) = number(rest).filter(|length| ends_value(*length)) {
        return Some((Kind::Number, length));
    }
    if let Some(after) = rest.strip_prefix("as")
        && let Some(gap) = spaces(after)
        && after.get(gap..).is_some_and(|end| end.starts_with('|'))
    {
        return Some((Kind::OpenBlockParams, gap + 3));
    }
    let length = identifier_chars(rest).len();
    (length > 0 && ends_path(length)).then_some((Kind::Id, length))
}

fn number(rest: &str) -> Option<usize> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let sign = usize::from(rest.starts_with('-'));
    let whole = Some(digits(rest.get(sign..)?)).filter(|n| *n > 0)?;
    let part = rest.get(sign + whole..)?.strip_prefix('.').map_or(0, digits);
    Some(sign + whole + if part > 0 { part + 1 } else { 0 })
}

/// The characters that a name may hold, as many as there are.
fn identifier_chars(text: &str) -> &str {
    let outside = |c: char| is_space(c) || "!\"#%&'()*+,./;<=>@[\\]^`{|}~".contains(c);
    let end = text.find(outside).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

fn spaces(text: &str) -> Option<usize> {
    let length = text.len() - text.trim_start_matches(is_space).len();
    (length > 0).then_some(length)
}

fn prefix(text: &str, options: &[&str]) -> Option<usize> {
    options.iter().find(|option| text.starts_with(**option)).map(|option| option.len())
}

/// The length of a text that opens with its first byte and ends with `close`, which a backslash escapes. When
/// nothing else closes it, the last escaped one does.
fn enclosed(text: &str, close: char) -> Option<usize> {
    let mut last_escaped = None;
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == close {
            return Some(at + 1);
        }
        if c == '\\'
            && let Some((at, _)) = chars.next_if(|(_, next)| *next == close)
        {
            last_escaped = Some(at + 1);
        }
    }
    last_escaped
}

/// A backslash in a literal segment escapes `]` and itself.
fn unescape_segment(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let escaped = if c == '\\' { chars.next_if(|next| matches!(next, '\\' | ']')) } else { None };
        out.push(escaped.unwrap_or(c));
    }
    out
}

/// The length of a comment from `!--` to the first `--}}` or `--~}}`.
fn long_comment(after: &str) -> Option<usize> {
    // The rule starts at `{{`, so `{{!--}}` closes with the dashes that open it.
    let body = after.get(1..)?;
    let plain = body.find("--}}").map(|at| at + 4);
    let flagged = body.find("--~}}").map(|at| at + 5);
    [plain, flagged].into_iter().flatten().min().map(|end| end + 1)
}

//! What a pattern says, as a tree.

use super::bytes::Bytes;

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// Nothing; what a directive such as `(?i)` leaves behind.
    Empty,
    Byte(u8),
    Set(Bytes),
    Look(Look),
    Sequence(Vec<Node>),
    /// The first that leads to a match wins.
    Either(Vec<Node>),
    Repeat(Box<Node>, Repeat),
    /// A group with its number.
    Group(usize, Box<Node>),
}

/// How often something occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Repeat {
    pub(super) min: u32,
    pub(super) max: Option<u32>,
    pub(super) greed: Greed,
}

/// Whether a repetition prefers more rounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Greed {
    Greedy,
    Lazy,
}

impl Node {
    /// Whether every match of it has a byte at least. A part that never matches is not known to.
    pub(super) fn has_bytes(&self) -> bool {
        match self {
            Self::Byte(_) => true,
            Self::Set(set) => !set.is_empty(),
            Self::Empty | Self::Look(_) => false,
            Self::Sequence(nodes) => nodes.iter().any(Self::has_bytes),
            Self::Either(nodes) => nodes.iter().all(Self::has_bytes),
            Self::Repeat(node, repeat) => repeat.min > 0 && node.has_bytes(),
            Self::Group(_, node) => node.has_bytes(),
        }
    }

    /// Whether no match of it has a byte, so that more than one round of it is the same as one.
    pub(super) fn has_no_bytes(&self) -> bool {
        match self {
            Self::Byte(_) | Self::Set(_) => false,
            Self::Empty | Self::Look(_) => true,
            Self::Sequence(nodes) | Self::Either(nodes) => nodes.iter().all(Self::has_no_bytes),
            Self::Repeat(node, repeat) => repeat.max == Some(0) || node.has_no_bytes(),
            Self::Group(_, node) => node.has_no_bytes(),
        }
    }
}

/// A condition on a place between two bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Start,
    End,
    StartLine,
    EndLine,
    /// A start where `\r\n` ends a line as a whole.
    StartCrlf,
    EndCrlf,
    Word,
    NotWord,
    WordStart,
    WordEnd,
    /// No letter before it.
    WordStartHalf,
    /// No letter after it.
    WordEndHalf,
}

impl Look {
    /// Whether it holds before the byte at that place.
    pub(super) fn holds(self, text: &[u8], at: usize) -> bool {
        let after = text.get(at).copied();
        let before = at.checked_sub(1).and_then(|at| text.get(at)).copied();
        let word = |byte: Option<u8>| byte.is_some_and(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
        match self {
            Self::Start => before.is_none(),
            Self::End => after.is_none(),
            Self::StartLine => matches!(before, None | Some(b'\n')),
            Self::EndLine => matches!(after, None | Some(b'\n')),
            Self::StartCrlf => matches!(before, None | Some(b'\n')) || before == Some(b'\r') && after != Some(b'\n'),
            Self::EndCrlf => matches!(after, None | Some(b'\r')) || after == Some(b'\n') && before != Some(b'\r'),
            Self::Word => word(before) != word(after),
            Self::NotWord => word(before) == word(after),
            Self::WordStart => !word(before) && word(after),
            Self::WordEnd => word(before) && !word(after),
            Self::WordStartHalf => !word(before),
            Self::WordEndHalf => !word(after),
        }
    }
}

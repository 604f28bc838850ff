//! From bytes and characters to lines and columns.

use std::ops::Range;

use crate::Span;

/// Every so many bytes the number of characters before is noted.
const STEP: usize = 64;

/// The places of one text. Looking one up costs the same wherever it is, also in a document of one long line.
#[derive(Debug)]
pub(crate) struct Positions<'s> {
    source: &'s str,
    /// First byte of each line.
    lines: Vec<usize>,
    /// Characters before byte `STEP * index`.
    characters: Vec<usize>,
}

impl<'s> Positions<'s> {
    pub(crate) fn new(source: &'s str) -> Self {
        let bytes = source.as_bytes();
        // A byte order mark is no character of the first line.
        let mut lines = vec![source.len() - source.trim_start_matches('\u{feff}').len()];
        for (index, byte) in bytes.iter().enumerate() {
            let lone_return = *byte == b'\r' && bytes.get(index + 1) != Some(&b'\n');
            if *byte == b'\n' || lone_return {
                lines.push(index + 1);
            }
        }
        let mut characters = Vec::with_capacity(bytes.len() / STEP + 1);
        let mut count = 0;
        for block in bytes.chunks(STEP) {
            characters.push(count);
            count += starts(block);
        }
        Self { source, lines, characters }
    }

    /// The text.
    pub(crate) fn source(&self) -> &'s str {
        self.source
    }

    /// The span of a byte range, widened to whole characters. A range outside the text ends at its end.
    pub(crate) fn span(&self, range: Range<usize>) -> Span {
        let start = self.source.floor_char_boundary(range.start);
        let end = self.source.ceil_char_boundary(range.end.clamp(start, self.source.len().max(start)));
        let line = self.lines.partition_point(|first| *first <= start).max(1);
        let first = self.lines.get(line - 1).copied().unwrap_or_default();
        let column = self.characters_before(start).saturating_sub(self.characters_before(first)) + 1;
        Span { start: number(start), end: number(end), line: number(line), column: number(column) }
    }

    /// The byte at which a character, counted from 0, starts.
    pub(crate) fn byte_of_character(&self, character: usize) -> usize {
        let block = self.characters.partition_point(|before| *before <= character).saturating_sub(1);
        let mut left = character - self.characters.get(block).copied().unwrap_or_default().min(character);
        for (byte, next) in self.source.bytes().enumerate().skip(block * STEP) {
            if is_start(next) {
                if left == 0 {
                    return byte;
                }
                left -= 1;
            }
        }
        self.source.len()
    }

    /// The byte at a line and a column, both counted from 1, the column in bytes.
    pub(crate) fn byte_at(&self, line: usize, column: usize) -> usize {
        let first = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(self.source.len());
        (first + column.saturating_sub(1)).min(self.source.len())
    }

    /// The line, counted from 1, without its end.
    pub(crate) fn line(&self, line: usize) -> &'s str {
        let first = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(self.source.len());
        let rest = self.source.get(first..).unwrap_or_default();
        rest.split(['\n', '\r']).next().unwrap_or_default()
    }

    fn characters_before(&self, byte: usize) -> usize {
        let block = byte / STEP;
        let Some(before) = self.characters.get(block) else {
            // Only the end of a text whose length is a multiple of the step has no block of its own.
            return self.characters.last().copied().unwrap_or_default()
                + starts(self.source.as_bytes().get(block.saturating_sub(1) * STEP..).unwrap_or_default());
        };
        before + starts(self.source.as_bytes().get(block * STEP..byte).unwrap_or_default())
    }
}

fn is_start(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

fn starts(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| is_start(**byte)).count()
}

fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn columns_count_characters_and_lines_end_in_every_way() {
        let source = "\u{feff}aä\r\nb\rc\nzz";
        let positions = Positions::new(source);
        let cases = [(3, 1, 1), (4, 1, 2), (6, 1, 3), (8, 2, 1), (10, 3, 1), (12, 4, 1), (13, 4, 2), (14, 4, 3)];
        for (byte, line, column) in cases {
            let span = positions.span(byte..byte);
            assert_eq!((span.line, span.column), (line, column), "byte {byte}");
        }
        assert_eq!(positions.line(1), "aä");
    }

    proptest! {
        #[test]
        fn positions_agree_with_counting(text in "[aä\u{1F600}\n ]{0,300}", at in 0usize..301) {
            let positions = Positions::new(&text);
            let characters: Vec<_> = text.char_indices().collect();
            let at = at.min(characters.len());
            let byte = characters.get(at).map_or(text.len(), |(byte, _)| *byte);
            prop_assert_eq!(positions.byte_of_character(at), byte);
            let before = &text[..byte];
            let span = positions.span(byte..byte);
            prop_assert_eq!(span.line as usize, before.matches('\n').count() + 1);
            prop_assert_eq!(span.column as usize, before.rsplit('\n').next().unwrap().chars().count() + 1);
        }
    }
}

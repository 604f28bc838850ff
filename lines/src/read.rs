//! Lines of bounded length.

use std::io::{self, BufRead, Read as _};

/// Bytes of one line; the engine's own limits are tighter.
pub const LINE_BYTES: u64 = 128 << 20;

/// What was read.
pub(crate) enum Line {
    /// With its line feed, if it has one.
    Whole(Vec<u8>),
    /// Skipped up to the next one.
    TooLong,
}

/// Reads a line; nothing at the end of the input.
pub(crate) fn next_line(input: &mut impl BufRead) -> io::Result<Option<Line>> {
    next_line_within(input, LINE_BYTES)
}

fn next_line_within(input: &mut impl BufRead, limit: u64) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    if input.by_ref().take(limit + 1).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.len() as u64 > limit && line.last() != Some(&b'\n') {
        input.skip_until(b'\n')?;
        return Ok(Some(Line::TooLong));
    }
    Ok(Some(Line::Whole(line)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_with_and_without_an_end_and_a_long_one_is_skipped_as_a_whole() {
        let mut input = io::Cursor::new(b"a\n\nlonger\nfour\nb");
        let mut lines = Vec::new();
        while let Some(line) = next_line_within(&mut input, 4).unwrap() {
            lines.push(match line {
                Line::Whole(line) => String::from_utf8(line).unwrap(),
                Line::TooLong => "too long".to_owned(),
            });
        }
        assert_eq!(lines, ["a\n", "\n", "too long", "four\n", "b"]);
    }
}

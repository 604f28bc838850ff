//! Columns that line up, whatever the width of their letters.

use unicode_width::UnicodeWidthStr;

/// One cell: what is measured and what is written differ when there is colour.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    width: usize,
    text: String,
}

impl Cell {
    /// A cell as it is.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { width: text.width(), text }
    }

    /// A cell that a style changes.
    pub(super) fn styled(text: &str, style: impl FnOnce(&str) -> String) -> Self {
        Self { width: text.width(), text: style(text) }
    }
}

/// Rows under each other, below a heading.
pub(super) fn table(rows: &[Vec<Cell>]) -> String {
    lines("  ", rows)
}

/// Rows under each other, each after the same text, without spaces at the end of a line.
pub(super) fn lines(start: &str, rows: &[Vec<Cell>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|c| rows.iter().filter_map(|row| row.get(c)).map(|cell| cell.width).max().unwrap_or(0))
        .collect();
    let mut out = String::new();
    for row in rows {
        let last = row.iter().rposition(|cell| cell.width > 0);
        out.push_str(start);
        for (index, (cell, width)) in row.iter().zip(&widths).enumerate() {
            if Some(index) > last {
                break;
            }
            out.push_str(&cell.text);
            if Some(index) < last {
                out.push_str(&" ".repeat(width - cell.width.min(*width) + 2));
            }
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_with_wide_letters_and_colour() {
        let row = |a: &str, b: &str| {
            vec![Cell::plain(a), Cell::styled(b, |t| format!("\u{1b}[1m{t}\u{1b}[0m")), Cell::plain("x")]
        };
        let shown = table(&[row("日本", "b"), row("abc", "bcd")]);
        assert_eq!(shown, "  日本  \u{1b}[1mb\u{1b}[0m    x\n  abc   \u{1b}[1mbcd\u{1b}[0m  x\n");
    }

    #[test]
    fn no_line_ends_in_spaces() {
        assert_eq!(
            table(&[vec![Cell::plain("a"), Cell::plain("")], vec![Cell::plain("abc"), Cell::plain("d")]]),
            "  a\n  abc  d\n"
        );
        assert_eq!(table(&[]), "");
    }
}

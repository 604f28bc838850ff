//! Small and capital letters, as small as the component needs them: `core/src/regexp/case.rs` reads what this writes, and documents the form.

use std::fs;

use anyhow::{Context, Result};

use crate::shell::root;
use crate::zones::varint;

/// Writes the file.
pub(crate) fn write() -> Result<()> {
    let small = runs(&|c| single(c.to_lowercase()));
    let capital = runs(&|c| single(c.to_uppercase()));
    let length = u16::try_from(small.len())?.to_le_bytes();
    let path = root().join("core/src/regexp/case.bin");
    fs::write(&path, [&length[..], &small, &capital].concat())
        .with_context(|| format!("cannot write {}", path.display()))
}

fn single(mut letters: impl Iterator<Item = char>) -> Option<char> {
    let first = letters.next()?;
    letters.next().is_none().then_some(first)
}

/// The letters that change, in runs of those that change alike.
fn runs(map: &dyn Fn(char) -> Option<char>) -> Vec<u8> {
    let change = |c: char| map(c).map(|to| i64::from(u32::from(to)) - i64::from(u32::from(c)));
    let letters = ('\u{80}'..=char::MAX).filter_map(|c| Some((u32::from(c), change(c).filter(|change| *change != 0)?)));
    let letters: Vec<(u32, i64)> = letters.collect();
    let (mut out, mut rest, mut last) = (Vec::new(), letters.as_slice(), 0);
    while let Some(&(first, change)) = rest.first() {
        let run = |step: usize| {
            let expected = (first..).step_by(step).map(|c| (c, change));
            rest.iter().zip(expected).take_while(|(letter, expected)| *letter == expected).count()
        };
        let (step, count) = if run(2) > run(1) { (2_u64, run(2)) } else { (1, run(1)) };
        varint(&mut out, u64::from(first - last));
        varint(&mut out, (count as u64 - 1) << 1 | (step - 1));
        varint(&mut out, ((change << 1) ^ (change >> 63)).cast_unsigned());
        let (run, after) = rest.split_at(count);
        last = run.last().map_or(first, |(c, _)| *c);
        rest = after;
    }
    out
}

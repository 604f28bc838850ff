//! Documents that the user or the CI engine names.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::problem::Problem;

/// Largest event payload in bytes; GitHub's own limit is lower.
pub(crate) const PAYLOAD: u64 = 32 << 20;
/// Largest facts document in bytes.
pub(crate) const FACTS: u64 = 32 << 20;
/// Largest policy document in bytes. The engine has a tighter limit of its own, with a better message.
pub(crate) const POLICY: u64 = 16 << 20;
/// Largest list of changed files in bytes.
pub(crate) const CHANGED_FILES: u64 = 32 << 20;
/// Largest record in bytes.
pub(crate) const RECORD: u64 = 256 << 20;

/// Largest list of tags in bytes: a million tags with dates and digests.
pub(crate) const TAGS: u64 = 256 << 20;
/// Largest receipt in bytes; the engine has a tighter limit of its own.
pub(crate) const RECEIPT: u64 = 16 << 20;
/// Largest document with observations in bytes.
pub(crate) const OBSERVATIONS: u64 = 64 << 20;

/// Reads a document as text without a byte order mark; `-` is standard input. `what` names it in errors, such as `the policy`.
pub(crate) fn read(what: &str, path: &Path, limit: u64) -> Result<String, Problem> {
    let bytes = bytes(path, limit).map_err(|e| Problem::unreadable(what, path, &e))?;
    if bytes.len() as u64 > limit {
        return Err(Problem::usage(
            "file-too-large",
            format!("{what} {} has more than {} MiB", path.display(), limit >> 20),
        ));
    }
    let text = String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        Problem::usage("invalid-utf8", format!("{what} {} is not UTF-8: byte {at} is wrong", path.display()))
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// What messages call a document: its path as it was typed.
pub(crate) fn name(path: &Path) -> String {
    if path == Path::new("-") { "stdin".to_owned() } else { path.display().to_string() }
}

/// At most one byte more than the limit, so that the caller can tell.
fn bytes(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        io::stdin().lock().take(limit + 1).read_to_end(&mut bytes)?;
    } else {
        File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_text_within_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        for (content, limit, expected) in [
            (&b"\xef\xbb\xbfa: 1"[..], 10, Some("a: 1")),
            (b"a: 1", 4, Some("a: 1")),
            (b"a: 12", 4, None),
            (b"a\xff", 4, None),
            (b"", 4, Some("")),
        ] {
            std::fs::write(&path, content).unwrap();
            assert_eq!(read("it", &path, limit).ok().as_deref(), expected, "{content:?}");
        }
        assert!(read("it", folder.path(), 4).is_err(), "a folder");
    }
}

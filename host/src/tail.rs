//! The end of a file or a stream, in bounded memory.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

/// How much is read at once.
const CHUNK: usize = 64 << 10;

/// The last `most` bytes of a file, or of standard input for `-`, as text.
///
/// Of a file that can be sought only its end is read. A stream is read to its end, but never kept. Bytes that are no UTF-8 become replacement
/// characters.
pub(crate) fn of(path: &Path, most: usize) -> io::Result<String> {
    let bytes = if path == Path::new("-") {
        last_bytes(&mut io::stdin().lock(), most)?
    } else {
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(ErrorKind::IsADirectory.into());
        }
        let length = metadata.len();
        if metadata.is_file() && length > most as u64 {
            file.seek(SeekFrom::Start(length - most as u64))?;
        }
        last_bytes(&mut file, most)?
    };
    Ok(text(&bytes))
}

/// Reads to the end and keeps no more than twice of what is asked for.
fn last_bytes(input: &mut impl Read, most: usize) -> io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        match input.read(&mut chunk) {
            Ok(0) => break,
            Ok(length) => kept.extend_from_slice(chunk.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        if kept.len() > 2 * most + CHUNK {
            kept.drain(..kept.len() - most);
        }
    }
    kept.drain(..kept.len().saturating_sub(most));
    Ok(kept)
}

/// Text of bytes whose start may be in the middle of a character.
fn text(bytes: &[u8]) -> String {
    let is_inside = |byte: &u8| byte & 0b1100_0000 == 0b1000_0000;
    let cut = bytes.iter().take(3).take_while(|byte| is_inside(byte)).count();
    String::from_utf8_lossy(bytes.get(cut..).unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_is_kept() {
        for (length, most) in [(0, 10), (5, 10), (10, 10), (1_000_000, 10), (1_000_000, 300_000)] {
            let whole: Vec<u8> = (0..length).map(|n: u32| b'a' + u8::try_from(n % 26).unwrap()).collect();
            let end = whole.get(whole.len().saturating_sub(most)..).unwrap();
            assert_eq!(last_bytes(&mut whole.as_slice(), most).unwrap(), end, "{length} {most}");
        }
    }

    #[test]
    fn a_file_is_read_from_near_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        // A hole of a gigabyte takes no room, and reading all of it would take seconds.
        let file = File::create(&path).unwrap();
        file.set_len(1 << 30).unwrap();
        drop(file);
        let mut file = File::options().append(true).open(&path).unwrap();
        io::Write::write_all(&mut file, "é end".as_bytes()).unwrap();
        assert_eq!(of(&path, 5).unwrap(), " end");
        assert_eq!(of(&path, 6).unwrap(), "é end");
        assert!(of(folder.path(), 6).is_err(), "a folder");
    }

    #[test]
    fn what_is_no_utf8_stays_readable() {
        assert_eq!(text(b"a\xffb"), "a\u{fffd}b");
        assert_eq!(text(b"\xa9 x"), " x");
    }
}

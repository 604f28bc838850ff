//! Writing files: whole, or added at the end.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process;

/// Writes a file whole or not at all: a reader sees the old content or the new, never half of it.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    // Something like /dev/stdout or a pipe cannot be replaced by renaming; it is written to.
    let special = fs::metadata(path).is_ok_and(|m| !m.is_file());
    if special {
        return OpenOptions::new().write(true).open(path)?.write_all(content);
    }
    // A link is followed, so that it stays one.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let beside = temporary(&target)?;
    let written = File::create_new(&beside).and_then(|mut file| {
        if let Ok(old) = fs::metadata(&target) {
            file.set_permissions(old.permissions())?;
        }
        file.write_all(content)?;
        file.sync_all()
    });
    let renamed = written.and_then(|()| fs::rename(&beside, &target));
    if renamed.is_err() {
        // The first error is the one to tell.
        drop(fs::remove_file(&beside));
    }
    renamed
}

/// Adds to the end of a file, on a line of its own: other steps may have left the last line open.
pub(crate) fn append(path: &Path, content: &[u8]) -> io::Result<()> {
    let open = ends_open(path)?;
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    let mut whole = Vec::with_capacity(content.len() + 1);
    if open {
        whole.push(b'\n');
    }
    whole.extend_from_slice(content);
    file.write_all(&whole)
}

/// Whether a file ends inside a line.
fn ends_open(path: &Path) -> io::Result<bool> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(e) => return Err(e),
    };
    if !file.metadata()?.is_file() || file.metadata()?.len() == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// A file beside the target, so that both are on one file system.
fn temporary(target: &Path) -> io::Result<PathBuf> {
    let name = target.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not a file name"))?;
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}", process::id()));
    Ok(target.with_file_name(beside))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        replace(&path, b"one").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(replace(&folder.path().join("none/x"), b"").is_err());
        assert!(replace(folder.path(), b"").is_err());
    }

    #[test]
    fn adding_starts_on_a_line_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        append(&path, b"a=1\n").unwrap();
        append(&path, b"b=2").unwrap();
        append(&path, b"c=3\n").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"a=1\nb=2\nc=3\n");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (link, file) = (folder.path().join("link"), folder.path().join("file"));
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        replace(&link, b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert!(link.symlink_metadata().unwrap().is_symlink());
    }
}

//! What one image in a file of `docker save` is made of, to be sent somewhere else.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::{Fault, Members, Saved, damaged, open, sum, unreadable};

/// The only image of a file.
pub(crate) struct Parts {
    /// The text of its config.
    pub(crate) config: String,
    /// Its layers, the lowest first.
    pub(crate) layers: Vec<Part>,
    file: File,
}

/// A layer, as it is in the file.
pub(crate) struct Part {
    /// The digest of its bytes.
    pub(crate) digest: String,
    /// How many these are.
    pub(crate) size: u64,
    /// How they are compressed, by the words of the OCI image specification; nothing for a plain tar file.
    pub(crate) compression: Option<&'static str>,
    start: u64,
}

/// Looks at every part of the only image of a file.
pub(crate) fn parts(path: &Path) -> Result<Parts, Fault> {
    let mut members = Members::of(open(path)?)?;
    let images: Vec<Saved> = members.json("manifest.json")?;
    let [image] = images.as_slice() else {
        return Err(unreadable(format!("it has {} images, and one is meant", images.len())));
    };
    let config = members.text(&image.config)?;
    let mut layers = Vec::new();
    for member in &image.layers {
        let (start, size) = members.place(member)?;
        layers.push(measured(&mut members.file, start, size).map_err(damaged)?);
    }
    Ok(Parts { config, layers, file: members.file })
}

impl Parts {
    /// The bytes of a layer.
    pub(crate) fn layer(&self, part: &Part) -> io::Result<impl Read + use<>> {
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(part.start))?;
        Ok(file.take(part.size))
    }
}

fn measured(file: &mut File, start: u64, size: u64) -> io::Result<Part> {
    let mut first = Vec::new();
    file.seek(SeekFrom::Start(start))?;
    (&mut *file).take(size.min(4)).read_to_end(&mut first)?;
    let compression = match first.as_slice() {
        [0x1f, 0x8b, ..] => Some("gzip"),
        [0x28, 0xb5, 0x2f, 0xfd] => Some("zstd"),
        _ => None,
    };
    file.seek(SeekFrom::Start(start))?;
    let own = sum(file.take(size))?;
    Ok(Part { digest: format!("sha256:{}", own.sha256), size, compression, start })
}

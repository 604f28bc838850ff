//! What an earlier job hands over: its receipt, and the image in a file.

use std::path::{Path, PathBuf};

use buildonce::Session;
use buildonce::types::build::WrittenFile;
use buildonce::types::selection::{ArchiveSeen, ReceiptSeen, Sighting, SightingKind};

use super::Problem;
use crate::archive::{self, Fault};
use crate::registry::Failure;
use crate::registry::sighting::{absent, nothing};
use crate::render::Sources;
use crate::{document, problem};

/// What was handed over.
#[derive(Debug, Default)]
pub(super) struct Handed {
    receipt: Option<ReceiptSeen>,
    /// The image in a file.
    archive: Option<(PathBuf, Checksum)>,
}

/// What is known of a file beside its bytes.
#[derive(Debug)]
enum Checksum {
    /// Nothing.
    Untold,
    /// What its receipt tells: another file is not read at all.
    Told(String),
    /// The engine holds it to its receipt, so it is measured.
    Measured,
}

impl Handed {
    /// A file whose checksum nobody tells, where there is one.
    pub(super) fn archive(path: Option<PathBuf>) -> Self {
        Self { receipt: None, archive: path.map(|path| (path, Checksum::Untold)) }
    }

    /// A file that the engine holds to a receipt, where there is one.
    pub(super) fn measured(path: Option<PathBuf>) -> Self {
        Self { receipt: None, archive: path.map(|path| (path, Checksum::Measured)) }
    }

    /// Reads a receipt. The archive is the one that it names, in the receipt's folder, unless another place is given.
    pub(super) fn read(receipt: Option<&Path>, archive: Option<&Path>, session: &mut Session) -> Result<Self, Problem> {
        let Some(path) = receipt else { return Ok(Self::archive(archive.map(Path::to_owned))) };
        let name = document::name(path);
        let text = document::read("the receipt", path, document::RECEIPT)?;
        let read = session.read_receipt(&text, &name)?;
        let read = read.map_err(|findings| Problem::refused(findings, Sources::of(&name, &text)))?;
        let place =
            |own: &str| archive.map_or_else(|| path.parent().unwrap_or(Path::new("")).join(own), Path::to_owned);
        let archive = match read.archive {
            Some(own) => Some((place(&own.path), Checksum::Told(own.sha256))),
            None => archive.map(|path| (path.to_owned(), Checksum::Untold)),
        };
        let references = read.images.into_iter().map(|image| image.reference).collect();
        let receipt = ReceiptSeen { built: read.revision, head: read.head_revision, references };
        Ok(Self { receipt: Some(receipt), archive })
    }

    /// The receipt, as the engine sees it.
    pub(super) fn receipt_seen(&self) -> Sighting {
        match &self.receipt {
            Some(receipt) => Sighting { receipt: Some(receipt.clone()), ..nothing(SightingKind::Receipt) },
            None => absent(),
        }
    }

    /// What the archive holds.
    pub(super) fn archive_seen(&self) -> Result<Sighting, Failure> {
        let Some((path, told)) = &self.archive else { return Ok(absent()) };
        let shown = path.display().to_string();
        let unusable = |why: String| Failure::file(format!("the archive {shown}: {why}"));
        let measure = || archive::measure(path).map_err(|e| unusable(problem::cause(&e)));
        let seen = |archive| Ok(Sighting { archive: Some(archive), ..nothing(SightingKind::Archive) });
        if let Checksum::Told(told) = told
            && path.exists()
        {
            let own = measure()?.sha256;
            if own != *told {
                return Err(unusable(format!("its SHA-256 is {own}, and the receipt says {told}")));
            }
        }
        let measured = matches!(told, Checksum::Measured);
        match archive::read(path, &shown) {
            Ok(found) if measured => {
                let WrittenFile { sha256, size } = measure()?;
                seen(ArchiveSeen { sha256: Some(sha256), size: Some(size), ..found })
            }
            Ok(found) => seen(found),
            Err(Fault::Missing) => Ok(absent()),
            // Half a file is a file, too, and is told by its checksum.
            Err(Fault::Unreadable(_)) if measured => {
                let WrittenFile { sha256, size } = measure()?;
                seen(ArchiveSeen { path: shown, images: Vec::new(), sha256: Some(sha256), size: Some(size) })
            }
            Err(Fault::Unreadable(why)) => Err(unusable(why)),
        }
    }
}

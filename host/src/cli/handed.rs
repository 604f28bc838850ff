//! What an earlier job hands over: its receipt, and the image in a file.

use std::path::{Path, PathBuf};

use buildonce::Session;
use buildonce::types::selection::{ReceiptSeen, Sighting, SightingKind};

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
    /// The image in a file, and the checksum that its receipt tells.
    archive: Option<(PathBuf, Option<String>)>,
}

impl Handed {
    /// A file whose checksum nobody tells, where there is one.
    pub(super) fn archive(path: Option<PathBuf>) -> Self {
        Self { receipt: None, archive: path.map(|path| (path, None)) }
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
            Some(own) => Some((place(&own.path), Some(own.sha256))),
            None => archive.map(|path| (path.to_owned(), None)),
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
        if let Some(told) = told.as_ref().filter(|_| path.exists()) {
            let own = archive::measure(path).map_err(|e| unusable(problem::cause(&e)))?.sha256;
            if own != *told {
                return Err(unusable(format!("its SHA-256 is {own}, and the receipt says {told}")));
            }
        }
        match archive::read(path, &shown) {
            Ok(found) => Ok(Sighting { archive: Some(found), ..nothing(SightingKind::Archive) }),
            Err(Fault::Missing) => Ok(absent()),
            Err(Fault::Unreadable(why)) => Err(unusable(why)),
        }
    }
}

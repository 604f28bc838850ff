//! Whether an archive holds the image that is looked for.

use super::document::{self, Config};
use super::model::{ArchiveImage, ArchiveSeen};
use super::revision::{Labels, Wanted};
use super::verify::{Outcome, Refusal, Tally};
use crate::reference::{Digest, Platform};

/// Judges an archive: for every platform exactly one image whose label proves its commit. The names inside prove nothing.
pub(crate) fn judge(archive: &ArchiveSeen, wanted: &Wanted<'_>, platforms: &[(String, Platform)]) -> Outcome {
    let images: Vec<_> = archive
        .images
        .iter()
        .filter_map(|image| {
            document::config(&image.config).map(|config| (image, Digest::of(image.config.as_bytes()), config))
        })
        .collect();
    if images.is_empty() {
        return Outcome::Rejected(Refusal::new("archive-empty", "the archive holds no image that can be read"));
    }
    let names: Vec<_> = if platforms.is_empty() {
        images.iter().map(|(_, _, config)| (config.platform.to_string(), config.platform.clone())).collect()
    } else {
        platforms.to_vec()
    };
    let mut tally = Tally::default();
    for (name, platform) in &names {
        let own: Vec<_> = images.iter().filter(|(_, _, config)| config.platform.matches(platform)).collect();
        // Of several images for a platform only those count whose labels say the most.
        let best = own.iter().map(|(_, _, config)| rank(wanted, config)).max();
        let candidates: Vec<_> = own.iter().filter(|(_, _, config)| Some(rank(wanted, config)) == best).collect();
        let Some((image, id, config)) = candidates.first() else {
            return Outcome::Rejected(
                Refusal::new("platform-missing", format!("the archive holds no image for {name}")).on(name),
            );
        };
        if candidates.iter().any(|(_, other, _)| other != id) {
            let message = format!("the archive holds several images for {name}, and nothing tells them apart");
            return Outcome::Rejected(Refusal::new("archive-ambiguous", message).on(name));
        }
        let digest = manifest(image);
        if let Err(refusal) = tally.add(wanted, name.clone(), digest.as_ref(), (id, config)) {
            return Outcome::Rejected(refusal);
        }
    }
    let digest = if let [(image, _, _)] = images.as_slice() { manifest(image).map(String::from) } else { None };
    tally.fit(digest)
}

/// How much the labels of an image say for it.
fn rank(wanted: &Wanted<'_>, config: &Config) -> u8 {
    match wanted.judge(&config.labels) {
        Labels::Fine(..) => 2,
        Labels::Stale(..) => 1,
        Labels::Refused(_) => 0,
    }
}

fn manifest(image: &ArchiveImage) -> Option<Digest> {
    image.digest.as_deref().and_then(Digest::parse)
}

/// What names the image inside: its first name, else its identifier.
pub(super) fn reference(archive: &ArchiveSeen, config: &str) -> String {
    let named = archive.images.iter().filter(|image| Digest::of(image.config.as_bytes()).as_str() == config);
    named.filter_map(|image| image.references.first()).min().cloned().unwrap_or_else(|| config.to_owned())
}

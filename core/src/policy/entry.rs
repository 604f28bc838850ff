//! What labels, annotations and build arguments may say, for plans and for `lint`.

use crate::Diagnostic;
use crate::text::{has_control, shown};

/// The label of the whole commit that the image was built from.
pub(crate) const REVISION: &str = "org.opencontainers.image.revision";

/// One entry is one line in every language that carries entries to a builder.
pub(crate) fn check_value(key: &str, value: &str) -> Result<(), Box<Diagnostic>> {
    if !has_control(value) {
        return Ok(());
    }
    let message = format!("the value of `{}` holds a line break or another control character", shown(key));
    Err(Box::new(Diagnostic::error("invalid-entry-value", message).help("write it in one line")))
}

/// What a person should know about a policy that takes the proof of its commit from an image.
pub(crate) fn revision_changed() -> Diagnostic {
    let message = format!("the label `{REVISION}` does not hold the commit that is built");
    Diagnostic::warning("revision-label-changed", message)
        .help("leave this label alone: without it no consumer can prove that the image is fresh")
}

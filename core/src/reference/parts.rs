//! References and platforms for callers outside of this crate: texts in, parts or findings out.

use serde::{Deserialize, Serialize};

use super::{ImageReference, Platform};
use crate::Diagnostic;
use crate::diagnostic::Diagnostics;

/// What a machine makes of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlatformFit {
    /// Both name the same platform, in whatever spelling.
    pub same: bool,
    /// The machine runs the image.
    pub runs: bool,
    /// The machine runs it, and better than the other image, if there is another.
    pub better: bool,
}

/// Reads an image's name; an error when the text is none.
///
/// ```
/// use buildonce_core::reference::parse;
/// assert_eq!(parse("alpine:3").unwrap().name(), "docker.io/library/alpine");
/// assert_eq!(parse("Alpine").unwrap_err()[0].code, "invalid-reference");
/// ```
pub fn parse(text: &str) -> Result<ImageReference, Diagnostics> {
    ImageReference::parse(text).map_err(|error| {
        let help = "a reference looks like `ghcr.io/acme/app:v1` or `ghcr.io/acme/app@sha256:…`";
        vec![Diagnostic::error("invalid-reference", error.message).help(help)]
    })
}

/// Reads a platform; an error when the text is none.
///
/// ```
/// use buildonce_core::reference::parse_platform;
/// assert_eq!(parse_platform("linux/aarch64").unwrap().architecture, "arm64");
/// assert_eq!(parse_platform("linux").unwrap_err()[0].code, "invalid-platform");
/// ```
pub fn parse_platform(text: &str) -> Result<Platform, Diagnostics> {
    Platform::parse(text).map_err(|error| {
        vec![Diagnostic::error("invalid-platform", error.message).help("such as `linux/amd64`, or `linux/arm/v7`")]
    })
}

/// What a machine makes of an image for `target`, where it has `other` already. Any spelling will do.
///
/// ```
/// use buildonce_core::reference::{fit, parse_platform};
/// let platform = |text| parse_platform(text).unwrap();
/// let fit = fit(&platform("linux/arm/v7"), &platform("linux/arm/v6"), None);
/// assert!(!fit.same && fit.runs && fit.better);
/// ```
pub fn fit(machine: &Platform, target: &Platform, other: Option<&Platform>) -> PlatformFit {
    let [machine, target] = [machine, target].map(usual);
    let other = other.map(usual);
    PlatformFit {
        same: machine.matches(&target),
        runs: machine.runs(&target),
        better: machine.prefers(&target, other.as_ref()),
    }
}

fn usual(platform: &Platform) -> Platform {
    Platform::new(&platform.os, &platform.architecture, &platform.variant, &platform.os_version)
}

//! Platforms: operating system, architecture and variant.

use std::fmt;

use crate::text::shown;
use serde::{Deserialize, Serialize};

/// A platform that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformError {
    /// What is wrong, as a fragment.
    pub message: String,
}

impl fmt::Display for PlatformError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for PlatformError {}

/// A platform in the terms of the OCI image specification, in its usual spelling.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// Such as `linux`.
    pub os: String,
    /// Such as `amd64`.
    pub architecture: String,
    /// Such as `v7`; empty for the architecture's usual one.
    #[serde(default)]
    pub variant: String,
    /// Such as `10.0.17763.2114`; empty where it does not matter.
    #[serde(default)]
    pub os_version: String,
}

impl Platform {
    /// Makes a platform from what a manifest or a config says, in its usual spelling.
    pub fn new(os: &str, architecture: &str, variant: &str, os_version: &str) -> Self {
        let lower = str::to_ascii_lowercase;
        let (os, architecture, variant) = (lower(os), lower(architecture), lower(variant));
        let os = if os == "macos" { "darwin".to_owned() } else { os };
        let (architecture, variant) = match (architecture.as_str(), variant.as_str()) {
            ("i386", _) => ("386", ""),
            ("x86_64" | "x86-64" | "amd64", "v1") => ("amd64", ""),
            ("x86_64" | "x86-64", variant) => ("amd64", variant),
            ("aarch64" | "arm64", "8" | "v8") => ("arm64", ""),
            ("aarch64", variant) => ("arm64", variant),
            ("armhf", _) | ("arm", "" | "7") => ("arm", "v7"),
            ("armel", _) | ("arm", "6") => ("arm", "v6"),
            ("arm", "5") => ("arm", "v5"),
            ("arm", "8") => ("arm", "v8"),
            (architecture, variant) => (architecture, variant),
        };
        Self {
            os,
            architecture: architecture.to_owned(),
            variant: variant.to_owned(),
            os_version: os_version.to_owned(),
        }
    }

    /// Reads `os/architecture` or `os/architecture/variant`, with `,osver=…` behind it for Windows. A single part is
    /// refused, as the other one would have to be taken from some machine.
    ///
    /// ```
    /// use buildonce_core::reference::Platform;
    /// assert_eq!(Platform::parse("linux/aarch64").unwrap().to_string(), "linux/arm64");
    /// assert!(Platform::parse("linux").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, PlatformError> {
        let wrong = |what: &str| PlatformError { message: format!("`{}` is no platform: {what}", shown(text)) };
        let (parts, arguments) = text.split_once(',').map_or((text, None), |(parts, rest)| (parts, Some(rest)));
        let is_part = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        };
        let parts: Vec<_> = parts.split('/').collect();
        if !parts.iter().all(|part| is_part(part)) {
            return Err(wrong("parts are letters, digits, `_` and `-`"));
        }
        let os_version = match arguments.map(|rest| rest.split_once('=').map(|(key, value)| (key.trim(), value.trim())))
        {
            None => "",
            Some(Some((key, value))) if ["osver", "osversion"].iter().any(|k| k.eq_ignore_ascii_case(key)) => value,
            Some(_) => return Err(wrong("only `osver=…` may follow a comma")),
        };
        match parts.as_slice() {
            [os, architecture] => Ok(Self::new(os, architecture, "", os_version)),
            [os, architecture, variant] => Ok(Self::new(os, architecture, variant, os_version)),
            _ => Err(wrong("it looks like `linux/amd64` or `linux/arm/v7`")),
        }
    }

    /// Whether a manifest with this platform holds something else than an image, such as an attestation.
    pub fn is_unknown(&self) -> bool {
        self.os == "unknown" && self.architecture == "unknown"
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        if self.variant.is_empty() { Ok(()) } else { write!(f, "/{}", self.variant) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_platform_has_one_spelling() {
        for (text, expected) in [
            ("linux/x86_64", "linux/amd64"),
            ("Linux/AMD64/v1", "linux/amd64"),
            ("linux/amd64/v3", "linux/amd64/v3"),
            ("linux/arm64/v8", "linux/arm64"),
            ("linux/arm", "linux/arm/v7"),
            ("linux/arm/6", "linux/arm/v6"),
            ("macos/arm64", "darwin/arm64"),
            ("linux/riscv64", "linux/riscv64"),
        ] {
            assert_eq!(Platform::parse(text).unwrap().to_string(), expected, "{text}");
        }
        assert_eq!(Platform::parse("windows/amd64,osver=10.0.1").unwrap().os_version, "10.0.1");
        for bad in
            ["", "linux", "linux/*", "linux//amd64", "linux/amd64,x=1", "linux,amd64", "a/b/c/d", "l\u{ef}nux/amd64"]
        {
            assert!(Platform::parse(bad).is_err(), "{bad}");
        }
    }
}

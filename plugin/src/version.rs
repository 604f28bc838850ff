//! The `version` interface.

use buildonce_core::version as core;

use crate::translate::{Translate, one_way, one_way_enum};
use crate::wit::version as wit;

impl wit::Guest for crate::Engine {
    fn parse(text: String, strictness: wit::Strictness) -> Result<wit::Version, Vec<wit::Diagnostic>> {
        core::parse(&text, strictness.translate()).translate()
    }

    fn compare(one: String, two: String) -> Result<wit::Comparison, Vec<wit::Diagnostic>> {
        core::compare(&one, &two).translate()
    }

    fn check(constraint: String) -> Vec<wit::Diagnostic> {
        core::check(&constraint).translate()
    }

    fn admits(
        constraint: String,
        version: String,
        prereleases: wit::Prereleases,
    ) -> Result<bool, Vec<wit::Diagnostic>> {
        core::admits(&constraint, &version, prereleases.translate()).translate()
    }
}

one_way_enum!(wit::Strictness => core::Strictness { Loose, Strict });
one_way_enum!(wit::Prereleases => core::Prereleases { WhenNamed, Included });
one_way_enum!(core::Comparison => wit::Comparison { Less, Equal, Greater });
one_way!(core::VersionParts => wit::Version { major, minor, patch, prerelease, metadata, text });

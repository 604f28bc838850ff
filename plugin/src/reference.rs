//! The `reference` interface.

use buildonce_core::reference as core;

use crate::translate::{Translate, one_way, one_way_enum, record};
use crate::wit::reference as wit;

impl wit::Guest for crate::Engine {
    fn parse(text: String) -> Result<wit::ImageReference, Vec<wit::Diagnostic>> {
        core::parse(&text).translate()
    }

    fn parse_platform(text: String) -> Result<wit::Platform, Vec<wit::Diagnostic>> {
        core::parse_platform(&text).translate()
    }

    fn fit(machine: wit::Platform, target: wit::Platform, other: Option<wit::Platform>) -> wit::PlatformFit {
        let other: Option<core::Platform> = other.translate();
        core::fit(&machine.translate(), &target.translate(), other.as_ref()).translate()
    }
}

one_way_enum!(core::Scheme => wit::Scheme { Registry, OciDirectory, OciFile });
one_way!(core::ImageReference => wit::ImageReference { scheme, registry, repository, tag, digest, path });
record!(wit::Platform = core::Platform { os, architecture, variant, os_version });
one_way!(core::PlatformFit => wit::PlatformFit { same, runs, better });

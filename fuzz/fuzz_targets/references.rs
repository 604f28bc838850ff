//! References, platforms and digests, read and written again. The input is the text.
#![no_main]

use buildonce_core::reference::{Digest, ImageReference, Platform, Scheme};
use buildonce_fuzz::{is_line, is_tag, text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let digest = Digest::of(bytes);
    assert_eq!(Digest::parse(digest.as_str()).as_ref(), Some(&digest), "a digest is no digest");
    let Some(text) = text(bytes) else { return };
    match ImageReference::parse(text) {
        Ok(reference) => {
            assert!(reference.tag.as_deref().is_none_or(is_tag), "{reference:?}");
            let written = write(&reference);
            assert_eq!(ImageReference::parse(&written).as_ref(), Ok(&reference), "{text:?} became {written:?}");
        }
        Err(error) => assert!(is_line(&error.message), "{error:?}"),
    }
    match Platform::parse(text) {
        Ok(platform) => {
            let plain = Platform { os_version: String::new(), ..platform.clone() };
            assert_eq!(Platform::parse(&platform.to_string()), Ok(plain), "{text:?} became {platform}");
            assert!(platform.matches(&platform), "{platform} does not match itself");
        }
        Err(error) => assert!(is_line(&error.message), "{error:?}"),
    }
    if let Some(digest) = Digest::parse(text) {
        assert_eq!(Digest::parse(digest.as_str()), Some(digest));
    }
});

fn write(reference: &ImageReference) -> String {
    let place = match reference.scheme {
        Scheme::Registry => reference.name(),
        Scheme::OciDirectory => format!("ocidir://{}", reference.path),
        Scheme::OciFile => format!("ocifile://{}", reference.path),
    };
    let tag = reference.tag.as_ref().map(|tag| format!(":{tag}")).unwrap_or_default();
    let digest = reference.digest.as_ref().map(|digest| format!("@{digest}")).unwrap_or_default();
    place + &tag + &digest
}

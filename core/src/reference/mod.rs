//! Names of images: references such as `ghcr.io/acme/app:v1@sha256:…`, digests, and platforms such as `linux/arm64`.

mod digest;
mod host;
mod image;
mod parts;
mod platform;
mod platform_match;

pub use digest::Digest;
pub(crate) use image::is_tag;
pub use image::{ImageReference, ReferenceError, Scheme};
pub use parts::{PlatformFit, fit, parse, parse_platform};
pub use platform::{Platform, PlatformError};

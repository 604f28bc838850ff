//! Which image is the image of this commit?

pub mod channel;
mod reflection;
mod release;

pub use reflection::{Reflected, Reflection, ReflectionPolicy, ReflectionStep, reflect};
pub use release::{Listing, ReleaseVerdict, Standing, newest_release};

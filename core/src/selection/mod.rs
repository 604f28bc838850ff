//! Which image is the image of this commit?
//!
//! [`next`] climbs a ladder: what a person named, the receipt, tags that name the commit, tags that move, the archive, a
//! build. Names only locate an image; a label in the image itself proves its commit, for every platform.
//! [`channel`](mod@channel) answers another question: which tag of a moving line is the newest.

mod archive;
pub mod channel;
mod document;
pub mod exchange;
mod ladder;
mod look;
mod model;
mod reflection;
mod revision;
mod step;
mod verify;
mod view;

pub use model::*;
pub use reflection::{Reflected, Reflection, ReflectionPolicy, ReflectionStep, reflect};
pub use step::{MAX_STEPS, next};

// What a build, a promotion or a receipt looks at is judged by the same code.
pub(crate) use look::{Look, Sight};
pub(crate) use view::{Answer, View};

pub use crate::version::{Listing, ReleaseVerdict, Standing, newest_release};

//! The newest tag of a channel: a moving line such as `1.x`, the newest build of `main`, the newest nightly.
//!
//! A channel tells what is newest, never what belongs to a commit; that is what [`super::next`] is for.

mod argo;
mod filter;
mod flux;
mod glob;
mod model;
mod native;
mod number;

pub use filter::{Extracted, exclude, extract};
pub use model::*;

use crate::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::version::constraint;

/// Chooses the newest tag of a channel.
///
/// The native answer does not depend on the order of the listing: candidates are in a total order of value, date, name and
/// digest. A pattern, glob or constraint that cannot be read is an error. The time is linear in the number of tags.
///
/// ```
/// use buildonce_core::selection::channel::{ChannelPolicy, Strategy, TagInfo, channel};
/// let policy = ChannelPolicy { range: Some("1.x".to_owned()), ..ChannelPolicy::new(Strategy::Semver) };
/// let tags: Vec<_> = ["v1.2.0", "v1.10.0", "v2.0.0", "latest"].map(TagInfo::named).into();
/// assert_eq!(channel(&policy, &tags).unwrap().tag.unwrap().name, "v1.10.0");
/// ```
pub fn channel(policy: &ChannelPolicy, tags: &[TagInfo]) -> Result<Choice, Diagnostics> {
    let filter = filter::Filter::new(policy).map_err(|error| vec![*error])?;
    let choice = match policy.mode {
        Mode::Native => native::choose(policy, &filter, tags),
        Mode::Flux => flux::choose(policy, &filter, tags),
        Mode::Argo => argo::choose(policy, &filter, tags),
    };
    choice.map_err(|error| vec![*error])
}

/// A strategy that the program whose rules hold does not have.
fn not_supported(who: &str, strategy: Strategy) -> Diagnostic {
    let message = format!("{who} has no strategy `{}`", strategy.word());
    Diagnostic::error("not-supported", message).help("use the native mode")
}

impl Strategy {
    /// The word for it in policies and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Semver => "semver",
            Self::Numerical => "numerical",
            Self::Alphabetical => "alphabetical",
            Self::Created => "created",
            Self::Pushed => "pushed",
            Self::Digest => "digest",
        }
    }
}

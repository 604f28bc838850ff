//! One row of the table.

use serde::Serialize;

use super::model::{Confidence, Kind, Remedy};

/// A rule: what a line of output means.
///
/// When several rules match an output, the highest [`weight`](Self::weight) decides (`docs/retry.md` has the whole order):
///
/// | weight | what stands there |
/// |---|---|
/// | 95 | the other side names the limit that was hit; disk or memory is full |
/// | 90 | the input is wrong: source code, Dockerfile, reference, options, certificates, missing rights |
/// | 80 | a network or server failure in its own words |
/// | 70 | a status or an error number |
/// | 60 | something failed to download, without its reason |
/// | 50 | something is missing, which may be a consequence of a failed download |
/// | 30–40 | an exit code, or a wrapper around what went wrong |
/// | 10 | an exit code that says nothing |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Stable name: the area, a dot, and a name in that area.
    pub id: &'static str,
    /// The cause in the taxonomy.
    pub cause: &'static str,
    /// The cause when it came up inside a step of a build, where that has a name of its own.
    pub step_cause: Option<&'static str>,
    /// What kind of failure it stands for.
    pub kind: Kind,
    /// How sure that is.
    pub confidence: Confidence,
    /// How much it counts against other rules.
    pub weight: u8,
    /// Regular expressions over the bytes of one line in lower case, of which one must match. Each holds a literal of three bytes
    /// or more (`finder.rs` says why).
    pub patterns: &'static [&'static str],
    /// What helps better than a plain repetition.
    pub remedy: Option<Remedy>,
    /// A line that it matches. Not in WebAssembly: nothing there reads it, and it would travel in every component.
    #[cfg(not(target_family = "wasm"))]
    pub example: &'static str,
    /// Where the wording comes from. Not in WebAssembly either.
    #[cfg(not(target_family = "wasm"))]
    pub source: &'static str,
}

impl Rule {
    /// A rule whose confidence follows from its kind, with its example and its source.
    pub(super) const fn new(
        kind: Kind,
        weight: u8,
        id: &'static str,
        cause: &'static str,
        patterns: &'static [&'static str],
        (example, source): (&'static str, &'static str),
    ) -> Self {
        let confidence = if matches!(kind, Kind::Ambiguous) {
            Confidence::Ambiguous
        } else if weight >= 80 {
            Confidence::Certain
        } else {
            Confidence::Likely
        };
        #[cfg(target_family = "wasm")]
        let _ = (example, source);
        Self {
            id,
            cause,
            step_cause: None,
            kind,
            confidence,
            weight,
            patterns,
            remedy: None,
            #[cfg(not(target_family = "wasm"))]
            example,
            #[cfg(not(target_family = "wasm"))]
            source,
        }
    }

    /// Names the cause inside a step of a build.
    pub(super) const fn in_step(mut self, cause: &'static str) -> Self {
        self.step_cause = Some(cause);
        self
    }

    /// Says what helps.
    pub(super) const fn remedy(mut self, remedy: Remedy) -> Self {
        self.remedy = Some(remedy);
        self
    }

    /// Lowers the confidence: the text usually means this, but not always.
    pub(super) const fn likely(mut self) -> Self {
        self.confidence = Confidence::Likely;
        self
    }

    /// Lowers the confidence to the least, without a change of the kind: one cautious repetition is allowed.
    pub(super) const fn doubtful(mut self) -> Self {
        self.confidence = Confidence::Ambiguous;
        self
    }
}

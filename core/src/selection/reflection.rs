//! Which digest is kept beside a chosen tag; the digest reflection of Flux.

use serde::{Deserialize, Serialize};

/// When the digest of the chosen tag is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReflectionPolicy {
    /// Never: only the tag counts.
    #[default]
    Never,
    /// When another tag is chosen than before, or no digest is kept yet; a tag that moved is not followed.
    IfNotPresent,
    /// Always: a tag that moved is followed.
    Always,
}

/// A chosen tag and its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reflected {
    /// The tag.
    pub tag: String,
    /// What it pointed at when it was looked up; absent when it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// What is chosen now, and what was before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reflection {
    /// What is chosen now.
    pub current: Reflected,
    /// What was chosen before; absent when nothing changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Reflected>,
}

/// What to do for the digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReflectionStep {
    /// Look up what the tag points at, and ask again with it.
    LookUp(String),
    /// The answer.
    Done(Reflection),
}

/// Decides which digest is kept beside a chosen tag.
///
/// `before` is what was chosen before, `looked_up` what the tag points at now, when that was asked for.
///
/// ```
/// use buildonce_core::selection::{Reflected, ReflectionPolicy, ReflectionStep, reflect};
/// let step = reflect(ReflectionPolicy::Always, None, "v1.1.0", None);
/// assert_eq!(step, ReflectionStep::LookUp("v1.1.0".to_owned()));
/// ```
pub fn reflect(
    policy: ReflectionPolicy,
    before: Option<&Reflected>,
    tag: &str,
    looked_up: Option<&str>,
) -> ReflectionStep {
    let kept = before.filter(|before| before.tag == tag).and_then(|before| before.digest.as_deref());
    let digest = match (policy, kept) {
        (ReflectionPolicy::Never, _) => None,
        (ReflectionPolicy::IfNotPresent, Some(kept)) => Some(kept),
        _ => match looked_up {
            Some(digest) => Some(digest),
            None => return ReflectionStep::LookUp(tag.to_owned()),
        },
    };
    let current = Reflected { tag: tag.to_owned(), digest: digest.map(str::to_owned) };
    let previous = before.filter(|before| **before != current).cloned();
    ReflectionStep::Done(Reflection { current, previous })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_that_moved_is_followed_only_always() {
        let before = Reflected { tag: "v1".to_owned(), digest: Some("a".to_owned()) };
        let digest = |policy| match reflect(policy, Some(&before), "v1", Some("b")) {
            ReflectionStep::Done(reflection) => reflection.current.digest,
            ReflectionStep::LookUp(tag) => panic!("asked for {tag} again"),
        };
        assert_eq!(digest(ReflectionPolicy::Never), None);
        assert_eq!(digest(ReflectionPolicy::IfNotPresent).as_deref(), Some("a"));
        assert_eq!(digest(ReflectionPolicy::Always).as_deref(), Some("b"));
    }

    #[test]
    fn nothing_is_looked_up_that_is_not_needed() {
        let before = Reflected { tag: "v1".to_owned(), digest: Some("a".to_owned()) };
        let asks = |policy, tag| matches!(reflect(policy, Some(&before), tag, None), ReflectionStep::LookUp(_));
        assert!(!asks(ReflectionPolicy::Never, "v2"));
        assert!(!asks(ReflectionPolicy::IfNotPresent, "v1"));
        assert!(asks(ReflectionPolicy::IfNotPresent, "v2"));
        assert!(asks(ReflectionPolicy::Always, "v1"));
    }
}

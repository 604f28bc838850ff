//! The new names, before anybody looks at them.

use crate::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::facts::Facts;
use crate::policy::matcher::values::{Fact, git_tag};
use crate::policy::{Guard, Policy};
use crate::reference::{ImageReference, is_tag};
use crate::tagging::{ImagePlan, PlannedTag};
use crate::text::shown;
use crate::version::masterminds::Version;

/// The tag that only the newest release may take, where the policy says so.
const LATEST: &str = "latest";

/// Most names that are given at once.
const MAX_NAMES: usize = 100;

/// A name that the image is to get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wish {
    /// Registry and repository; absent for the image's own.
    pub(super) image: Option<String>,
    pub(super) tag: String,
    /// It names one version or commit for ever.
    pub(super) fixed: bool,
}

/// What is wrong with new names, before anything is looked at; nothing when they can be used.
///
/// ```
/// use buildonce_core::promotion::check;
/// assert!(check(&["main".to_owned(), "ghcr.io/acme/app:1.2".to_owned()]).is_empty());
/// assert_eq!(check(&["ma in".to_owned()])[0].message, "`ma in` is no tag");
/// ```
pub fn check(to: &[String]) -> Diagnostics {
    given(to).err().unwrap_or_default()
}

/// The names that were asked for.
pub(super) fn given(to: &[String]) -> Result<Vec<Wish>, Diagnostics> {
    if to.len() > MAX_NAMES {
        let message = format!("there are {} names, and at most {MAX_NAMES} are given at once", to.len());
        return Err(vec![Diagnostic::error("too-many-targets", message)]);
    }
    let mut errors = Vec::new();
    let mut wishes = Vec::new();
    for word in to {
        match wish(word.trim()) {
            Ok(wish) => wishes.push(wish),
            Err(why) => {
                let message = format!("`{}` {why}", shown(word));
                let help = "give a tag such as `main`, or a whole name such as `ghcr.io/acme/app:main`";
                errors.push(Diagnostic::error("invalid-target", message).help(help));
            }
        }
    }
    if errors.is_empty() { Ok(wishes) } else { Err(errors) }
}

fn wish(word: &str) -> Result<Wish, &'static str> {
    let (image, tag) = if word.contains(['/', ':', '@']) {
        let reference = ImageReference::parse(word).map_err(|_| "is no name of an image")?;
        if !reference.path.is_empty() {
            return Err("is no name in a registry");
        }
        if reference.digest.is_some() {
            return Err("has a digest: the image has its own, and keeps it");
        }
        (Some(reference.name()), reference.tag.ok_or("names no tag")?)
    } else if is_tag(word) {
        (None, word.to_owned())
    } else {
        return Err("is no tag");
    };
    Ok(Wish { image, fixed: Version::of_tag(&tag).is_some(), tag })
}

/// The names that the policy gives this run's image.
pub(super) fn planned(plan: &ImagePlan) -> Vec<Wish> {
    let images = plan.images.iter().filter(|image| image.active && !image.registry.is_empty());
    let wish = |image: &str, tag: &PlannedTag| Wish {
        image: Some(image.to_owned()),
        tag: tag.name.clone(),
        fixed: !tag.mutable,
    };
    images.flat_map(|image| plan.tags.iter().map(move |tag| wish(&image.name, tag))).collect()
}

/// The version that decides whether `latest` moves, where it was asked for and the policy guards it: the run's own, else the greatest
/// of the new names.
pub(super) fn guarded(policy: &Policy, facts: &Facts, wishes: &[Wish]) -> Option<String> {
    let guard = policy.tags.iter().any(|rule| rule.guard == Some(Guard::NewestRelease));
    if !guard || !wishes.iter().any(|wish| wish.tag == LATEST) {
        return None;
    }
    if let Fact::Known(tag) = git_tag(facts)
        && Version::of_tag(tag).is_some()
    {
        return Some(tag.to_owned());
    }
    let versions = wishes.iter().filter_map(|wish| Version::of_tag(&wish.tag).map(|version| (version, &wish.tag)));
    versions.max_by(|one, two| one.0.precedence(&two.0)).map(|(_, tag)| tag.clone())
}

/// Whether a tag waits for the verdict on [`guarded`].
pub(super) fn is_guarded(tag: &str) -> bool {
    tag == LATEST
}

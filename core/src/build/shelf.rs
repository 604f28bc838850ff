//! The plan of a run whose rules wait for the registry's tags.

use crate::diagnostic::Diagnostics;
use crate::facts::{Facts, RegistryTags};
use crate::policy::Policy;
use crate::selection::{Answer, Cause, Probe, Sighting, View};
use crate::tagging::{self, ImagePlan};

/// A plan, or what it waits for.
pub(crate) enum Shelf {
    /// The plan. No rule waits for tags.
    Plan(Box<ImagePlan>),
    /// The tags of this image must be seen first.
    Ask(String),
    /// Nobody knows the tags of this image.
    Unknown(String),
}

/// Plans, with the tags that were seen where a rule asks which release is the newest. What a person handed in is not asked for, and
/// nothing is for a plan whose names reach no registry, as `gives_names` says.
pub(crate) fn plan(
    policy: &Policy,
    facts: &Facts,
    view: &View<'_>,
    gives_names: impl Fn(&ImagePlan) -> bool,
) -> Result<Shelf, Diagnostics> {
    let plan = tagging::plan(policy, facts)?;
    let asks = plan.rules.iter().any(|rule| rule.reason.code == "registry-tags-unknown");
    let waits = asks && gives_names(&plan);
    let image = plan.images.iter().find(|image| image.active && !image.registry.is_empty());
    let Some(image) = image.filter(|_| waits) else { return Ok(Shelf::Plan(Box::new(plan))) };
    Ok(match tags(view, &image.name) {
        Answer::Found(tags) => {
            let plan = tagging::plan(policy, &Facts { registry_tags: Some(tags), ..facts.clone() })?;
            Shelf::Plan(Box::new(plan))
        }
        Answer::Open => Shelf::Ask(image.name.clone()),
        _ => Shelf::Unknown(image.name.clone()),
    })
}

/// The tags of an image.
pub(crate) fn tags(view: &View<'_>, image: &str) -> Answer<RegistryTags> {
    match view.sighting(&Probe::Tags { image: image.to_owned() }) {
        Answer::Found(Sighting::Tags(tags)) => Answer::Found(tags.clone()),
        // A repository that is not there yet has no tags.
        Answer::Absent => Answer::Found(RegistryTags { tags: Vec::new(), complete: true }),
        Answer::Open => Answer::Open,
        Answer::Unknown(cause) => Answer::Unknown(cause),
        Answer::Found(_) | Answer::Altered => Answer::Unknown(Cause::Invalid),
    }
}

/// Why nothing goes on where nobody knows the tags.
pub(crate) fn unknown(image: &str) -> crate::Reason {
    let message = format!(
        "nobody knows which tags {image} has, and only they tell which release is the newest; hand them in where the registry does not list them"
    );
    crate::Reason::new("registry-tags-unknown", message)
}

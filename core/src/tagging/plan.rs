//! The whole answer, decision by decision.

use super::arguments::Parts;
use super::collisions::Tagger;
use super::images::Wish;
use super::lookup::derive;
use super::model::{ImagePlan, Lookup, PlannedImage, PlannedTag, RuleTrace};
use super::naming::Namer;
use super::rules::Tags;
use super::{arguments, concurrency, delivery, images, labels, rules, skip};
use crate::diagnostic::Diagnostics;
use crate::facts::Facts;
use crate::policy::Policy;
use crate::text::concat;
use crate::{Diagnostic, Reason};

/// Decides what happens to the image of a run.
///
/// The answer comes whole or not at all: when anything in it would have to be guessed, every error that stands in the way is
/// returned. A run that builds nothing still gets its names, as its consumers look for the image all the same.
pub fn plan(policy: &Policy, facts: &Facts) -> Result<ImagePlan, Diagnostics> {
    let decision = skip::decide(&policy.skip, facts);
    let deleted = skip::is_deletion(facts);
    let namer = Namer::new(facts, &policy.naming);
    let tagger = Tagger::new(namer, policy);
    let mut errors = Vec::new();
    let mut warnings = Vec::new();

    let tags = tags(policy, &tagger, &mut errors);
    warnings.extend(tags.warnings);

    let keep = if decision.build { keep(policy, facts, &mut errors) } else { Some(not_built(&decision.reasons)) };
    let decided = images::decide(policy, &namer, keep.as_ref().map_or(Wish::Push, Wish::Keep));
    let mut images = decided.list;
    errors.extend(decided.errors);
    warnings.extend(decided.warnings);
    let first_tag = tags.list.first().filter(|tag| tag.primary).map(|tag| tag.name.as_str());
    for image in images.iter_mut().filter(|image| image.active) {
        image.references = references(image, &tags.list);
    }

    let said = labels::decide(policy, &namer, first_tag);
    errors.extend(said.errors);

    let (platforms, platform_reason) = delivery::platforms(policy, facts, &mut errors);
    let mut delivery = if decision.build {
        warnings.extend(said.warnings);
        match labels::check_checkout(&namer) {
            Ok(warning) => warnings.extend(warning),
            Err(error) => errors.push(*error),
        }
        warnings.extend(dirty(facts));
        let (delivery, notes, refusals) =
            delivery::decide(policy, facts, &images, first_tag, platforms, platform_reason);
        warnings.extend(notes);
        errors.extend(refusals);
        delivery
    } else {
        delivery::none(platforms, platform_reason)
    };
    // Nothing is built for, and nothing is looked for under, a name that is gone.
    if !errors.is_empty() && !deleted {
        return Err(once(errors));
    }
    let runs = if decision.build {
        let mut annotations = said.annotations.as_slice();
        if let Some(reason) = delivery::no_annotations(policy, facts).filter(|_| !annotations.is_empty()) {
            delivery.reasons.push(reason);
            annotations = &[];
        }
        arguments::decide(&Parts {
            builder: &policy.build.builder,
            images: &images,
            labels: &said.labels,
            annotations,
            build_args: &said.build_args,
            delivery: &delivery,
            force_refresh: decision.force_refresh,
        })
    } else {
        Vec::new()
    };
    let primary = images.iter().find(|image| image.active).and_then(|image| image.references.first().cloned());
    Ok(ImagePlan {
        primary: first_tag.and(primary),
        version: first_tag.map(str::to_owned),
        lookup: derive(&tagger, policy, tags.primary, &images, &delivery.platforms),
        concurrency: concurrency::advise(facts),
        labels: said.labels,
        annotations: said.annotations,
        build_args: said.build_args,
        builder: policy.build.builder.clone(),
        runs,
        rules: tags.outcomes,
        tags: tags.list,
        decision,
        images,
        delivery,
        warnings,
    })
}

/// What a consumer of the run's image looks for: [`ImagePlan::lookup`], for a run that builds nothing itself.
///
/// It needs less than a plan. A run that follows another one has often checked out another commit, which makes it no less
/// a consumer; to build from that checkout is what [`plan`] refuses.
pub fn lookup(policy: &Policy, facts: &Facts) -> Result<Lookup, Diagnostics> {
    let namer = Namer::new(facts, &policy.naming);
    let tagger = Tagger::new(namer, policy);
    let mut errors = Vec::new();
    let tags = tags(policy, &tagger, &mut errors);
    let images = images::decide(policy, &namer, Wish::Push);
    errors.extend(images.errors);
    let (platforms, _) = delivery::platforms(policy, facts, &mut errors);
    if errors.is_empty() || skip::is_deletion(facts) {
        return Ok(derive(&tagger, policy, tags.primary, &images.list, &platforms));
    }
    Err(once(errors))
}

/// Each error once: what one missing fact keeps several rules from is told at the first of them.
fn once(errors: Diagnostics) -> Diagnostics {
    let mut told: Diagnostics = Vec::with_capacity(errors.len());
    for error in errors {
        if !told.iter().any(|earlier| earlier.code == error.code && earlier.message == error.message) {
            told.push(error);
        }
    }
    told
}

/// Every tag rule with the conditions that were tried and the values that it fills in, also where [`plan`] refuses.
pub fn explain(policy: &Policy, facts: &Facts) -> Vec<RuleTrace> {
    rules::explain(policy, &Tagger::new(Namer::new(facts, &policy.naming), policy))
}

/// The tags of every rule; none at all is an error.
fn tags<'a>(policy: &'a Policy, tagger: &Tagger<'_>, errors: &mut Diagnostics) -> Tags<'a> {
    let mut tags = rules::apply(policy, tagger);
    if tags.list.is_empty() && tags.errors.is_empty() {
        errors.push(rules::no_tags(policy, &tags.outcomes));
    }
    errors.append(&mut tags.errors);
    tags
}

/// Why the policy does not want a push, if so.
fn keep(policy: &Policy, facts: &Facts, errors: &mut Vec<Diagnostic>) -> Option<Reason> {
    let objection = delivery::wanted(&policy.build.push, facts, errors).err()?;
    Some(Reason::new("push-not-wanted", concat(&["`build.push` does not hold: ", &objection])))
}

fn not_built(reasons: &[Reason]) -> Reason {
    let why = reasons.first().map_or("", |reason| reason.message.as_str());
    Reason::new("not-built", format!("nothing is built: {why}"))
}

fn references(image: &PlannedImage, tags: &[PlannedTag]) -> Vec<String> {
    tags.iter().map(|tag| concat(&[&image.name, ":", &tag.name])).collect()
}

fn dirty(facts: &Facts) -> Option<Diagnostic> {
    let warning =
        Diagnostic::warning("dirty-checkout", "the working tree differs from the commit that names the image");
    (facts.dirty == Some(true)).then(|| warning.help("commit first, or the image is not what its name says"))
}

#[cfg(test)]
mod lines;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

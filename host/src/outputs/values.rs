//! The values of a plan that later steps use, in one place for every form.

use buildonce::types::{Entry, ImagePlan};

/// One output.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// One text.
    Text(String),
    /// Several texts; the form decides how they are separated.
    List(Vec<String>),
    /// Platforms: builders want them with commas.
    Commas(Vec<String>),
    /// Keys with values, one on each line.
    Entries(Vec<Entry>),
}

/// Names and values of a plan, in their documented order.
pub(crate) fn values(plan: &ImagePlan) -> Vec<(&'static str, Value)> {
    let text = |value: Option<&String>| Value::Text(value.cloned().unwrap_or_default());
    let flag = |value: bool| Value::Text(value.to_string());
    let used = || plan.images.iter().filter(|image| image.active);
    let archive = plan.delivery.archive.as_ref();
    vec![
        ("build", flag(plan.decision.build)),
        ("force-refresh", flag(plan.decision.force_refresh)),
        ("primary", text(plan.primary.as_ref())),
        ("version", text(plan.version.as_ref())),
        ("tags", Value::List(used().flat_map(|image| image.references.clone()).collect())),
        ("tag-names", Value::List(plan.tags.iter().map(|tag| tag.name.clone()).collect())),
        ("images", Value::List(used().map(|image| image.name.clone()).collect())),
        ("platforms", Value::Commas(plan.delivery.platforms.clone())),
        ("push", flag(plan.delivery.push)),
        ("load", flag(plan.delivery.load)),
        ("archive", text(archive.map(|a| &a.path))),
        ("archive-reference", text(archive.map(|a| &a.reference))),
        ("labels", Value::Entries(plan.labels.clone())),
        ("annotations", Value::Entries(plan.annotations.clone())),
        ("build-args", Value::Entries(plan.build_args.clone())),
        ("concurrency-group", Value::Text(plan.concurrency.group.clone())),
    ]
}

//! The language of docker/metadata-action, in the `tagging` interface.

use super::arguments::arguments;
use super::{Function, Outcome, run};
use crate::facts::Facts;
use crate::tagging::metadata::{self, MetadataContext, MetadataInputs};

arguments! {
    struct Metadata {
        inputs: MetadataInputs,
        context: MetadataContext,
    }
}

arguments! {
    struct OfFacts {
        facts: Facts,
    }
}

arguments! {
    struct Workflow {
        source: String,
        name: String,
        step: Option<String>,
    }
}

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("tagging.metadata-next", |i| run(i, |a: Metadata| metadata::next(&a.inputs, &a.context))),
    ("tagging.metadata", |i| run(i, |a: Metadata| metadata::metadata(&a.inputs, &a.context))),
    ("tagging.metadata-from-facts", |i| run(i, |a: OfFacts| metadata::from_facts(&a.facts))),
    ("tagging.convert-workflow", |i| {
        run(i, |a: Workflow| Outcome::from(metadata::convert_workflow(&a.source, &a.name, a.step.as_deref())))
    }),
];

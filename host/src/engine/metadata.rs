//! The language of docker/metadata-action.

use super::session::Session;
use super::types::{ConvertedWorkflow, MetadataContext, MetadataInputs, MetadataReport, MetadataRequests};
use super::{EngineError, Refusal, RunFacts};

impl Session {
    /// What should be found out before [`Session::metadata`] is called: ask again with the answers, until there is nothing left.
    pub fn metadata_next(
        &mut self,
        inputs: &MetadataInputs,
        context: &MetadataContext,
    ) -> Result<MetadataRequests, EngineError> {
        self.call(
            "tagging.metadata-next",
            size_of_metadata(inputs, context),
            |input| input.with("inputs", inputs).with("context", context),
            |i, s| i.buildonce_engine_tagging().call_metadata_next(s, inputs, context),
        )
    }

    /// Decides tags, labels, annotations and bake files as docker/metadata-action does.
    pub fn metadata(
        &mut self,
        inputs: &MetadataInputs,
        context: &MetadataContext,
    ) -> Result<MetadataReport, EngineError> {
        self.call(
            "tagging.metadata",
            size_of_metadata(inputs, context),
            |input| input.with("inputs", inputs).with("context", context),
            |i, s| i.buildonce_engine_tagging().call_metadata(s, inputs, context),
        )
    }

    /// The run of any CI engine in the words of GitHub's events, for [`Session::metadata`].
    pub fn metadata_from_facts(&mut self, facts: RunFacts) -> Result<MetadataContext, EngineError> {
        self.call(
            "tagging.metadata-from-facts",
            facts.bytes,
            |input| input.facts(facts),
            |i, s| i.buildonce_engine_tagging().call_metadata_from_facts(s, facts.resource),
        )
    }

    /// Makes a policy of the docker/metadata-action step of a GitHub workflow: the one with the identifier `step`, else the only one.
    pub fn convert_workflow(
        &mut self,
        source: &str,
        name: &str,
        step: Option<&str>,
    ) -> Result<Result<ConvertedWorkflow, Refusal>, EngineError> {
        self.call(
            "tagging.convert-workflow",
            source.len(),
            |input| input.with("source", source).with("name", name).with("step", &step),
            |i, s| i.buildonce_engine_tagging().call_convert_workflow(s, source, name, step),
        )
    }
}

/// What may be long in a run; the rest is counted as a few kilobytes.
fn size_of_metadata(inputs: &MetadataInputs, context: &MetadataContext) -> usize {
    let lists = [&inputs.images, &inputs.tags, &inputs.flavor, &inputs.labels, &inputs.annotations];
    let answers = context.repository.iter().chain(&context.commit).map(|answer| answer.body.len());
    let git = context.git.iter().map(|answer| answer.stdout.len() + answer.stderr.len());
    let lists = lists.into_iter().map(String::len);
    4096 + context.payload.as_ref().map_or(0, String::len) + lists.chain(answers).chain(git).sum::<usize>()
}

//! Selection: which image is the image of this commit, and which tag of a moving line is the newest.

use super::session::Session;
use super::types::alias::{AliasEvent, AliasRequest, AliasStep};
use super::types::selection::{
    ArchiveSeen, ChannelPolicy, Choice, Extracted, Listing, Observation, Reflected, ReflectionPolicy, ReflectionStep,
    ReleaseVerdict, Request, Sighting, Step, TagInfo,
};
use super::{EngineError, Policy, Refusal, RunFacts};

/// What a tag takes in memory beside its name.
const TAG_BYTES: usize = 64;

impl Session {
    /// Decides which image is the image of a run's commit, or what must be seen first. Call it with everything that was seen so far.
    pub fn select(
        &mut self,
        policy: Policy,
        facts: RunFacts,
        request: &Request,
        seen: &[Observation],
    ) -> Result<Result<Step, Refusal>, EngineError> {
        self.call(
            "selection.next",
            facts.bytes + seen.iter().map(|one| size_of_sighting(&one.seen)).sum::<usize>(),
            |input| input.policy(policy).facts(facts).with("request", request).with("seen", seen),
            |i, s| i.buildonce_engine_selection().call_next(s, policy.resource, facts.resource, request, seen),
        )
    }

    /// Says what comes next until a name of this machine has the selected image. Call it with what came of every task so far.
    pub fn alias(
        &mut self,
        policy: Policy,
        request: &AliasRequest,
        events: &[AliasEvent],
    ) -> Result<Result<AliasStep, Refusal>, EngineError> {
        let archives = request.image.iter().filter_map(|own| own.archive.as_ref());
        let archives = archives.chain(events.iter().filter_map(|event| event.archive.as_ref()));
        let outputs: usize = events.iter().map(|event| event.output.len()).sum();
        self.call(
            "alias.next",
            outputs + archives.map(size_of_archive).sum::<usize>(),
            |input| input.policy(policy).with("request", request).with("events", events),
            |i, s| i.buildonce_engine_alias().call_next(s, policy.resource, request, events),
        )
    }

    /// Chooses the newest tag of a channel.
    pub fn channel(
        &mut self,
        channel: &ChannelPolicy,
        tags: &[TagInfo],
    ) -> Result<Result<Choice, Refusal>, EngineError> {
        let digest = |tag: &TagInfo| tag.digest.as_ref().map_or(0, String::len);
        self.call(
            "selection.channel",
            tags.iter().map(|tag| TAG_BYTES + tag.name.len() + digest(tag)).sum(),
            |input| input.with("channel", channel).with("tags", tags),
            |i, s| i.buildonce_engine_selection().call_channel(s, channel, tags),
        )
    }

    /// What of tags a channel compares.
    pub fn extract(
        &mut self,
        tags: &[String],
        pattern: &str,
        template: &str,
    ) -> Result<Result<Vec<Extracted>, Refusal>, EngineError> {
        self.call(
            "selection.extract",
            size_of_tags(tags),
            |input| input.with("tags", tags).with("pattern", pattern).with("template", template),
            |i, s| i.buildonce_engine_selection().call_extract(s, tags, pattern, template),
        )
    }

    /// Tags that no pattern matches.
    pub fn exclude(
        &mut self,
        tags: &[String],
        patterns: &[String],
    ) -> Result<Result<Vec<String>, Refusal>, EngineError> {
        self.call(
            "selection.exclude",
            size_of_tags(tags),
            |input| input.with("tags", tags).with("patterns", patterns),
            |i, s| i.buildonce_engine_selection().call_exclude(s, tags, patterns),
        )
    }

    /// Whether a version, once pushed, is the newest release among the registry's tags.
    pub fn newest_release(
        &mut self,
        version: &str,
        tags: &[String],
        listing: Listing,
    ) -> Result<ReleaseVerdict, EngineError> {
        self.call(
            "selection.newest-release",
            size_of_tags(tags),
            |input| input.with("version", version).with("tags", tags).with("listing", &listing),
            |i, s| i.buildonce_engine_selection().call_newest_release(s, version, tags, listing),
        )
    }

    /// Decides which digest is kept beside a chosen tag.
    pub fn reflect(
        &mut self,
        rule: ReflectionPolicy,
        before: Option<&Reflected>,
        tag: &str,
        looked_up: Option<&str>,
    ) -> Result<ReflectionStep, EngineError> {
        self.call(
            "selection.reflect",
            tag.len(),
            |input| input.with("rule", &rule).with("before", &before).with("tag", tag).with("looked_up", &looked_up),
            |i, s| i.buildonce_engine_selection().call_reflect(s, rule, before, tag, looked_up),
        )
    }
}

fn size_of_tags(tags: &[String]) -> usize {
    tags.iter().map(|tag| TAG_BYTES + tag.len()).sum()
}

/// Documents and archives may be long; the rest is counted as a kilobyte.
pub(super) fn size_of_sighting(seen: &Sighting) -> usize {
    let images = seen.archive.as_ref().map_or(0, size_of_archive);
    let references: usize = seen.receipt.iter().flat_map(|receipt| &receipt.references).map(String::len).sum();
    let tags: usize = seen.tags.iter().flat_map(|own| &own.tags).map(|tag| 32 + tag.len()).sum();
    1024 + tags + seen.body.as_ref().map_or(0, String::len) + images + references
}

fn size_of_archive(archive: &ArchiveSeen) -> usize {
    archive.images.iter().map(|image| 256 + image.config.len()).sum()
}

//! Builds, their receipts, and promotions.

use super::selection::size_of_sighting;
use super::session::Session;
use super::types::build::{BuildEvent, BuildRequest, BuildStep, Receipt, VerifyRequest, VerifyStep};
use super::types::promotion::{PromotionRequest, PromotionStep};
use super::types::selection::Observation;
use super::{EngineError, Policy, Refusal, RunFacts};

impl Session {
    /// Says what comes next in a build, from everything that happened so far, in order.
    pub fn build(
        &mut self,
        policy: Policy,
        facts: RunFacts,
        request: &BuildRequest,
        events: &[BuildEvent],
    ) -> Result<Result<BuildStep, Refusal>, EngineError> {
        let words = request.arguments.iter().map(|word| 64 + word.len()).sum::<usize>();
        self.call(
            "build.next",
            facts.bytes + words + events.iter().map(size_of_event).sum::<usize>(),
            |input| input.policy(policy).facts(facts).with("request", request).with("events", events),
            |i, s| i.buildonce_engine_build().call_next(s, policy.resource, facts.resource, request, events),
        )
    }

    /// Says what comes next in a promotion, from everything that happened so far, in order.
    pub fn promote(
        &mut self,
        policy: Policy,
        facts: RunFacts,
        request: &PromotionRequest,
        events: &[BuildEvent],
    ) -> Result<Result<PromotionStep, Refusal>, EngineError> {
        let words = request.to.iter().map(|word| 1024 + word.len()).sum::<usize>();
        self.call(
            "promotion.next",
            facts.bytes + words + events.iter().map(size_of_event).sum::<usize>(),
            |input| input.policy(policy).facts(facts).with("request", request).with("events", events),
            |i, s| i.buildonce_engine_promotion().call_next(s, policy.resource, facts.resource, request, events),
        )
    }

    /// What is wrong with new names, before anything is looked at.
    pub fn check_promotion(&mut self, to: &[String]) -> Result<Refusal, EngineError> {
        self.call(
            "promotion.check",
            to.iter().map(|word| 1024 + word.len()).sum::<usize>(),
            |input| input.with("to", to),
            |i, s| i.buildonce_engine_promotion().call_check(s, to),
        )
    }

    /// Reads a receipt and checks that it is whole. `name` is what findings call the file.
    pub fn read_receipt(&mut self, document: &str, name: &str) -> Result<Result<Receipt, Refusal>, EngineError> {
        self.call(
            "receipt.read",
            document.len(),
            |input| input.with("document", document).with("name", name),
            |i, s| i.buildonce_engine_receipt().call_read(s, document, name),
        )
    }

    /// Says what to look at, and then whether everything that a receipt names is still there. Call it with everything that was seen so far.
    pub fn verify_receipt(
        &mut self,
        document: &str,
        name: &str,
        request: &VerifyRequest,
        seen: &[Observation],
    ) -> Result<Result<VerifyStep, Refusal>, EngineError> {
        self.call(
            "receipt.verify",
            document.len() + seen.iter().map(|one| size_of_sighting(&one.seen)).sum::<usize>(),
            |input| input.with("document", document).with("name", name).with("request", request).with("seen", seen),
            |i, s| i.buildonce_engine_receipt().call_verify(s, document, name, request, seen),
        )
    }
}

/// What was seen and what a builder wrote may be long; the rest is counted as a kilobyte.
fn size_of_event(event: &BuildEvent) -> usize {
    1024 + event.seen.as_ref().map_or(0, size_of_sighting) + event.digest_file.as_ref().map_or(0, String::len)
}

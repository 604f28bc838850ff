//! Versions, references and platforms: rules of names that a host asks for and does not own.

use super::session::Session;
use super::types::{Comparison, Diagnostic, ImageReference, Platform, PlatformFit, Prereleases, Strictness, Version};
use super::{EngineError, Refusal};

impl Session {
    /// Reads a version.
    pub fn parse_version(
        &mut self,
        text: &str,
        strictness: Strictness,
    ) -> Result<Result<Version, Refusal>, EngineError> {
        self.call(
            "version.parse",
            text.len(),
            |input| input.with("text", text).with("strictness", &strictness),
            |i, s| i.buildonce_engine_version().call_parse(s, text, strictness),
        )
    }

    /// Where one version stands to another.
    pub fn compare_versions(&mut self, one: &str, two: &str) -> Result<Result<Comparison, Refusal>, EngineError> {
        self.call(
            "version.compare",
            one.len() + two.len(),
            |input| input.with("one", one).with("two", two),
            |i, s| i.buildonce_engine_version().call_compare(s, one, two),
        )
    }

    /// What is wrong with a constraint; nothing when it can be read.
    pub fn check_constraint(&mut self, constraint: &str) -> Result<Vec<Diagnostic>, EngineError> {
        self.call(
            "version.check",
            constraint.len(),
            |input| input.with("constraint", constraint),
            |i, s| i.buildonce_engine_version().call_check(s, constraint),
        )
    }

    /// Whether a version satisfies a constraint.
    pub fn admits(
        &mut self,
        constraint: &str,
        version: &str,
        prereleases: Prereleases,
    ) -> Result<Result<bool, Refusal>, EngineError> {
        self.call(
            "version.admits",
            constraint.len() + version.len(),
            |input| input.with("constraint", constraint).with("version", version).with("prereleases", &prereleases),
            |i, s| i.buildonce_engine_version().call_admits(s, constraint, version, prereleases),
        )
    }

    /// Reads an image's name.
    pub fn parse_reference(&mut self, text: &str) -> Result<Result<ImageReference, Refusal>, EngineError> {
        self.call(
            "reference.parse",
            text.len(),
            |input| input.with("text", text),
            |i, s| i.buildonce_engine_reference().call_parse(s, text),
        )
    }

    /// Reads a platform.
    pub fn parse_platform(&mut self, text: &str) -> Result<Result<Platform, Refusal>, EngineError> {
        self.call(
            "reference.parse-platform",
            text.len(),
            |input| input.with("text", text),
            |i, s| i.buildonce_engine_reference().call_parse_platform(s, text),
        )
    }

    /// What a machine makes of an image for `target`, where it has `other` already.
    pub fn platform_fit(
        &mut self,
        machine: &Platform,
        target: &Platform,
        other: Option<&Platform>,
    ) -> Result<PlatformFit, EngineError> {
        let size = [Some(machine), Some(target), other].into_iter().flatten().map(size_of).sum();
        self.call(
            "reference.fit",
            size,
            |input| input.with("machine", machine).with("target", target).with("other", &other),
            |i, s| i.buildonce_engine_reference().call_fit(s, machine, target, other),
        )
    }
}

fn size_of(platform: &Platform) -> usize {
    let Platform { os, architecture, variant, os_version } = platform;
    [os, architecture, variant, os_version].into_iter().map(String::len).sum()
}

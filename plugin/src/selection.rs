//! The `selection` interface.

use buildonce_core::facts::Facts;
use buildonce_core::policy::Policy;
use buildonce_core::selection as core;
use buildonce_core::selection::{channel, exchange};

use crate::translate::{Translate, enumeration, one_way, one_way_enum, record};
use crate::wit::selection as wit;

impl wit::Guest for crate::Engine {
    fn next(
        policy: wit::PolicyBorrow<'_>,
        facts: wit::RunFactsBorrow<'_>,
        request: wit::Request,
        seen: Vec<wit::Observation>,
    ) -> Result<wit::Step, Vec<wit::Diagnostic>> {
        exchange::next(policy.get::<Policy>(), facts.get::<Facts>(), &request.translate(), seen.translate()).translate()
    }

    fn channel(channel: wit::ChannelPolicy, tags: Vec<wit::TagInfo>) -> Result<wit::Choice, Vec<wit::Diagnostic>> {
        let tags: Vec<channel::TagInfo> = tags.translate();
        channel::channel(&channel.translate(), &tags).translate()
    }

    fn extract(
        tags: Vec<String>,
        pattern: String,
        template: String,
    ) -> Result<Vec<wit::Extracted>, Vec<wit::Diagnostic>> {
        channel::extract(&tags, &pattern, &template).translate()
    }

    fn exclude(tags: Vec<String>, patterns: Vec<String>) -> Result<Vec<String>, Vec<wit::Diagnostic>> {
        channel::exclude(tags, &patterns).translate()
    }

    fn newest_release(version: String, tags: Vec<String>, listing: wit::Listing) -> wit::ReleaseVerdict {
        core::newest_release(&version, tags.iter().map(String::as_str), listing.translate()).translate()
    }

    fn reflect(
        rule: wit::ReflectionPolicy,
        before: Option<wit::Reflected>,
        tag: String,
        looked_up: Option<String>,
    ) -> wit::ReflectionStep {
        let before: Option<core::Reflected> = before.translate();
        exchange::reflect(rule.translate(), before.as_ref(), &tag, looked_up.as_deref()).translate()
    }
}

one_way_enum!(wit::Freshness => core::Freshness { Fail, Warn });
one_way_enum!(wit::Fallback => core::Fallback { Archive, Rebuild, Fail });
one_way_enum!(wit::OnUnknown => core::OnUnknown { Fail, Fallback });
one_way_enum!(wit::OverrideRevision => core::OverrideRevision { Accepted, Any });
one_way!(wit::Request => core::Request {
    reference, override_revision, platforms, freshness, fallback, on_unknown, source, revisions,
});
enumeration!(wit::ProbeKind = exchange::ProbeKind { Receipt, Manifest, Config, Archive, Tags });
record!(wit::Probe = exchange::ProbeRecord { kind, image, reference });
enumeration!(
    wit::Cause = core::Cause { Denied, RateLimited, Unavailable, Timeout, Invalid, AcceptIncomplete, Changed }
);
one_way_enum!(wit::Accept => core::Accept { Complete, Partial });
one_way!(wit::ReceiptSeen => core::ReceiptSeen { built, head, references });
one_way!(wit::ArchiveImage => core::ArchiveImage { references, config, digest });
one_way!(wit::ArchiveSeen => core::ArchiveSeen { path, images, sha256, size });
one_way_enum!(wit::SightingKind => exchange::SightingKind { Unknown, Absent, Document, Receipt, Archive, Tags });
one_way!(wit::Sighting => exchange::SightingRecord {
    kind, cause, accept, body, digest, receipt, archive, tags,
});
one_way!(wit::Observation => exchange::ObservationRecord { probe, seen });
one_way_enum!(core::Rung => wit::Rung { Override, Receipt, Exact, Branch, Archive });
one_way_enum!(core::Verdict => wit::Verdict { Accept, Reject, Absent, Unknown });
one_way!(core::Tried => wit::Tried { rung, reference, verdict, reason, platform, cause });
record!(wit::SelectedPlatform = core::SelectedPlatform { platform, digest, config });
enumeration!(wit::Proof = core::Proof { Proven, Stale, Waived });
one_way!(core::Selected => wit::Selected {
    rung, found, reference, digest, archive, platforms, proof, revisions, warnings, trace,
});
one_way!(exchange::NotSelectedRecord => wit::NotSelected { reason, probe, cause, expected, accepted, trace });
one_way_enum!(exchange::StepKind => wit::StepKind { Probe, Accept, Rebuild, Fail });
one_way!(exchange::StepRecord => wit::Step { kind, probes, selected, not_selected });

one_way_enum!(wit::Mode => channel::Mode { Native, Flux, Argo });
one_way_enum!(wit::Strategy => channel::Strategy { Semver, Numerical, Alphabetical, Created, Pushed, Digest });
one_way_enum!(wit::Order => channel::Order { Ascending, Descending });
one_way_enum!(wit::Unreadable => channel::Unreadable { Skip, Refuse });
one_way!(wit::ChannelPolicy => channel::ChannelPolicy {
    mode, strategy, range, order, pattern, extract, allow, deny, unreadable,
});
record!(wit::TagInfo = channel::TagInfo { name, created, pushed, digest });
one_way!(channel::Skipped => wit::Skipped { reason, count, examples });
one_way!(channel::Choice => wit::Choice { tag, value, candidates, reason, skipped });
one_way!(channel::Extracted => wit::Extracted { tag, value });

one_way_enum!(wit::Listing => core::Listing { Complete, Partial });
one_way_enum!(core::Standing => wit::Standing { Newest, Older, NotARelease, Unknown });
one_way!(core::ReleaseVerdict => wit::ReleaseVerdict { standing, newer, reason });
one_way_enum!(wit::ReflectionPolicy => core::ReflectionPolicy { Never, IfNotPresent, Always });
record!(wit::Reflected = core::Reflected { tag, digest });
one_way!(core::Reflection => wit::Reflection { current, previous });
one_way!(exchange::ReflectionRecord => wit::ReflectionStep { look_up, done });

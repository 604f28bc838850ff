//! The `build` interface.

use buildonce_core::build as core;
use buildonce_core::facts::Facts;
use buildonce_core::policy::Policy;

use crate::translate::{Translate, one_way, one_way_enum};
use crate::wit::build as wit;

impl wit::Guest for crate::Engine {
    fn next(
        policy: wit::PolicyBorrow<'_>,
        facts: wit::RunFactsBorrow<'_>,
        request: wit::BuildRequest,
        events: Vec<wit::BuildEvent>,
    ) -> Result<wit::BuildStep, Vec<wit::Diagnostic>> {
        let events: Vec<core::BuildEvent> = events.translate();
        core::next(policy.get::<Policy>(), facts.get::<Facts>(), &request.translate(), &events).translate()
    }
}

one_way!(wit::BuildRequest => core::BuildRequest {
    context, file, arguments, rebuild, plain_http, policy_sha256, component_sha256,
});
one_way_enum!(wit::BuildEventKind => core::EventKind { Seen, Attempted, GaveUp });
one_way!(wit::WrittenFile => core::WrittenFile { sha256, size });
one_way!(wit::BuildEvent => core::BuildEvent {
    kind, probe, seen, task, succeeded, cause, duration_ms, digest_file, written,
});
one_way!(core::ImageCopy => wit::ImageCopy { image, digest, target });
one_way!(core::Task => wit::Task { id, operation, registry, command, copy, writes });
one_way_enum!(core::BuildStepKind => wit::BuildStepKind { Probe, Run, Skip, Done, Fail });
one_way!(core::BuildStep => wit::BuildStep { kind, probes, task, receipt, reason, landings, attempts });

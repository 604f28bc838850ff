//! The `promotion` interface.

use buildonce_core::build::BuildEvent;
use buildonce_core::facts::Facts;
use buildonce_core::policy::Policy;
use buildonce_core::promotion as core;

use crate::translate::{Translate, one_way, one_way_enum};
use crate::wit::promotion as wit;

impl wit::Guest for crate::Engine {
    fn check(to: Vec<String>) -> Vec<wit::Diagnostic> {
        core::check(&to).translate()
    }

    fn next(
        policy: wit::PolicyBorrow<'_>,
        facts: wit::RunFactsBorrow<'_>,
        request: wit::PromotionRequest,
        events: Vec<wit::BuildEvent>,
    ) -> Result<wit::PromotionStep, Vec<wit::Diagnostic>> {
        let events: Vec<BuildEvent> = events.translate();
        core::next(policy.get::<Policy>(), facts.get::<Facts>(), &request.translate(), &events).translate()
    }
}

one_way!(wit::PromotionRequest => core::PromotionRequest { image, proof, to, overwrite, dry_run });
one_way_enum!(core::PromotionState => wit::PromotionState {
    Promoted, Already, Planned, Held, Untouched, Restored, Left, Different, Unknown,
});
one_way!(core::PromotionTarget => wit::PromotionTarget { reference, state, before, digest, reason });
one_way_enum!(core::PromotionStepKind => wit::PromotionStepKind { Probe, Run, Done, Fail });
one_way!(core::PromotionStep => wit::PromotionStep {
    kind, probes, task, reason, targets, attempts,
});

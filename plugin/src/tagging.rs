//! The `tagging` interface.

use buildonce_core::facts::Facts;
use buildonce_core::policy::Policy;
use buildonce_core::tagging::{self, metadata};

use crate::translate::{Translate, one_way, one_way_enum};
use crate::wit::tagging as wit;

impl wit::Guest for crate::Engine {
    fn plan(
        policy: wit::PolicyBorrow<'_>,
        facts: wit::RunFactsBorrow<'_>,
    ) -> Result<wit::ImagePlan, Vec<wit::Diagnostic>> {
        tagging::plan(policy.get::<Policy>(), facts.get::<Facts>()).translate()
    }

    fn explain(policy: wit::PolicyBorrow<'_>, facts: wit::RunFactsBorrow<'_>) -> Vec<wit::RuleTrace> {
        tagging::explain(policy.get::<Policy>(), facts.get::<Facts>()).translate()
    }

    fn candidates(
        policy: wit::PolicyBorrow<'_>,
        facts: wit::RunFactsBorrow<'_>,
    ) -> Result<wit::Lookup, Vec<wit::Diagnostic>> {
        tagging::lookup(policy.get::<Policy>(), facts.get::<Facts>()).translate()
    }

    fn metadata_next(inputs: wit::MetadataInputs, context: wit::MetadataContext) -> wit::MetadataRequests {
        metadata::next(&inputs.translate(), &context.translate()).translate()
    }

    fn metadata(inputs: wit::MetadataInputs, context: wit::MetadataContext) -> wit::MetadataReport {
        metadata::metadata(&inputs.translate(), &context.translate()).translate()
    }

    fn metadata_from_facts(facts: wit::RunFactsBorrow<'_>) -> wit::MetadataContext {
        metadata::from_facts(facts.get::<Facts>()).translate()
    }

    fn convert_workflow(
        source: String,
        name: String,
        step: Option<String>,
    ) -> Result<wit::ConvertedWorkflow, Vec<wit::Diagnostic>> {
        metadata::convert_workflow(&source, &name, step.as_deref()).translate()
    }

    fn sanitize(name: String, suffix: Option<String>) -> String {
        tagging::sanitize(&name, suffix.as_deref())
    }
}

one_way_enum!(tagging::ArchiveFormat => wit::ArchiveFormat { DockerArchive, OciArchive });
one_way_enum!(tagging::ArchiveMethod => wit::ArchiveMethod { BuilderExport, SaveAfterLoad, SaveAfterPull });
one_way!(tagging::BuildDecision => wit::BuildDecision { build, force_refresh, reasons });
one_way!(tagging::PlannedTag => wit::PlannedTag { name, rule, primary, mutable });
one_way!(tagging::PlannedImage => wit::PlannedImage { name, registry, active, push, reasons, references });
one_way!(tagging::ArchivePlan => wit::ArchivePlan { path, format, method, reference });
one_way!(tagging::Delivery => wit::Delivery { platforms, push, load, archive, reasons });
one_way!(tagging::ConditionTrace => wit::ConditionTrace { name, expected, actual, met });
one_way!(tagging::RuleOutcome => wit::RuleOutcome { rule, span, fired, reason, tags });
one_way!(tagging::RuleTrace => wit::RuleTrace { outcome, conditions, values });
one_way!(tagging::AcceptedRevision => wit::AcceptedRevision { label, revision });
one_way!(tagging::Lookup => wit::Lookup { references, accepted, platforms });
one_way!(tagging::Concurrency => wit::Concurrency { group, cancel_in_progress, reason });
one_way!(tagging::BuilderRun => wit::BuilderRun { references, annotations, outputs, arguments, command });
one_way!(tagging::ImagePlan => wit::ImagePlan {
    decision, images, tags, primary, version, labels, annotations, build_args, builder, runs, delivery, rules, lookup, concurrency,
    warnings,
});

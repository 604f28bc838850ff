//! The `receipt` interface.

use buildonce_core::receipt as core;

use crate::translate::{Translate, one_way, one_way_enum};
use crate::wit::receipt as wit;

impl wit::Guest for crate::Engine {
    fn read(document: String, name: String) -> Result<wit::Receipt, Vec<wit::Diagnostic>> {
        core::read(&document, &name).translate()
    }

    fn verify(
        document: String,
        name: String,
        request: wit::VerifyRequest,
        seen: Vec<wit::Observation>,
    ) -> Result<wit::VerifyStep, Vec<wit::Diagnostic>> {
        core::verify(&document, &name, &request.translate(), seen.translate()).translate()
    }
}

one_way!(core::ReceiptPlatform => wit::ReceiptPlatform { platform, digest, config });
one_way!(core::ReceiptImage => wit::ReceiptImage { name, reference, tags });
one_way!(core::ReceiptArchive => wit::ReceiptArchive { path, format, reference, sha256, size });
one_way!(core::ReceiptAttempt => wit::ReceiptAttempt { task, succeeded, cause, duration_ms });
one_way!(core::Receipt => wit::Receipt {
        schema,
        repository,
        engine,
        event,
        change,
        revision,
        revision_kind,
        head_revision,
        digest,
        platforms,
        images,
        labels,
        archive,
        loaded,
        reused,
        attempts,
        run_id,
        run_attempt,
        run_url,
        produced_at,
        policy_sha256,
        component_sha256,
        sha256,
    }
);
one_way_enum!(core::LandingState => wit::LandingState { Landed, Missing, Different, Moved, Unknown, Skipped });
one_way!(core::Landing => wit::Landing { reference, state, digest, reason });
one_way!(wit::VerifyRequest => core::VerifyRequest { repository, tags, archive });
one_way_enum!(core::VerifyStepKind => wit::VerifyStepKind { Probe, Holds, Differs, Unknown });
one_way!(core::VerifyStep => wit::VerifyStep { kind, probes, reason, landings });

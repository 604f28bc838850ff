//! The `receipt` interface.

use buildonce_core::receipt as core;

use crate::translate::{Translate, one_way};
use crate::wit::receipt as wit;

impl wit::Guest for crate::Engine {
    fn read(document: String, name: String) -> Result<wit::Receipt, Vec<wit::Diagnostic>> {
        core::read(&document, &name).translate()
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

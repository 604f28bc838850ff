//! The `receipt` interface.

use buildonce_core::receipt as core;

use crate::translate::{Translate, record};
use crate::wit::receipt as wit;

impl wit::Guest for crate::Engine {
    fn write(receipt: wit::Receipt) -> String {
        core::write(&receipt.translate())
    }

    fn read(document: String, name: String) -> Result<wit::Receipt, Vec<wit::Diagnostic>> {
        core::read(&document, &name).translate()
    }
}

record!(wit::ReceiptPlatform = core::ReceiptPlatform { platform, digest, config });
record!(wit::ReceiptImage = core::ReceiptImage { name, reference, tags });
record!(wit::ReceiptArchive = core::ReceiptArchive { path, format, reference, sha256, size });
record!(wit::ReceiptAttempt = core::ReceiptAttempt { task, succeeded, cause, duration_ms });
record!(
    wit::Receipt = core::Receipt {
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

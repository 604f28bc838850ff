//! The records of docker/metadata-action's language.

use buildonce_core::tagging::metadata as core;

use crate::translate::{one_way, one_way_enum, record};
use crate::wit::metadata_types as wit;

one_way!(wit::MetadataInputs => core::MetadataInputs {
    context, images, tags, flavor, labels, annotations, sep_tags, sep_labels, sep_annotations, bake_target, strict, api,
});
record!(
    wit::MetadataSwitches =
        core::MetadataSwitches { pr_head_sha, short_sha_length, annotations_levels, set_output_env }
);
record!(wit::ApiAnswer = core::ApiAnswer { status, body, retry_after });
record!(wit::GitAnswer = core::GitAnswer { arguments, success, stdout, stderr });
record!(
    wit::MetadataContext = core::MetadataContext {
        event_name,
        reference,
        sha,
        repository_name,
        payload,
        server_url,
        repository,
        commit,
        now,
        local_zone,
        switches,
        git,
    }
);
one_way_enum!(core::ApiSubject => wit::ApiSubject { Commit, Repository });
one_way!(core::ApiRequest => wit::ApiRequest { subject, path, wait });
one_way!(core::MetadataRequests => wit::MetadataRequests { git, api });
one_way!(core::MetadataOutput => wit::MetadataOutput { name, value, variable });
one_way!(core::BakeFile => wit::BakeFile { output, variable, file, content });
one_way!(core::LogGroup => wit::LogGroup { title, lines });
one_way_enum!(core::MetadataFailureCode => wit::MetadataFailureCode {
    InvalidList, InvalidContext, InvalidPayload, Repository, Git, InvalidVariable, InvalidImage, InvalidTag, InvalidFlavor, Template,
    Pattern, InvalidInput, Strict, TooLarge,
});
one_way!(core::MetadataFailure => wit::MetadataFailure { code, message });
one_way!(core::Converted => wit::ConvertedWorkflow { policy, notes });
one_way!(core::MetadataReport => wit::MetadataReport { outputs, bake_files, warnings, findings, log, failure });

//! The `types` interface.

use buildonce_core as core;
use core::facts;

use crate::translate::{enumeration, record};
use crate::wit::types as wit;

enumeration!(wit::Severity = core::Severity { Error, Warning, Note });
record!(wit::Span = core::Span { start, end, line, column });
record!(wit::Diagnostic = core::Diagnostic { severity, code, message, file, span, label, help });
record!(wit::Reason = core::Reason { code, message });
record!(wit::Entry = core::Entry { key, value });

enumeration!(
    wit::EventKind = facts::EventKind {
        Push,
        Tag,
        PullRequest,
        PullRequestTarget,
        MergeGroup,
        Release,
        Schedule,
        Manual,
        Api,
        Create,
        Delete,
        Other,
    }
);
enumeration!(wit::ReferenceKind = facts::ReferenceKind { Branch, Tag, Change, Other });
enumeration!(wit::ForkStatus = facts::ForkStatus { SameRepository, Fork, Unknown });
enumeration!(wit::RevisionKind = facts::RevisionKind { Head, Merge, Push });

record!(wit::Reference = facts::Reference { full, name, kind });
record!(wit::ChangeSide = facts::ChangeSide { branch, sha, repository });
record!(wit::Change = facts::Change { number, title, author, head, base, fork, draft, merged });
record!(wit::Revisions = facts::Revisions { built, built_kind, head, merge, base, checkout });
record!(wit::Repository = facts::Repository { path, server_url, default_branch, registry_image });
record!(wit::Run = facts::Run { id, attempt, url, workflow, job });
record!(wit::UpstreamRun = facts::UpstreamRun { id, workflow, event_name, conclusion, attempt, head_repository, url });
record!(wit::Commit = facts::Commit { subject, timestamp });
record!(wit::Builder = facts::Builder { name, version });
record!(wit::Unknown = facts::Unknown { fact, reason });
record!(
    wit::Facts = facts::Facts {
        engine,
        event,
        event_name,
        action,
        repository,
        reference,
        change,
        revisions,
        commit,
        upstream,
        run,
        actor,
        prerelease,
        dirty,
        changed_files,
        registry_tags,
        credentials,
        builder,
        now,
        unknowns,
        notes,
    }
);
record!(
    wit::GitFacts = facts::GitFacts {
        head,
        branch,
        tags,
        references,
        remote_url,
        default_branch,
        dirty,
        subject,
        timestamp,
        directory
    }
);
record!(wit::RegistryTags = facts::RegistryTags { tags, complete });
record!(wit::HostFacts = facts::HostFacts { now, git, credentials, builder, changed_files, registry_tags });

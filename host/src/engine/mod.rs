//! The component in its sandbox.

mod bindings;
mod build;
mod config;
#[cfg(feature = "embedded")]
mod embedded;
mod error;
mod facts;
mod limits;
mod load;
mod metadata;
mod names;
mod recording;
mod retry;
mod selection;
mod session;
mod ticker;

pub use error::{EngineError, TrapKind};
pub use facts::RunFacts;
pub use limits::Limits;
pub use load::Engine;
#[cfg(feature = "jit")]
pub use load::precompile;
pub use session::{Policy, Refusal, Session};

/// The records and enums of the WIT package, as `wit/` documents them.
pub mod types {
    pub use super::bindings::exports::buildonce::engine::metadata_types::{
        ApiAnswer, ApiRequest, ApiSubject, BakeFile, ConvertedWorkflow, GitAnswer, LogGroup, MetadataContext,
        MetadataFailure, MetadataFailureCode, MetadataInputs, MetadataOutput, MetadataReport, MetadataRequests,
        MetadataSwitches,
    };
    /// How an image comes to be, and what a build leaves behind.
    pub mod build {
        pub use super::super::bindings::exports::buildonce::engine::build::{
            BuildEvent, BuildEventKind, BuildRequest, BuildStep, BuildStepKind, ImageCopy, Task, WrittenFile,
        };
        pub use super::super::bindings::exports::buildonce::engine::receipt::{
            Landing, LandingState, Receipt, ReceiptArchive, ReceiptAttempt, ReceiptImage, ReceiptPlatform,
            VerifyRequest, VerifyStep, VerifyStepKind,
        };
    }
    /// How an image gets more names.
    pub mod promotion {
        pub use super::super::bindings::exports::buildonce::engine::promotion::{
            PromotionRequest, PromotionState, PromotionStep, PromotionStepKind, PromotionTarget,
        };
    }
    /// A selected image under a name of this machine.
    pub mod alias {
        pub use super::super::bindings::exports::buildonce::engine::alias::{
            AliasEvent, AliasImage, AliasRequest, AliasStep, AliasStepKind, AliasTask, AliasTaskKind, Store,
        };
    }
    pub use super::bindings::exports::buildonce::engine::reference::{ImageReference, Platform, PlatformFit, Scheme};
    /// Which image is the image of a commit, and which tag of a moving line is the newest.
    pub mod selection {
        pub use super::super::bindings::exports::buildonce::engine::selection::{
            Accept, ArchiveImage, ArchiveSeen, Cause, ChannelPolicy, Choice, Extracted, Fallback, Freshness, Listing,
            Mode, NotSelected, Observation, OnUnknown, Order, OverrideRevision, Probe, ProbeKind, Proof, ReceiptSeen,
            Reflected, Reflection, ReflectionPolicy, ReflectionStep, ReleaseVerdict, Request, Rung, Selected,
            SelectedPlatform, Sighting, SightingKind, Skipped, Standing, Step, StepKind, Strategy, TagInfo, Tried,
            Unreadable, Verdict,
        };
    }

    /// Failures, and what to do about them.
    pub mod retry {
        pub use super::super::bindings::exports::buildonce::engine::retry::{
            Action, ActionSituation, ActionStep, Annotation, Attempt, Backoff, BackoffKind, Classification, Confidence,
            Decision, FailureClass, Jitter, Limits, Operation, Outcome, Phase, Remedy, Settings, Situation, TailLimits,
            Tokens,
        };
    }

    pub use super::bindings::exports::buildonce::engine::tagging::{
        AcceptedRevision, ArchiveFormat, ArchiveMethod, ArchivePlan, BuildDecision, BuilderRun, Concurrency,
        ConditionTrace, Delivery, ImagePlan, Lookup, PlannedImage, PlannedTag, RuleOutcome, RuleTrace,
    };
    pub use super::bindings::exports::buildonce::engine::types::{
        Builder, Change, ChangeSide, Commit, Diagnostic, Entry, EventKind, Facts, Failure, FailureCode, ForkStatus,
        GitFacts, HostFacts, Reason, Reference, ReferenceKind, RegistryTags, Repository, RevisionKind, Revisions, Run,
        Severity, Span, Timestamp, Unknown, UpstreamRun,
    };
    pub use super::bindings::exports::buildonce::engine::version::{Comparison, Prereleases, Strictness, Version};
}

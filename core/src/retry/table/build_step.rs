//! What is left when a step fails and nothing else says why.

use crate::retry::model::Kind::{Ambiguous, Permanent, Timeout};
use crate::retry::rule::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        Permanent,
        37,
        "step.not-a-command",
        "command-missing",
        &[r"exit (?:code|status):? 12[67]\b", r"non-zero code: 12[67]\b", r"exited with (?:code|status)? ?12[67]\b"],
        ("process \"/bin/sh -c x\" did not complete successfully: exit code: 127", "POSIX sh, exit status"),
    ),
    Rule::new(
        Timeout,
        37,
        "step.timed-out",
        "attempt-timeout",
        &[
            r"exit (?:code|status):? 124\b",
            r"non-zero code: 124\b",
            "exceeded the maximum execution time",
            "job (?:execution )?(?:timed out|took longer)",
            "has timed out",
            "terminated due to time",
            "step timed out",
            "build timed out",
            "execution expired",
            "context timeout",
            "took too long",
            "time limit exceeded",
        ],
        (
            "The job running on runner X has exceeded the maximum execution time of 360 minutes.",
            "GNU timeout; actions/runner; GitLab Runner",
        ),
    ),
    Rule::new(
        Permanent,
        36,
        "step.failed",
        "build-step",
        &[
            "did not complete successfully",
            "executor failed running",
            "returned a non-zero code",
            "error: building at step",
            "while running runtime: exit status",
        ],
        (
            "process \"/bin/sh -c make\" did not complete successfully: exit code: 2",
            "moby/buildkit solver/llbsolver/ops/exec.go; classic builder; buildah",
        ),
    )
    .likely(),
    Rule::new(
        Permanent,
        28,
        "step.error-line",
        "build-step",
        &[
            r"^make(?:\[\d+\])?: \*\*\*",
            "^ninja: build stopped",
            "^error command failed",
            "^error: .*failed$",
            "^fatal: ",
            r"^\S+: fatal error",
            r"subprocess\.calledprocesserror",
            "returned non-zero exit status",
            "^failed!?$",
        ],
        ("make: *** [Makefile:24: build] Error 1", "GNU make; ninja"),
    )
    .likely(),
    Rule::new(
        Ambiguous,
        10,
        "step.exit-code",
        "unknown",
        &["exit (?:code|status):? [1-9]", "exited with", "failed with exit code", "exit status [1-9]", "non-zero exit"],
        ("Error: Process completed with exit code 1.", "actions/runner; Go os/exec"),
    ),
];

//! Too many requests: for a moment, or for hours.

use crate::retry::model::{
    Kind::{Permanent, Quota, RateLimited},
    Remedy,
};
use crate::retry::rule::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        Quota,
        96,
        "rate.hub-pull-limit",
        "hub-pull-limit",
        &[
            "reached your (?:unauthenticated |anonymous )?pull rate limit",
            r"docker\.com/increase-rate-limit",
            r"(?:docker hub|docker\.io|dockerhub).*(?:pull )?rate limit.*(?:reached|exceeded)",
            "pull rate limit.*docker",
        ],
        (
            "toomanyrequests: You have reached your unauthenticated pull rate limit.",
            "https://docs.docker.com/docker-hub/usage/pulls/",
        ),
    )
    .remedy(Remedy::UseMirror),
    Rule::new(
        RateLimited,
        95,
        "rate.secondary-limit",
        "ghcr-secondary-403",
        &["secondary rate limit", "abuse detection mechanism"],
        (
            "You have exceeded a secondary rate limit",
            "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api",
        ),
    ),
    Rule::new(
        RateLimited,
        95,
        "rate.window-in-answer",
        "ghcr-rate",
        &[r"retry-after: ?[0-9.]+ ?(?:ns|us|.?.s|ms|s|m)[0-9a-z.]*, allowed: ?\d+/"],
        (
            "toomanyrequests: retry-after: 880.092µs, allowed: 44000/minute",
            "dependabot/cli and containerd threads; sent by ghcr.io",
        ),
    ),
    Rule::new(
        RateLimited,
        94,
        "rate.throttled-cloud",
        "ecr-rate",
        &[
            "toomanyrequests: rate exceeded",
            "throttlingexception",
            r"\brate exceeded\b",
            "requestlimitexceeded",
            "toomanyrequestsexception",
            r"slowdown\b.*reduce your request rate",
            "please reduce your request rate",
            "request was throttled",
            "throttling: rate",
        ],
        (
            "toomanyrequests: Rate exceeded",
            "https://docs.aws.amazon.com/AmazonECR/latest/public/public-service-quotas.html",
        ),
    ),
    Rule::new(
        RateLimited,
        94,
        "rate.requests-per-minute",
        "api-rate",
        &[
            "quota exceeded for quota metric",
            "exceeded.*(?:requests|queries|pulls|reads) per (?:second|minute|day)",
            "pull qps exceeded",
            "resource_?exhausted.*(?:quota|rate|request)",
        ],
        (
            "Quota exceeded for quota metric 'Requests per project per region' of service artifactregistry",
            "https://cloud.google.com/artifact-registry/quotas; kubelet pkg/kubelet/images/puller.go",
        ),
    ),
    Rule::new(
        RateLimited,
        93,
        "rate.api-limit",
        "api-rate",
        &[
            "api rate limit (?:exceeded|reached)",
            "rate limit (?:was |has been )?(?:exceeded|reached|hit)",
            "exceeded (?:the |your |a )?(?:api |request )?rate.?limit",
            r"rate.?limited\b",
            r"\bbeing rate limit",
            "hit (?:a |the )?rate.?limit",
            "rate limiting (?:is )?in effect",
            "error: ratelimit",
            "ratelimit(?:error|exception)",
        ],
        (
            "API rate limit exceeded for installation ID 1.",
            "GitHub REST documentation; GitLab rate limits documentation",
        ),
    ),
    Rule::new(
        RateLimited,
        86,
        "rate.429",
        "registry-429",
        &[status!("429"), r"\btoo ?many ?requests\b", r"\btoomanyrequests\b", r"\be429\b"],
        (
            "received unexpected HTTP status: 429 Too Many Requests",
            "RFC 6585 section 4; OCI distribution-spec error codes",
        ),
    ),
    Rule::new(
        Permanent,
        95,
        "rate.storage-quota",
        "quota",
        &[
            "exceed(?:s|ed)? the (?:configured|allowed|maximum)? ?(?:upper limit|storage|quota)",
            "(?:storage|project|namespace) quota (?:has been |is |was )?(?:exceeded|reached|used up)",
            "(?:disk|repository|package|registry) quota (?:has been |is |was )?(?:exceeded|reached|used up)",
            "quota (?:has been |was )?exceeded for (?:storage|disk|project)",
            "(?:exceeded|reached) (?:your|the) (?:storage|data transfer) (?:quota|limit)",
            "(?:exceeded|reached) (?:your|the) (?:storage|data transfer) (?:minutes|services|storage)",
            "(?:exceeded|reached) (?:your|the) (?:bandwidth|package) (?:quota|limit|minutes|services|storage)",
            "(?:exceeded|reached) (?:your|the) (?:private repository|repository) (?:quota|limit)",
            "(?:exceeded|reached) (?:your|the) (?:private repository|repository) (?:minutes|services|storage)",
            "(?:exceeded|reached) (?:your|the) (?:monthly|spending|included) (?:quota|limit)",
            "(?:exceeded|reached) (?:your|the) (?:monthly|spending|included) (?:minutes|services|storage)",
            "billing (?:is|has been) (?:disabled|locked)",
            "payment required",
            "account is (?:suspended|locked|disabled)",
            "maximum number of (?:repositories|images|tags)",
            "limitexceededexception",
            "(?:storage|size) limit (?:has been )?(?:exceeded|reached)",
        ],
        (
            "denied: adding 29 MiB of storage resource will exceed the configured upper limit of 10.0 MiB.",
            "Harbor src/pkg/quota/errors.go",
        ),
    ),
];

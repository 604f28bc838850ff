//! Too many requests: for a moment, or for hours.

use crate::retry::model::{
    Kind::{Permanent, Quota, RateLimited},
    Remedy,
};
use crate::retry::rule::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule::new(Quota, 96, "rate.hub-pull-limit", "hub-pull-limit",
        r"reached your (?:unauthenticated |anonymous )?pull rate limit|docker\.com/increase-rate-limit|(?:docker hub|docker\.io|dockerhub).*(?:pull )?rate limit.*(?:reached|exceeded)|pull rate limit.*docker",
        ("toomanyrequests: You have reached your unauthenticated pull rate limit.", "https://docs.docker.com/docker-hub/usage/pulls/"))
        .remedy(Remedy::UseMirror),
    Rule::new(RateLimited, 95, "rate.secondary-limit", "ghcr-secondary-403",
        r"secondary rate limit|abuse detection mechanism",
        ("You have exceeded a secondary rate limit", "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api")),
    Rule::new(RateLimited, 95, "rate.window-in-answer", "ghcr-rate",
        r"retry-after: ?[0-9.]+ ?(?:ns|us|.?.s|ms|s|m)[0-9a-z.]*, allowed: ?\d+/",
        ("toomanyrequests: retry-after: 880.092µs, allowed: 44000/minute", "dependabot/cli and containerd threads; sent by ghcr.io")),
    Rule::new(RateLimited, 94, "rate.throttled-cloud", "ecr-rate",
        r"toomanyrequests: rate exceeded|throttlingexception|\brate exceeded\b|requestlimitexceeded|toomanyrequestsexception|slowdown\b.*reduce your request rate|please reduce your request rate|request was throttled|throttling: rate",
        ("toomanyrequests: Rate exceeded", "https://docs.aws.amazon.com/AmazonECR/latest/public/public-service-quotas.html")),
    Rule::new(RateLimited, 94, "rate.requests-per-minute", "api-rate",
        r"quota exceeded for quota metric|exceeded.*(?:requests|queries|pulls|reads) per (?:second|minute|day)|pull qps exceeded|resource_?exhausted.*(?:quota|rate|request)",
        ("Quota exceeded for quota metric 'Requests per project per region' of service artifactregistry", "https://cloud.google.com/artifact-registry/quotas; kubelet pkg/kubelet/images/puller.go")),
    Rule::new(RateLimited, 93, "rate.api-limit", "api-rate",
        r"api rate limit (?:exceeded|reached)|rate limit (?:was |has been )?(?:exceeded|reached|hit)|exceeded (?:the |your |a )?(?:api |request )?rate.?limit|rate.?limited\b|\bbeing rate limit|hit (?:a |the )?rate.?limit|rate limiting (?:is )?in effect|error: ratelimit|ratelimit(?:error|exception)",
        ("API rate limit exceeded for installation ID 1.", "GitHub REST documentation; GitLab rate limits documentation")),
    Rule::new(RateLimited, 86, "rate.429", "registry-429",
        concat!(status!("429"), r"|\btoo ?many ?requests\b|\btoomanyrequests\b|\be429\b"),
        ("received unexpected HTTP status: 429 Too Many Requests", "RFC 6585 section 4; OCI distribution-spec error codes")),
    Rule::new(Permanent, 95, "rate.storage-quota", "quota",
        r"exceed(?:s|ed)? the (?:configured|allowed|maximum)? ?(?:upper limit|storage|quota)|(?:storage|project|namespace|disk|repository|package|registry) quota (?:has been |is |was )?(?:exceeded|reached|used up)|quota (?:has been |was )?exceeded for (?:storage|disk|project)|(?:exceeded|reached) (?:your|the) (?:storage|data transfer|bandwidth|package|private repository|repository|monthly|spending|included) (?:quota|limit|minutes|services|storage)|billing (?:is|has been) (?:disabled|locked)|payment required|account is (?:suspended|locked|disabled)|maximum number of (?:repositories|images|tags)|limitexceededexception|(?:storage|size) limit (?:has been )?(?:exceeded|reached)",
        ("denied: adding 29.0 MiB of storage resource, which when updated to current usage of 152.4 MiB will exceed the configured upper limit of 10.0 MiB.", "Harbor src/pkg/quota/errors.go")),
];

//! The build cache. It fails after the image is built, so that a rebuild is the wrong answer.

use crate::retry::model::{
    Kind::{Permanent, Transient},
    Remedy,
};
use crate::retry::rule::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        Transient,
        85,
        "cache.reserve",
        "gha-cache-reserve",
        &[
            "(?:failed|unable) to (?:reserve|create|commit|finalize) cache",
            "reservecache",
            "cache (?:service|entry|with key).{0,60}(?:already exists|unavailable|failed|not available|reserv)",
            "another job may be creating this cache",
            "cache already exists",
        ],
        ("failed to reserve cache: cache already exists", "actions/toolkit cache; tonistiigi/go-actions-cache"),
    )
    .remedy(Remedy::IgnoreCacheExport),
    Rule::new(
        Permanent,
        93,
        "cache.retired",
        "cache-service-retired",
        &[
            "legacy (?:cache )?service is shutting down",
            "cache service .{0,30}(?:retired|sunset|shut)",
            "artifact.*deprecated version",
        ],
        (
            "This legacy service is shutting down, effective April 15, 2025.",
            "actions/cache discussions; go-actions-cache",
        ),
    )
    .remedy(Remedy::IgnoreCacheExport),
    Rule::new(
        Permanent,
        85,
        "cache.refused",
        "cache-refused",
        &["error writing [a-z]+ blob: .*: 4(?:0[0134569]|1[025]|22) [a-z]"],
        (
            "error writing manifest blob: failed commit on ref \"sha256:1\": unexpected status: 404 Not Found",
            "moby/buildkit cache/remotecache; RFC 9110 section 15.5",
        ),
    )
    .likely()
    .remedy(Remedy::IgnoreCacheExport),
    Rule::new(
        Transient,
        84,
        "cache.write",
        "gha-cache-net",
        &[
            "error writing (?:layer blob|manifest blob|config blob)",
            r"(?:_apis/artifactcache|artifactcache\.).*: (?:read|write|dial|net/http)",
            r"(?:_apis/artifactcache|artifactcache\.).*: (?:context|eof|http2|stream|unexpected)",
            r"(?:_apis/artifactcache|artifactcache\.).*status",
            r"(?:_apis/artifactcache|artifactcache\.).*(?:timeout|reset)",
            r"(?:results-receiver|actions-results|blob\.core\.windows\.net).*: (?:read|write|dial|net/http)",
            "results-receiver.*: (?:context|eof|http2|stream|unexpected)",
            r"(?:actions-results|blob\.core\.windows\.net).*: (?:context|eof|http2|stream|unexpected)",
            r"(?:results-receiver|actions-results|blob\.core\.windows\.net).*status",
            r"(?:results-receiver|actions-results|blob\.core\.windows\.net).*(?:timeout|reset)",
            r"(?:_apis/artifactcache|artifactcache\.).*(?:closed|unavailable|failed|error)",
            r"(?:results-receiver|actions-results|blob\.core\.windows\.net).*(?:closed|unavailable|failed|error)",
            "failed to export cache",
            r"failed to (?:upload|save|restore|download|import|configure \S+) (?:\S+ )?cache",
            "cache (?:upload|download|export|import|save|restore) (?:failed|error)",
            "exporting cache.*(?:error|failed)",
            "error (?:exporting|importing) cache",
            "writing cache (?:image )?manifest",
        ],
        (
            "error writing layer blob: Patch \"https://cache.example\": use of closed network connection",
            "moby/buildkit cache/remotecache/gha",
        ),
    )
    .likely()
    .remedy(Remedy::IgnoreCacheExport),
];

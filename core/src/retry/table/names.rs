//! Names that do not resolve.

use crate::retry::model::Kind::{Permanent, Timeout, Transient};
use crate::retry::rule::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        Permanent,
        91,
        "dns.retired-host",
        "host-retired",
        &[
            r"mirrorlist\.centos\.",
            "no urls in mirrorlist",
            r"vault\.centos\..*not found",
            r"(?:could not resolve|no such host).*(?:jcenter\.bintray|dl\.bintray)",
            r"(?:name or service not known|failed to resolve).*(?:jcenter\.bintray|dl\.bintray)",
            r"jcenter\.bintray.*(?:40[34]|forbidden|502)",
        ],
        (
            "Could not retrieve mirrorlist http://mirrorlist.centos.example/?release=7 error was 14: curl#6",
            "https://centos.example/centos-linux-eol/: the host was switched off",
        ),
    ),
    Rule::new(
        Timeout,
        84,
        "dns.timeout",
        "dns-io-timeout",
        &[
            r"lookup \S+(?: on \S+)?:.*(?:i/o timeout|timed out)",
            r"(?:name|dns|domain).{0,20}(?:resol\w+|lookup|query|request).{0,12}(?:timed out|timeout)",
            "dns.{0,12}time-?d? ?out",
            "resolving timed out",
        ],
        (
            "dial tcp: lookup registry-1.docker.io on 10.0.0.1:53: read udp 10.0.0.2:1->10.0.0.1:53: i/o timeout",
            "Go net/dnsclient_unix.go; curl CURLE_OPERATION_TIMEDOUT",
        ),
    )
    .in_step("build-net-dns"),
    Rule::new(
        Transient,
        85,
        "dns.temporary",
        "dns-temporary",
        &[
            "temporary failure (?:in name resolution|resolving)",
            r"\beai_again\b",
            "server misbehaving",
            r"\bservfail\b",
            "dns:? (?:transient|lookup|server|resolution|query)[a-z ]*(?:error|failure|failed)",
            r"lookup \S+(?: on \S+)?:.*(?:connection refused|unreachable|reset)",
            r"try again\)?: getaddrinfo",
        ],
        (
            "Temporary failure in name resolution",
            "glibc EAI_AGAIN; Go net.errServerTemporarilyMisbehaving; apk-tools io_url errors",
        ),
    )
    .in_step("build-net-dns"),
    Rule::new(
        Transient,
        82,
        "dns.no-such-host",
        "dns-no-such-host",
        &[
            r"\bno such host\b",
            "name or service not known",
            "could ?n[o']t resolve(?: host| proxy| '|:)",
            "cannot resolve(?: host|hostname)",
            r"\benotfound\b",
            r"\bgetaddrinfo\b",
            "nodename nor servname",
            "name does not resolve",
            "unknownhostexception",
            "unknown host",
            "unable to resolve host",
            "nameresolutionerror",
            "failed to resolve '",
            "failed to lookup address",
            r"\bbad address\b",
            "dns error",
            "resolve host ?name",
            "host not found",
            "name resolution (?:failed|failure|error)",
            "resolution failure",
            "no address associated with hostname",
            "failed to resolve (?:host|address|hostname)",
            "resolvingerror",
            "nxdomain",
            r"\[errno -[235]\]",
        ],
        (
            "dial tcp: lookup registry-1.docker.io: no such host",
            "Go net.errNoSuchHost; glibc EAI_NONAME; curl CURLE_COULDNT_RESOLVE_HOST",
        ),
    )
    .likely()
    .in_step("build-net-dns"),
];

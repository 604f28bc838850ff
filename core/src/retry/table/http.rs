//! Status codes, where the text around the number says that it is one, and pages of gateways.

use crate::retry::model::Kind::{Ambiguous, Permanent, Timeout, Transient};
use crate::retry::rule::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        Transient,
        78,
        "http.503",
        "http-503",
        &[
            status!("503"),
            r"\bservice (?:is )?(?:temporarily )?unavailable\b",
            "backend fetch failed",
            r"<(?:title|h1)>\s*503",
            r"\be503\b",
            "first byte timeout",
            "no healthy upstream",
            "upstream connect error",
        ],
        ("received unexpected HTTP status: 503 Service Unavailable", "RFC 9110 section 15.6.4"),
    ),
    Rule::new(
        Transient,
        78,
        "http.502",
        "http-502",
        &[status!("502"), r"\bbad gateway\b", r"<(?:title|h1)>\s*502", r"\be502\b"],
        ("received unexpected HTTP status: 502 Bad Gateway", "RFC 9110 section 15.6.3"),
    ),
    Rule::new(
        Timeout,
        78,
        "http.504",
        "http-504",
        &[status!("504"), r"\bgateway time-?out\b", r"<(?:title|h1)>\s*504", r"\be504\b"],
        ("unexpected status: 504 Gateway Timeout", "RFC 9110 section 15.6.5"),
    ),
    Rule::new(
        Transient,
        72,
        "http.500",
        "http-500",
        &[
            status!("500"),
            r"\binternal server error\b",
            "internal server ?error:",
            r"\bunknown: internal error",
            r"<(?:title|h1)>\s*500",
            r"\be500\b",
            "internalservererror",
            r"internalerror\b.*\btry again",
        ],
        ("received unexpected HTTP status: 500 Internal Server Error", "RFC 9110 section 15.6.1"),
    ),
    Rule::new(
        Transient,
        78,
        "http.cdn",
        "http-52x",
        &[
            status!("5(?:2[0-7]|30|99)"),
            "web server is (?:down|returning an unknown error)",
            "origin is unreachable",
            "a timeout occurred.*error code 524",
            r"error code:? 52[0-7]\b",
        ],
        (
            "unexpected status: 522",
            "https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/",
        ),
    ),
    Rule::new(
        Timeout,
        81,
        "http.408",
        "http-408",
        &[
            status!("(?:408|425|499)"),
            r"\brequest time-?out\b",
            r"\btoo early\b",
            "client closed request",
            "client disconnected",
        ],
        ("unexpected status: 408 Request Timeout", "RFC 9110 section 15.5.9"),
    ),
    Rule::new(
        Transient,
        82,
        "http.service-page",
        "service-unavailable",
        &[
            "our services aren'?t available right now",
            "(?:temporarily|currently) (?:unavailable|offline|overloaded|experiencing)",
            r"try again (?:later|in a few|in \d+|shortly)",
            "please (?:try|retry) (?:again|your request|the request|this request)",
            "server is (?:too )?(?:busy|overloaded)",
            "under maintenance",
            "scheduled maintenance",
            "read-?only (?:mode|for maintenance)",
            "<title>unicorn",
        ],
        ("Our services aren't available right now", "Azure Front Door's page; GitHub's 5xx page"),
    ),
    Rule::new(
        Transient,
        73,
        "http.unreadable-answer",
        "http-unreadable",
        &[
            "unexpected end of json input",
            r"error parsing http \d+ response body",
            "malformed http (?:response|status)",
            "invalid http response",
            "unexpected content.?type.*text/html",
        ],
        (
            "error parsing response body: unexpected end of JSON input",
            "distribution registry/client/errors.go; Go encoding/json scanner.go",
        ),
    )
    .likely(),
    // Weighs more than a syntax error, because no source of a program starts with a page of a gateway.
    Rule::new(
        Transient,
        92,
        "http.page-for-json",
        "http-unreadable",
        &["unexpected token '?<", "invalid character '<'"],
        (
            "SyntaxError: Unexpected token '<', \"<!DOCTYPE \"... is not valid JSON",
            "V8 messages; Go encoding/json scanner.go",
        ),
    )
    .likely(),
    Rule::new(
        Ambiguous,
        93,
        "http.page-with-4xx",
        "http-4xx-page",
        &[r"parsing http 40[0-79] response body"],
        (
            "error parsing HTTP 403 response body: invalid character '<' looking for beginning of value",
            "distribution registry/client/errors.go",
        ),
    ),
    Rule::new(
        Permanent,
        94,
        "http.413",
        "too-large",
        &[
            status!("413"),
            "request entity too large",
            "payload too large",
            "content too large",
            "client intended to send too large body",
        ],
        (
            "error parsing HTTP 413 response body: 413 Request Entity Too Large",
            "RFC 9110 section 15.5.14; nginx client_max_body_size",
        ),
    ),
    Rule::new(
        Permanent,
        66,
        "http.404",
        "http-404",
        &[status!("404"), r"\b404\b.{0,3}not found", r"\be404\b", "remote file not found", "http 404"],
        ("curl: (22) The requested URL returned error: 404", "RFC 9110 section 15.5.5"),
    )
    .in_step("build-step"),
    Rule::new(
        Permanent,
        76,
        "http.410",
        "http-410",
        &[status!("41[05]"), r"\b410 gone\b"],
        ("unexpected status: 410 Gone", "RFC 9110 section 15.5.11"),
    ),
    Rule::new(
        Permanent,
        68,
        "http.400",
        "http-400",
        &[
            status!("4(?:00|05|06|09|11|12|22|51)"),
            r"\b(?:400 bad request|405 method not allowed|409 conflict|412 precondition failed|422 unprocessable)",
            r"\bbad request\b",
        ],
        ("unexpected status: 400 Bad Request", "RFC 9110 section 15.5"),
    ),
];

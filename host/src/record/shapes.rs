//! What a credential looks like in a text, told by its shape alone.
//!
//! The prefixes are those that the issuers document, so that scanners find leaked ones: GitHub, GitLab, Docker Hub, AWS, npm, the Python
//! index and Slack. Besides these: JSON Web Tokens, values of credential headers, passwords in addresses, private keys in PEM.

use std::ops::Range;

/// A token that a prefix announces.
struct Token {
    prefix: &'static str,
    /// Bytes after the prefix that make it one. Lower than real ones have: what was cut off or made up is hidden all the same.
    least: usize,
    body: fn(u8) -> bool,
}

const fn token(prefix: &'static str, least: usize, body: fn(u8) -> bool) -> Token {
    Token { prefix, least, body }
}

const TOKENS: [Token; 26] = [
    token("ghp_", 6, word),
    token("gho_", 6, word),
    token("ghu_", 6, word),
    token("ghs_", 6, dotted),
    token("ghr_", 6, word),
    token("github_pat_", 6, word),
    token("glpat-", 6, dotted),
    token("gldt-", 6, dotted),
    token("glrt-", 6, dotted),
    token("glrtr-", 6, dotted),
    token("glcbt-", 6, dotted),
    token("glptt-", 6, dotted),
    token("glft-", 6, dotted),
    token("glimt-", 6, dotted),
    token("glagent-", 6, dotted),
    token("gloas-", 6, dotted),
    token("dckr_pat_", 6, dashed),
    token("dckr_oat_", 6, dashed),
    token("AKIA", 12, upper),
    token("ASIA", 12, upper),
    token("npm_", 20, word),
    token("pypi-", 20, dashed),
    token("xoxb-", 10, dashed),
    token("xoxp-", 10, dashed),
    token("xoxa-", 10, dashed),
    token("eyJ", 20, jwt),
];

/// Headers whose value is a credential, in lower case.
const HEADERS: [&str; 5] = ["authorization", "private-token", "job-token", "x-auth-token", "x-api-key"];

fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn dashed(byte: u8) -> bool {
    word(byte) || byte == b'-'
}

fn dotted(byte: u8) -> bool {
    dashed(byte) || byte == b'.'
}

fn upper(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn jwt(byte: u8) -> bool {
    dotted(byte) || byte == b'='
}

/// Where a text holds credentials, without what tells their kind. Parts may overlap. A prefix counts wherever it stands, as what is
/// before it may be an escape such as the `\n` of a JSON document.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    for token in &TOKENS {
        for (at, _) in text.match_indices(token.prefix) {
            let start = at + token.prefix.len();
            let end = run(bytes, start, token.body);
            // A web token has dots between its parts; other long words that begin like one are none.
            let whole = token.prefix != "eyJ" || bytes.get(start..end).is_some_and(|body| body.contains(&b'.'));
            if end - start >= token.least && whole {
                found.push(start..end);
            }
        }
    }
    found.extend(headers(bytes));
    found.extend(addresses(text));
    found.extend(keys(text));
    found
}

/// The end of the bytes of one kind.
fn run(bytes: &[u8], start: usize, kind: impl Fn(u8) -> bool) -> usize {
    bytes.iter().skip(start).position(|&byte| !kind(byte)).map_or(bytes.len(), |length| start + length)
}

/// `Authorization: Bearer …`, also as a member of a JSON document, as an option of a command and inside a quoted text. The scheme
/// stays, the rest of the line goes.
fn headers(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for name in HEADERS {
        let same = |window: &[u8]| window.eq_ignore_ascii_case(name.as_bytes());
        for (at, _) in bytes.windows(name.len()).enumerate().filter(|(_, window)| same(window)) {
            let quote = |byte| matches!(byte, b'"' | b'\'' | b'\\' | b' ' | b'\t');
            let sign = run(bytes, at + name.len(), quote);
            if !matches!(bytes.get(sign), Some(b':' | b'=')) {
                continue;
            }
            let start = run(bytes, sign + 1, quote);
            let end = run(bytes, start, |byte| !matches!(byte, b'"' | b'\'' | b'\\' | b'\r' | b'\n'));
            let scheme = run(bytes, start, |byte| byte.is_ascii_alphanumeric() || byte == b'-');
            let value = if bytes.get(scheme) == Some(&b' ') && scheme < end { scheme + 1 } else { start };
            if value < end {
                found.push(value..end);
            }
        }
    }
    found
}

/// `https://user:password@host`: the password. `https://word@host`: the word, which is a token more often than a name.
fn addresses(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    for mark in ["://", r":\/\/"] {
        for (at, _) in text.match_indices(mark) {
            let start = at + mark.len();
            let stop =
                |byte| matches!(byte, b'/' | b'?' | b'#' | b'"' | b'\'' | b'\\' | b'<' | b'>' | b'`') || byte <= b' ';
            let end = run(bytes, start, |byte| !stop(byte));
            let Some(host) = bytes.get(start..end).and_then(|part| part.iter().rposition(|&byte| byte == b'@')) else {
                continue;
            };
            let user = text.get(start..start + host).unwrap_or_default();
            let web = text.get(..at).is_some_and(|before| before.ends_with("http") || before.ends_with("https"));
            match user.find(':') {
                Some(colon) => found.push(start + colon + 1..start + host),
                None if web => found.push(start..start + host),
                None => {}
            }
        }
    }
    found
}

/// What stands between the first and the last line of a private key; to the end of the text when the last line is missing.
fn keys(text: &str) -> Vec<Range<usize>> {
    const BEGIN: &str = "PRIVATE KEY-----";
    let mut found = Vec::new();
    for (at, _) in text.match_indices(BEGIN) {
        let line = text.get(..at).and_then(|before| before.rfind("-----")).and_then(|dashes| text.get(dashes..at));
        if line.is_some_and(|line| line.starts_with("-----BEGIN ")) {
            let start = at + BEGIN.len();
            let length = text.get(start..).map_or(0, |rest| rest.find("-----END").unwrap_or(rest.len()));
            found.push(start..start + length);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first credential of a text.
    fn first(text: &str) -> Option<&str> {
        find(text).first().map(|range| &text[range.clone()])
    }

    #[test]
    fn credentials_are_known_by_their_shape() {
        for (text, expected) in [
            ("token ghp_0123456789abcdefABCD, ok", Some("0123456789abcdefABCD")),
            ("ghs_secret", Some("secret")),
            (r"line\nghp_0123456789", Some("0123456789")),
            ("github_pat_11AA_bcdef.", Some("11AA_bcdef")),
            ("see glpat-abc-DEF_123.01.xyz/", Some("abc-DEF_123.01.xyz")),
            ("dckr_pat_ab-cd_ef", Some("ab-cd_ef")),
            ("AKIAIOSFODNN7EXAMPLE", Some("IOSFODNN7EXAMPLE")),
            ("x=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln&y", Some("hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln")),
            ("Authorization: Bearer abc def\nnext", Some("abc def")),
            (r#"{"authorization":"token abc"}"#, Some("abc")),
            (r#"{\"Authorization\": \"abc\"}"#, Some("abc")),
            ("curl -H 'PRIVATE-TOKEN: abc' x", Some("abc")),
            ("https://u:p@ss@host/a@b", Some("p@ss")),
            ("https://abc@host/", Some("abc")),
            (r"https:\/\/u:p@host", Some("p")),
            ("-----BEGIN RSA PRIVATE KEY-----\\nMII\\n-----END RSA PRIVATE KEY-----", Some("\\nMII\\n")),
            ("-----BEGIN PRIVATE KEY-----\nMII", Some("\nMII")),
        ] {
            assert_eq!(first(text), expected, "{text}");
        }
    }

    #[test]
    fn what_only_looks_similar_is_none() {
        for text in [
            "",
            "ghp_",
            "ghp_abc de",
            "author_association: NONE",
            "ssh://git@host/a.git",
            "git@host:acme/app.git",
            "https://host/a@b",
            "https://host",
            "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----",
            "the PRIVATE KEY----- of nobody",
            "0123456789abcdef0123456789abcdef01234567",
            "eyJustAWordThatIsLongEnough",
            "authorization",
        ] {
            assert_eq!(first(text), None, "{text}");
        }
    }
}

//! Where a failure happened: the phase and the registry, read from the evidence and the lines before it.

use super::model::Phase;
use super::tail::Line;

/// How many lines before the evidence may tell the phase or the registry.
const LOOK_BACK: usize = 40;

/// Words that only one phase has, in lower case. The first phase with a match on a line wins.
const PHASES: &[(Phase, &[&str])] = &[
    (
        Phase::CacheExport,
        &[
            "exporting cache",
            "importing cache",
            "export cache",
            "import cache",
            "artifactcache",
            "error writing layer blob",
            "reserve cache",
            "cache-to",
        ],
    ),
    (Phase::Login, &["docker login", "logging in", "login-action", "podman login", "login to ", "oras login"]),
    (
        Phase::Setup,
        &[
            "booting buildkit",
            "moby/buildkit",
            "setup-buildx",
            "creating a new builder",
            "setup-qemu",
            "tonistiigi/binfmt",
            "starting docker",
        ],
    ),
    (
        Phase::Push,
        &[
            "failed to push",
            "pushing ",
            "push refers",
            "error pushing",
            "writing blob",
            "exporting to image",
            "blobs/uploads",
            "writing manifest",
            "docker push",
            "pushed",
            "trying to reuse blob",
            "exporting manifest",
            "copying image",
            "imagetools create",
        ],
    ),
    (
        Phase::Build,
        &[
            "did not complete",
            "executor failed running",
            "non-zero code",
            "^e: ",
            "^w: ",
            "^err:",
            "npm err",
            "npm error",
            "npm warn",
            "apkindex",
            "fetch http",
            "pip install",
            "pip.",
            "pypi",
            "yarn ",
            "cargo",
            "^go: ",
            "curl: (",
            "wget",
            "gem install",
            "bundler",
            "dnf",
            "maven",
            "gradle",
            "---> running in",
        ],
    ),
    (
        Phase::Pull,
        &[
            "load metadata",
            "source metadata",
            "image config",
            "httpreadseeker",
            "pulling",
            "docker pull",
            "/manifests/",
            "pull ",
            "from ",
            "copying blob",
            "initializing source",
            "error pulling",
            "failed to resolve",
            "pulled",
        ],
    ),
];

/// The phase of a failure whose evidence is line number `at`.
pub(super) fn phase(lines: &[Line], at: usize) -> Option<Phase> {
    around(lines, at).find_map(|line| {
        let text = line.text.to_ascii_lowercase();
        // The echo of a `RUN` instruction or a step of BuildKit with one.
        if line.quoted && (text.contains("] run ") || text.contains(": run ")) {
            return Some(Phase::Build);
        }
        PHASES.iter().find(|(_, words)| words.iter().any(|word| has(&text, word))).map(|(phase, _)| *phase)
    })
}

/// Whether a line holds a word, or begins with it when the word begins with `^`.
fn has(text: &str, word: &str) -> bool {
    word.strip_prefix('^').map_or_else(|| text.contains(word), |start| text.starts_with(start))
}

/// The registry of a failure whose evidence is line number `at`.
pub(super) fn registry(lines: &[Line], at: usize) -> Option<String> {
    around(lines, at).find_map(|line| registry_in(&line.text))
}

/// The evidence, then the lines before it, nearest first, then the lines after it.
fn around(lines: &[Line], at: usize) -> impl Iterator<Item = &Line> {
    let (before, after) = lines.split_at_checked(at + 1).unwrap_or((lines, &[]));
    before.iter().rev().take(LOOK_BACK).chain(after.iter().take(LOOK_BACK))
}

/// Docker Hub's hosts and names.
const HUB: &[&str] =
    &["docker.io", "cloudflare.docker.com", "hub.docker.com", "docker.com/increase-rate-limit", "docker hub"];

/// Ends of host names that belong to image registries only.
const HOSTS: &[&str] = &[
    "ghcr.io",
    "quay.io",
    "gcr.io",
    ".pkg.dev",
    ".amazonaws.com",
    "public.ecr.aws",
    ".azurecr.io",
    "mcr.microsoft.com",
    "registry.gitlab.com",
    "registry.k8s.io",
    "lscr.io",
    "nvcr.io",
    "icr.io",
    "ocir.io",
    "docker.pkg.github.com",
    "registry.access.redhat.com",
    "registry.redhat.io",
    "cgr.dev",
    "registry.digitalocean.com",
    "registry.suse.com",
];

/// The host of the registry that a line names.
fn registry_in(line: &str) -> Option<String> {
    let line = line.to_ascii_lowercase();
    let separators = |c: char| {
        c.is_whitespace() || matches!(c, '"' | '\'' | '(' | ')' | ',' | '=' | '<' | '>' | '[' | ']' | '`' | '@')
    };
    for word in line.split(separators) {
        let (scheme, bare) = word.split_once("://").map_or(("", word), |(scheme, rest)| (scheme, rest));
        let host = bare.split(['/', '?']).next().unwrap_or_default().trim_end_matches([':', '.', ';']);
        let name = host.split(':').next().unwrap_or_default();
        if name == "docker.io" || HUB.iter().any(|hub| !hub.contains(['/', ' ']) && is_host_below(name, hub)) {
            return Some("docker.io".to_owned());
        }
        let registry_path = bare.contains("/v2/") || bare.ends_with("/v2") || scheme == "docker";
        let known = HOSTS.iter().any(|known| is_host_below(name, known));
        if (known && (name.contains(".dkr.") || !name.ends_with(".amazonaws.com")))
            || (registry_path && is_host(host) && (name.contains('.') || name == "localhost" || host.contains(':')))
        {
            return Some(host.to_owned());
        }
    }
    HUB.iter().any(|hub| hub.contains(['/', ' ']) && line.contains(hub)).then(|| "docker.io".to_owned())
}

fn is_host_below(name: &str, known: &str) -> bool {
    match name.strip_suffix(known) {
        Some(before) => {
            is_host(name)
                && (before.is_empty() || before.ends_with('.') || known.starts_with('.') || before.ends_with('-'))
        }
        None => false,
    }
}

fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::super::tail::lines;
    use super::*;

    #[test]
    fn registries_are_found_by_host_path_and_name() {
        for (line, host) in [
            ("Head https://registry-1.docker.io/v2/library/alpine: EOF", Some("docker.io")),
            ("failed to push ghcr.io/acme/app:1: denied", Some("ghcr.io")),
            ("GET https://1.dkr.ecr.eu-west-1.amazonaws.com/v2/x", Some("1.dkr.ecr.eu-west-1.amazonaws.com")),
            ("Put \"https://127.0.0.1:5000/v2/x\"", Some("127.0.0.1:5000")),
            ("Get https://cr.example.org/v2/: EOF", Some("cr.example.org")),
            ("https://www.docker.com/increase-rate-limit", Some("docker.io")),
            ("https://bucket.s3.amazonaws.com/x", None),
            ("curl: (6) Could not resolve host: example.org", None),
        ] {
            assert_eq!(registry_in(line).as_deref(), host, "{line}");
        }
    }

    #[test]
    fn the_nearest_telling_line_gives_the_phase() {
        let output = "#9 exporting to image\n#9 pushing layers\n#9 ERROR: unexpected status: 502";
        assert_eq!(phase(&lines(output), 2), Some(Phase::Push));
        assert_eq!(phase(&lines("Step 3/5 : RUN make\nexit"), 1), Some(Phase::Build));
        assert_eq!(phase(&lines("nothing"), 0), None);
    }
}

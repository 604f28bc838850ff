//! Under which names the image is known, and where it may be pushed.

use super::model::PlannedImage;
use super::naming::{Missing, Namer, absence};
use crate::facts::{EventKind, Facts, ForkStatus};
use crate::policy::matcher::{registry, values};
use crate::policy::{ImageRule, Policy, Scope, Verdict};
use crate::text::{concat, shown};
use crate::{Diagnostic, Reason};

/// Longest image name that registries accept, in characters.
const MAX_NAME: usize = 255;

/// The image names of a policy, without their references yet.
#[derive(Debug, Default)]
pub(super) struct Images {
    pub(super) list: Vec<PlannedImage>,
    pub(super) warnings: Vec<Diagnostic>,
    pub(super) errors: Vec<Diagnostic>,
}

/// Whether the policy wants this run's image pushed at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish<'a> {
    /// It does.
    Push,
    /// It does not, for this reason.
    Keep(&'a Reason),
}

/// A name in its one spelling, and the host of its registry.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Name {
    name: String,
    /// Empty for a name that only the local image store knows.
    registry: String,
}

/// Decides on every image name of the policy. References are added when the tags are known.
pub(super) fn decide(policy: &Policy, namer: &Namer<'_>, wish: Wish<'_>) -> Images {
    let mut out = Images::default();
    for rule in &policy.images {
        match decide_one(rule, namer, wish, &mut out.errors) {
            Some(image) if out.list.iter().all(|other| other.name != image.name) => out.list.push(image),
            // The same name again: it is used when either rule says so.
            Some(image) => {
                if let Some(other) = out.list.iter_mut().find(|other| other.name == image.name && !other.active) {
                    *other = image;
                }
            }
            None => {}
        }
    }
    if policy.images.is_empty() {
        let error = Diagnostic::error("no-images", "the policy names no image");
        out.errors.push(error.help("name one under `images`, such as `{{registry-image}}`"));
    }
    warn(&mut out, namer.facts());
    out
}

fn decide_one(
    rule: &ImageRule,
    namer: &Namer<'_>,
    wish: Wish<'_>,
    errors: &mut Vec<Diagnostic>,
) -> Option<PlannedImage> {
    let facts = namer.facts();
    let unnamed = |reason: Reason| PlannedImage {
        name: rule.name.source.clone(),
        registry: String::new(),
        active: false,
        push: false,
        reasons: vec![reason],
        references: Vec::new(),
    };
    let found = namer
        .text(&rule.name)
        .and_then(|text| parse(&text).map_err(|error| Missing::refused(rule.name.place.mark(*error))));
    let Name { name, registry } = match found {
        Ok(name) => name,
        Err(missing) => {
            // A name that this run does not use need not be known.
            let mut when = rule.when.clone();
            when.credentials = None;
            let check = when.check(&Scope { facts, registry: None });
            return match (check.verdict.clone(), missing) {
                (Verdict::Unmet, _) => Some(unnamed(Reason::new("condition-unmet", check.objection()))),
                (_, Missing::Absent(value)) => Some(unnamed(Reason::new("value-absent", absence(value, facts)))),
                (_, Missing::Refused(error)) => {
                    errors.push(*error);
                    None
                }
            };
        }
    };
    let check = rule.when.check(&Scope { facts, registry: Some(&registry) });
    let (active, reasons) = match &check.verdict {
        Verdict::Met => (true, push_reasons(&registry, facts, wish)),
        Verdict::Unmet => (false, vec![Reason::new("condition-unmet", check.objection())]),
        Verdict::Unknown(error) => {
            errors.push(error.clone());
            return None;
        }
    };
    let push = active && reasons.first().is_some_and(|reason| reason.code == "push");
    Some(PlannedImage { name, registry, active, push, reasons, references: Vec::new() })
}

/// Whether the image is pushed, decisive reason first; `push` when it is.
fn push_reasons(host: &str, facts: &Facts, wish: Wish<'_>) -> Vec<Reason> {
    let mut against = Vec::new();
    if let Wish::Keep(reason) = wish {
        against.push(reason.clone());
    }
    if host.is_empty() {
        against.push(Reason::new("no-registry", "the name has no registry, so only the local image store knows it"));
        return against;
    }
    // Only a proven fork is refused: an unknown one would stop pushes that work.
    if values::fork(facts) == ForkStatus::Fork && runs_with_rights_of_source(facts) {
        let message = "the change comes from a fork, whose token may not write to the registry";
        against.push(Reason::new("fork-cannot-push", message));
    }
    let credentials = registry::has_credentials(facts, host);
    if credentials == Some(false) && !registry::is_loopback(host) {
        against.push(Reason::new("no-credentials", concat(&["there are no credentials for ", host])));
    }
    if against.is_empty() {
        against.push(Reason::new("push", concat(&["the policy pushes this run's image to ", host])));
        if credentials.is_none() && !registry::is_loopback(host) {
            let message = concat(&["it is not known whether there are credentials for ", host]);
            against.push(Reason::new("credentials-unknown", message));
        }
    }
    against
}

/// A pull request's own run. A run of `pull_request_target` or one that follows another run has the target's rights.
fn runs_with_rights_of_source(facts: &Facts) -> bool {
    facts.event == EventKind::PullRequest && facts.upstream.is_none()
}

fn warn(out: &mut Images, facts: &Facts) {
    let pushes = out.list.iter().any(|image| image.push);
    if pushes && values::fork(facts) == ForkStatus::Fork {
        let message = "the image of a fork's change is built and pushed with the rights of the target repository";
        out.warnings.push(
            Diagnostic::warning("fork-with-write-access", message).help(
                "build forks on pull_request instead, or make sure that nobody but a reviewer can start this run",
            ),
        );
    }
    if !out.list.is_empty() && out.errors.is_empty() && out.list.iter().all(|image| !image.active) {
        let reasons: Vec<_> = out
            .list
            .iter()
            .filter_map(|image| image.reasons.first().map(|reason| format!("{}: {}", image.name, reason.message)))
            .collect();
        out.warnings.push(
            Diagnostic::warning("no-active-image", "no image name of the policy is used in this run")
                .help(format!("add one for this run; {}", reasons.join("; "))),
        );
    }
    for image in out.list.iter().filter(|image| image.push) {
        if let Some(reason) = image.reasons.iter().find(|reason| reason.code == "credentials-unknown") {
            out.warnings.push(Diagnostic::note(&reason.code, reason.message.clone()).help("log in before the build"));
        }
    }
}

/// Reads an image name and writes it in one spelling: lower case, Docker Hub as `docker.io/namespace/name`.
fn parse(written: &str) -> Result<Name, Box<Diagnostic>> {
    let lower = written.to_ascii_lowercase();
    let invalid = |message: String| {
        let error = Diagnostic::error("invalid-image-name", message).help(
            "an image name is `host/path` in lower case, each part of the path made of `a-z0-9` with single `.`, `_`, \
             `__` or dashes inside, without a tag; name the images under `images`",
        );
        Box::new(error)
    };
    // Docker's rule: only a first part with a dot or a colon, or `localhost`, is a host.
    let (host, path) = match lower.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (Some(first), rest),
        _ => (None, lower.as_str()),
    };
    if !path.split('/').all(is_component) || !host.is_none_or(is_host) {
        return Err(invalid(format!("`{}` is not an image name", shown(written))));
    }
    let has_namespace = path.contains('/');
    let name = match host {
        None if !has_namespace => Name { name: path.to_owned(), registry: String::new() },
        Some(host) if registry::canonical(host) != registry::DOCKER_HUB => {
            Name { name: concat(&[host, "/", path]), registry: host.to_owned() }
        }
        _ if !has_namespace => {
            return Err(invalid(format!("`{}` has no namespace, such as `docker.io/acme/{path}`", shown(written))));
        }
        _ => {
            let host = registry::DOCKER_HUB;
            Name { name: concat(&[host, "/", path]), registry: host.to_owned() }
        }
    };
    if name.name.len() > MAX_NAME {
        return Err(invalid(format!("an image name of {} characters is over {MAX_NAME}", name.name.len())));
    }
    Ok(name)
}

/// Whether the text is one part of an image's path: `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`.
fn is_component(text: &str) -> bool {
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let separators = text.split(|c: char| u8::try_from(c).is_ok_and(alphanumeric));
    let ends = [text.bytes().next(), text.bytes().next_back()];
    ends.iter().all(|end| end.is_some_and(alphanumeric))
        && separators.filter(|s| !s.is_empty()).all(|s| matches!(s, "." | "_" | "__") || s.bytes().all(|b| b == b'-'))
}

/// Whether the text is a host with or without a port.
fn is_host(text: &str) -> bool {
    let (name, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, "")) => return is_address(address),
        Some((address, port)) if is_address(address) => ("", port.strip_prefix(':')),
        Some(_) => return false,
        None => text.split_once(':').map_or((text, Some("1")), |(name, port)| (name, Some(port))),
    };
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    port.is_some_and(|port| port.parse::<u16>().is_ok() && port.bytes().all(|b| b.is_ascii_digit()))
        && (text.starts_with('[') || name.split('.').all(label))
}

fn is_address(text: &str) -> bool {
    text.contains(':') && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b':')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Repository;
    use crate::policy::When;
    use crate::tagging::testing::{image, policy, pull_request, push, template};

    fn decide_on(facts: &Facts, names: &[&str]) -> Images {
        let policy = Policy { images: names.iter().map(|name| image(name)).collect(), ..policy([]) };
        decide(&policy, &Namer::new(facts, &policy.naming), Wish::Push)
    }

    fn first_code(image: &PlannedImage) -> &str {
        &image.reasons[0].code
    }

    #[test]
    fn every_name_has_one_spelling_and_a_registry() {
        for (written, name, registry) in [
            ("ghcr.io/Acme/App", "ghcr.io/acme/app", "ghcr.io"),
            ("acme/app", "docker.io/acme/app", "docker.io"),
            ("index.docker.io/acme/app", "docker.io/acme/app", "docker.io"),
            ("localhost/app", "localhost/app", "localhost"),
            ("localhost:5000/app", "localhost:5000/app", "localhost:5000"),
            ("[::1]:5000/a/b", "[::1]:5000/a/b", "[::1]:5000"),
            ("registry.example.com/a__b/c--d/e.f_g", "registry.example.com/a__b/c--d/e.f_g", "registry.example.com"),
            ("app", "app", ""),
        ] {
            assert_eq!(parse(written), Ok(Name { name: name.to_owned(), registry: registry.to_owned() }), "{written}");
        }
        for bad in [
            "",
            "/",
            "acme/",
            "ghcr.io/",
            "ghcr.io/acme/app:latest",
            "ghcr.io/acme/app@sha256:0",
            "ghcr.io/.github/app",
            "ghcr.io/a..b/c",
            "ghcr.io/a_/b",
            "ghcr.io/a b",
            "ghcr.io:port/a",
            "ghcr.io:/a",
            "-x.io/a",
            "[x]:1/a",
            "docker.io/app",
            "ghcr.io/\u{fc}/a",
        ] {
            assert_eq!(parse(bad).map_err(|d| d.code), Err("invalid-image-name".to_owned()), "{bad}");
        }
        assert!(parse(&format!("ghcr.io/{}", "a".repeat(300))).is_err());
    }

    #[test]
    fn a_push_needs_a_registry_rights_and_credentials() {
        let known = |hosts: &[&str]| Some(hosts.iter().map(|h| (*h).to_owned()).collect::<Vec<_>>());
        let with = |facts: &Facts, hosts: &[&str]| Facts { credentials: known(hosts), ..facts.clone() };
        let fork = pull_request(ForkStatus::Fork);
        let target = Facts { event: EventKind::PullRequestTarget, ..fork.clone() };
        let unknown_fork = pull_request(ForkStatus::Unknown);
        for (facts, name, code) in [
            (push("main"), "ghcr.io/acme/app", "push"),
            (with(&push("main"), &["ghcr.io"]), "ghcr.io/acme/app", "push"),
            (with(&push("main"), &[]), "ghcr.io/acme/app", "no-credentials"),
            (with(&push("main"), &["https://index.docker.io/v1/"]), "docker.io/acme/app", "push"),
            (with(&push("main"), &[]), "localhost:5000/app", "push"),
            (with(&push("main"), &["ghcr.io"]), "app", "no-registry"),
            (with(&fork, &["ghcr.io"]), "ghcr.io/acme/app", "fork-cannot-push"),
            (with(&unknown_fork, &["ghcr.io"]), "ghcr.io/acme/app", "push"),
            (with(&target, &["ghcr.io"]), "ghcr.io/acme/app", "push"),
        ] {
            let images = decide_on(&facts, &[name]);
            assert_eq!((first_code(&images.list[0]), images.list[0].push), (code, code == "push"), "{name}");
        }
        assert_eq!(decide_on(&target, &["ghcr.io/acme/app"]).warnings[0].code, "fork-with-write-access");
        assert_eq!(decide_on(&push("main"), &["ghcr.io/acme/app"]).warnings[0].code, "credentials-unknown");
    }

    #[test]
    fn the_engines_own_image_name_is_derived_only_where_it_is_certain() {
        let at = |path: &str, server: Option<&str>, offered: Option<&str>| {
            let own = |text: Option<&str>| text.map(str::to_owned);
            let repository = Repository {
                path: path.to_owned(),
                server_url: own(server),
                default_branch: None,
                registry_image: own(offered),
            };
            let engine = if server.is_none() { "local" } else { "gitlab-ci" }.to_owned();
            Facts { engine, repository: Some(repository), ..push("main") }
        };
        for (facts, expected) in [
            (at("Acme/App", Some("https://github.com"), None), Ok("ghcr.io/acme/app")),
            (at("acme/sub/app", Some("https://gitlab.com"), None), Ok("registry.gitlab.com/acme/sub/app")),
            (at("a/b", Some("https://git.example.com:8443"), Some("reg.example.com/A/b")), Ok("reg.example.com/a/b")),
            (at("a/b", Some("https://git.example.com:8443"), None), Err("registry-image-unknown")),
            (at("a/b", Some("https://github.com.evil.example"), None), Err("registry-image-unknown")),
            (at("My Project", None, None), Ok("my-project")),
            (at("acme/.github", Some("https://github.com"), None), Err("invalid-image-name")),
        ] {
            let images = decide_on(&facts, &["{{registry-image}}"]);
            let found = match images.errors.first() {
                Some(error) => Err(error.code.as_str()),
                None => Ok(images.list[0].name.as_str()),
            };
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_name_that_the_run_does_not_use_need_not_be_known() {
        let unknown = Facts { repository: None, ..push("main") };
        let rule = |event| ImageRule {
            name: template("{{repository}}/x"),
            when: When { event: Some(vec![event]), ..When::default() },
            place: crate::policy::Place::default(),
        };
        for (event, code) in [(EventKind::Tag, "condition-unmet"), (EventKind::Push, "value-absent")] {
            let policy = Policy { images: vec![rule(event)], ..policy([]) };
            let images = decide(&policy, &Namer::new(&unknown, &policy.naming), Wish::Push);
            assert_eq!(first_code(&images.list[0]), code);
            assert_eq!(images.warnings[0].code, "no-active-image");
        }
    }

    #[test]
    fn the_same_name_twice_is_one_image() {
        let images = decide_on(&push("main"), &["acme/app", "docker.io/ACME/app", "ghcr.io/acme/app"]);
        let names: Vec<_> = images.list.iter().map(|i| i.name.as_str()).collect();
        assert_eq!(names, ["docker.io/acme/app", "ghcr.io/acme/app"]);
    }
}

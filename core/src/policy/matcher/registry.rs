//! Registries by their hosts.

use crate::facts::Facts;

/// Docker Hub's name in references.
pub(crate) const DOCKER_HUB: &str = "docker.io";

/// Names under which Docker Hub is known to programs that store credentials.
const DOCKER_HUB_ALIASES: [&str; 3] = [DOCKER_HUB, "index.docker.io", "registry-1.docker.io"];

/// The host of a registry that is written as a host or, as in Docker's credential files, as a URL.
fn host(written: &str) -> &str {
    let rest = written.split_once("://").map_or(written, |(_, rest)| rest);
    rest.split_once('/').map_or(rest, |(host, _)| host)
}

/// The one name of a registry: [`DOCKER_HUB`] for each of its aliases.
pub(crate) fn canonical(written: &str) -> &str {
    let host = host(written.trim());
    if DOCKER_HUB_ALIASES.iter().any(|alias| alias.eq_ignore_ascii_case(host)) { DOCKER_HUB } else { host }
}

/// Whether the host can log in to a registry; `None` when it did not tell.
pub(crate) fn has_credentials(facts: &Facts, registry: &str) -> Option<bool> {
    let wanted = canonical(registry);
    facts.credentials.as_ref().map(|hosts| hosts.iter().any(|known| canonical(known).eq_ignore_ascii_case(wanted)))
}

/// Whether the registry runs on this machine, where tests run one without a login.
pub(crate) fn is_loopback(registry: &str) -> bool {
    let name = match registry.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => registry.rsplit_once(':').map_or(registry, |(name, _)| name),
    };
    let is_ipv4 = || name.split('.').count() == 4 && name.split('.').all(|part| part.parse::<u8>().is_ok());
    name.eq_ignore_ascii_case("localhost") || name == "::1" || (name.starts_with("127.") && is_ipv4())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_docker_hub_is_one_registry() {
        for spelling in ["docker.io", "index.docker.io", "registry-1.docker.io", "https://index.docker.io/v1/"] {
            assert_eq!(canonical(spelling), "docker.io", "{spelling}");
        }
        for (spelling, host) in
            [("https://ghcr.io", "ghcr.io"), ("ghcr.io", "ghcr.io"), ("localhost:5000", "localhost:5000")]
        {
            assert_eq!(canonical(spelling), host);
        }
    }

    #[test]
    fn loopback_registries_are_told_from_others() {
        for (registry, expected) in [
            ("localhost", true),
            ("localhost:5000", true),
            ("127.0.0.1:5000", true),
            ("127.8.9.10", true),
            ("[::1]:5000", true),
            ("[::1]", true),
            ("128.0.0.1:5000", false),
            ("localhost.example.com", false),
            ("ghcr.io", false),
            ("[::2]:5000", false),
        ] {
            assert_eq!(is_loopback(registry), expected, "{registry}");
        }
    }
}

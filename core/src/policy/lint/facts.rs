//! What only the facts of a run show.

use super::scope::events;
use super::{conditions_of, warn};
use crate::diagnostic::Diagnostics;
use crate::facts::Facts;
use crate::policy::matcher::registry::is_loopback;
use crate::policy::{ImageRule, Part, Policy, Value};

pub(super) fn lint(policy: &Policy, facts: &Facts, findings: &mut Diagnostics) {
    credentials(policy, facts, findings);
    paths(policy, facts, findings);
}

/// Registries that are pushed to although nobody logged in to them.
fn credentials(policy: &Policy, facts: &Facts, findings: &mut Diagnostics) {
    let Some(known) = &facts.credentials else { return };
    let pushes = policy.build.push.event.as_ref().is_none_or(|listed| !listed.is_empty());
    for image in policy.images.iter().filter(|image| pushes && image.when.credentials.is_none()) {
        let Some(host) = host(image, facts) else { continue };
        if is_loopback(&host) || known.iter().any(|own| canonical(own) == host) {
            continue;
        }
        let message = format!("no credentials for `{host}`, where this image is pushed to");
        let help = "log in to it before this step, or use the name only with `when: {credentials: true}`";
        warn(findings, &image.place, "no-credentials", message, help);
    }
}

/// The registry's host, where the name or the facts tell it.
fn host(image: &ImageRule, facts: &Facts) -> Option<String> {
    let offered = || facts.repository.as_ref()?.registry_image.clone();
    let name = match image.name.parts.as_slice() {
        [Part::Literal(text), ..] => text.clone(),
        [Part::Value(Value::RegistryImage), ..] => offered()?,
        _ => return None,
    };
    match name.split_once('/') {
        Some((host, _)) if host == "localhost" || host.contains(['.', ':']) => Some(canonical(host)),
        // Without a host the name is one of Docker Hub, unless the first part is still open.
        Some(_) => Some("docker.io".to_owned()),
        None => image.name.literal().map(|_| "docker.io".to_owned()),
    }
}

/// One name per registry: Docker Hub goes by several, and tools write addresses in place of hosts.
fn canonical(host: &str) -> String {
    let host = host.split_once("://").map_or(host, |(_, rest)| rest);
    let host = host.split('/').next().unwrap_or_default().to_ascii_lowercase();
    match host.as_str() {
        "index.docker.io" | "registry-1.docker.io" | "docker.io" => "docker.io".to_owned(),
        _ => host,
    }
}

/// Conditions on changed files in a run that does not know them.
fn paths(policy: &Policy, facts: &Facts, findings: &mut Diagnostics) {
    if facts.changed_files.is_some() {
        return;
    }
    for when in conditions_of(policy).filter(|when| when.paths.is_some() && events(when).contains(&facts.event)) {
        let message = "this condition asks for changed files, and this run does not know them";
        let help = "list them in a file for `--changed-files`, or remove `paths`";
        warn(findings, &when.place, "paths-unknown", message, help);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registries_have_one_name() {
        let cases = [
            ("https://index.docker.io/v1/", "docker.io"),
            ("registry-1.docker.io", "docker.io"),
            ("GHCR.io", "ghcr.io"),
            ("localhost:5000", "localhost:5000"),
        ];
        for (host, name) in cases {
            assert_eq!(canonical(host), name);
        }
        assert!(is_loopback("127.0.0.1:5000") && is_loopback("localhost") && !is_loopback("ghcr.io"));
    }
}

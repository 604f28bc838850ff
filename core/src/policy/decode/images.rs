//! `images`: names without tags.

use super::patterns::template;
use super::reader::Reader;
use super::shape::{Field, Section, Shape};
use super::when::{IMAGE_WHEN, when};
use crate::Diagnostic;
use crate::policy::document::{Content, Node};
use crate::policy::{ImageRule, Part, When};

/// A name with conditions.
static IMAGE_RULE: Section = Section {
    name: "an image",
    doc: "A name, and when it is used.",
    fields: &[
        Field::required("name", Shape::Text, "Registry and repository, such as `ghcr.io/acme/app`; a template."),
        Field::new("when", Shape::Map(&IMAGE_WHEN), "When the name is used; always without it."),
    ],
};

/// A list of names.
pub(super) const IMAGES: Shape = Shape::List(&Shape::Either(&[Shape::Text, Shape::Map(&IMAGE_RULE)]));

/// Longest name, by the reference grammar.
const MAX_NAME: usize = 255;

/// Reads a list of names.
pub(super) fn images(reader: &mut Reader<'_, '_>, node: &Node) -> Option<Vec<ImageRule>> {
    let items = reader.rules(node, "a list of image names")?;
    Some(items.iter().filter_map(|item| image(reader, item)).collect())
}

fn image(reader: &mut Reader<'_, '_>, node: &Node) -> Option<ImageRule> {
    let place = reader.place(node.span);
    let (name, when) = match &node.content {
        Content::Text(_) => (name(reader, node), Some(When::default())),
        Content::Map(_) => {
            let fields = reader.section(node, &IMAGE_RULE)?;
            let when = fields.get("when").map_or(Some(When::default()), |node| when(reader, node, &IMAGE_WHEN));
            (fields.get("name").and_then(|node| name(reader, node)), when)
        }
        _ => {
            reader.wrong_type(node, "an image name or a map with `name`");
            return None;
        }
    };
    Some(ImageRule { name: name?, when: when?, place })
}

fn name(reader: &mut Reader<'_, '_>, node: &Node) -> Option<crate::policy::Template> {
    let template = template(reader, node, "an image name (a string)")?;
    // A value stands for at least one letter or digit, so what the rest may be shows with any one in its place.
    let sample: String = template
        .parts
        .iter()
        .map(|part| match part {
            Part::Literal(text) => text.as_str(),
            Part::Value(_) => "x",
        })
        .collect();
    if let Some((message, help)) = fault(&sample, &template.source) {
        reader.report(node.span, Diagnostic::error("bad-image-name", message).help(help));
        return None;
    }
    Some(template)
}

/// What is wrong with a name, and what to do about it.
/// Grammar: <https://github.com/distribution/reference/blob/main/reference.go>, in lower case throughout.
fn fault(name: &str, source: &str) -> Option<(String, String)> {
    let found = |message: &str, help: String| Some((message.to_owned(), help));
    if name.is_empty() {
        return found("an image name cannot be empty", "give a name such as `ghcr.io/acme/app`".to_owned());
    }
    if let Some((_, rest)) = source.split_once("://") {
        return found("an image name has no scheme", format!("write `{rest}`"));
    }
    if let Some((before, _)) = source.split_once('@') {
        return found("an image name in a policy has no digest", format!("write `{before}`"));
    }
    let (host, path) = split_host(name);
    if let Some((before, tag)) = path.rsplit_once(':')
        && !before.is_empty()
    {
        let name = source.rsplit_once(':').map_or(source, |(name, _)| name);
        return found(
            &format!("an image name in a policy has no tag, here `{tag}`"),
            format!("write `{name}`; tags belong in `tags`"),
        );
    }
    if name.chars().any(|c| c.is_ascii_uppercase()) {
        let lower = lower_outside_values(source);
        return found("registries accept image names in lower case only", format!("write `{lower}`"));
    }
    if let Some(host) = host
        && !is_host(host)
    {
        return found(
            &format!("`{host}` is not a registry's host"),
            "write it as `host/path` or `host:port/path`".to_owned(),
        );
    }
    if path.is_empty() {
        return found("the name has a registry but no repository", format!("write `{source}/owner/name`"));
    }
    if let Some(part) = path.split('/').find(|part| !is_component(part)) {
        let help = "each part between slashes is letters and digits, joined by `.`, `_`, `__` or dashes";
        return found(&format!("`{part}` cannot be part of an image name"), help.to_owned());
    }
    if name.len() > MAX_NAME {
        return found(&format!("an image name has at most {MAX_NAME} characters"), "shorten it".to_owned());
    }
    None
}

/// The registry's host and the repository. A first part without dot and port is no host, but a name on Docker Hub.
fn split_host(name: &str) -> (Option<&str>, &str) {
    match name.split_once('/') {
        Some((host, path)) if host == "localhost" || host.contains(['.', ':']) => (Some(host), path),
        _ => (None, name),
    }
}

fn is_host(host: &str) -> bool {
    let (domain, port) = match host.rsplit_once(':') {
        Some((domain, port)) if !port.ends_with(']') => (domain, Some(port)),
        _ => (host, None),
    };
    let port_holds = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    let address = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let domain_holds = match address {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => domain.split('.').all(|label| {
            let inner = label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            inner && !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
        }),
    };
    port_holds && domain_holds
}

fn is_component(part: &str) -> bool {
    let alphanumeric = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let separators = part.split(alphanumeric).filter(|separator| !separator.is_empty());
    part.starts_with(alphanumeric)
        && part.ends_with(alphanumeric)
        && separators.into_iter().all(|s| matches!(s, "." | "_" | "__") || s.bytes().all(|b| b == b'-'))
}

/// Lower case, except between `{{` and `}}`.
fn lower_outside_values(source: &str) -> String {
    let parts = source.split("{{").enumerate().map(|(index, part)| match part.split_once("}}") {
        Some((value, rest)) if index > 0 => format!("{{{{{value}}}}}{}", rest.to_ascii_lowercase()),
        _ => part.to_ascii_lowercase(),
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_reference_grammar() {
        let good = [
            "ghcr.io/acme/app",
            "docker.io/library/x",
            "acme/app",
            "app",
            "localhost:5000/x",
            "localhost/x",
            "10.0.0.1:5000/a/b/c",
            "[::1]:5000/x",
            "r.example.com/a__b/c-d--e.f_g",
        ];
        for name in good {
            assert_eq!(fault(name, name), None, "{name}");
        }
        let bad = [
            ("", "empty"),
            ("https://ghcr.io/acme/app", "scheme"),
            ("ghcr.io/acme/app:latest", "no tag"),
            ("app:1", "no tag"),
            ("ghcr.io/acme/app@sha256:abc", "no digest"),
            ("ghcr.io/Acme/app", "lower case"),
            ("ghcr.io/", "no repository"),
            ("ghcr.io/acme//app", "cannot be part"),
            ("ghcr.io/acme/app/", "cannot be part"),
            ("ghcr.io/-acme", "cannot be part"),
            ("ghcr.io/a..b", "cannot be part"),
            ("ghcr.io/a___b", "cannot be part"),
            ("ghcr.io:0/a", "host"),
            ("ghcr..io/a", "host"),
            ("ghcr.io/a b", "cannot be part"),
        ];
        for (name, message) in bad {
            let (text, _) = fault(name, name).unwrap_or_else(|| panic!("{name} passed"));
            assert!(text.contains(message), "{name}: {text}");
        }
        assert!(fault(&format!("a/{}", "x".repeat(300)), "").is_some());
    }

    #[test]
    fn the_lower_case_name_is_suggested() {
        let (_, help) = fault("ghcr.io/Acme/x", "ghcr.io/Acme/{{Name}}").unwrap();
        assert_eq!(help, "write `ghcr.io/acme/{{Name}}`");
    }
}

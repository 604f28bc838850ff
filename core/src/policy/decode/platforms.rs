//! `build.platforms`: what is built for which run.

use super::reader::Reader;
use super::shape::{Field, Section, Shape};
use super::when::{WHEN, unknown_event, when};
use crate::Diagnostic;
use crate::facts::EventKind;
use crate::policy::document::{Content, Node};
use crate::policy::{Choice, PlatformRule, When};

const PLATFORM: Shape = Shape::Pattern("^[a-z0-9_.]+/[a-z0-9_]+(/[a-z0-9_.]+)?$");
static PLATFORM_LIST: Shape = Shape::OneOrMany(&PLATFORM);

static PLATFORM_RULE: Section = Section {
    name: "a platform rule",
    doc: "Platforms, and when they are built.",
    fields: &[
        Field::new("when", Shape::Map(&WHEN), "When these platforms are built; always without it."),
        Field::required("platforms", Shape::OneOrMany(&PLATFORM), "Such as `linux/amd64`."),
    ],
};

/// A list of platforms, a map from events to such lists, or a list of rules of which the first match wins.
pub(super) const PLATFORMS: Shape = Shape::Either(&[
    PLATFORM,
    Shape::List(&PLATFORM),
    Shape::List(&Shape::Map(&PLATFORM_RULE)),
    Shape::Keyed(keys, &PLATFORM_LIST),
]);

/// The key for events that the map does not name.
const DEFAULT: &str = "default";

fn keys() -> Vec<&'static str> {
    std::iter::once(DEFAULT).chain(EventKind::words()).collect()
}

/// Other names of architectures, with the name that Go and so all registries use.
const ALIASES: [(&str, &str); 8] = [
    ("x86_64", "amd64"),
    ("x86-64", "amd64"),
    ("x64", "amd64"),
    ("aarch64", "arm64"),
    ("armhf", "arm/v7"),
    ("armel", "arm/v6"),
    ("i386", "386"),
    ("x86", "386"),
];

/// Reads platforms in any of their three forms.
pub(super) fn platforms(reader: &mut Reader<'_, '_>, node: &Node) -> Option<Vec<PlatformRule>> {
    let is_rule = |item: &Node| matches!(item.content, Content::Map(_));
    match &node.content {
        Content::Map(_) => by_event(reader, node),
        Content::List(items) if items.iter().any(is_rule) => {
            let items = reader.rules(node, "a list of platform rules")?;
            Some(items.iter().filter_map(|item| rule(reader, item)).collect())
        }
        _ => {
            let platforms = list(reader, node)?;
            Some(vec![PlatformRule { when: When::default(), platforms, place: reader.place(node.span) }])
        }
    }
}

fn rule(reader: &mut Reader<'_, '_>, node: &Node) -> Option<PlatformRule> {
    let fields = reader.section(node, &PLATFORM_RULE)?;
    let when = fields.get("when").map_or(Some(When::default()), |node| when(reader, node, &WHEN));
    let platforms = fields.get("platforms").and_then(|node| list(reader, node));
    Some(PlatformRule { when: when?, platforms: platforms?, place: reader.place(node.span) })
}

/// Rules for events in the map's order, then the rule for all others, wherever the map has it.
fn by_event(reader: &mut Reader<'_, '_>, node: &Node) -> Option<Vec<PlatformRule>> {
    let pairs = reader.entries(node, "a map from events to platforms")?;
    let mut rules = Vec::new();
    let mut default = None;
    for pair in pairs {
        let platforms = list(reader, &pair.value);
        let place = reader.place(pair.key.span);
        if pair.key.name.as_ref() == DEFAULT {
            default = platforms.map(|platforms| PlatformRule { when: When::default(), platforms, place });
            continue;
        }
        let Some(kind) = EventKind::from_word(&pair.key.name) else {
            reader.report(pair.key.span, unknown_event(&pair.key.name));
            continue;
        };
        let when = When { event: Some(vec![kind]), place: place.clone(), ..When::default() };
        rules.extend(platforms.map(|platforms| PlatformRule { when, platforms, place }));
    }
    rules.extend(default);
    if pairs.is_empty() {
        reader.report(node.span, Diagnostic::error("empty-map", "expected platforms, found an empty map"));
    }
    Some(rules)
}

fn list(reader: &mut Reader<'_, '_>, node: &Node) -> Option<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    for item in reader.one_or_many(node, "a platform or a list of platforms")? {
        let Some(text) = reader.text(item, "a platform such as `linux/amd64` (a string)") else { continue };
        if let Some(help) = fault(text) {
            let error = Diagnostic::error("bad-platform", format!("`{text}` is not a platform"));
            reader.report(item.span, error.help(help));
        } else if found.iter().any(|own| own == text) {
            reader.report(item.span, Diagnostic::error("listed-twice", format!("`{text}` is listed twice")));
        } else {
            found.push(text.to_owned());
        }
    }
    Some(found)
}

/// What to write instead of a text that is no platform.
fn fault(text: &str) -> Option<String> {
    let grammar = "platforms are written `os/architecture` or `os/architecture/variant`, such as `linux/arm64`";
    let part = |part: &str| {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'.');
        !part.is_empty() && part.bytes().all(plain)
    };
    let alias = |architecture: &str| ALIASES.iter().find(|(alias, _)| *alias == architecture).map(|(_, name)| *name);
    let lower = text.to_ascii_lowercase();
    let parts: Vec<&str> = lower.split('/').collect();
    match parts.as_slice() {
        [single] if ["amd64", "arm64", "arm", "386", "ppc64le", "s390x", "riscv64"].contains(single) => {
            Some(format!("write `linux/{single}`"))
        }
        [single] if text.contains(',') => Some(format!("write a list: [{single}]")),
        [system, architecture, ..] if alias(architecture).is_some() => {
            alias(architecture).map(|name| format!("that architecture is called `{system}/{name}`"))
        }
        [system, architecture] if part(system) && part(architecture) && lower == text => None,
        [system, architecture, variant] if part(system) && part(architecture) && part(variant) && lower == text => None,
        _ if lower != text && fault(&lower).is_none() => Some(format!("write `{lower}`")),
        _ => Some(grammar.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_have_two_or_three_parts() {
        for good in ["linux/amd64", "linux/arm/v7", "windows/amd64", "linux/arm64/v8", "wasi/wasm"] {
            assert_eq!(fault(good), None, "{good}");
        }
        let bad = [
            ("amd64", "write `linux/amd64`"),
            ("linux/x86_64", "called `linux/amd64`"),
            ("linux/aarch64", "called `linux/arm64`"),
            ("Linux/AMD64", "write `linux/amd64`"),
            ("linux/amd64,linux/arm64", "os/architecture"),
            ("linux/", "os/architecture"),
            ("linux/a/b/c", "os/architecture"),
            ("linux amd64", "os/architecture"),
        ];
        for (text, help) in bad {
            assert!(fault(text).unwrap().contains(help), "{text}: {:?}", fault(text));
        }
    }
}

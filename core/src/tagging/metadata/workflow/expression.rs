//! GitHub's `${{ … }}` expressions, as far as a policy has words for them.

use std::collections::BTreeMap;

/// What an expression stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    /// An image's name, which is a template of a policy.
    Image,
    /// A line of docker/metadata-action's language.
    Line,
}

/// A text with every expression filled in, or the first one that cannot be.
pub(super) fn fill(text: &str, place: Where, env: &BTreeMap<String, String>) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{") {
        out.push_str(before);
        let (inner, after) = after.split_once("}}").ok_or_else(|| "${{".to_owned())?;
        let value = value(inner.trim(), place, env).ok_or_else(|| format!("${{{{ {} }}}}", inner.trim()))?;
        out.push_str(&value);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

fn value(expression: &str, place: Where, env: &BTreeMap<String, String>) -> Option<String> {
    if let Some(name) = expression.strip_prefix("env.") {
        // A variable may hold an expression itself; one that holds itself does not end, so it is followed once.
        let text = env.get(name)?;
        return if text.contains("${{") { fill(text, place, &BTreeMap::new()).ok() } else { Some(text.clone()) };
    }
    if let Some(text) = literal(expression) {
        return Some(text.to_owned());
    }
    let word = match (place, expression) {
        (Where::Image, "github.repository") => "{{repository}}",
        (Where::Image, "github.repository_owner") => "{{owner}}",
        (Where::Image, "github.event.repository.name") => "{{name}}",
        (Where::Line, "github.ref_name") => "{{#if tag}}{{{tag}}}{{else}}{{{branch}}}{{/if}}",
        (Where::Line, "github.base_ref") => "{{{base_ref}}}",
        _ => return None,
    };
    Some(word.to_owned())
}

/// Conditions of a policy: key and value, in YAML.
pub(super) type When = BTreeMap<&'static str, String>;

/// What a condition of GitHub becomes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Enable {
    /// It is part of the language: `{{is_default_branch}}`.
    Template(&'static str),
    /// Conditions of the rule.
    When(When),
}

/// The condition of `enable=${{ … }}`.
pub(super) fn condition(text: &str) -> Option<Enable> {
    let inner = text.trim().strip_prefix("${{")?.strip_suffix("}}")?;
    let mut when = When::new();
    for part in inner.split("&&").map(str::trim) {
        match one(part)? {
            Enable::Template(template) => {
                return (!inner.contains("&&")).then_some(Enable::Template(template));
            }
            Enable::When(more) => {
                for (key, value) in more {
                    // Two conditions on one thing would have to be intersected.
                    if when.insert(key, value).is_some() {
                        return None;
                    }
                }
            }
        }
    }
    Some(Enable::When(when))
}

/// Events whose reference is a branch, and whose `github.ref` is that branch.
const ON_BRANCHES: &str = "[push, schedule, manual, api, create, other]";

fn one(part: &str) -> Option<Enable> {
    let when = |pairs: &[(&'static str, String)]| Some(conditions(pairs));
    if let Some(arguments) = call(part, "startsWith") {
        let [what, start] = arguments.as_slice() else { return None };
        let tag = literal(start)?.strip_prefix("refs/tags/").filter(|_| *what == "github.ref")?;
        return when(&[("tags", list(&format!("{}**", plain(tag)?)))]);
    }
    let (left, right, equal) = match (part.split_once("=="), part.split_once("!=")) {
        (Some((left, right)), None) => (left.trim(), right.trim(), true),
        (None, Some((left, right))) => (left.trim(), right.trim(), false),
        _ => return None,
    };
    match (left, equal) {
        ("github.event_name", _) => when(&[("event", events(literal(right)?, equal)?)]),
        ("github.ref_type", true) => match literal(right)? {
            "tag" => when(&[("tags", list("**"))]),
            "branch" => when(&[("branches", list("**"))]),
            _ => None,
        },
        ("github.ref_name", true) if right == "github.event.repository.default_branch" => {
            Some(Enable::Template("{{is_default_branch}}"))
        }
        ("github.ref", true) => {
            if let Some(arguments) = call(right, "format") {
                let [pattern, argument] = arguments.as_slice() else { return None };
                if literal(pattern)? != "refs/heads/{0}" {
                    return None;
                }
                if *argument == "github.event.repository.default_branch" {
                    return Some(Enable::Template("{{is_default_branch}}"));
                }
                return on_branch(literal(argument)?);
            }
            on_branch(literal(right)?.strip_prefix("refs/heads/")?)
        }
        _ => None,
    }
}

fn on_branch(name: &str) -> Option<Enable> {
    let pairs = [("event", ON_BRANCHES.to_owned()), ("branches", list(plain(name)?))];
    Some(conditions(&pairs))
}

fn conditions(pairs: &[(&'static str, String)]) -> Enable {
    let mut when = When::new();
    for (key, value) in pairs {
        when.insert(key, value.clone());
    }
    Enable::When(when)
}

/// The policy's word for an event of GitHub, or all words but that.
fn events(name: &str, equal: bool) -> Option<String> {
    /// GitHub's name of an event, and the policy's words: a pushed tag is a push to GitHub.
    const EVENTS: [(&str, &[&str]); 8] = [
        ("push", &["push", "tag"]),
        ("pull_request", &["pull-request"]),
        ("pull_request_target", &["pull-request-target"]),
        ("merge_group", &["merge-group"]),
        ("release", &["release"]),
        ("schedule", &["schedule"]),
        ("workflow_dispatch", &["manual"]),
        ("repository_dispatch", &["api"]),
    ];
    let meant = EVENTS.iter().find(|(known, _)| *known == name)?.1;
    if equal {
        return Some(format!("[{}]", meant.join(", ")));
    }
    let rest = EVENTS.iter().flat_map(|(_, words)| words.iter()).filter(|word| !meant.contains(word));
    let rest = rest.chain(["create", "delete", "other"].iter());
    Some(format!("[{}]", rest.copied().collect::<Vec<_>>().join(", ")))
}

/// A name without anything that a glob reads.
fn plain(name: &str) -> Option<&str> {
    (!name.contains(['*', '?', '+', '[', ']', '!', '\\'])).then_some(name)
}

fn list(text: &str) -> String {
    format!("[{}]", super::convert::quoted(text))
}

/// The text of `'…'`.
fn literal(expression: &str) -> Option<&str> {
    let inner = expression.trim().strip_prefix('\'')?.strip_suffix('\'')?;
    (!inner.contains('\'')).then_some(inner)
}

/// The arguments of `name(…)`, which hold no call themselves.
fn call<'a>(expression: &'a str, name: &str) -> Option<Vec<&'a str>> {
    let arguments = expression.strip_prefix(name)?.trim_start().strip_prefix('(')?.strip_suffix(')')?;
    (!arguments.contains('(')).then(|| arguments.split(',').map(str::trim).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn when(text: &str) -> Option<String> {
        match condition(&format!("${{{{ {text} }}}}"))? {
            Enable::Template(template) => Some(template.to_owned()),
            Enable::When(when) => {
                Some(when.iter().map(|(key, value)| format!("{key}: {value}")).collect::<Vec<_>>().join(", "))
            }
        }
    }

    #[test]
    fn common_conditions_have_words_in_a_policy() {
        for (condition, expected) in [
            (
                "github.ref == 'refs/heads/main'",
                r#"branches: ["main"], event: [push, schedule, manual, api, create, other]"#,
            ),
            (
                "github.ref == format('refs/heads/{0}', 'main')",
                r#"branches: ["main"], event: [push, schedule, manual, api, create, other]"#,
            ),
            ("github.ref == format('refs/heads/{0}', github.event.repository.default_branch)", "{{is_default_branch}}"),
            ("github.event_name == 'push'", "event: [push, tag]"),
            ("startsWith(github.ref, 'refs/tags/v')", r#"tags: ["v**"]"#),
            ("github.ref_type == 'tag' && github.event_name == 'push'", r#"event: [push, tag], tags: ["**"]"#),
        ] {
            assert_eq!(when(condition).as_deref(), Some(expected), "{condition}");
        }
        assert!(when("github.event_name != 'pull_request'").is_some_and(|w| !w.contains("pull-request,")));
    }

    #[test]
    fn what_has_no_word_is_not_guessed() {
        for condition in [
            "github.actor == 'x'",
            "inputs.latest",
            "github.ref == 'refs/heads/a*'",
            "github.ref == 'refs/heads/main' || github.event_name == 'push'",
            "github.event_name == 'push' && github.ref == 'refs/heads/main'",
            "!startsWith(github.ref, 'refs/tags/')",
        ] {
            assert_eq!(when(condition), None, "{condition}");
        }
    }

    #[test]
    fn expressions_are_filled_in_where_they_are_known() {
        let env = BTreeMap::from([
            ("REGISTRY".to_owned(), "ghcr.io".to_owned()),
            ("NAME".to_owned(), "${{ github.repository }}".to_owned()),
            ("LOOP".to_owned(), "${{ env.LOOP }}".to_owned()),
        ]);
        let image = |text| fill(text, Where::Image, &env);
        assert_eq!(image("${{ env.REGISTRY }}/${{ env.NAME }}").as_deref(), Ok("ghcr.io/{{repository}}"));
        assert_eq!(image("${{env.REGISTRY}}/x").as_deref(), Ok("ghcr.io/x"));
        assert_eq!(image("${{ env.LOOP }}"), Err("${{ env.LOOP }}".to_owned()));
        assert_eq!(image("${{ secrets.USER }}/x"), Err("${{ secrets.USER }}".to_owned()));
        assert_eq!(image("${{ open"), Err("${{".to_owned()));
    }
}

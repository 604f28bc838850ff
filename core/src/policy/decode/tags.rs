//! `tags` and `add-tags`: the rules that make tags.

use super::patterns::{literals, template};
use super::reader::Reader;
use super::shape::{Field, Section, Shape};
use super::when::{WHEN, when};
use crate::Diagnostic;
use crate::policy::document::{Content, Node};
use crate::policy::{Choice, FlavorLine, Guard, TagRule, TagSource, Template, When};

/// A rule with conditions.
static TAG_RULE: Section = Section {
    name: "a tag rule",
    doc: "Tags, and when they are made.",
    fields: &[
        Field::new("when", Shape::Map(&WHEN), "When the rule makes its tags; always without it."),
        Field::required("tag", Shape::OneOrMany(&Shape::Text), "One template or several, such as `pr-{{pr}}-{{sha}}`."),
        Field::new("primary", Shape::Bool, "Whether the rule's first tag names the build."),
    ],
};

/// A rule for the tag that people pull without thinking.
static LATEST_RULE: Section = Section {
    name: "a rule for `latest`",
    doc: "The tag `latest`, and which build takes it.",
    fields: &[
        Field::new("when", Shape::Map(&WHEN), "When a build may take it; always without it."),
        Field::required(
            "latest",
            Shape::Words(Guard::words),
            "`newest-release`: only a release takes it, and only when the registry has no newer one.",
        ),
    ],
};

/// A list of rules.
pub(super) const TAG_RULES: Shape =
    Shape::List(&Shape::Either(&[Shape::Text, Shape::Map(&TAG_RULE), Shape::Map(&LATEST_RULE)]));

/// Longest tag that a registry accepts, in characters.
const MAX_TAG: usize = 128;

/// Reads a list of rules; `list` is the key, of which the rules get their names.
pub(super) fn tags(reader: &mut Reader<'_, '_>, node: &Node, list: &str) -> Option<Vec<TagRule>> {
    let items = reader.rules(node, "a list of tags")?;
    let rules = items.iter().enumerate().filter_map(|(index, item)| rule(reader, item, format!("{list}[{index}]")));
    Some(rules.collect())
}

fn rule(reader: &mut Reader<'_, '_>, node: &Node, id: String) -> Option<TagRule> {
    let place = reader.place(node.span);
    match &node.content {
        Content::Text(_) => {
            let source = source(reader, node)?;
            Some(TagRule { id, when: When::default(), source, guard: None, primary: false, place })
        }
        Content::Map(pairs) if pairs.iter().any(|pair| pair.key.name.as_ref() == "latest") => latest(reader, node, id),
        Content::Map(_) => {
            let fields = reader.section(node, &TAG_RULE)?;
            let when = fields.get("when").map_or(Some(When::default()), |node| when(reader, node, &WHEN));
            let primary = fields.get("primary").and_then(|node| reader.boolean(node)).unwrap_or_default();
            let source = match fields.get("tag") {
                Some(node) => source(reader, node)?,
                None => TagSource::Native(Vec::new()),
            };
            Some(TagRule { id, when: when?, source, guard: None, primary, place })
        }
        _ => {
            reader.wrong_type(node, "a tag or a map with `tag`");
            None
        }
    }
}

/// A rule for `latest`. It never names a build, so it cannot be primary.
fn latest(reader: &mut Reader<'_, '_>, node: &Node, id: String) -> Option<TagRule> {
    let place = reader.place(node.span);
    let fields = reader.section(node, &LATEST_RULE)?;
    let when = fields.get("when").map_or(Some(When::default()), |node| when(reader, node, &WHEN));
    let guard = fields.get("latest").and_then(|node| reader.choice(node, "a rule for `latest`"));
    let template = Template::parse("latest", place.clone()).ok()?;
    let source = TagSource::Native(vec![template]);
    Some(TagRule { id, when: when?, source, guard: Some(guard?), primary: false, place })
}

/// What a rule makes: one line of docker/metadata-action's language, or templates.
fn source(reader: &mut Reader<'_, '_>, node: &Node) -> Option<TagSource> {
    if let Content::Text(text) = &node.content
        && is_metadata_line(text)
    {
        return Some(TagSource::Metadata(text.to_string()));
    }
    let items = reader.one_or_many(node, "a tag or a list of tags")?;
    Some(TagSource::Native(items.iter().filter_map(|item| tag_template(reader, item)).collect()))
}

/// What the lines of docker/metadata-action's language have in common.
pub(super) fn flavor(reader: &mut Reader<'_, '_>, node: &Node) -> Option<Vec<FlavorLine>> {
    let items = reader.one_or_many(node, "a line such as `latest=false`, or a list of them")?;
    let line = |item: &Node, reader: &mut Reader<'_, '_>| {
        let text = reader.text(item, "a line such as `latest=false`")?;
        Some(FlavorLine { text: text.to_owned(), place: reader.place(item.span) })
    };
    Some(items.iter().filter_map(|item| line(item, reader)).collect())
}

/// A template whose literal text can be in a tag: <https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests>.
fn tag_template(reader: &mut Reader<'_, '_>, node: &Node) -> Option<Template> {
    if let Content::Text(text) = &node.content
        && is_metadata_line(text)
    {
        let error = Diagnostic::error("metadata-line-in-list", "a line of docker/metadata-action is a rule of its own");
        reader.report(node.span, error.help(format!("write it as `- {text}`, or `- {{when: …, tag: \"{text}\"}}`")));
        return None;
    }
    let template = template(reader, node, "a tag (a string)")?;
    let mut good = true;
    if template.source.is_empty() {
        reader.report(node.span, Diagnostic::error("empty-string", "a tag cannot be empty"));
        return None;
    }
    for (offset, text) in literals(&template) {
        let wrong = text.char_indices().find(|(index, c)| {
            let first = offset == 0 && *index == 0;
            !(c.is_ascii_alphanumeric() || *c == '_' || !first && matches!(c, '.' | '-'))
        });
        if let Some((index, c)) = wrong {
            let at = offset + index;
            let span = reader.within(node, (at, at + c.len_utf8()));
            let error = Diagnostic::error("bad-tag", format!("a tag cannot {}", cannot(c)));
            reader.report(span, error.help(help_for(c, text)));
            good = false;
        }
    }
    let length: usize = literals(&template).iter().map(|(_, text)| text.len()).sum();
    if length > MAX_TAG {
        let message = format!("the fixed text of this tag has {length} characters, a tag at most {MAX_TAG}");
        reader.report(node.span, Diagnostic::error("bad-tag", message));
        good = false;
    }
    good.then_some(template)
}

fn cannot(c: char) -> String {
    match c {
        ' ' | '\t' => "hold blanks".to_owned(),
        '.' | '-' => format!("begin with `{c}`"),
        _ if c.is_control() => "hold control characters".to_owned(),
        _ => format!("hold `{c}`"),
    }
}

fn help_for(c: char, text: &str) -> &'static str {
    match c {
        '/' if text.contains("refs/") => "`{{branch}}` and `{{tag}}` are names without `refs/…`",
        ':' | '@' => "image names belong in `images`; a rule gives only the part after the colon",
        '{' | '}' => "values are written `{{name}}`",
        '$' => "values are written `{{name}}`; variables of the shell or the engine are not filled in",
        _ => "a tag holds letters, digits, `_`, `.` and `-`, and begins with a letter, a digit or `_`",
    }
}

/// Whether a text is a line of docker/metadata-action's language and not a tag: it has the attribute `type`.
fn is_metadata_line(text: &str) -> bool {
    let mut attributes = text.split(',').filter_map(|part| part.split_once('='));
    attributes.any(|(key, _)| key.trim().trim_start_matches('"').eq_ignore_ascii_case("type"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_metadata_action_are_told_from_tags() {
        let yes = [
            "type=sha",
            "type=semver,pattern={{version}}",
            "enable=true, type=raw,value=x",
            "prefix=a,type=ref,event=pr",
        ];
        for line in yes {
            assert!(is_metadata_line(line), "{line}");
        }
        for tag in ["latest", "pr-{{pr}}", "mytype", "prototype=x"] {
            assert!(!is_metadata_line(tag), "{tag}");
        }
    }
}

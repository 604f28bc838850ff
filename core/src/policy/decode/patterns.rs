//! Globs, templates and lists of strings: the values that several sections share.

use super::reader::Reader;
use crate::Diagnostic;
use crate::policy::document::{Content, Node};
use crate::policy::{EntryRule, Glob, GlobList, Part, Template};

/// A glob or a list of globs.
pub(super) fn globs(reader: &mut Reader<'_, '_>, node: &Node) -> Option<GlobList> {
    let mut patterns = Vec::new();
    let mut good = true;
    for item in reader.one_or_many(node, "a glob or a list of globs")? {
        let Some(pattern) = reader.text(item, "a glob (a string)") else {
            good = false;
            continue;
        };
        let negation = usize::from(pattern.starts_with('!'));
        if let Err(error) = Glob::new(pattern.get(negation..).unwrap_or_default()) {
            let offset = error.offset + negation;
            let span = reader.within(item, (offset, offset + 1));
            let help = "globs follow GitHub's filter patterns: * ** ? + [a-z] and ! in front; `\\` takes a character as it stands";
            reader.report(span, Diagnostic::error("bad-glob", error.message).help(help));
            good = false;
        }
        patterns.push(pattern);
    }
    if !good {
        return None;
    }
    match GlobList::new(patterns) {
        Ok(list) => Some(list),
        Err(error) => {
            let help = "put `**` first to take away from everything";
            reader.report(node.span, Diagnostic::error("bad-glob", error.message).help(help));
            None
        }
    }
}

/// A list of strings, or one.
pub(super) fn texts(reader: &mut Reader<'_, '_>, node: &Node, expected: &str) -> Option<Vec<String>> {
    let items = reader.one_or_many(node, expected)?;
    Some(items.iter().filter_map(|item| reader.text(item, "a string").map(str::to_owned)).collect())
}

/// A template.
pub(super) fn template(reader: &mut Reader<'_, '_>, node: &Node, expected: &str) -> Option<Template> {
    let Content::Text(text) = &node.content else {
        reader.wrong_type(node, expected);
        return None;
    };
    match Template::parse(text, reader.place(node.span)) {
        Ok(template) => Some(template),
        Err(error) => {
            let span = reader.within(node, error.range);
            let mut diagnostic = Diagnostic::error("bad-template", error.message);
            diagnostic.help = error.help;
            reader.report(span, diagnostic);
            None
        }
    }
}

/// A map of templates that are merged into those that hold already. A key without a value removes one.
pub(super) fn entries(
    reader: &mut Reader<'_, '_>,
    node: &Node,
    base: &mut Vec<EntryRule>,
    expected: &str,
    fault: fn(&str) -> Option<&'static str>,
) {
    let Some(pairs) = reader.entries(node, expected) else { return };
    for pair in pairs {
        let key = pair.key.name.to_string();
        if let Some(message) = fault(&key) {
            reader.report(pair.key.span, Diagnostic::error("bad-key", format!("`{key}` {message}")));
            continue;
        }
        let value = match pair.value.content {
            Content::Null => None,
            _ => match template(reader, &pair.value, "a string or null") {
                Some(value) => Some(value),
                None => continue,
            },
        };
        let place = reader.place(pair.key.span);
        let rule = EntryRule { key, value, place };
        match base.iter_mut().find(|own| own.key == rule.key) {
            Some(own) => *own = rule,
            None => base.push(rule),
        }
    }
}

/// Offsets of literal text in a template's source, with the text.
pub(super) fn literals(template: &Template) -> Vec<(usize, &str)> {
    let mut offset = 0;
    let mut found = Vec::new();
    for part in &template.parts {
        match part {
            Part::Literal(text) => {
                found.push((offset, text.as_str()));
                offset += text.len();
            }
            Part::Value(_) => {
                let rest = template.source.get(offset..).unwrap_or_default();
                offset += rest.find("}}").map_or(rest.len(), |end| end + 2);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Place;

    #[test]
    fn literals_know_where_they_stand() {
        let template = Template::parse("a-{{ sha }}/b{{pr}}", Place::default()).unwrap();
        assert_eq!(literals(&template), [(0, "a-"), (11, "/b")]);
    }
}

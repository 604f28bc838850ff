//! One line of the `tags` input.

use super::{Kind, failure};
use crate::tagging::metadata::model::Step;
use crate::tagging::metadata::{csv, js};

/// A line: its kind, and its attributes in the order in which they were first set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tagging::metadata) struct Line {
    pub(super) kind: Kind,
    /// As it was written.
    pub(super) source: String,
    attributes: Vec<(String, String)>,
}

impl Line {
    /// Reads a line, checks it, and fills in what it leaves out.
    pub(in crate::tagging::metadata) fn parse(text: &str) -> Step<Self> {
        let mut kind = None;
        let mut line = Self { kind: Kind::Raw, source: text.to_owned(), attributes: Vec::new() };
        for field in csv::fields(text)? {
            let Some((key, value)) = pair(&field) else {
                line.set("value", js::trim(&field));
                continue;
            };
            let key = js::trim(key).to_ascii_lowercase();
            let value = js::trim(value);
            if key == "type" {
                let known = Kind::named(value);
                kind = Some(known.ok_or_else(|| failure(format!("Unknown tag type attribute: {value}")))?);
            } else {
                line.set(&key, value);
            }
        }
        line.kind = kind.unwrap_or(Kind::Raw);
        line.complete(text)?;
        line.default("enable", "true");
        line.default("priority", line.kind.priority());
        Ok(line)
    }

    /// Checks what the kind needs, and fills in its own defaults.
    fn complete(&mut self, text: &str) -> Step<()> {
        let missing = |name: &str| failure(format!("Missing {name} attribute for {text}"));
        match self.kind {
            Kind::Schedule => self.default("pattern", "nightly"),
            Kind::Semver | Kind::Pep440 => {
                self.find("pattern").ok_or_else(|| missing("pattern"))?;
                self.default("value", "");
                self.default("match", "");
            }
            Kind::Match => {
                self.find("pattern").ok_or_else(|| missing("pattern"))?;
                self.default("group", "0");
                if js::to_number(self.get("group")).is_nan() {
                    return Err(failure(format!("Invalid match group for {text}")));
                }
                self.default("value", "");
            }
            Kind::Edge => self.default("branch", ""),
            Kind::Ref => {
                let event = self.find("event").ok_or_else(|| missing("event"))?;
                if !matches!(event, "branch" | "tag" | "pr") {
                    return Err(failure(format!("Invalid event for {text}")));
                }
                if event == "pr" {
                    self.default("prefix", "pr-");
                }
            }
            Kind::Raw => {
                self.find("value").ok_or_else(|| missing("value"))?;
            }
            Kind::Sha => {
                self.default("prefix", "sha-");
                self.default("format", "short");
                if !matches!(self.get("format"), "short" | "long") {
                    return Err(failure(format!("Invalid format for {text}")));
                }
            }
        }
        Ok(())
    }

    /// An attribute, if it is there.
    pub(super) fn find(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// An attribute, empty when it is not there.
    pub(super) fn get(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }

    fn set(&mut self, name: &str, value: &str) {
        match self.attributes.iter_mut().find(|(key, _)| key == name) {
            Some((_, known)) => value.clone_into(known),
            None => self.attributes.push((name.to_owned(), value.to_owned())),
        }
    }

    fn default(&mut self, name: &str, value: &str) {
        if self.find(name).is_none() {
            self.set(name, value);
        }
    }

    /// The line as the action logs it.
    pub(super) fn to_text(&self) -> String {
        let attributes = self.attributes.iter().map(|(key, value)| format!(",{key}={value}"));
        format!("type={}{}", self.kind.name(), attributes.collect::<String>())
    }
}

/// A field at its first `=`, if at least one character stands before it.
fn pair(field: &str) -> Option<(&str, &str)> {
    field.split_once('=').filter(|(key, _)| !key.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_completed() {
        for (text, expected) in [
            ("foo,bar", "type=raw,value=bar,enable=true,priority=200"),
            ("=foo=bar", "type=raw,value==foo=bar,enable=true,priority=200"),
            ("TYPE=ref, Event=pr", "type=ref,event=pr,prefix=pr-,enable=true,priority=600"),
            ("type=ref,event=pr,prefix=", "type=ref,event=pr,prefix=,enable=true,priority=600"),
            ("value=a=b=c", "type=raw,value=a=b=c,enable=true,priority=200"),
            ("type=schedule,priority=1", "type=schedule,priority=1,pattern=nightly,enable=true"),
        ] {
            assert_eq!(Line::parse(text).unwrap().to_text(), expected, "{text}");
        }
    }

    #[test]
    fn wrong_lines_are_told_in_the_words_of_the_action() {
        for (line, message) in [
            ("type=RAW,x", "Unknown tag type attribute: RAW"),
            ("a=b", "Missing value attribute for a=b"),
            ("type=semver,enable=false", "Missing pattern attribute for type=semver,enable=false"),
            ("type=match", "Missing pattern attribute for type=match"),
            ("type=match,pattern=x,group=a", "Invalid match group for type=match,pattern=x,group=a"),
            ("type=ref", "Missing event attribute for type=ref"),
            ("type=ref,event=x", "Invalid event for type=ref,event=x"),
            ("type=sha,format=medium", "Invalid format for type=sha,format=medium"),
        ] {
            assert_eq!(Line::parse(line).unwrap_err().message, message);
        }
    }
}

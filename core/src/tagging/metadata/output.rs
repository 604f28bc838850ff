//! The outputs: names with images, the JSON document, the bake files.

use serde_json::{Map, Value as Json, json};

use super::flavor::Flavor;
use super::images::Image;
use super::js;
use super::labels::Pairs;
use super::limits;
use super::model::{BakeFile, Step};
use super::tags::{Version, sanitize};
use crate::order;

/// The tags without an image's name: the version, the others, `latest`.
pub(super) fn tag_names(version: &Version, flavor: &Flavor) -> Vec<String> {
    let Some(main) = &version.main else { return Vec::new() };
    let mut names = vec![main.clone()];
    names.extend(version.partial.iter().cloned());
    if version.latest {
        names.push(latest(flavor));
    }
    names
}

/// The tag `latest` with the flavor's affixes, which are no templates here.
pub(super) fn latest(flavor: &Flavor) -> String {
    let prefix = if flavor.prefix_latest { flavor.prefix.as_str() } else { "" };
    let suffix = if flavor.suffix_latest { flavor.suffix.as_str() } else { "" };
    sanitize(&format!("{prefix}latest{suffix}"))
}

/// The names of the images that take part.
pub(super) fn image_names(images: &[Image]) -> Vec<&str> {
    images.iter().filter(|image| image.enable).map(|image| image.name.as_str()).collect()
}

/// Every tag of every image; without any image the tags alone.
pub(super) fn tags(images: &[&str], names: &[String]) -> Step<Vec<String>> {
    let count = images.len().saturating_mul(names.len());
    limits::check("the list of tags", count, limits::ANSWER_LENGTH)?;
    let images = if images.is_empty() { &[""] } else { images };
    let full = |image: &str, name: &String| if image.is_empty() { name.clone() } else { format!("{image}:{name}") };
    Ok(images.iter().flat_map(|image| names.iter().map(move |name| full(image, name))).collect())
}

/// The labels as a JSON object, in the order of JavaScript: keys that are positions first. Values end at the end of
/// their first line.
pub(super) fn label_object(pairs: &Pairs) -> Json {
    let first_line = |value: &str| value.split(js::is_line_end).next().unwrap_or_default().to_owned();
    // Setting the prototype of an object to a text does nothing.
    let mut entries: Vec<&(String, String)> = pairs.iter().filter(|(key, _)| key != "__proto__").collect();
    order::sort_by(&mut entries, |(a, _), (b, _)| js::key_order(a, b));
    let entries = entries.into_iter().map(|(key, value)| (key.clone(), Json::String(first_line(value))));
    Json::Object(entries.collect())
}

/// JSON on one line. A document has texts as keys, so nothing in it can fail to be written; the same below.
pub(super) fn compact(document: &Json) -> String {
    serde_json::to_string(document).unwrap_or_default()
}

/// JSON as people read it.
pub(super) fn pretty(document: &Json) -> String {
    serde_json::to_string_pretty(document).unwrap_or_default()
}

/// What the bake files are made of.
pub(super) struct Bake<'a> {
    pub(super) target: &'a str,
    pub(super) images: &'a [&'a str],
    pub(super) version: &'a Version,
    pub(super) tags: &'a [String],
    pub(super) labels: &'a Json,
    pub(super) annotations: &'a [String],
}

impl Bake<'_> {
    /// The four files, in the order in which they are written.
    pub(super) fn files(&self) -> Vec<BakeFile> {
        let tags = ("tags", json!(self.tags));
        let labels = ("labels", self.labels.clone());
        let arguments = ("args", self.arguments());
        vec![
            self.file("-tags", [tags.clone(), arguments.clone()]),
            self.file("-labels", [labels.clone()]),
            self.file("-annotations", [("annotations", json!(self.annotations))]),
            self.file("", [tags, labels, arguments]),
        ]
    }

    fn arguments(&self) -> Json {
        let mut arguments = Map::new();
        arguments.insert("DOCKER_META_IMAGES".to_owned(), Json::String(self.images.join(",")));
        if let Some(version) = &self.version.main {
            arguments.insert("DOCKER_META_VERSION".to_owned(), Json::String(version.clone()));
        }
        Json::Object(arguments)
    }

    fn file<const N: usize>(&self, suffix: &str, fields: [(&str, Json); N]) -> BakeFile {
        let fields: Map<String, Json> = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let mut target = Map::new();
        target.insert(self.target.to_owned(), Json::Object(fields));
        BakeFile {
            output: format!("bake-file{suffix}"),
            variable: None,
            file: format!("docker-metadata-action-bake{suffix}.json"),
            content: pretty(&json!({ "target": target })),
        }
    }
}

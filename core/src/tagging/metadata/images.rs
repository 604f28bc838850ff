//! The `images` input.

use super::model::{LogGroup, MetadataFailure, MetadataFailureCode, Step};
use super::{csv, js};
use crate::regexp::to_lowercase;

/// One image of the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Image {
    pub(super) name: String,
    pub(super) enable: bool,
}

/// Reads the lines of the input.
pub(super) fn parse(lines: &[String]) -> Step<Vec<Image>> {
    if let [line] = lines
        && let Some(images) = old_format(line)?
    {
        return Ok(images);
    }
    lines.iter().map(|line| image(line)).collect()
}

/// What the action logs.
pub(super) fn log(images: &[Image]) -> LogGroup {
    let line = |image: &Image| format!("name={},enable={}", image.name, image.enable);
    LogGroup { title: "Processing images input".to_owned(), lines: images.iter().map(line).collect() }
}

/// A single line without any attribute: every field is an image.
fn old_format(line: &str) -> Step<Option<Vec<Image>>> {
    let fields = csv::fields(line)?;
    let name = |field: &String| to_lowercase(js::trim(field));
    let old = !fields.iter().any(|field| field.contains('='));
    Ok(old.then(|| fields.iter().map(|field| Image { name: name(field), enable: true }).collect()))
}

fn image(line: &str) -> Step<Image> {
    let failure = |text: &str| MetadataFailure::new(MetadataFailureCode::InvalidImage, format!("{text}: {line}"));
    let mut image = Image { name: String::new(), enable: true };
    for field in csv::fields(line)? {
        let mut parts = field.split('=').map(js::trim);
        let first = to_lowercase(parts.next().unwrap_or_default());
        match (first.as_str(), parts.next()) {
            (_, None) => image.name = first,
            ("name", Some(value)) => image.name = to_lowercase(value),
            ("enable", Some("true")) => image.enable = true,
            ("enable", Some("false")) => image.enable = false,
            ("enable", Some(_)) => return Err(failure("Invalid enable attribute value")),
            _ => return Err(failure("Unknown image attribute")),
        }
    }
    if image.name.is_empty() { Err(failure("Image name attribute empty")) } else { Ok(image) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(lines: &[&str]) -> Vec<String> {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        parse(&lines).unwrap().into_iter().map(|image| format!("{}:{}", image.name, image.enable)).collect()
    }

    #[test]
    fn one_line_is_a_list_and_several_lines_are_images() {
        assert_eq!(names(&["A/b, c/d"]), ["a/b:true", "c/d:true"]);
        assert_eq!(names(&["a/b,c/d", "e"]), ["c/d:true", "e:true"]);
        assert_eq!(names(&["name=a/b=c,enable=false"]), ["a/b:false"]);
        assert_eq!(names(&["a,"]), ["a:true", ":true"]);
    }

    #[test]
    fn wrong_lines_are_told_in_the_words_of_the_action() {
        for (line, message) in [
            ("a,enable=yes", "Invalid enable attribute value: a,enable=yes"),
            ("foo=bar", "Unknown image attribute: foo=bar"),
            ("enable=true", "Image name attribute empty: enable=true"),
        ] {
            assert_eq!(parse(&[line.to_owned()]).unwrap_err().message, message);
        }
    }
}

//! The `flavor` input: what all tags have in common.

use super::model::{LogGroup, MetadataFailure, MetadataFailureCode, Step};
use super::{csv, js};

/// When the tag `latest` is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Latest {
    /// The kind of the first tag decides.
    #[default]
    Auto,
    Always,
    Never,
}

impl Latest {
    /// Whether it is made when the kind of tag alone would have it so or not.
    pub(super) fn decide(self, kind: bool) -> bool {
        match self {
            Self::Auto => kind,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// The flavor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Flavor {
    pub(super) latest: Latest,
    pub(super) prefix: String,
    pub(super) prefix_latest: bool,
    pub(super) suffix: String,
    pub(super) suffix_latest: bool,
}

/// What an `onlatest` attribute belongs to.
#[derive(Clone, Copy)]
enum Affix {
    Prefix,
    Suffix,
}

/// Reads the lines of the input; later ones override.
pub(super) fn parse(lines: &[String]) -> Step<Flavor> {
    let mut flavor = Flavor::default();
    for line in lines {
        read(&mut flavor, line)?;
    }
    Ok(flavor)
}

fn read(flavor: &mut Flavor, line: &str) -> Step<()> {
    let failure = |text: String| MetadataFailure::new(MetadataFailureCode::InvalidFlavor, text);
    let mut last = None;
    for field in csv::fields(line)? {
        let mut parts = field.split('=').map(js::trim);
        let key = parts.next().unwrap_or_default().to_ascii_lowercase();
        let value = parts.next().ok_or_else(|| failure(format!("Invalid flavor entry: {line}")))?;
        match key.as_str() {
            "latest" => {
                flavor.latest = match value {
                    "auto" => Latest::Auto,
                    "true" => Latest::Always,
                    "false" => Latest::Never,
                    _ => return Err(failure(format!("Invalid latest flavor entry: {line}"))),
                }
            }
            "prefix" => {
                value.clone_into(&mut flavor.prefix);
                last = Some(Affix::Prefix);
            }
            "suffix" => {
                value.clone_into(&mut flavor.suffix);
                last = Some(Affix::Suffix);
            }
            "onlatest" => {
                let value = match value {
                    "true" => true,
                    "false" => false,
                    _ => return Err(failure(format!("Invalid value for onlatest attribute: {value}"))),
                };
                match last {
                    Some(Affix::Prefix) => flavor.prefix_latest = value,
                    Some(Affix::Suffix) => flavor.suffix_latest = value,
                    None => {}
                }
            }
            // An undocumented key of the action that nothing reads.
            "labelprefix" => {}
            _ => return Err(failure(format!("Unknown flavor entry: {line}"))),
        }
    }
    Ok(())
}

/// What the action logs.
pub(super) fn log(flavor: &Flavor) -> LogGroup {
    let latest = match flavor.latest {
        Latest::Auto => "auto",
        Latest::Always => "true",
        Latest::Never => "false",
    };
    LogGroup {
        title: "Processing flavor input".to_owned(),
        lines: vec![
            format!("latest={latest}"),
            format!("prefix={}", flavor.prefix),
            format!("prefixLatest={}", flavor.prefix_latest),
            format!("suffix={}", flavor.suffix),
            format!("suffixLatest={}", flavor.suffix_latest),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_latest_belongs_to_the_affix_before_it_on_its_line() {
        let lines = ["prefix=a=b,onlatest=true", "suffix=-x", "onlatest=true", "LATEST=false"];
        let flavor = parse(&lines.map(str::to_owned)).unwrap();
        assert_eq!((flavor.prefix.as_str(), flavor.prefix_latest), ("a", true));
        assert_eq!((flavor.suffix.as_str(), flavor.suffix_latest), ("-x", false));
        assert_eq!(flavor.latest, Latest::Never);
    }

    #[test]
    fn wrong_lines_are_told_in_the_words_of_the_action() {
        for (line, message) in [
            ("latest", "Invalid flavor entry: latest"),
            ("latest=", "Invalid latest flavor entry: latest="),
            ("onlatest=yes", "Invalid value for onlatest attribute: yes"),
            ("x=y", "Unknown flavor entry: x=y"),
        ] {
            assert_eq!(parse(&[line.to_owned()]).unwrap_err().message, message);
        }
    }
}

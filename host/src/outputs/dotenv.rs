//! GitLab's `artifacts:reports:dotenv`.
//!
//! Source: GitLab's documentation of that report. A variable has one line, there is no quoting, spaces around a value are cut off,
//! a file has at most 5 KB and 20 variables.

use buildonce::types::{ImagePlan, MetadataReport};

use super::values::{Value, values};
use crate::problem::Problem;

/// Bytes of a file.
const BYTES: usize = 5 * 1024;
/// Variables of a file.
const VARIABLES: usize = 20;

/// The file's content, or which variable does not fit.
pub(crate) fn dotenv(plan: &ImagePlan) -> Result<String, Problem> {
    of(values(plan))
}

/// The same of any answer.
pub(super) fn of(values: Vec<(&'static str, Value)>) -> Result<String, Problem> {
    let variables: Vec<_> = values
        .into_iter()
        .filter_map(|(name, value)| {
            let name = format!("BUILDONCE_{}", name.to_ascii_uppercase().replace('-', "_"));
            match value {
                Value::Text(text) => Some((name, text)),
                Value::List(list) => Some((name, list.join(" "))),
                Value::Commas(list) => Some((name, list.join(","))),
                // Keys with values need several lines; they are in the JSON form.
                Value::Entries(_) => None,
            }
        })
        .collect();
    write(&variables)
}

/// The same of a report of `buildonce metadata`: its version, tags and names.
pub(crate) fn metadata_dotenv(report: &MetadataReport) -> Result<String, Problem> {
    let wanted = ["version", "tags", "tag-names"];
    let variables: Vec<_> = report
        .outputs
        .iter()
        .filter(|output| wanted.contains(&output.name.as_str()))
        .map(|output| {
            let name = format!("BUILDONCE_{}", output.name.to_ascii_uppercase().replace('-', "_"));
            (name, output.value.replace('\n', " "))
        })
        .collect();
    write(&variables)
}

fn write(variables: &[(String, String)]) -> Result<String, Problem> {
    let mut out = String::new();
    for (name, value) in variables {
        check(name, value)?;
        out.push_str(name);
        out.push('=');
        out.push_str(value);
        out.push('\n');
    }
    if variables.len() > VARIABLES {
        return Err(does_not_fit(&format!("{} variables, GitLab takes {VARIABLES}", variables.len())));
    }
    if out.len() > BYTES {
        let largest = variables.iter().max_by_key(|(_, value)| value.len());
        let (name, size) = largest.map_or(("", 0), |(name, value)| (name.as_str(), value.len()));
        return Err(does_not_fit(&format!(
            "{} bytes, GitLab takes {BYTES}; the largest variable is {name} with {size}",
            out.len()
        )));
    }
    Ok(out)
}

fn check(name: &str, value: &str) -> Result<(), Problem> {
    let wrong = if value.contains(['\n', '\r']) {
        "has several lines"
    } else if value.contains(char::is_control) {
        "holds a control character"
    } else if value.trim() != value {
        "starts or ends with a space"
    } else {
        return Ok(());
    };
    Err(does_not_fit(&format!("{name} {wrong}")))
}

fn does_not_fit(why: &str) -> Problem {
    Problem::usage("dotenv-limit", format!("the answer does not fit a GitLab dotenv report: {why}"))
        .help("keep it as an artifact with --format json --output FILE")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{sample_plan, sample_skip};

    fn message(result: Result<String, Problem>) -> String {
        match result {
            Err(Problem::Expected { findings, .. }) => findings[0].message.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_plan_fits() {
        insta::assert_snapshot!(dotenv(&sample_plan()).unwrap(), @r"
        BUILDONCE_BUILD=true
        BUILDONCE_FORCE_REFRESH=true
        BUILDONCE_PRIMARY=ghcr.io/acme/app:pr-12-1111111
        BUILDONCE_VERSION=pr-12-1111111
        BUILDONCE_TAGS=ghcr.io/acme/app:pr-12-1111111 ghcr.io/acme/app:pr-12
        BUILDONCE_TAG_NAMES=pr-12-1111111 pr-12
        BUILDONCE_IMAGES=ghcr.io/acme/app
        BUILDONCE_PLATFORMS=linux/amd64
        BUILDONCE_PUSH=true
        BUILDONCE_LOAD=false
        BUILDONCE_ARCHIVE=image.tar
        BUILDONCE_ARCHIVE_REFERENCE=ghcr.io/acme/app:pr-12-1111111
        BUILDONCE_CONCURRENCY_GROUP=acme/app-pr-12
        ");
        assert!(dotenv(&sample_skip()).unwrap().starts_with("BUILDONCE_BUILD=false\n"));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let one = |value: &str| message(write(&[("A".to_owned(), value.to_owned())]));
        assert!(one("a\nb").ends_with("A has several lines"));
        assert!(one("a\u{1b}").ends_with("A holds a control character"));
        assert!(one(" a").ends_with("A starts or ends with a space"));
        assert!(one(&"x".repeat(5118)).ends_with("5121 bytes, GitLab takes 5120; the largest variable is A with 5118"));
        assert!(write(&[("A".to_owned(), "x".repeat(5117))]).is_ok());
        let many: Vec<_> = (0..21).map(|n| (format!("V{n}"), String::new())).collect();
        assert!(message(write(&many)).ends_with("21 variables, GitLab takes 20"));
        assert!(write(&many[..20]).is_ok());
    }
}

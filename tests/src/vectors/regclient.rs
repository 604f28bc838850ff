//! References and platforms against regclient.

use anyhow::Result;
use serde_json::{Value, json};

use super::Family;
use super::value::{accepted, is_set, same, text};
use crate::fronts::Front;

/// Which texts are references, and their parts.
pub(super) struct References;

impl Family for References {
    fn file(&self) -> &'static str {
        "regclient_ref_parse.json"
    }

    fn check(&self, case: &Value, front: &dyn Front) -> Result<()> {
        let answer = front.call("reference.parse", &json!({"text": text(case, "ref")}))?;
        let Some(reference) = accepted(&answer, is_set(case, "error"))? else { return Ok(()) };
        let scheme = match text(reference, "scheme") {
            "registry" => "reg",
            "oci-directory" => "ocidir",
            "oci-file" => "ocifile",
            other => other,
        };
        same("the scheme", &scheme, &text(case, "scheme"))?;
        for key in ["registry", "repository", "digest", "path"] {
            same(key, &text(reference, key), &text(case, key))?;
        }
        // Where nothing is written, Docker takes `latest`. The engine says that nothing is written.
        let bare = reference.get("tag").is_none() && reference.get("digest").is_none() && scheme == "reg";
        same("the tag", &if bare { "latest" } else { text(reference, "tag") }, &text(case, "tag"))
    }
}

/// The parts of a platform by the keys of the OCI image specification's Go types, and by ours.
const PARTS: [(&str, &str); 4] =
    [("OS", "os"), ("Architecture", "architecture"), ("Variant", "variant"), ("OSVersion", "os_version")];

/// Which texts are platforms, and their parts.
pub(super) struct Platforms;

impl Family for Platforms {
    fn file(&self) -> &'static str {
        "regclient_platform_parse.json"
    }

    fn check(&self, case: &Value, front: &dyn Front) -> Result<()> {
        let answer = front.call("reference.parse-platform", &json!({"text": text(case, "parse")}))?;
        let Some(platform) = accepted(&answer, is_set(case, "error"))? else { return Ok(()) };
        let goal = case.get("goal").unwrap_or(&Value::Null);
        PARTS.iter().try_for_each(|(theirs, ours)| same(ours, &text(platform, ours), &text(goal, theirs)))
    }
}

/// Which machine runs which image.
pub(super) struct PlatformFits;

impl Family for PlatformFits {
    fn file(&self) -> &'static str {
        "regclient_platform_compare.json"
    }

    fn check(&self, case: &Value, front: &dyn Front) -> Result<()> {
        let mut input = json!({"machine": platform(case.get("host")), "target": platform(case.get("target"))});
        if let Some(other) = case.get("prev").filter(|other| other.is_object())
            && let Some(input) = input.as_object_mut()
        {
            input.insert("other".to_owned(), platform(Some(other)));
        }
        let answer = front.call("reference.fit", &input)?;
        for (theirs, ours) in [("expectMatch", "same"), ("expectCompat", "runs"), ("expectBetter", "better")] {
            same(ours, &answer.get(ours), &case.get(theirs))?;
        }
        Ok(())
    }
}

fn platform(value: Option<&Value>) -> Value {
    let part = |(theirs, ours): &(&str, &str)| {
        let text = value.map(|value| text(value, theirs)).unwrap_or_default();
        ((*ours).to_owned(), json!(text))
    };
    Value::Object(PARTS.iter().map(part).collect())
}

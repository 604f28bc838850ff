//! References and platforms against regclient.

use buildonce_core::reference::{ImageReference, Platform, Scheme};
use serde_json::Value;

use crate::vectors::{run, same, text};

#[test]
fn references_are_read_as_regclient_reads_them() {
    run("regclient_ref_parse.json", |case| {
        let parsed = ImageReference::parse(text(case, "ref"));
        same("refusal", &Some(parsed.is_err()), &case["error"].as_bool())?;
        let Ok(reference) = parsed else { return Ok(()) };
        let scheme = match reference.scheme {
            Scheme::Registry => "reg",
            Scheme::OciDirectory => "ocidir",
            Scheme::OciFile => "ocifile",
        };
        same("scheme", &scheme, &text(case, "scheme"))?;
        same("registry", &reference.registry.as_str(), &text(case, "registry"))?;
        same("repository", &reference.repository.as_str(), &text(case, "repository"))?;
        same("tag", &reference.tag_or_latest(), &text(case, "tag"))?;
        same("digest", &reference.digest.as_deref().unwrap_or_default(), &text(case, "digest"))?;
        same("path", &reference.path.as_str(), &text(case, "path"))
    });
}

fn platform(value: &Value) -> Platform {
    Platform::new(text(value, "OS"), text(value, "Architecture"), text(value, "Variant"), text(value, "OSVersion"))
}

#[test]
fn platforms_are_read_as_regclient_reads_them() {
    run("regclient_platform_parse.json", |case| {
        let parsed = Platform::parse(text(case, "parse"));
        same("refusal", &Some(parsed.is_err()), &case["error"].as_bool())?;
        let Ok(found) = parsed else { return Ok(()) };
        let goal = &case["goal"];
        same("os", &found.os.as_str(), &text(goal, "OS"))?;
        same("architecture", &found.architecture.as_str(), &text(goal, "Architecture"))?;
        // The goal is written in the short spelling, and `arm` in the long one.
        same("variant", &found.variant.as_str(), &text(goal, "Variant"))?;
        same("version", &found.os_version.as_str(), &text(goal, "OSVersion"))
    });
}

#[test]
fn platforms_fit_as_regclient_fits_them() {
    run("regclient_platform_compare.json", |case| {
        let (host, target) = (platform(&case["host"]), platform(&case["target"]));
        let previous = case["prev"].as_object().map(|_| platform(&case["prev"]));
        same("match", &Some(host.matches(&target)), &case["expectMatch"].as_bool())?;
        same("fit", &Some(host.runs(&target)), &case["expectCompat"].as_bool())?;
        same("preference", &Some(host.prefers(&target, previous.as_ref())), &case["expectBetter"].as_bool())
    });
}

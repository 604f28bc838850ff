//! A file for `docker buildx bake`.
//!
//! Source: Docker's "Bake file reference". Texts of a bake file are templates, so what would be filled in is escaped.

use buildonce::types::{BuilderRun, Entry, ImagePlan};
use serde_json::{Map, Value, json};

/// What the target is called; other targets inherit it by this name.
const TARGET: &str = "buildonce";

/// One target for each run of the builder. Context and Dockerfile are left to whoever inherits the target, or to bake's defaults.
pub(crate) fn bake(plan: &ImagePlan) -> String {
    let mut targets = Map::new();
    for (number, run) in plan.runs.iter().enumerate() {
        let name = if number == 0 { TARGET.to_owned() } else { format!("{TARGET}-{}", number + 1) };
        targets.insert(name, target(plan, run));
    }
    json!({"target": targets}).to_string()
}

fn target(plan: &ImagePlan, run: &BuilderRun) -> Value {
    let list = |texts: &[String]| Value::Array(texts.iter().map(|text| template(text)).collect());
    let map =
        |entries: &[Entry]| Value::Object(entries.iter().map(|e| (escaped(&e.key), template(&e.value))).collect());
    let mut target = Map::new();
    let mut add = |key: &str, value: Value| {
        let empty = value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty);
        if !empty {
            target.insert(key.to_owned(), value);
        }
    };
    add("tags", list(&run.references));
    add("platforms", list(&plan.delivery.platforms));
    add("labels", map(&plan.labels));
    add("annotations", list(&run.annotations));
    add("args", map(&plan.build_args));
    add("output", list(&run.outputs));
    if plan.decision.force_refresh {
        add("no-cache", Value::Bool(true));
        add("pull", Value::Bool(true));
    }
    Value::Object(target)
}

fn template(text: &str) -> Value {
    Value::String(escaped(text))
}

/// A text that bake takes as it is, names of keys among them: `${` and `%{` begin what it would fill in.
fn escaped(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{pretty, sample_plan, sample_skip};

    #[test]
    fn a_plan_is_a_target_of_its_builders_run() {
        let mut plan = sample_plan();
        plan.labels.push(Entry { key: "title".to_owned(), value: "costs ${5} %{x} $5".to_owned() });
        insta::assert_snapshot!(pretty(&bake(&plan)), @r#"
        {
          "target": {
            "buildonce": {
              "tags": [
                "ghcr.io/acme/app:pr-12-1111111"
              ],
              "platforms": [
                "linux/amd64"
              ],
              "labels": {
                "org.opencontainers.image.revision": "2222222222222222222222222222222222222222",
                "org.opencontainers.image.description": "one\ntwo=2",
                "title": "costs $${5} %%{x} $5"
              },
              "annotations": [
                "org.opencontainers.image.version=pr-12-1111111"
              ],
              "args": {
                "VERSION": "pr-12-1111111"
              },
              "output": [
                "type=registry"
              ],
              "no-cache": true,
              "pull": true
            }
          }
        }
        "#);
    }

    #[test]
    fn every_run_has_its_target() {
        let mut plan = sample_plan();
        plan.decision.force_refresh = false;
        let second = BuilderRun { outputs: vec!["type=oci,dest=image.tar".to_owned()], ..plan.runs[0].clone() };
        plan.runs.push(second);
        let file: Value = serde_json::from_str(&bake(&plan)).unwrap();
        assert_eq!(file["target"]["buildonce-2"]["output"], json!(["type=oci,dest=image.tar"]));
        assert!(file["target"]["buildonce"].get("no-cache").is_none());
        let mut skip = sample_skip();
        skip.runs.clear();
        assert_eq!(bake(&skip), r#"{"target":{}}"#);
    }
}

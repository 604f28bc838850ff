//! Workflows of the shapes that people have, and the policies made of them.

use super::*;
use crate::policy::Policy;

/// A policy that can be read, and the remarks.
fn converted(source: &str) -> (String, Vec<String>) {
    let converted = convert_workflow(source, "ci.yml", None).unwrap();
    Policy::parse(&converted.policy, "buildonce.yaml").unwrap_or_else(|e| panic!("{e:#?}\n{}", converted.policy));
    (converted.policy, converted.notes.into_iter().map(|note| note.message).collect())
}

#[test]
fn variables_and_the_repository_become_a_template() {
    let (policy, notes) = converted(
        "on: push\nenv:\n  REGISTRY: registry.example\n  IMAGE: ${{ github.repository }}\njobs:\n  build:\n    steps:\n      - id: meta\n        uses: docker/metadata-action@v5\n        with:\n          images: ${{ env.REGISTRY }}/${{ env.IMAGE }}\n",
    );
    insta::assert_snapshot!(policy, @r#"
    # Made of the step `meta` of the job `build`.
    version: 1
    images:
      - "registry.example/{{repository}}"
    tags:
      - "type=schedule"
      - "type=ref,event=branch"
      - "type=ref,event=tag"
      - "type=ref,event=pr"
    "#);
    assert!(notes.is_empty(), "{notes:?}");
}

#[test]
fn conditions_become_conditions_and_unknown_ones_are_told() {
    let (policy, notes) = converted(
        "jobs:\n  build:\n    steps:\n      - uses: docker/metadata-action@abc # v5\n        with:\n          images: |\n            name=acme/app\n            name=registry.example/acme/app,enable=${{ github.event_name == 'push' }}\n          flavor: latest=false\n          tags: |\n            type=raw,value=latest,enable=${{ github.ref == format('refs/heads/{0}', 'main') }}\n            type=raw,value=edge,enable=${{ github.ref == format('refs/heads/{0}', github.event.repository.default_branch) }}\n            type=raw,value=x,enable=${{ inputs.x }}\n            type=raw,value=run-${{ github.run_number }}\n            plain\n",
    );
    insta::assert_snapshot!(policy, @r#"
    # Made of a step of the job `build`.
    version: 1
    images:
      - "acme/app"
      - {name: "registry.example/acme/app", when: {event: [push, tag]}}
    flavor: ["latest=false"]
    # not taken over, tags: type=raw,value=x,enable=${{ inputs.x }}
    # not taken over, tags: type=raw,value=run-${{ github.run_number }}
    tags:
      - {when: {branches: ["main"], event: [push, schedule, manual, api, create, other]}, tag: "type=raw,value=latest"}
      - "type=raw,value=edge,enable={{is_default_branch}}"
      - "type=raw,plain"
    "#);
    assert_eq!(notes.len(), 2);
    assert!(notes[0].contains("${{ inputs.x }}"), "{notes:?}");
}

#[test]
fn the_step_has_to_be_clear() {
    let code = |source: &str, step| convert_workflow(source, "ci.yml", step).unwrap_err().remove(0).code;
    let two = "jobs:\n  a:\n    steps:\n      - {id: one, uses: docker/metadata-action@v5}\n      - {id: two, uses: docker/metadata-action@v5}\n";
    assert_eq!(code(two, None), "several-metadata-steps");
    assert_eq!(code(two, Some("three")), "no-metadata-step");
    assert!(convert_workflow(two, "ci.yml", Some("two")).is_ok());
    assert_eq!(code("jobs: {a: {steps: [{uses: actions/checkout@v4}]}}", None), "no-metadata-step");
    assert_eq!(code("a: [", None), "yaml-syntax");
}

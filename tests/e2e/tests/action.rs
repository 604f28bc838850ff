//! `integrations/github/select` and `promote`, as a runner carries them out.
#![cfg(target_os = "linux")]

use buildonce_e2e::{Consumer, HEAD, Image, MERGE, Registry};

/// A job on the commit that was pushed to main.
fn job(image: &str) -> Consumer {
    let event = r#"{"repository": {"full_name": "acme/app", "default_branch": "main"}}"#;
    let consumer = Consumer::of(image).policy("tags: [\"sha-{{sha}}\"]").file("event.json", event);
    let consumer = consumer.policy("build: {platforms: {default: [linux/amd64]}}");
    [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", "push"),
        ("GITHUB_EVENT_PATH", "event.json"),
        ("GITHUB_OUTPUT", "output.txt"),
        ("GITHUB_REF", "refs/heads/main"),
        ("GITHUB_REPOSITORY", "acme/app"),
        ("GITHUB_SHA", MERGE),
        ("POLICY", ""),
        ("RECEIPT", ""),
        ("WAIT", ""),
        ("PLATFORMS", ""),
        ("IMAGE", ""),
        ("TO", ""),
        ("REVISION", ""),
        ("DRY_RUN", "false"),
    ]
    .into_iter()
    .fold(consumer, |consumer, (name, value)| consumer.env(name, value))
}

const ACTION: &str = include_str!("../../../integrations/github/select/action.yml");

const PROMOTE: &str = include_str!("../../../integrations/github/promote/action.yml");

/// The script of an action's one step.
fn script(action: &str) -> String {
    let rest = action.split("      run: |\n").nth(1).unwrap_or_default();
    rest.lines().map_while(|line| line.strip_prefix("        ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_action_hands_on_the_image_and_every_output_that_it_names() {
    let registry = Registry::start();
    let pushed = Image::of(MERGE).push(registry.address(), "acme/app", "sha-2222222");
    let job = job(&registry.image("acme/app"));
    let done = job.script(&script(ACTION));
    assert_eq!(done.code, 0, "{done:?}");
    let written = job.read("output.txt");
    let image = format!("image={}@{}", registry.image("acme/app"), pushed.digest);
    assert!(written.lines().any(|line| line == image), "{written}");
    assert_eq!(unwritten(ACTION, "steps.select.outputs.", &written), (9, Vec::new()), "{written}");
}

/// How many outputs an action names, and which of them nobody wrote.
fn unwritten(action: &str, prefix: &str, written: &str) -> (usize, Vec<String>) {
    let named: Vec<&str> = action.split(prefix).skip(1).filter_map(|rest| rest.split(' ').next()).collect();
    let is_written = |name: &str| {
        let of_output = |line: &str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['=', '<']));
        written.lines().any(of_output)
    };
    (named.len(), named.into_iter().filter(|name| !is_written(name)).map(str::to_owned).collect())
}

#[test]
fn what_was_tested_is_promoted_by_the_action() {
    let registry = Registry::start();
    let image = registry.image("acme/app");
    let pushed = Image::of(MERGE).push(registry.address(), "acme/app", "sha-2222222");
    let place = format!("image={image}@{}", pushed.digest);
    let dry = job(&image).env("TO", "stable,1.2").env("DRY_RUN", "true");
    assert_eq!(dry.script(&script(PROMOTE)).code, 0);
    assert!(dry.read("output.txt").lines().any(|line| line == "verdict=planned"));
    let job = job(&image).env("TO", "stable,1.2").env("GITHUB_STEP_SUMMARY", "summary.md");
    let done = job.script(&script(PROMOTE));
    assert_eq!(done.code, 0, "{done:?}");
    let written = job.read("output.txt");
    assert!(written.lines().any(|line| line == place) && written.contains("verdict=promoted"), "{written}");
    assert!(written.contains(&format!("{image}:stable\n{image}:1.2")), "{written}");
    assert_eq!(unwritten(PROMOTE, "steps.promote.outputs.", &written), (6, Vec::new()), "{written}");
    assert_eq!(job.read("summary.md").matches("| promoted |").count(), 2, "{}", job.read("summary.md"));
    for (name, value, code) in
        [("IMAGE", "nowhere", 1), ("REVISION", "short", 2), ("RECEIPT", "nowhere.json", 2), ("POLICY", "x", 2)]
    {
        assert!(PROMOTE.contains(&format!("        {name}: ${{{{ inputs.{} }}}}\n", name.to_lowercase())), "{name}");
        let done = self::job(&image).env("TO", "stable").env(name, value).script(&script(PROMOTE));
        assert_eq!(done.code, code, "{name}: {done:?}");
    }
}

#[test]
fn the_inputs_of_the_action_are_heard() {
    let registry = Registry::start();
    Image::of(MERGE).push(registry.address(), "acme/app", "by-hand");
    let run = |name: &str, value: &str| {
        assert!(ACTION.contains(&format!("        {name}: ${{{{ inputs.{} }}}}\n", name.to_lowercase())), "{name}");
        job(&registry.image("acme/app")).env(name, value).script(&script(ACTION))
    };
    assert_eq!(run("IMAGE", "by-hand").code, 0);
    let done = run("WAIT", "1ms");
    assert_eq!(done.code, 1, "{done:?}");
    assert_eq!(run("WAIT", "soon").code, 2);
    assert_eq!(run("POLICY", "nowhere.yaml").code, 2);
    assert_eq!(run("RECEIPT", "nowhere.json").code, 2);
    assert_eq!(run("ALIAS", "app").code, 2, "a name without a tag");
    assert_eq!(run("INTO", "docker").code, 2, "a store without a name");
    let done = run("PLATFORMS", "not/a/real/platform");
    assert_eq!(done.code, 2, "{done:?}");
}

#[test]
fn a_squashed_pull_request_promotes_what_its_head_was_tested_as() {
    let registry = Registry::start();
    let image = registry.image("acme/app");
    let pushed = Image::of("4444444444444444444444444444444444444444").head(HEAD).push(
        registry.address(),
        "acme/app",
        "pr-12-1111111",
    );
    // GitHub runs this event on the target branch, at the commit that the squash made.
    let event = format!(
        r#"{{"action": "closed", "number": 12, "repository": {{"full_name": "acme/app", "default_branch": "main"}},
            "pull_request": {{"number": 12, "merged": true, "merge_commit_sha": "{MERGE}",
                "head": {{"ref": "feature/x", "sha": "{HEAD}", "repo": {{"full_name": "acme/app"}}}},
                "base": {{"ref": "main", "sha": "5555555555555555555555555555555555555555", "repo": {{"full_name": "acme/app"}}}}}}}}"#
    );
    let job = job(&image).policy(r#"tags: [{tag: "pr-{{pr}}-{{sha}}"}]"#).file("event.json", &event);
    let job = job.env("GITHUB_EVENT_NAME", "pull_request").env("TO", "main");
    let done = job.script(&script(PROMOTE));
    assert_eq!(done.code, 0, "{done:?}");
    assert!(job.read("output.txt").contains(&format!("image={image}@{}", pushed.digest)));
}

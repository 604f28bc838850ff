//! `integrations/github/select`, as a runner carries it out.
#![cfg(target_os = "linux")]

use buildonce_e2e::{Consumer, Image, MERGE, Registry};

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
    ]
    .into_iter()
    .fold(consumer, |consumer, (name, value)| consumer.env(name, value))
}

const ACTION: &str = include_str!("../../../integrations/github/select/action.yml");

/// The script of the action's one step.
fn script() -> String {
    let rest = ACTION.split("      run: |\n").nth(1).unwrap_or_default();
    rest.lines().map_while(|line| line.strip_prefix("        ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_action_hands_on_the_image_and_every_output_that_it_names() {
    let registry = Registry::start();
    let pushed = Image::of(MERGE).push(registry.address(), "acme/app", "sha-2222222");
    let job = job(&registry.image("acme/app"));
    let done = job.script(&script());
    assert_eq!(done.code, 0, "{done:?}");
    let written = job.read("output.txt");
    let image = format!("image={}@{}", registry.image("acme/app"), pushed.digest);
    assert!(written.lines().any(|line| line == image), "{written}");
    let named: Vec<&str> =
        ACTION.split("steps.select.outputs.").skip(1).filter_map(|rest| rest.split(' ').next()).collect();
    assert_eq!(named.len(), 7, "{named:?}");
    for name in named {
        assert!(written.lines().any(|line| line.starts_with(&format!("{name}="))), "{name}: {written}");
    }
}

#[test]
fn the_inputs_of_the_action_are_heard() {
    let registry = Registry::start();
    Image::of(MERGE).push(registry.address(), "acme/app", "by-hand");
    let run = |name: &str, value: &str| {
        assert!(ACTION.contains(&format!("        {name}: ${{{{ inputs.{} }}}}\n", name.to_lowercase())), "{name}");
        job(&registry.image("acme/app")).env(name, value).script(&script())
    };
    assert_eq!(run("IMAGE", "by-hand").code, 0);
    let done = run("WAIT", "1ms");
    assert_eq!(done.code, 1, "{done:?}");
    assert_eq!(run("WAIT", "soon").code, 2);
    assert_eq!(run("POLICY", "nowhere.yaml").code, 2);
    assert_eq!(run("RECEIPT", "nowhere.json").code, 2);
    let done = run("PLATFORMS", "not/a/real/platform");
    assert_eq!(done.code, 2, "{done:?}");
}

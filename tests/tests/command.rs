//! The WASI command as a program: what it says to bad lines and options, under two runtimes; and the Python example.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, Result};
use buildonce_core::json;
use buildonce_tests::fronts::{Runtime, python};
use buildonce_tests::root;
use serde_json::{Value, json};

fn run(mut command: Command, input: &str) -> Result<Output> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    child.stdin.take().context("no stdin")?.write_all(input.as_bytes())?;
    Ok(child.wait_with_output()?)
}

/// Standard output, standard error and whether it succeeded.
fn told(runtime: Runtime, arguments: &[&str], input: &str) -> Result<(String, String, bool)> {
    let mut command = runtime.command()?;
    command.args(arguments);
    let output = run(command, input)?;
    let text = |bytes| String::from_utf8(bytes).context("no text");
    Ok((text(output.stdout)?, text(output.stderr)?, output.status.success()))
}

#[test]
fn a_bad_line_is_answered_and_makes_the_command_fail_at_its_end() -> Result<()> {
    let input = "{\"id\":1,\"call\":\"tagging.sanitize\",\"input\":{\"name\":\"Feature/X\"}}\n\nnonsense\n{\"call\":\"lost\"}\n";
    for runtime in Runtime::ALL {
        let (out, err, success) = told(runtime, &[], input)?;
        let lines: Vec<_> = out.lines().collect();
        assert_eq!(lines.len(), 3, "{out}{err}");
        assert_eq!(lines[0], r#"{"id":1,"ok":"feature-x"}"#);
        assert!(lines[1].starts_with(r#"{"failure":{"code":"invalid-line","message":"the line is no JSON"#), "{out}");
        assert!(lines[2].starts_with(r#"{"failure":{"code":"unknown-function""#), "{out}");
        assert!(!success, "{runtime:?} says that all is well");
    }
    Ok(())
}

#[test]
fn good_lines_make_it_succeed_whatever_a_function_refuses() -> Result<()> {
    let refused = json!({"call": "policy.parse", "input": {"source": "version: 2", "name": "buildonce.yaml"}});
    for runtime in Runtime::ALL {
        let (out, err, success) = told(runtime, &[], &format!("{refused}\n"))?;
        assert!(out.starts_with(r#"{"ok":{"err":["#), "{out}{err}");
        assert!(success, "{runtime:?}: {err}");
    }
    Ok(())
}

#[test]
fn its_options_list_the_functions_and_refuse_what_is_no_option() -> Result<()> {
    let names = json::names().fold(String::new(), |names, name| names + name + "\n");
    for runtime in Runtime::ALL {
        assert_eq!(told(runtime, &["--list"], "")?, (names.clone(), String::new(), true));
        let (out, err, success) = told(runtime, &["--nonsense"], "")?;
        assert!(out.is_empty() && err.contains("`--nonsense` is no option") && !success, "{out}{err}");
    }
    Ok(())
}

/// The case that the example is run on.
const CASE: &str = "tests/cases/github/push-tag";

#[test]
fn the_python_example_names_the_image_as_every_host_does() -> Result<()> {
    let case: Value = serde_json::from_str(&std::fs::read_to_string(root().join(CASE).join("case.json"))?)?;
    let env: Vec<_> = case["env"].as_object().context("no env")?.iter().collect();
    let mut command = python()?;
    command.env_clear().arg("docs/examples/plan.py").arg("target/engine/buildonce.wasm").current_dir(root());
    command.envs(env.iter().filter_map(|(name, value)| Some((name, value.as_str()?))));
    command.env("GITHUB_EVENT_PATH", root().join(CASE).join("event.json")).env("SOURCE_DATE_EPOCH", "1773480413");
    let output = run(command, "")?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    // The same by the core itself.
    let payload = std::fs::read_to_string(root().join(CASE).join("event.json"))?;
    let input = json!({"env": env, "payload": payload, "host": {"now": 1_773_480_413_000_i64}});
    let call = |name: &str, input: Value| -> Result<Value> {
        let answer = json::call(name, &input.to_string()).map_err(|failure| anyhow::anyhow!("{failure:?}"))?;
        Ok(serde_json::from_str::<Value>(&answer)?["ok"].take())
    };
    let plan = call("tagging.plan", json!({"facts": call("facts.detect", input)?}))?;
    let mut expected =
        format!("build - {}\n", plan["decision"]["reasons"][0]["message"].as_str().context("no reason")?);
    for reference in plan["images"][0]["references"].as_array().context("no references")? {
        expected += reference.as_str().unwrap_or_default();
        expected.push('\n');
    }
    assert!(expected.lines().count() > 1, "the plan names nothing");
    assert_eq!(String::from_utf8(output.stdout)?, expected);
    Ok(())
}

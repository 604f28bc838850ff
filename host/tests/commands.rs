//! The program as a user runs it: a folder, a few variables, a command line.

mod run;

use run::Run;

#[test]
fn without_a_command_there_is_a_guide() {
    let done = Run::new("").go();
    assert_eq!(done.code, 0);
    assert!(done.stdout.contains("buildonce facts"), "{}", done.stdout);
}

#[test]
fn the_version_names_the_component() {
    let done = Run::new("--version").go();
    assert_eq!(done.code, 0);
    assert!(done.stdout.starts_with(concat!("buildonce ", env!("CARGO_PKG_VERSION"), " (component sha256:")));
    assert_eq!(done.stdout.lines().count(), 1);
}

#[test]
fn an_unknown_option_is_a_usage_error() {
    let done = Run::new("plan").arg("--colour").go();
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("unexpected argument '--colour'"), "{}", done.stderr);
    assert!(done.stderr.contains("--color"), "{}", done.stderr);
}

#[test]
fn every_command_has_examples() {
    for command in ["plan", "select", "facts", "lint", "classify", "eval", "schema", "component"] {
        let done = Run::new(command).arg("--help").go();
        assert_eq!(done.code, 0, "{command}");
        assert!(done.stdout.contains("Examples:\n"), "{command}");
        assert!(done.stdout.contains(&format!("  buildonce {command}")) || done.stdout.contains("| buildonce eval"));
    }
}

#[test]
fn two_policies_in_one_folder_are_an_error() {
    let done = Run::new("plan").file("buildonce.yaml", "version: 1\n").file("buildonce.toml", "version = 1\n").go();
    assert_eq!(done.code, 2);
    insta::assert_snapshot!(done.stderr, @r"
    error[two-policies]: both buildonce.yaml and buildonce.toml are here
     |
     = help: keep one of them, or name one with --policy FILE
    ");
}

#[test]
fn a_policy_that_is_not_there_is_an_error() {
    let done = Run::new("plan").arg("--policy").arg("nope.yaml").go();
    assert_eq!(done.code, 2);
    insta::assert_snapshot!(done.stderr, @"error[unreadable-file]: cannot read the policy nope.yaml: no such file or directory");
}

#[test]
fn a_policy_that_is_not_text_is_an_error() {
    let done = Run::new("lint").file("buildonce.yaml", b"version: \xff").go();
    assert_eq!(done.code, 2);
    insta::assert_snapshot!(done.stderr, @"error[invalid-utf8]: the policy buildonce.yaml is not UTF-8: byte 9 is wrong");
}

#[test]
fn a_time_that_is_none_is_an_error() {
    let done = Run::new("facts").arg("--now").arg("yesterday").go();
    assert_eq!(done.code, 2);
    insta::assert_snapshot!(done.stderr, @r"
    error[bad-time]: --now `yesterday` is no time
     |
     = help: write RFC 3339, such as 2024-05-01T12:00:00Z, or seconds since 1970
    ");
    let done = Run::new("facts").env("SOURCE_DATE_EPOCH", "soon").go();
    assert_eq!(done.code, 2);
    insta::assert_snapshot!(done.stderr, @r"
    error[bad-time]: SOURCE_DATE_EPOCH is `soon`
     |
     = help: it holds seconds since 1970 as a whole number
    ");
}

#[test]
fn a_builder_without_a_version_is_an_error() {
    let done = Run::new("plan").env("BUILDONCE_BUILDER", "buildx").go();
    assert_eq!(done.code, 2);
    insta::assert_snapshot!(done.stderr, @r"
    error[bad-builder]: BUILDONCE_BUILDER `buildx` is no builder with a version
     |
     = help: write NAME=VERSION, such as buildx=0.14.1
    ");
}

#[test]
fn a_payload_that_cannot_be_read_is_an_error() {
    let done = Run::new("facts").arg("--payload").arg("event.json").go();
    assert_eq!(done.code, 2);
    insta::assert_snapshot!(done.stderr, @"error[unreadable-file]: cannot read the payload event.json: no such file or directory");
    let done = Run::new("facts").file("event.json", b"{\"a\": \"\xff\"}").arg("--payload").arg("event.json").go();
    assert_eq!(done.code, 2);
    insta::assert_snapshot!(done.stderr, @"error[invalid-utf8]: the payload event.json is not UTF-8: byte 7 is wrong");
}

#[test]
fn lint_without_a_policy_looks_at_the_standard_one() {
    let done = Run::new("lint").arg("--strict").go();
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(done.stdout, @"the standard policy (there is no buildonce.yaml here): nothing to complain about");
}

#[test]
fn eval_answers_each_line_and_survives_garbage() {
    let done = Run::new("eval")
        .stdin(concat!(
            "{\"id\": 1, \"call\": \"tagging.sanitize\", \"input\": {\"name\": \"Feature/X\"}}\n",
            "garbage\n",
            "\n",
            "[]\n",
            "{\"id\": \"a\", \"call\": \"nope\"}\n",
            "{\"call\": 1}\n",
            "{\"id\": 2, \"call\": \"tagging.sanitize\", \"inputs\": {}}\n",
            "{\"id\": 3, \"call\": \"tagging.sanitize\", \"input\": {\"name\": \"b\"}}",
        ))
        .go();
    assert_eq!(done.code, 2);
    let lines: Vec<serde_json::Value> = done.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 7);
    assert_eq!(lines[0], serde_json::json!({"id": 1, "ok": "feature-x"}));
    assert_eq!(lines[1]["failure"]["code"], "invalid-line");
    assert_eq!(lines[3]["id"], "a");
    assert_eq!(lines[3]["failure"]["code"], "unknown-function");
    assert_eq!(lines[5]["failure"]["message"], "unknown key `inputs`; a line has id, call and input");
    assert_eq!(lines[6], serde_json::json!({"id": 3, "ok": "b"}));
}

#[test]
fn eval_without_failures_ends_well() {
    let done = Run::new("eval").stdin("{\"call\": \"facts.variables\", \"input\": {}}\n").go();
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    assert!(done.stdout.starts_with("{\"ok\":["));
}

#[test]
fn the_component_is_extracted_as_it_is() {
    let run = Run::new("component").arg("extract").arg("out.wasm");
    assert_eq!(run.go().code, 0);
    let bytes = std::fs::read(run.folder().join("out.wasm")).unwrap();
    assert_eq!(bytes.get(..4), Some(&b"\0asm"[..]));
    let info = Run::new("component").arg("--format").arg("json").go();
    let info: serde_json::Value = serde_json::from_str(&info.stdout).unwrap();
    assert_eq!(info["size"], bytes.len());
    assert_eq!(info["imports"], serde_json::json!([]));
}

#[test]
fn the_interface_is_printed_as_one_package() {
    let done = Run::new("component").arg("wit").go();
    assert_eq!(done.code, 0);
    assert_eq!(done.stdout.matches("package buildonce:engine@").count(), 1);
    assert!(done.stdout.contains("interface tagging {"));
}

#[test]
fn a_file_that_cannot_be_written_is_the_worlds_fault() {
    let done = Run::new("component").arg("extract").arg("no/such/folder/x.wasm").go();
    assert_eq!(done.code, 3);
    insta::assert_snapshot!(done.stderr, @"error[unwritable-file]: cannot write no/such/folder/x.wasm: no such file or directory");
}

#[test]
fn a_checkout_without_a_git_is_told() {
    let done = Run::new("facts").git(&["init", "-q"]).env("PATH", "/nowhere").go();
    assert!(done.stderr.starts_with("note[git-unavailable]: there is a git checkout here"), "{}", done.stderr);
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let done = Run::new("component").arg("wit").closed_stdout().go();
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
}

#[cfg(feature = "jit")]
mod own_component {
    use super::*;

    #[test]
    fn a_file_that_is_no_component_is_refused() {
        let done = Run::new("plan").file("x.wasm", "not wasm").arg("--component").arg("x.wasm").go();
        assert_eq!(done.code, 2);
        assert!(done.stderr.starts_with("error[wrong-component]: not a component that this program can run"));
        assert!(done.stderr.contains("buildonce component extract FILE"), "{}", done.stderr);
    }

    #[test]
    fn a_component_of_another_world_is_refused() {
        let done = Run::new("facts").file("x.wasm", "(component)").arg("--component").arg("x.wasm").go();
        assert_eq!(done.code, 2);
        assert!(done.stderr.starts_with("error[wrong-component]: "), "{}", done.stderr);
    }

    /// A component with one function import, written by hand: preamble, a type section with `func()`, an import section.
    const IMPORTS: &[u8] = b"\0asm\x0d\0\x01\0\x07\x05\x01\x40\x00\x01\x00\x0a\x0c\x01\x00\x07steal-x\x01\x00";

    #[test]
    fn a_component_that_imports_is_refused_by_the_imports_name() {
        let done = Run::new("plan").file("x.wasm", IMPORTS).arg("--component").arg("x.wasm").go();
        assert_eq!(done.code, 2);
        insta::assert_snapshot!(done.stderr, @r"
        error[component-imports]: the component asks for steal-x; an engine imports nothing, so this one is refused
         |
         = help: `buildonce component extract FILE` writes one that fits
        ");
    }

    #[test]
    fn the_extracted_component_decides_like_the_embedded_one() {
        let run = Run::new("component").arg("extract").arg("own.wasm");
        assert_eq!(run.go().code, 0);
        let own = run.folder().join("own.wasm");
        let done = Run::new("schema").arg("--component").arg(own.to_str().unwrap()).go();
        assert_eq!(done.code, 0);
        assert_eq!(done.stdout, Run::new("schema").go().stdout);
    }
}

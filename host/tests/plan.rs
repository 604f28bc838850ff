//! `plan` and `facts` against the embedded engine, with the variables and files of CI jobs.

mod run;

use run::Run;

const HEAD: &str = "1111111111111111111111111111111111111111";
const MERGE: &str = "2222222222222222222222222222222222222222";
const BASE: &str = "3333333333333333333333333333333333333333";

/// A pull request on GitHub, as its runner describes it.
fn pull_request(command: &str) -> Run {
    let repository = "{\"full_name\": \"acme/app\", \"default_branch\": \"main\"}";
    let side = |branch: &str, sha: &str| {
        format!("{{\"ref\": \"{branch}\", \"sha\": \"{sha}\", \"repo\": {{\"full_name\": \"acme/app\"}}}}")
    };
    let payload = format!(
        "{{\"action\": \"opened\", \"number\": 12, \"repository\": {repository}, \"pull_request\": {{\"number\": 12, \
         \"title\": \"Add \\u001b[31mred\", \"head\": {}, \"base\": {}}}}}",
        side("feature/x", HEAD),
        side("main", BASE)
    );
    Run::new(command)
        .file("event.json", payload)
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_EVENT_NAME", "pull_request")
        .env("GITHUB_EVENT_PATH", "event.json")
        .env("GITHUB_REF", "refs/pull/12/merge")
        .env("GITHUB_REF_NAME", "12/merge")
        .env("GITHUB_HEAD_REF", "feature/x")
        .env("GITHUB_BASE_REF", "main")
        .env("GITHUB_SHA", MERGE)
        .env("GITHUB_REPOSITORY", "acme/app")
        .env("GITHUB_SERVER_URL", "https://github.com")
        .env("GITHUB_RUN_ID", "99")
        .env("GITHUB_TOKEN", "ghs_secret")
        .arg("--now")
        .arg("2024-05-01T12:00:00Z")
}

#[test]
fn a_pull_request_is_planned_without_a_policy() {
    let done = pull_request("plan").go();
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    assert!(done.stdout.contains("Policy    the standard one"), "{}", done.stdout);
    assert!(done.stdout.contains("pull request #12 (feature/x → main) in acme/app"), "{}", done.stdout);
    assert!(done.stdout.contains("ghcr.io/acme/app:pr-12-1111111"), "{}", done.stdout);
    assert!(!done.stdout.contains('\u{1b}'), "{}", done.stdout);
}

#[test]
fn changed_files_are_read_as_git_writes_them() {
    let policy = "version: 1\ntags: [{when: {paths: ['src/é.rs']}, tag: 'src-{{sha}}'}, {tag: 'x-{{sha}}'}]\n";
    let run = |list: &str| {
        let run = pull_request("plan").file("buildonce.yaml", policy).file("list", list);
        run.arg("--changed-files").arg("list").go()
    };
    for (list, first) in [("src/é.rs\n", "src-1111111"), (r#""src/\303\251.rs""#, "src-1111111"), ("b\n", "x-1111111")]
    {
        let done = run(list);
        assert!(done.stdout.contains(&format!("ghcr.io/acme/app:{first}")), "{list}: {}{}", done.stdout, done.stderr);
    }
    let done = run("a\n\n\"b\n");
    assert_eq!(done.code, 2);
    insta::assert_snapshot!(done.stderr, @r#"
    error[invalid-changed-files]: the list of changed files, line 3: `"b` is no path as git quotes it
     |
     = help: write the path as it is, or as `git diff --name-only` does
    "#);
    let done = pull_request("plan").file("buildonce.yaml", policy).go();
    assert_eq!(done.code, 2);
    insta::assert_snapshot!(done.stderr, @r"
    error[changed-files-unknown]: the rule depends on changed files, and they are not known
     --> buildonce.yaml:2:15
      |
    2 | tags: [{when: {paths: ['src/é.rs']}, tag: 'src-{{sha}}'}, {tag: 'x-{{sha}}'}]
      |               ^^^^^^^^^^^^^^^^^^^^^ asks for changed files
      |
      = help: list them in a file for `--changed-files`, or restrict the rule to other events
    ");
}

#[test]
fn a_document_of_facts_has_its_own_time() {
    let plan = |time: &str| {
        let facts = format!("{{\"engine\": \"x\", \"event\": \"delete\", \"event_name\": \"delete\"{time}}}");
        let run = |command: &str| Run::new(command).file("facts.json", &facts).arg("--facts").arg("facts.json");
        let json = run("facts").arg("--format").arg("json").arg("--now").arg("60").go();
        let plan = run("plan").arg("--now").arg("60").go();
        assert_eq!((json.code, &json.stderr), (plan.code, &plan.stderr));
        plan
    };
    for same in ["", ", \"now\": 60000"] {
        assert_eq!(plan(same).code, 0, "{same}");
    }
    let done = plan(", \"now\": 0");
    assert_eq!(done.code, 2);
    insta::assert_snapshot!(done.stderr, @r"
    error[time-told-twice]: --now is 1970-01-01T00:01:00Z, and facts.json has 1970-01-01T00:00:00Z as `now`
     |
     = help: leave one of them out
    ");
}

#[test]
fn what_nobody_wrote_has_no_place() {
    let reference = "{\"full\": \"refs/heads/main\", \"name\": \"main\", \"kind\": \"branch\"}";
    let facts = format!(
        "{{\"engine\": \"jenkins\", \"event\": \"push\", \"event_name\": \"push\", \"repository\": {{\"path\": \"acme/app\"}}, \
         \"reference\": {reference}, \"revisions\": {{\"built\": \"{HEAD}\"}}}}"
    );
    let done = Run::new("plan").arg("--facts").arg("-").stdin(facts).go();
    assert_eq!(done.code, 2);
    insta::assert_snapshot!(done.stderr, @r"
    error[registry-image-unknown]: `{{registry-image}}` is not known, as the repository's server is not
     |
     = help: name the images in the policy, under `images`
    ");
}

#[test]
fn where_nothing_is_built_there_are_no_arguments() {
    let policy = "version: 1\nextends: build-once-test-many\nskip: {subjects: ['.']}\n";
    let push = |form: &str| {
        let commit = format!("\"after\": \"{MERGE}\", \"head_commit\": {{\"id\": \"{MERGE}\", \"message\": \"x\"}}");
        let repository = "\"repository\": {\"full_name\": \"acme/app\", \"default_branch\": \"main\"}";
        let payload = format!("{{\"ref\": \"refs/heads/main\", {commit}, {repository}}}");
        let run = pull_request("plan").env("GITHUB_EVENT_NAME", "push").env("GITHUB_REF", "refs/heads/main");
        let run = run.file("event.json", payload).file("buildonce.yaml", policy).file("list", "a\n");
        run.arg("--changed-files").arg("list").arg("--format").arg(form).go()
    };
    let done = push("args");
    assert_eq!((done.code, done.stdout.as_str()), (0, ""), "{}", done.stderr);
    insta::assert_snapshot!(done.stderr, @r"
    note[no-run]: nothing is built, so the builder gets no arguments
     |
     = help: `--format command` has no line then
    ");
    let done = push("command");
    assert_eq!((done.code, done.stdout.as_str(), done.stderr.as_str()), (0, "", ""));
}

#[test]
fn a_policy_in_the_top_folder_is_found_from_below() {
    let policy = "version: 1\nimages: [ghcr.io/acme/own]\ntags: [{tag: 'x-{{sha}}'}]\n";
    let run = pull_request("plan").file("buildonce.yaml", policy).git(&["init", "-q"]);
    let done = run.below("a/b").env("GITHUB_EVENT_PATH", "../../event.json").go();
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stdout.contains("Policy    ../../buildonce.yaml"), "{}", done.stdout);
    assert!(done.stdout.contains("ghcr.io/acme/own:x-1111111"), "{}", done.stdout);
}

#[test]
fn facts_written_as_json_give_the_same_plan() {
    let facts = pull_request("facts").arg("--format").arg("json").go();
    assert_eq!(facts.code, 0, "{}", facts.stderr);
    assert!(!facts.stdout.contains("ghs_secret"));
    let direct = pull_request("plan").arg("--format").arg("json").go();
    let replayed = Run::new("plan").arg("--facts").arg("-").arg("--format").arg("json").stdin(facts.stdout).go();
    assert_eq!(replayed.code, 0, "{}", replayed.stderr);
    assert_eq!(replayed.stdout, direct.stdout);
    let plan: serde_json::Value = serde_json::from_str(&direct.stdout).unwrap();
    assert_eq!(plan["primary"], "ghcr.io/acme/app:pr-12-1111111");
}

#[test]
fn the_facts_say_what_the_run_is() {
    let done = pull_request("facts").go();
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stdout.contains("revisions.built"), "{}", done.stdout);
    assert!(done.stdout.contains(&format!("{MERGE} (merge)")), "{}", done.stdout);
}

#[test]
fn step_outputs_are_added_to_the_runners_file() {
    let run = pull_request("plan")
        .arg("--format")
        .arg("github")
        .file("outputs", "earlier=1")
        .env("GITHUB_OUTPUT", "outputs")
        .env("GITHUB_STEP_SUMMARY", "summary.md");
    let done = run.go();
    assert_eq!(done.code, 0, "{}", done.stderr);
    let outputs = run.read("outputs");
    assert!(outputs.starts_with("earlier=1\nbuild=true\n"), "{outputs}");
    assert!(outputs.contains("\nprimary=ghcr.io/acme/app:pr-12-1111111\n"), "{outputs}");
    assert!(run.read("summary.md").contains("<code>pr-12-1111111</code>"));
    assert!(done.stdout.starts_with("Run "), "{}", done.stdout);
}

#[test]
fn dotenv_is_written_whole() {
    let run = pull_request("plan").arg("--format").arg("dotenv").arg("--output").arg("plan.env");
    let done = run.go();
    assert_eq!((done.code, done.stdout.as_str()), (0, ""), "{}", done.stderr);
    assert!(run.read("plan.env").contains("BUILDONCE_PRIMARY=ghcr.io/acme/app:pr-12-1111111\n"));
}

#[test]
fn what_does_not_fit_a_dotenv_report_is_told() {
    let tags: Vec<_> = (0..200).map(|n| format!("tag-number-{n:03}-{{{{sha}}}}")).collect();
    let policy = format!("{{\"version\": 1, \"images\": [\"ghcr.io/acme/app\"], \"tags\": [{{\"tag\": {tags:?}}}]}}");
    let done = pull_request("plan").file("buildonce.json", policy).arg("--format").arg("dotenv").go();
    assert_eq!((done.code, done.stdout.as_str()), (2, ""), "{}", done.stderr);
    assert!(done.stderr.starts_with("error[dotenv-limit]"), "{}", done.stderr);
    assert!(done.stderr.contains("BUILDONCE_TAGS"), "{}", done.stderr);
}

#[test]
fn an_output_that_cannot_be_written_is_the_worlds_fault() {
    let done = pull_request("plan").arg("--format").arg("github").env("GITHUB_OUTPUT", "no/such/file").go();
    assert_eq!(done.code, 3);
    assert!(done.stderr.starts_with("error[unwritable-file]: cannot write no/such/file"), "{}", done.stderr);
}

#[test]
fn an_event_file_that_is_missing_is_told_with_its_variable() {
    let done = pull_request("facts").env("GITHUB_EVENT_PATH", "gone.json").go();
    assert_eq!(done.code, 3);
    insta::assert_snapshot!(done.stderr, @r"
    error[missing-payload]: GITHUB_EVENT_PATH names a file that is not there: gone.json
     |
     = help: inside a container mount the runner's files, or pass --payload FILE
    ");
}

#[test]
fn an_event_file_that_is_broken_is_told() {
    let done = pull_request("plan").file("event.json", "{\"pull_request\": ").go();
    assert_eq!((done.code, done.stdout.as_str()), (2, ""));
    assert!(done.stderr.starts_with("error["), "{}", done.stderr);
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_text_is_named() {
    use std::os::unix::ffi::OsStringExt;
    let broken = || std::ffi::OsString::from_vec(b"a\xff".to_vec());
    let done = pull_request("plan").env("GITHUB_REF", broken()).go();
    assert_eq!(done.code, 2);
    assert!(done.stderr.starts_with("error[invalid-utf8]: the environment variable GITHUB_REF is not UTF-8"));
    let done = pull_request("plan").env("SOMETHING_ELSE", broken()).go();
    assert_eq!(done.code, 0, "{}", done.stderr);
}

#[test]
fn a_time_before_1970_is_a_time() {
    let done = pull_request("facts").arg("--format").arg("json").go();
    assert!(done.stdout.contains("\"now\": 1714564800000"), "{}", done.stdout);
    let done = Run::new("facts").git(&["init", "-q"]).arg("--now").arg("-1").arg("--format").arg("json").go();
    assert!(done.stdout.contains("\"now\": -1000"), "{} {}", done.stdout, done.stderr);
}

#[test]
fn a_persons_own_checkout_is_known_by_git() {
    let run = Run::new("facts")
        .git(&["init", "-q", "-b", "topic"])
        .file("a", "1")
        .git(&["add", "a"])
        .git(&["commit", "-q", "-m", "First"])
        .git(&["tag", "v1.0.0"])
        .git(&["remote", "add", "origin", "https://token@github.com/acme/app.git"])
        .arg("--format")
        .arg("json");
    let done = run.go();
    assert_eq!(done.code, 0, "{}", done.stderr);
    let facts: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(facts["repository"]["path"], "acme/app");
    assert_eq!(facts["commit"]["subject"], "First");
    assert_eq!(facts["commit"]["timestamp"], 1_714_564_800_000_i64);
    assert_eq!(facts["dirty"], false);
    assert!(!done.stdout.contains("token"));
    let run = run.file("a", "2");
    let facts: serde_json::Value = serde_json::from_str(&run.go().stdout).unwrap();
    assert_eq!(facts["dirty"], true);
}

#[test]
fn a_checkout_before_its_first_commit_is_no_failure_of_the_program() {
    let done = Run::new("facts").git(&["init", "-q"]).go();
    assert!(matches!(done.code, 0 | 2), "{}", done.stderr);
}

#[test]
fn an_error_in_a_policy_shows_its_place() {
    let done = Run::new("lint").file("buildonce.yaml", "version: 1\ntag: x\nextends: build-once-test-many\n").go();
    assert_eq!((done.code, done.stderr.as_str()), (2, ""));
    assert!(done.stdout.contains("--> buildonce.yaml:2:1"), "{}", done.stdout);
    assert!(done.stdout.contains("2 | tag: x"), "{}", done.stdout);
    assert!(done.stdout.ends_with("buildonce.yaml: 1 error\n"), "{}", done.stdout);
}

#[test]
fn the_builder_gets_its_arguments_quoted_for_a_shell() {
    let policy = "version: 1\nimages: [ghcr.io/acme/app]\ntags: [{tag: 'x-{{sha}}'}]\n\
                  labels: {note: \"it's $5\"}\nbuild: {builder: [my-builder, '{{args}}', --last]}\n";
    let run = |format| pull_request("plan").file("buildonce.yaml", policy).arg("--format").arg(format).go();
    let (args, command) = (run("args"), run("command"));
    assert_eq!((args.code, command.code), (0, 0), "{}{}", args.stderr, command.stderr);
    assert!(args.stdout.starts_with("--tag=ghcr.io/acme/app:x-1111111 --platform=linux/amd64 "), "{}", args.stdout);
    assert!(args.stdout.contains(r"--label='note=it'\''s $5'"), "{}", args.stdout);
    assert_eq!(command.stdout, format!("my-builder {} --last\n", args.stdout.trim_end()));
}

#[test]
fn a_bake_file_has_the_target_to_inherit() {
    let done = pull_request("plan").arg("--format").arg("bake").arg("--output").arg("plan.json");
    assert_eq!(done.go().code, 0);
    let file: serde_json::Value = serde_json::from_str(&done.read("plan.json")).unwrap();
    assert_eq!(file["target"]["buildonce"]["tags"][0], "ghcr.io/acme/app:pr-12-1111111");
    assert_eq!(file["target"]["buildonce"]["labels"]["dev.buildonce.head-revision"], HEAD);
}

#[test]
fn a_detached_checkout_is_what_points_at_it() {
    let run = Run::new("facts")
        .git(&["init", "-q"])
        .git(&["commit", "-q", "--allow-empty", "-m", "Add the login page"])
        .git(&["update-ref", "refs/remotes/pull/12/merge", "HEAD"])
        .git(&["checkout", "-q", "--detach"])
        .arg("--format")
        .arg("json");
    let facts: serde_json::Value = serde_json::from_str(&run.go().stdout).unwrap();
    assert_eq!((&facts["event"], &facts["change"]["number"]), (&"pull-request".into(), &12.into()), "{facts:#}");
    let run = run.git(&["update-ref", "-d", "refs/remotes/pull/12/merge"]);
    let facts: serde_json::Value = serde_json::from_str(&run.go().stdout).unwrap();
    assert_eq!((&facts["event"], &facts["reference"]["name"]), (&"push".into(), &"main".into()), "{facts:#}");
    let run = run.git(&["tag", "v1.0.0"]);
    let facts: serde_json::Value = serde_json::from_str(&run.go().stdout).unwrap();
    assert_eq!((&facts["event"], &facts["reference"]["name"]), (&"tag".into(), &"v1.0.0".into()), "{facts:#}");
}

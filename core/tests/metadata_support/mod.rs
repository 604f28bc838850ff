//! Reads the vectors, and plays the host for them: variables, the forge, git.

use std::path::{Path, PathBuf};
use std::process::Command;

use buildonce_core::tagging::metadata::{
    ApiAnswer, ApiSubject, GitAnswer, MetadataContext, MetadataInputs, MetadataSwitches, next,
};
use serde_json::{Value as Json, json};

/// One vector.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) expect: Json,
    whole: Json,
    repository: Json,
}

/// A vector as the function under test takes it.
pub(crate) struct Prepared {
    pub(crate) inputs: MetadataInputs,
    pub(crate) context: MetadataContext,
}

fn vectors() -> PathBuf {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors");
    std::env::var_os("BUILDONCE_VECTORS").map_or_else(own, PathBuf::from)
}

fn read(name: &str) -> Json {
    let path = vectors().join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).expect("vectors are JSON")
}

/// All vectors.
pub(crate) fn cases() -> Vec<Case> {
    let default = read("metadata-repo.json");
    let Json::Array(list) = read("metadata.json") else { panic!("the vectors are a list") };
    let case = |whole: Json| {
        let mut repository = default.clone();
        for (key, value) in whole["repo"].as_object().into_iter().flatten() {
            repository[key] = value.clone();
        }
        Case {
            name: whole["name"].as_str().expect("a name").to_owned(),
            expect: whole["expect"].clone(),
            whole,
            repository,
        }
    };
    list.into_iter().map(case).collect()
}

impl Case {
    fn variable(&self, name: &str) -> Option<String> {
        let base = match name {
            "GITHUB_REPOSITORY" => Some("octocat/Hello-World"),
            _ => None,
        };
        match self.whole["env"].get(name) {
            Some(value) => value.as_str().map(str::to_owned),
            None => base.map(str::to_owned),
        }
    }

    /// What a host would hand in for this case.
    pub(crate) fn prepare(&self) -> Prepared {
        let input = |name: &str| self.whole["inputs"][name].as_str().unwrap_or_default().to_owned();
        let inputs = MetadataInputs {
            context: input("context"),
            images: input("images"),
            tags: input("tags"),
            flavor: input("flavor"),
            labels: input("labels"),
            annotations: input("annotations"),
            sep_tags: input("sep-tags"),
            sep_labels: input("sep-labels"),
            sep_annotations: input("sep-annotations"),
            bake_target: input("bake-target"),
            ..MetadataInputs::default()
        };
        let now = self.whole["now"].as_str().expect("every case has a time");
        let event = Some(&self.whole["event"]).filter(|event| !event.is_null());
        let mut context = MetadataContext {
            event_name: self.variable("GITHUB_EVENT_NAME"),
            reference: self.variable("GITHUB_REF"),
            sha: self.variable("GITHUB_SHA"),
            repository_name: self.variable("GITHUB_REPOSITORY"),
            payload: event.map(Json::to_string),
            now: now.parse::<jiff::Timestamp>().expect("a time").as_millisecond(),
            switches: MetadataSwitches {
                pr_head_sha: self.variable("DOCKER_METADATA_PR_HEAD_SHA"),
                short_sha_length: self.variable("DOCKER_METADATA_SHORT_SHA_LENGTH"),
                annotations_levels: self.variable("DOCKER_METADATA_ANNOTATIONS_LEVELS"),
                set_output_env: self.variable("DOCKER_METADATA_SET_OUTPUT_ENV"),
            },
            ..MetadataContext::default()
        };
        self.gather(&inputs, &mut context);
        Prepared { inputs, context }
    }

    /// Answers what the core asks for, until it asks for nothing more.
    fn gather(&self, inputs: &MetadataInputs, context: &mut MetadataContext) {
        let folder = self.whole["git"]["script"].as_str().map(|script| Checkout::new(&self.name, script));
        loop {
            let asked = next(inputs, context);
            if let Some(arguments) = asked.git {
                let folder = folder.as_ref().expect("only cases with a script ask for git");
                context.git.push(folder.git(arguments));
                continue;
            }
            if asked.api.is_empty() {
                return;
            }
            for request in asked.api {
                let (list, answer) = match request.subject {
                    ApiSubject::Commit => (&mut context.commit, self.commit_answer()),
                    ApiSubject::Repository => (&mut context.repository, self.repository_answer()),
                };
                list.push(answer);
            }
        }
    }

    fn answer(&self, status: &str, body: &Json) -> ApiAnswer {
        let status = self.whole["api"][status].as_u64().unwrap_or(200);
        let refusal =
            json!({ "message": self.whole["api"]["repoMessage"], "documentation_url": "https://docs.github.com/rest" });
        ApiAnswer {
            status: u32::try_from(status).ok(),
            body: if status == 200 { body } else { &refusal }.to_string(),
            retry_after: None,
        }
    }

    fn commit_answer(&self) -> ApiAnswer {
        let date = self.whole["api"].get("commitDate").cloned().unwrap_or_else(|| json!("2020-01-10T00:30:00Z"));
        self.answer("commitStatus", &json!({ "commit": { "committer": { "date": date } } }))
    }

    fn repository_answer(&self) -> ApiAnswer {
        self.answer("repoStatus", &self.repository)
    }
}

/// A repository in a folder of its own, gone when it is dropped.
struct Checkout(PathBuf);

impl Checkout {
    fn new(name: &str, script: &str) -> Self {
        let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let folder = std::env::temp_dir().join(format!("buildonce-metadata-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for the checkout");
        let checkout = Self(folder);
        let done = checkout.command("bash").args(["-c", script]).output().expect("bash runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        checkout
    }

    fn command(&self, program: &str) -> Command {
        let date = "2020-01-02T03:04:05+0000";
        let mut command = Command::new(program);
        command.current_dir(&self.0);
        for (name, value) in [
            ("GIT_AUTHOR_NAME", "a"),
            ("GIT_AUTHOR_EMAIL", "a@example.com"),
            ("GIT_AUTHOR_DATE", date),
            ("GIT_COMMITTER_NAME", "a"),
            ("GIT_COMMITTER_EMAIL", "a@example.com"),
            ("GIT_COMMITTER_DATE", date),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CEILING_DIRECTORIES", std::env::temp_dir().to_str().unwrap_or_default()),
            ("TZ", "UTC"),
            ("LC_ALL", "C"),
        ] {
            command.env(name, value);
        }
        command
    }

    fn git(&self, arguments: Vec<String>) -> GitAnswer {
        let output = self.command("git").args(&arguments).output().expect("git runs");
        GitAnswer {
            arguments,
            success: output.status.success(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

//! The way of one image in the demo: built in one job, found in others, promoted. A real builder, a real registry, and things that go wrong.

use std::fs;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use buildonce_e2e::{Fault, FaultProxy, Registry, Rule, Times};

use crate::e2e::packages;
use crate::shell::emphasis;

const RECEIPT: &str = "buildonce-receipt.json";

/// Builds the image of a pull request through a 503, finds it in other jobs by three ways, refuses a stale one, and promotes it.
pub(crate) fn show(program: &Path, scratch: &Path) -> Result<()> {
    packages::install()?;
    let mut registry = Registry::start();
    let fault = Rule::new("PUT", "/manifests/", Times::First(1), Fault::Status(503));
    let proxy = FaultProxy::start(registry.address(), vec![fault]);
    let image = proxy.image("acme/app");
    let change = Change::new(scratch.join("acme"), &image)?;

    title("job `build` of pull request 12: the registry fails once, the push is repeated, the build is not");
    let build = change.job("build", program)?;
    build.run(0, &["build"])?;

    title("job `test` got the receipt: it knows the digest, and proves the commit by the image's labels");
    let test = change.job("test", program)?;
    for file in [RECEIPT, "image.tar"] {
        fs::copy(build.folder.join(file), test.folder.join(file)).with_context(|| format!("there is no {file}"))?;
    }
    test.run(0, &["select", "--receipt", RECEIPT])?;

    title("job `scan` got no receipt: the producer's rules give it the same name, and the label proves the image");
    let scan = change.job("scan", program)?;
    scan.run(0, &["select", "--explain"])?;

    title(
        "the registry is down: the image is taken from the file, proven by the same label, and gets a name on this machine",
    );
    registry.stop();
    test.run(0, &["select", "--receipt", RECEIPT, "--explain", "--alias", "app:test"])?;
    registry.restart();

    title("the next commit of the pull request is not built yet: the old image under the moving tag is refused");
    let next = change.commit("hello, world\n")?.job("next", program)?;
    next.run(1, &["select", "--explain", "--fallback", "fail"])?;

    title("promote what was tested: the same digest, nothing is built");
    let tag = format!("{image}:pr-12");
    let before = inspected(&tag)?;
    println!("$ skopeo inspect docker://{tag}\n{before}\n");
    test.run(0, &["promote", "--receipt", RECEIPT, "--to", "main", "--to", "1.2"])?;
    let main = format!("{image}:main");
    let after = inspected(&main)?;
    println!("\n$ skopeo inspect docker://{main}\n{after}");
    ensure!(before == after, "the digest changed");
    Ok(())
}

fn title(text: &str) {
    println!("\n{}\n", emphasis(&format!("── {text}"), std::io::stdout().is_terminal()));
}

/// The digest under a name, as another program sees it.
fn inspected(reference: &str) -> Result<String> {
    let arguments = ["inspect", "--tls-verify=false", "--format", "{{.Digest}}", &format!("docker://{reference}")];
    let output = Command::new("skopeo").args(arguments).output().context("skopeo cannot be run")?;
    ensure!(output.status.success(), "skopeo failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// A pull request: a repository with a branch, and its merge with `main`, which GitHub has checked out in jobs.
struct Change {
    folder: PathBuf,
    head: String,
    merge: String,
}

impl Change {
    fn new(folder: PathBuf, image: &str) -> Result<Self> {
        fs::create_dir_all(&folder)?;
        let policy = format!(
            "version: 1\nimages: [\"{image}\"]\ntags: [\"pr-{{{{pr}}}}-{{{{sha}}}}\", \"pr-{{{{pr}}}}\"]\n\
             build: {{builder: buildah, archive: {{when: {{event: pull-request}}, path: image.tar}}}}\n\
             retry: {{push: {{attempts: 4, backoff: {{first: 500ms}}}}, inspect: {{attempts: 2, backoff: {{first: 100ms}}}}}}\n\
             select: {{on-unknown: fallback, fallback: [archive]}}\n"
        );
        fs::write(folder.join("buildonce.yaml"), policy)?;
        fs::write(folder.join("Dockerfile"), "FROM scratch\nCOPY hello.txt /hello.txt\n")?;
        fs::write(folder.join(".gitignore"), format!("{RECEIPT}\nimage.tar\nevent.json\n"))?;
        git(&folder, &["init", "--quiet", "--initial-branch", "main"])?;
        git(&folder, &["add", "--all"])?;
        git(&folder, &["commit", "--quiet", "--message", "Start"])?;
        git(&folder, &["switch", "--quiet", "--create", "feature/hello"])?;
        Self { folder, head: String::new(), merge: String::new() }.commit("hello\n")
    }

    /// Another commit on the branch.
    fn commit(self, text: &str) -> Result<Self> {
        let Self { folder, .. } = self;
        git(&folder, &["switch", "--quiet", "feature/hello"])?;
        fs::write(folder.join("hello.txt"), text)?;
        git(&folder, &["add", "--all"])?;
        git(&folder, &["commit", "--quiet", "--message", "Say hello"])?;
        let head = git(&folder, &["rev-parse", "HEAD"])?;
        git(&folder, &["switch", "--quiet", "--detach", "main"])?;
        git(&folder, &["merge", "--quiet", "--no-ff", "--message", "Merge feature/hello into main", "feature/hello"])?;
        let merge = git(&folder, &["rev-parse", "HEAD"])?;
        Ok(Self { folder, head, merge })
    }

    /// A job on a machine of its own.
    fn job(&self, name: &str, program: &Path) -> Result<Job> {
        let folder = self.folder.with_extension(name);
        let place = |path: &Path| path.display().to_string();
        let source = place(&self.folder);
        git(&self.folder, &["clone", "--quiet", "--no-checkout", "--no-local", &source, &place(&folder)])?;
        git(&folder, &["fetch", "--quiet", "origin", &self.merge])?;
        git(&folder, &["checkout", "--quiet", &self.merge])?;
        let event = format!(
            r#"{{"action": "synchronize", "number": 12, "pull_request": {{"number": 12, "title": "Say hello",
                "head": {{"ref": "feature/hello", "sha": "{}", "repo": {{"full_name": "acme/app"}}}},
                "base": {{"ref": "main", "repo": {{"full_name": "acme/app"}}}}}},
                "repository": {{"full_name": "acme/app", "default_branch": "main"}}}}"#,
            self.head
        );
        fs::write(folder.join("event.json"), event)?;
        let beside = |end: &str| folder.with_extension(end);
        fs::create_dir_all(beside("run"))?;
        let storage = format!(
            "[storage]\ndriver = \"vfs\"\ngraphroot = \"{}\"\nrunroot = \"{}\"\n",
            place(&beside("store")),
            place(&beside("run"))
        );
        fs::write(beside("conf"), storage)?;
        Ok(Job { program: program.to_owned(), folder, merge: self.merge.clone() })
    }
}

struct Job {
    program: PathBuf,
    folder: PathBuf,
    merge: String,
}

impl Job {
    /// Runs the program as a step of the job, and holds it to its exit code.
    fn run(&self, code: i32, arguments: &[&str]) -> Result<()> {
        println!("$ buildonce {}", arguments.join(" "));
        let mut command = Command::new(&self.program);
        command.args(arguments).current_dir(&self.folder).stdin(Stdio::null()).env_remove("GITLAB_CI");
        command.env("CONTAINERS_STORAGE_CONF", self.folder.with_extension("conf")).env("BUILDAH_ISOLATION", "chroot");
        command.env("XDG_RUNTIME_DIR", self.folder.with_extension("run"));
        for (name, value) in [
            ("CI", "true"),
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", "pull_request"),
            ("GITHUB_EVENT_PATH", "event.json"),
            ("GITHUB_SHA", &self.merge),
            ("GITHUB_REF", "refs/pull/12/merge"),
            ("GITHUB_HEAD_REF", "feature/hello"),
            ("GITHUB_BASE_REF", "main"),
            ("GITHUB_REPOSITORY", "acme/app"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_RUN_ID", "12345"),
            ("GITHUB_RUN_ATTEMPT", "1"),
        ] {
            command.env(name, value);
        }
        let status = command.status()?;
        ensure!(status.code() == Some(code), "it ended with {status}, and should have with {code}");
        Ok(())
    }
}

fn git(folder: &Path, arguments: &[&str]) -> Result<String> {
    let who = ["-c", "user.name=demo", "-c", "user.email=demo@example.com", "-c", "advice.detachedHead=false"];
    let mut command = Command::new("git");
    command.args(who).args(arguments).current_dir(folder).stdin(Stdio::null()).env("GIT_CONFIG_GLOBAL", "/dev/null");
    let output = command.output().context("git cannot be run")?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "git {} failed: {told}", arguments.join(" "));
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

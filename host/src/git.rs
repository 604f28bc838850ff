//! What the local checkout says. A plan also works without it, from the CI engine's variables.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{env, ffi};

use buildonce::types::{Diagnostic, GitFacts, Severity};

use crate::problem::finding;
use crate::program::{self, Finished, Started};

/// How long one question may take; a checkout on a slow network drive is the only reason to come near it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Questions on their way: they run while the engine is loaded.
pub(crate) struct Questions {
    top: PathBuf,
    status: Started,
    commit: Started,
    references: Started,
    remotes: Started,
    remote_head: Started,
}

/// The folder that holds `.git`, from the working directory upwards.
pub(crate) fn top_folder(from: &Path) -> Option<PathBuf> {
    from.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned)
}

/// Asks git. Without a checkout there is nothing to ask; a checkout without a git deserves a note.
pub(crate) fn ask(directory: &Path) -> (Option<Questions>, Option<Diagnostic>) {
    let top = top_folder(directory).or_else(|| env::var_os("GIT_DIR").map(|_| directory.to_owned()));
    let Some(top) = top else { return (None, None) };
    let git = program::find("git", env::var_os("PATH").as_deref());
    let questions = git.and_then(|git| start(&git, directory, top));
    let note = questions.is_none().then(|| {
        let mut note = finding(Severity::Note, "git-unavailable", "there is a git checkout here, but no git to ask");
        note.help = Some("install git, or pass what it would tell with --facts FILE".to_owned());
        note
    });
    (questions, note)
}

fn start(git: &Path, directory: &Path, top: PathBuf) -> Option<Questions> {
    let start = |arguments: &[&str]| program::start(command(git.as_ref(), directory).args(arguments));
    Some(Questions {
        // Files that git does not know are left aside, as in `git describe --dirty`: CI jobs leave many.
        status: start(&["status", "--porcelain=v2", "--branch", "--no-ahead-behind", "-z", "--untracked-files=no"])?,
        commit: start(&["log", "-1", "--no-show-signature", "--no-notes", "--format=%H%x00%ct%x00%s"])?,
        references: start(&["for-each-ref", "--points-at=HEAD", "--format=%(refname)"])?,
        remotes: start(&["config", "-z", "--get-regexp", r"^remote\..*\.url$"])?,
        remote_head: start(&["for-each-ref", "--format=%(refname)%00%(symref)", "refs/remotes/*/HEAD"])?,
        top,
    })
}

/// A git that only reads: no lock, no hook of the repository, no pager, no question to the user.
pub(crate) fn command(git: &ffi::OsStr, directory: &Path) -> Command {
    let mut command = Command::new(git);
    command
        .current_dir(directory)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("LC_ALL", "C")
        .arg("--no-pager");
    for setting in [
        "core.quotepath=off",
        "core.fsmonitor=false",
        "i18n.logOutputEncoding=UTF-8",
        "log.showSignature=false",
        "status.submoduleSummary=false",
    ] {
        command.args(["-c", setting]);
    }
    command
}

impl Questions {
    /// Collects the answers. What git refuses is absent; when that deserves a word, there is a note.
    pub(crate) fn answers(self) -> (Option<GitFacts>, Option<Diagnostic>) {
        let [status, commit, references, remotes, remote_head] =
            [self.status, self.commit, self.references, self.remotes, self.remote_head].map(|q| q.finish(PATIENCE));
        let Some(status) = status else {
            return (None, Some(finding(Severity::Note, "git-unavailable", "git did not answer in time")));
        };
        if !status.success {
            return (None, refusal(&status.stderr, &self.top));
        }
        let answers = Answers {
            status: status.stdout,
            commit: text(commit),
            references: text(references),
            remotes: text(remotes),
            remote_head: text(remote_head),
        };
        let directory = self.top.file_name().and_then(|name| name.to_str()).map(str::to_owned);
        (Some(answers.read(directory)), None)
    }
}

/// The answer of a question that went well.
fn text(answer: Option<Finished>) -> Vec<u8> {
    answer.filter(|a| a.success).map(|a| a.stdout).unwrap_or_default()
}

fn refusal(stderr: &str, top: &Path) -> Option<Diagnostic> {
    if stderr.contains("dubious ownership") {
        let message = format!("git does not trust {}: another user owns it", top.display());
        let mut note = finding(Severity::Note, "git-untrusted", message);
        note.help = Some(format!("git config --global --add safe.directory {}", top.display()));
        return Some(note);
    }
    // A bare or half-made repository, or a `.git` that is none, is like no repository.
    let first = stderr.lines().find(|line| !line.trim().is_empty())?;
    let message = first.trim_start_matches("fatal: ");
    (!message.contains("not a git repository") && !message.contains("must be run in a work tree"))
        .then(|| finding(Severity::Note, "git-unavailable", format!("git says: {message}")))
}

/// What git printed.
#[derive(Default)]
struct Answers {
    status: Vec<u8>,
    commit: Vec<u8>,
    references: Vec<u8>,
    remotes: Vec<u8>,
    remote_head: Vec<u8>,
}

impl Answers {
    fn read(&self, directory: Option<String>) -> GitFacts {
        let (branch, dirty) = self.branch_and_dirty();
        let mut commit = self.commit.split(|&b| b == 0);
        // Names that are not UTF-8 are left out rather than changed; a subject is only shown, so it may be repaired.
        let head = commit.next().and_then(utf8).map(str::trim).filter(|head| !head.is_empty()).map(str::to_owned);
        let seconds: Option<i64> = commit.next().and_then(utf8).and_then(|s| s.trim().parse().ok());
        let subject = commit.next().map(|s| String::from_utf8_lossy(s).trim_end().to_owned());
        let (remote, remote_url) = self.remote();
        let references = || lines(&self.references);
        GitFacts {
            head,
            tags: references().filter_map(|r| r.strip_prefix("refs/tags/")).map(str::to_owned).collect(),
            // On a branch they would say nothing that the branch does not.
            references: branch.is_none().then(|| references().map(str::to_owned).collect()),
            branch,
            remote_url,
            default_branch: remote.and_then(|name| self.default_branch(&name)),
            dirty,
            subject: subject.filter(|s| !s.is_empty()),
            timestamp: seconds.and_then(|s| s.checked_mul(1000)),
            directory,
        }
    }

    /// The status starts with headers; anything after them is a change.
    fn branch_and_dirty(&self) -> (Option<String>, bool) {
        let mut branch = None;
        let mut dirty = false;
        for record in self.status.split(|&b| b == 0).filter(|record| !record.is_empty()) {
            match utf8(record) {
                Some(header) if header.starts_with("# ") => {
                    if let Some(name) = header.strip_prefix("# branch.head ") {
                        branch = Some(name.to_owned()).filter(|name| name != "(detached)");
                    }
                }
                None if record.starts_with(b"# ") => {}
                _ => dirty = true,
            }
        }
        (branch, dirty)
    }

    /// The remote called `origin`, else the first, with its address without credentials.
    fn remote(&self) -> (Option<String>, Option<String>) {
        let all: Vec<(String, String)> = self
            .remotes
            .split(|&b| b == 0)
            .filter_map(utf8)
            .filter_map(|entry| entry.split_once('\n'))
            .filter_map(|(key, url)| Some((key.strip_prefix("remote.")?.strip_suffix(".url")?, url)))
            .map(|(name, url)| (name.to_owned(), without_secret(url)))
            .collect();
        let chosen = all.iter().find(|(name, _)| name == "origin").or_else(|| all.first()).cloned();
        chosen.map_or((None, None), |(name, url)| (Some(name), Some(url)))
    }

    fn default_branch(&self, remote: &str) -> Option<String> {
        let prefix = format!("refs/remotes/{remote}/");
        lines(&self.remote_head)
            .filter_map(|line| line.split_once('\0'))
            .find(|(name, _)| name.strip_prefix(&prefix) == Some("HEAD"))
            .and_then(|(_, target)| target.strip_prefix(&prefix))
            .map(str::to_owned)
    }
}

fn utf8(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &str> {
    bytes.split(|&b| b == b'\n').filter_map(utf8).filter(|line| !line.is_empty())
}

/// An address without the user name and password of `https://token@host/…`, or the password of `ssh://git:word@host/…`.
fn without_secret(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let Some((user, host)) = authority.rsplit_once('@') else { return url.to_owned() };
    match user.split(':').next() {
        Some(name) if scheme.contains("ssh") => format!("{scheme}://{name}@{host}{path}"),
        _ => format!("{scheme}://{host}{path}"),
    }
}

/// A path as git writes it where it is not printable ASCII: in double quotes, with the escapes of C.
pub(crate) fn unquoted(line: &str) -> Option<String> {
    let mut rest = line.strip_prefix('"')?.strip_suffix('"')?.bytes();
    let mut path = Vec::with_capacity(line.len());
    while let Some(byte) = rest.next() {
        path.push(match byte {
            b'"' => return None,
            b'\\' => match rest.next()? {
                b'a' => 0x07,
                b'b' => 0x08,
                b't' => b'\t',
                b'n' => b'\n',
                b'v' => 0x0b,
                b'f' => 0x0c,
                b'r' => b'\r',
                itself @ (b'"' | b'\\') => itself,
                first @ b'0'..=b'3' => {
                    let mut digit = || rest.next().filter(|b| matches!(b, b'0'..=b'7')).map(|b| b - b'0');
                    (first - b'0') << 6 | digit()? << 3 | digit()?
                }
                _ => return None,
            },
            _ => byte,
        });
    }
    String::from_utf8(path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_paths_are_read_as_git_writes_them() {
        for (line, path) in [
            (r#""src/\303\251.rs""#, Some("src/é.rs")),
            (r#""a\tb\"c\\d""#, Some("a\tb\"c\\d")),
            (r#""é""#, Some("é")),
            (r#""""#, Some("")),
            (r#"""#, None),
            (r#""a\""#, None),
            (r#""a"b""#, None),
            (r#""\38x""#, None),
            (r#""\303""#, None),
            (r#""\q""#, None),
            ("a", None),
        ] {
            assert_eq!(unquoted(line).as_deref(), path, "{line}");
        }
    }

    #[test]
    fn an_address_keeps_no_secret() {
        for (url, expected) in [
            ("https://x-access-token:ghs_abc@github.com/acme/app", "https://github.com/acme/app"),
            ("https://user:p@ss@host/a@b", "https://host/a@b"),
            ("ssh://git:word@host:22/a.git", "ssh://git@host:22/a.git"),
            ("git@github.com:acme/app.git", "git@github.com:acme/app.git"),
            ("https://github.com/acme/app", "https://github.com/acme/app"),
            ("/srv/git/app", "/srv/git/app"),
        ] {
            assert_eq!(without_secret(url), expected);
        }
    }

    #[test]
    fn answers_become_facts() {
        let facts = Answers {
            status: b"# branch.oid abc\0# branch.head feature/x\0".to_vec(),
            commit: b"1111111111111111111111111111111111111111\x001714564800\0Fix the caf\xc3\xa9 | now\n".to_vec(),
            references: b"refs/heads/main\nrefs/tags/v1.0.0\nrefs/tags/caf\xff\nrefs/tags/x/y\n".to_vec(),
            remotes: b"remote.fork.url\nhttps://h/fork\0remote.origin.url\nhttps://t@h/acme/app\0".to_vec(),
            remote_head:
                b"refs/remotes/fork/HEAD\0refs/remotes/fork/dev\nrefs/remotes/origin/HEAD\0refs/remotes/origin/main\n"
                    .to_vec(),
        }
        .read(Some("app".to_owned()));
        assert_eq!(facts.branch.as_deref(), Some("feature/x"));
        assert_eq!(facts.head.as_deref(), Some("1111111111111111111111111111111111111111"));
        assert_eq!((facts.tags.join(" ").as_str(), facts.references), ("v1.0.0 x/y", None));
        assert_eq!(facts.remote_url.as_deref(), Some("https://h/acme/app"));
        assert_eq!(facts.default_branch.as_deref(), Some("main"));
        assert_eq!((facts.subject.as_deref(), facts.timestamp), (Some("Fix the café | now"), Some(1_714_564_800_000)));
        assert!(!facts.dirty);
    }

    #[test]
    fn a_change_makes_it_dirty_and_a_detached_head_has_no_branch() {
        let status =
            b"# branch.oid abc\0# branch.head (detached)\x001 .M N... 100644 100644 100644 a b caf\xff\0".to_vec();
        let references = b"refs/heads/x\nrefs/remotes/origin/HEAD\n".to_vec();
        let facts = Answers { status, references, ..Answers::default() }.read(None);
        assert!(facts.dirty);
        assert_eq!((facts.branch, facts.head, facts.subject), (None, None, None));
        assert_eq!(facts.references.unwrap(), ["refs/heads/x", "refs/remotes/origin/HEAD"]);
    }

    #[test]
    fn only_a_refusal_that_helps_is_told() {
        let top = Path::new("/src");
        let note = refusal("fatal: detected dubious ownership in repository at '/src'\n", top).unwrap();
        assert_eq!(note.help.as_deref(), Some("git config --global --add safe.directory /src"));
        assert!(refusal("fatal: not a git repository: (null)\n", top).is_none());
        assert!(refusal("", top).is_none());
        assert_eq!(refusal("fatal: bad object HEAD\n", top).unwrap().message, "git says: bad object HEAD");
    }
}

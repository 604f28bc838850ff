//! `--alias`: the selected image under a name of this machine. The engine says which command comes next; this runs it and tells what came of it.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use buildonce::types::Severity;
use buildonce::types::alias::{
    AliasEvent, AliasImage, AliasRequest, AliasStep, AliasStepKind, AliasTask, AliasTaskKind, Store,
};
use buildonce::types::retry::{Outcome, Settings};
use buildonce::types::selection::Selected;
use buildonce::{EngineError, Policy, Session, record};
use clap::{Args, ValueEnum};
use tempfile::TempDir;

use crate::cli::attempt::{self, Runner};
use crate::cli::seconds;
use crate::cli::terminal::Terminal;
use crate::problem::{Problem, cause, finding};
use crate::process::Output;
use crate::registry::tries::{Tries, operation, retried, settings};
use crate::registry::{Failure, Registry};
use crate::render::{self, Sources};
use crate::{archive, outputs, program};

/// What stands for the path of a file of ours.
const ARCHIVE: &str = "{{archive}}";

/// How long a store may take to tell what a name has.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long a command has to end by itself once it was asked to.
const GRACE: Duration = Duration::from_secs(10);

/// A name for the image.
#[derive(Debug, Args)]
#[command(next_help_heading = "On this machine")]
pub(super) struct AliasOptions {
    /// Make exactly this image available here under a name with a tag, such as app:local: pulled by its digest, or loaded from the archive by its
    /// identifier. With one --platform that platform's image, else this machine's
    #[arg(long, value_name = "NAME:TAG", conflicts_with = "observations")]
    alias: Option<String>,
    /// Where; without it the store of the policy's builder, which for buildx is docker's
    #[arg(long, value_name = "STORE", requires = "alias")]
    into: Option<StoreWord>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum StoreWord {
    /// A Docker daemon
    Docker,
    /// podman
    Podman,
    /// buildah
    Buildah,
    /// A registry, for an image in a file; the name is a whole one
    Registry,
}

/// The name that an image has now.
pub(crate) struct Aliased {
    /// As it was asked for.
    pub(crate) name: String,
    /// The engine's last step.
    pub(crate) step: AliasStep,
}

impl Aliased {
    /// The word for the store.
    pub(crate) fn store(&self) -> String {
        record::word(&self.step.store)
    }

    /// For an answer in JSON.
    pub(super) fn json(&self) -> serde_json::Value {
        let (id, platform) = (&self.step.image_id, &self.step.platform);
        serde_json::json!({"name": self.name, "store": self.store(), "image_id": id, "platform": platform})
    }
}

/// How it ended.
pub(super) enum Given {
    /// The name has the image.
    Named(Box<Aliased>),
    /// Somebody asked to stop; what a shell would end with.
    Interrupted(u8),
}

impl AliasOptions {
    /// What is asked of the engine; nothing without `--alias`.
    pub(super) fn request(&self, platforms: &[String], plain: &[String]) -> Option<AliasRequest> {
        let into = |word| match word {
            StoreWord::Docker => Store::Docker,
            StoreWord::Podman => Store::Podman,
            StoreWord::Buildah => Store::Buildah,
            StoreWord::Registry => Store::Registry,
        };
        let platform = if let [one] = platforms { Some(one.clone()) } else { None };
        Some(AliasRequest {
            name: self.alias.clone()?,
            into: self.into.map(into),
            platform,
            machine: machine(),
            plain_http: plain.to_vec(),
            image: None,
        })
    }
}

/// The platform whose programs this machine runs. Containers of macOS and Windows machines are those of a Linux inside.
fn machine() -> String {
    let architecture = match env::consts::ARCH {
        "x86_64" => "amd64",
        "x86" => "386",
        "aarch64" => "arm64",
        "powerpc64" if cfg!(target_endian = "little") => "ppc64le",
        other => other,
    };
    format!("linux/{architecture}")
}

/// Asks for the next step.
pub(super) fn step(
    session: &mut Session,
    policy: Policy,
    request: &AliasRequest,
    events: &[AliasEvent],
    sources: &Sources,
) -> Result<AliasStep, Problem> {
    let step = session.alias(policy, request, events)?;
    step.map_err(|findings| Problem::refused(findings, sources.clone()))
}

/// Gives the image its name.
pub(super) struct Work<'a> {
    pub(super) session: &'a mut Session,
    pub(super) policy: Policy,
    pub(super) sources: &'a Sources,
    pub(super) terminal: Terminal,
    /// Registries that are spoken to without TLS.
    pub(super) plain_http: &'a [String],
}

impl Work<'_> {
    /// Until the name has the image, or cannot have it.
    pub(super) fn run(mut self, request: AliasRequest, selected: &Selected) -> Result<Given, Problem> {
        let archive = selected.archive.as_deref().map(|path| inside(Path::new(path))).transpose()?;
        let platforms = selected.platforms.clone();
        let image = Some(AliasImage { reference: selected.reference.clone(), platforms, archive });
        let request = AliasRequest { image, ..request };
        let folder = TempDir::with_prefix("buildonce-").map_err(|e| {
            Problem::world("no-temporary-folder", format!("cannot make a temporary folder: {}", cause(&e)))
        })?;
        let hands =
            Hands { runner: Runner::new(self.session, Output::Log, GRACE)?, place: folder.path().join("image.tar") };
        self.carry_out(hands, request)
    }

    fn carry_out(&mut self, mut hands: Hands, request: AliasRequest) -> Result<Given, Problem> {
        let mut events: Vec<AliasEvent> = Vec::new();
        loop {
            let step = step(self.session, self.policy, &request, &events, self.sources)?;
            match (step.kind, &step.task) {
                (AliasStepKind::Run, Some(task)) => match self.task(&mut hands, task)? {
                    Done::Event(event) => events.push(event),
                    Done::Interrupted(code) => return Ok(Given::Interrupted(code)),
                },
                (AliasStepKind::Done, _) => return Ok(Given::Named(Box::new(Aliased { name: request.name, step }))),
                _ => return Err(refused(&step)),
            }
        }
    }

    fn task(&mut self, hands: &mut Hands, task: &AliasTask) -> Result<Done, Problem> {
        let event = AliasEvent {
            task: task.id.clone(),
            succeeded: false,
            cause: String::new(),
            output: String::new(),
            archive: None,
        };
        match task.kind {
            AliasTaskKind::Run => self.attempts(hands, task, event),
            AliasTaskKind::Read => Ok(Done::Event(self.read(task, event)?)),
            AliasTaskKind::Inspect => {
                let mut done = self.attempts(hands, task, event)?;
                if let Done::Event(event) = &mut done
                    && event.succeeded
                {
                    event.archive = Some(inside(&hands.place)?);
                }
                Ok(done)
            }
            AliasTaskKind::Push => self.push(hands, task, event),
            AliasTaskKind::Extract => {
                let (Some(from), Some(config)) = (&task.archive, &task.config) else {
                    return Err(EngineError::Invalid("it asks for an image without saying which".to_owned()).into());
                };
                let done = archive::extract(Path::new(from), config, &task.names, &hands.place);
                let told = done.as_ref().err().map(ToString::to_string).unwrap_or_default();
                Ok(Done::Event(AliasEvent { succeeded: done.is_ok(), cause: told, ..event }))
            }
        }
    }

    /// What the retry policy says of a task.
    fn tries(&mut self, task: &AliasTask) -> Result<(Settings, Tries), Problem> {
        let of = operation(&record::word(&task.operation));
        let settings = settings(self.session, self.policy, &[of], self.sources)?;
        Ok((settings, Tries::new(&settings, task.registry.as_deref(), attempt::seed())))
    }

    /// Runs a command as often as the retry policy says.
    fn attempts(&mut self, hands: &mut Hands, task: &AliasTask, event: AliasEvent) -> Result<Done, Problem> {
        let words: Vec<OsString> = task.command.iter().map(|word| with_path(word, &hands.place)).collect();
        let (settings, mut tries) = self.tries(task)?;
        loop {
            self.say(&task.id, &outputs::words(&task.command));
            let made = hands.runner.run(self.session, &words, settings.limits.timeout_ms.map(Duration::from_millis))?;
            match made.outcome {
                Outcome::Cancelled => return Ok(Done::Interrupted(made.exit_code)),
                Outcome::Exited(0) => return Ok(Done::Event(AliasEvent { succeeded: true, ..event })),
                _ => {}
            }
            let again = tries.again(self.session, self.policy, made.outcome, &made.tail)?;
            let Some(pause) = again else {
                return Ok(Done::Event(AliasEvent { cause: made.failure.cause, ..event }));
            };
            self.say("another-try", &format!("{}; again in {}", made.failure.cause, seconds(pause)));
            if let Some(interrupt) = hands.runner.pause(attempt::milliseconds(pause))? {
                return Ok(Done::Interrupted(attempt::interrupted(interrupt)));
            }
        }
    }

    /// Sends the image to a registry, as often as the retry policy says.
    fn push(&mut self, hands: &Hands, task: &AliasTask, event: AliasEvent) -> Result<Done, Problem> {
        let parts = archive::parts(&hands.place).map_err(|fault| {
            Problem::world("unusable-archive", format!("the image that was taken out cannot be read: {fault}"))
        })?;
        let (_, tries) = self.tries(task)?;
        let registry = Registry::of_this_machine(self.plain_http.to_vec());
        let name = task.names.first().map(String::as_str).unwrap_or_default();
        let told = |failure: &Failure, pause: Duration| {
            let message = format!("{}; again in {}", failure.message, seconds(pause));
            self.terminal.note(&[finding(Severity::Note, "another-try", message)], &Sources::default());
        };
        Ok(Done::Event(match retried(self.session, self.policy, tries, told, || registry.push(name, &parts))? {
            Ok(output) => AliasEvent { succeeded: true, output, ..event },
            Err(failure) => {
                self.say("push-failed", &failure.message);
                let cause = self.session.classify(&failure.outcome(), failure.tail())?.cause;
                AliasEvent { cause, ..event }
            }
        }))
    }

    fn say(&self, code: &str, message: &str) {
        self.terminal.note(&[finding(Severity::Note, code, render::one_line(message))], &Sources::default());
    }

    /// Runs a command for what it says.
    fn read(&mut self, task: &AliasTask, event: AliasEvent) -> Result<AliasEvent, Problem> {
        let failed = |cause: &str| AliasEvent { cause: cause.to_owned(), ..event.clone() };
        let Some((name, words)) = task.command.split_first() else { return Ok(failed("spawn-failed")) };
        let Some(file) = program::find(name, env::var_os("PATH").as_deref()) else {
            return Ok(failed("command-missing"));
        };
        let started = program::start(Command::new(file).args(words));
        let Some(ended) = started.and_then(|own| own.finish(PATIENCE)) else { return Ok(failed("timeout")) };
        if !ended.success {
            return Ok(failed(&self.session.classify(&Outcome::Exited(1), &ended.stderr)?.cause));
        }
        Ok(AliasEvent { succeeded: true, output: String::from_utf8_lossy(&ended.stdout).into_owned(), ..event })
    }
}

/// What the work is done with.
struct Hands {
    runner: Runner,
    /// The file that `{{archive}}` stands for.
    place: PathBuf,
}

enum Done {
    Event(AliasEvent),
    Interrupted(u8),
}

fn with_path(word: &str, place: &Path) -> OsString {
    let mut parts = word.split(ARCHIVE);
    let mut out = OsString::from(parts.next().unwrap_or_default());
    for part in parts {
        out.push(place);
        out.push(part);
    }
    out
}

/// What an archive holds now.
fn inside(path: &Path) -> Result<buildonce::types::selection::ArchiveSeen, Problem> {
    let shown = path.display().to_string();
    archive::read(path, &shown).map_err(|fault| {
        Problem::world("unusable-archive", format!("the archive {shown}: {fault}"))
            .help("fetch it again from the producer's run, or see what saved it")
    })
}

/// The end without a name.
fn refused(step: &AliasStep) -> Problem {
    let Some(reason) = &step.reason else {
        return EngineError::Invalid("it neither goes on nor ends".to_owned()).into();
    };
    let help = match reason.code.as_str() {
        "tool-missing" => "install it, or name another store: --into docker, podman or buildah",
        "daemon-unreachable" => {
            "start the daemon, or say where it is with DOCKER_HOST; podman and buildah need none: --into podman"
        }
        "archive-unreadable" | "archive-changed" => "fetch it again from the producer's run, or see what saved it",
        "image-differs" => {
            "something else uses this name at the same time: give the image a name of its own, and run the same command again"
        }
        _ => "what the program said is above; run the same command again when that is repaired",
    };
    Problem::world(&reason.code, reason.message.clone()).help(help)
}

//! All tags of one image in its registry, asked for as often as the engine says.

use std::time::Duration;

use buildonce::types::Severity;
use buildonce::types::retry::Settings;
use buildonce::types::selection::TagInfo;
use buildonce::{Policy, Session};

use super::channel::Options;
use super::unanswered;
use crate::cli::attempt::seed;
use crate::cli::policy_file::{PolicyFile, policy};
use crate::cli::retry::seconds;
use crate::cli::terminal::Terminal;
use crate::cli::working_directory;
use crate::problem::{Exit, Problem, finding};
use crate::registry::tries::{Tries, operation, retried, settings};
use crate::registry::{Failure, Kind, Listing, Registry, sha256};
use crate::render::Sources;

/// An image and its registry.
pub(super) struct Shelf {
    /// Its full name.
    pub(super) image: String,
    registry: Registry,
    policy: Policy,
    settings: Settings,
    terminal: Terminal,
}

impl Shelf {
    /// Reads the image's name, and the policy for its limits.
    pub(super) fn open(
        image: &str,
        options: &Options,
        session: &mut Session,
        terminal: Terminal,
    ) -> Result<Self, Problem> {
        let reference =
            session.parse_reference(image)?.map_err(|findings| Problem::refused(findings, Sources::default()))?;
        if reference.tag.is_some() || reference.digest.is_some() || reference.registry.is_empty() {
            return Err(Problem::usage("not-an-image-name", format!("`{image}` names more than an image"))
                .help("give registry and repository alone, such as registry.example/acme/app"));
        }
        let file = PolicyFile::load(options.policy.policy.as_deref(), &working_directory()?)?;
        let policy = policy(session, file.as_ref())?;
        let sources = file.as_ref().map_or_else(Sources::default, PolicyFile::sources);
        let settings = settings(session, policy, &[operation("inspect")], &sources)?;
        Ok(Self {
            image: format!("{}/{}", reference.registry, reference.repository),
            registry: options.registry.registry(&settings),
            settings,
            policy,
            terminal,
        })
    }

    /// The whole list. A part of it would make an old tag the newest, so that is an error.
    pub(super) fn tags(&mut self, session: &mut Session) -> Result<Vec<TagInfo>, Problem> {
        let mut listing = Listing::new(&self.image);
        while listing.is_open() {
            let page = match self.call(session, || listing.ask(&self.registry))? {
                Err(failure) if failure.kind == Kind::Absent && listing.tags.is_empty() => {
                    self.terminal
                        .note(&[finding(Severity::Note, "image-missing", failure.message)], &Sources::default());
                    break;
                }
                page => page.map_err(|failure| problem(&failure))?,
            };
            listing.add(page).map_err(|failure| problem(&failure))?;
        }
        let info = |name: String| TagInfo { name, created: None, pushed: None, digest: None };
        Ok(listing.tags.into_iter().map(info).collect())
    }

    /// What a tag points at.
    pub(super) fn digest(&self, tag: &str, session: &mut Session) -> Result<String, Problem> {
        let document = self.call(session, || self.registry.manifest(&self.image, tag))?;
        document.map(|document| sha256(&document.bytes)).map_err(|failure| match failure.kind {
            Kind::Absent => {
                Problem::world("tag-gone", format!("the tag {tag} was listed, and is not there: {}", failure.message))
                    .help("ask again: somebody deletes tags")
            }
            _ => problem(&failure),
        })
    }

    fn call<T>(
        &self,
        session: &mut Session,
        call: impl FnMut() -> Result<T, Failure>,
    ) -> Result<Result<T, Failure>, Problem> {
        let tries = Tries::new(&self.settings, Some(&self.image), seed());
        let told = |failure: &Failure, pause: Duration| {
            let message = format!("{}; again in {}", failure.message, seconds(pause));
            self.terminal.note(&[finding(Severity::Note, "another-try", message)], &Sources::default());
        };
        Ok(retried(session, self.policy, tries, told, call)?)
    }
}

fn problem(failure: &Failure) -> Problem {
    Problem::Expected { exit: Exit::World, findings: vec![unanswered(failure)], sources: Sources::default() }
}

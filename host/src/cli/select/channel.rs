//! `buildonce select channel`.

use std::path::PathBuf;

use buildonce::types::selection::{ChannelPolicy, Choice, Mode, Order, Strategy, TagInfo, Unreadable};
use buildonce::{Session, record};
use clap::{Args, ValueEnum};

use super::super::options::{EngineOptions, PolicyOptions};
use super::super::plan::deliver;
use super::super::terminal::Terminal;
use super::super::{Exit, Problem};
use super::RegistryOptions;
use super::shelf::Shelf;
use crate::render::Sources;
use crate::{document, outputs, render, tags};

/// Shown below the options.
const EXAMPLES: &str = "Examples:
  buildonce select channel --image registry.example/acme/app --semver '1.x'
  buildonce select channel --image registry.example/acme/app --semver '1.x' --format reference
  buildonce select channel --tags-file tags.txt --semver '1.x'
  buildonce select channel --tags-file tags.txt --numerical --filter '^main-(\\d+)$' --extract '$1'
  git tag | buildonce select channel --tags-file - --semver '>=2.0.0-0' --format tag
  buildonce select channel --tags-file tags.json --created --deny 'pr-*'

Tags stand one on each line, or in JSON, also as a registry lists them:
  {\"tags\": [\"1.0.0\", {\"name\": \"1.1.0\", \"created\": \"2024-05-01T12:00:00Z\"}]}

The list of a registry is its names alone, so that --created and --pushed need a file.

Exit codes: 0 there is a tag; 1 no tag belongs to the channel; 2 an option is wrong; 3 the registry did not answer, or not with \
the whole list.";

/// The heading of what says where tags come from.
const WHERE: &str = "Where the tags are (a registry, or a file)";

/// Which tag of a moving line is the newest
///
/// A channel is a line of tags: the releases of 1.x, the builds of main, the nightly builds. It says what is newest, never what belongs to a
/// commit. The answer does not depend on the order of the list.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Options {
    /// Ask the registry for the tags of this image, and for the digest of the chosen one
    #[arg(
        long,
        value_name = "IMAGE",
        required_unless_present = "tags_file",
        conflicts_with_all = ["tags_file", "created", "pushed"],
        help_heading = WHERE
    )]
    image: Option<String>,
    #[command(flatten)]
    pub(super) registry: RegistryOptions,
    #[command(flatten)]
    pub(super) policy: PolicyOptions,
    /// The tags; `-` is standard input
    #[arg(long, value_name = "FILE", help_heading = WHERE)]
    tags_file: Option<PathBuf>,
    #[command(flatten)]
    by: By,
    #[command(flatten)]
    which: Which,
    /// Whose rules hold where programs differ
    #[arg(long, value_name = "WHOSE", default_value = "ours")]
    mode: ModeWord,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "text", help_heading = "Answer")]
    format: Format,
    /// Write the answer to this file instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Answer")]
    output: Option<PathBuf>,
}

/// What makes a tag the newest.
#[derive(Debug, Args)]
#[command(next_help_heading = "What is newest (one of these)")]
#[group(required = true, multiple = false)]
#[expect(clippy::struct_excessive_bools, reason = "options of which clap lets exactly one through")]
struct By {
    /// The greatest version that this constraint admits, such as 1.x, ^1.2, '>=1.2 <2' or '*'
    #[arg(long, value_name = "CONSTRAINT")]
    semver: Option<String>,
    /// The greatest number
    #[arg(long)]
    numerical: bool,
    /// The last one in alphabetical order
    #[arg(long)]
    alphabetical: bool,
    /// The newest image, by its own date; needs `created` in the list
    #[arg(long)]
    created: bool,
    /// The newest push; needs `pushed` in the list
    #[arg(long)]
    pushed: bool,
    /// This one tag, to follow its digest
    #[arg(long, value_name = "TAG")]
    digest: Option<String>,
}

/// Which tags are candidates.
#[derive(Debug, Args)]
#[command(next_help_heading = "Which tags count")]
struct Which {
    /// Numerical and alphabetical: the smallest one wins
    #[arg(long)]
    descending: bool,
    /// Only tags in which this regular expression is found
    #[arg(long, value_name = "REGEX", visible_alias = "pattern")]
    filter: Option<String>,
    /// Compare this instead of the whole tag: $1, $name or ${name} stand for groups of --filter
    #[arg(long, value_name = "TEMPLATE", requires = "filter")]
    extract: Option<String>,
    /// Only tags that match this glob, or `regexp:` and a regular expression; repeat it for more
    #[arg(long, value_name = "PATTERN")]
    allow: Vec<String>,
    /// No tag that matches this; repeat it for more
    #[arg(long, value_name = "PATTERN")]
    deny: Vec<String>,
    /// Refuse the list when a tag cannot be read, instead of passing it over
    #[arg(long)]
    strict: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ModeWord {
    /// A total order; a pattern that cannot be read is an error
    #[value(alias = "native")]
    Ours,
    /// As Flux's image policies answer
    Flux,
    /// As Argo CD Image Updater answers
    Argo,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// Only the tag
    Tag,
    /// Only the image by its digest, where that is known
    Reference,
    /// The whole answer as the engine gave it
    Json,
    /// Step outputs into `$GITHUB_OUTPUT`
    Github,
    /// GitLab's dotenv report
    Dotenv,
}

impl Options {
    fn channel(&self) -> ChannelPolicy {
        let By { semver, numerical, alphabetical, created, pushed, digest } = &self.by;
        let range = semver.as_ref().or(digest.as_ref()).cloned();
        let strategy = match (semver, digest) {
            (Some(_), _) => Strategy::Semver,
            (None, Some(_)) => Strategy::Digest,
            (None, None) if *numerical => Strategy::Numerical,
            (None, None) if *alphabetical => Strategy::Alphabetical,
            (None, None) if *created => Strategy::Created,
            (None, None) => {
                // The options' group lets no other case through.
                debug_assert!(*pushed, "clap demands one of them");
                Strategy::Pushed
            }
        };
        let Which { descending, filter, extract, allow, deny, strict } = &self.which;
        ChannelPolicy {
            mode: match self.mode {
                ModeWord::Ours => Mode::Native,
                ModeWord::Flux => Mode::Flux,
                ModeWord::Argo => Mode::Argo,
            },
            strategy,
            range,
            order: if *descending { Order::Descending } else { Order::Ascending },
            pattern: filter.clone(),
            extract: extract.clone(),
            allow: allow.clone(),
            deny: deny.clone(),
            unreadable: if *strict { Unreadable::Refuse } else { Unreadable::Skip },
        }
    }
}

/// Runs the command.
pub(super) fn run(options: &Options, engine: &EngineOptions, terminal: Terminal) -> Result<Exit, Problem> {
    let mut session = engine.session()?;
    let channel = options.channel();
    let mut source = match (&options.image, &options.tags_file) {
        (Some(image), _) => Source::Registry(Box::new(Shelf::open(image, options, &mut session, terminal)?)),
        (None, path) => Source::File(path.clone().unwrap_or_else(|| PathBuf::from("-"))),
    };
    let tags = source.tags(&mut session)?;
    let choice = session.channel(&channel, &tags)?;
    let mut choice = choice.map_err(|findings| Problem::refused(findings, Sources::default()))?;
    if let (Source::Registry(shelf), Some(tag)) = (&mut source, &mut choice.tag) {
        tag.digest = Some(shelf.digest(&tag.name, &mut session)?);
    }
    answer(options, &source, &choice, terminal)?;
    Ok(if choice.tag.is_some() { Exit::Done } else { Exit::Negative })
}

/// Where the tags come from.
enum Source {
    Registry(Box<Shelf>),
    File(PathBuf),
}

impl Source {
    fn tags(&mut self, session: &mut Session) -> Result<Vec<TagInfo>, Problem> {
        match self {
            Self::Registry(own) => own.tags(session),
            Self::File(path) => tags::parse(&document::read("the tags", path, document::TAGS)?, &document::name(path)),
        }
    }

    /// The image, as far as it is known.
    fn image(&self) -> Option<&str> {
        match self {
            Self::Registry(own) => Some(&own.image),
            Self::File(_) => None,
        }
    }
}

fn answer(options: &Options, source: &Source, choice: &Choice, terminal: Terminal) -> Result<(), Problem> {
    let output = options.output.as_deref();
    match options.format {
        Format::Text => deliver(&render::channel(choice, terminal.out), output, terminal),
        Format::Tag => {
            let name = choice.tag.as_ref().map(|tag| render::one_line(&tag.name) + "\n");
            deliver(&name.unwrap_or_default(), output, terminal)
        }
        Format::Reference => {
            let digest = choice.tag.as_ref().and_then(|tag| tag.digest.as_ref());
            let line =
                source.image().zip(digest).map(|(image, digest)| render::one_line(&format!("{image}@{digest}")) + "\n");
            deliver(&line.unwrap_or_default(), output, terminal)
        }
        Format::Json => deliver(&render::pretty(&record::to_json(choice).to_string()), output, terminal),
        Format::Github => {
            let values = outputs::channel(choice).with_json(&record::to_json(choice).to_string());
            super::github(&values, &render::channel(choice, terminal.out), output, terminal)
        }
        Format::Dotenv => deliver(&outputs::channel(choice).dotenv()?, output, terminal),
    }
}

//! `buildonce select channel`.

use std::path::PathBuf;

use buildonce::record;
use buildonce::types::selection::{ChannelPolicy, Choice, Mode, Order, Strategy, TagInfo, Unreadable};
use clap::{Args, ValueEnum};

use super::super::options::EngineOptions;
use super::super::plan::deliver;
use super::super::terminal::Terminal;
use super::super::{Exit, Problem};
use crate::render::Sources;
use crate::{document, outputs, render, tags};

/// Shown below the options.
const EXAMPLES: &str = "Examples:
  buildonce select channel --tags-file tags.txt --semver '1.x'
  buildonce select channel --tags-file tags.txt --numerical --filter '^main-(\\d+)$' --extract '$1'
  git tag | buildonce select channel --tags-file - --semver '>=2.0.0-0' --format tag
  buildonce select channel --tags-file tags.json --created --deny 'pr-*'

Tags stand one on each line, or in JSON, also as a registry lists them:
  {\"tags\": [\"1.0.0\", {\"name\": \"1.1.0\", \"created\": \"2024-05-01T12:00:00Z\"}]}

Exit codes: 0 there is a tag, 1 no tag belongs to the channel.";

/// Which tag of a moving line is the newest
///
/// A channel is a line of tags: the releases of 1.x, the builds of main, the nightly builds. It says what is newest, never what belongs to a
/// commit. The answer does not depend on the order of the list.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Options {
    /// The tags; `-` is standard input
    #[arg(long, value_name = "FILE")]
    tags_file: PathBuf,
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
    let text = document::read("the tags", &options.tags_file, document::TAGS)?;
    let tags: Vec<TagInfo> = tags::parse(&text, &document::name(&options.tags_file))?;
    let choice = engine.session()?.channel(&options.channel(), &tags)?;
    let choice = choice.map_err(|findings| Problem::refused(findings, Sources::default()))?;
    answer(options, &choice, terminal)?;
    Ok(if choice.tag.is_some() { Exit::Done } else { Exit::Negative })
}

fn answer(options: &Options, choice: &Choice, terminal: Terminal) -> Result<(), Problem> {
    let output = options.output.as_deref();
    match options.format {
        Format::Text => deliver(&render::channel(choice, terminal.out), output, terminal),
        Format::Tag => {
            let name = choice.tag.as_ref().map(|tag| render::one_line(&tag.name) + "\n");
            deliver(&name.unwrap_or_default(), output, terminal)
        }
        Format::Json => deliver(&render::pretty(&record::to_json(choice).to_string()), output, terminal),
        Format::Github => {
            let values = outputs::channel(choice).with_json(&record::to_json(choice).to_string());
            super::github(&values, &render::channel(choice, terminal.out), output, terminal)
        }
        Format::Dotenv => deliver(&outputs::channel(choice).dotenv()?, output, terminal),
    }
}

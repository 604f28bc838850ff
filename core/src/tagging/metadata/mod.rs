//! The language of docker/metadata-action: its inputs, its rules, its outputs, to the byte.
//!
//! The rules are those of version 6.2.0, with the quirks that workflows have come to rely on: two passes of CSV, a
//! template language with HTML escaping, JavaScript's regular expressions, numbers and order, moment's dates. The
//! action reads the world as it goes and may fail after it has written some of its outputs. Here the host finds out
//! what [`requests`] asks for, [`metadata`] decides everything at once, and the report holds both the outputs that
//! were written and the failure that came after them.
//!
//! The stages: lists ([`csv`]), run ([`context`], [`git_ref`]), lines ([`images`], [`tags`], [`flavor`]), values
//! ([`template`], [`moment`], [`regexp`]), answers ([`labels`], [`output`]).

mod collation;
mod context;
mod csv;
mod date_text;
mod flavor;
mod git_ref;
mod globals;
mod images;
mod labels;
mod limits;
mod model;
mod moment;
mod output;
mod regexp;
mod tags;
mod template;
mod v8sort;

pub use model::*;

use crate::version::ecmascript as js;
use context::Source;
use globals::Run;
use model::Step;

/// What the host should find out before it calls [`metadata`]: which calls to the forge, and which git command next.
///
/// An input that [`metadata`] refuses anyway asks for nothing.
pub fn requests(inputs: &MetadataInputs, context: &MetadataContext) -> MetadataRequests {
    let mut requests = MetadataRequests::default();
    let (Ok(source), Ok(payload), Ok(_)) =
        (Source::parse(&inputs.context), context::payload(context), Lists::parse(inputs))
    else {
        return requests;
    };
    match source {
        Source::Workflow => requests.commit = context::commit_request(context, &payload),
        Source::Git => match git_ref::resolve(&context.git) {
            Err(git_ref::Stop::Run(command)) => requests.git = Some(command),
            // The run ends here, so the forge is not asked.
            Err(git_ref::Stop::Failed(_)) => return requests,
            Ok(_) => {}
        },
    }
    requests.repository = context::repository_request(context, &payload);
    requests
}

/// Decides tags, labels, annotations and bake files.
///
/// ```
/// use buildonce_core::tagging::metadata::{self, MetadataContext, MetadataInputs, RepositoryAnswer, RepositoryFacts};
/// let inputs = MetadataInputs { images: "acme/app".into(), ..MetadataInputs::default() };
/// let context = MetadataContext {
///     event_name: Some("push".into()),
///     reference: Some("refs/heads/feature/x".into()),
///     repository: RepositoryAnswer::Known(RepositoryFacts::default()),
///     ..MetadataContext::default()
/// };
/// let report = metadata::metadata(&inputs, &context);
/// assert_eq!(report.failure, None);
/// assert_eq!(report.output("tags"), Some("acme/app:feature-x"));
/// ```
pub fn metadata(inputs: &MetadataInputs, context: &MetadataContext) -> MetadataReport {
    let mut report = MetadataReport::default();
    report.failure = decide(inputs, context, &mut report).err();
    report
}

/// The variable that an output is exported as, such as `DOCKER_METADATA_OUTPUT_BAKE_FILE_TAGS`.
pub fn output_variable(output: &str) -> String {
    let word = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_uppercase() } else { '_' };
    format!("DOCKER_METADATA_OUTPUT_{}", output.chars().map(word).collect::<String>())
}

impl MetadataReport {
    /// The value of an output, if it was written.
    pub fn output(&self, name: &str) -> Option<&str> {
        self.outputs.iter().find(|output| output.name == name).map(|output| output.value.as_str())
    }

    fn write(&mut self, name: &str, value: String) {
        self.outputs.push(MetadataOutput { name: name.to_owned(), value });
    }

    fn group(&mut self, title: &str, lines: Vec<String>) {
        self.log.push(LogGroup { title: title.to_owned(), lines });
    }
}

/// The lines of the inputs that are lists.
struct Lists {
    images: Vec<String>,
    tags: Vec<String>,
    flavor: Vec<String>,
    labels: Vec<String>,
    annotations: Vec<String>,
}

impl Lists {
    fn parse(inputs: &MetadataInputs) -> Step<Self> {
        Ok(Self {
            images: csv::lines(&inputs.images)?,
            tags: csv::lines(&inputs.tags)?,
            flavor: csv::lines(&inputs.flavor)?,
            labels: csv::lines(&inputs.labels)?,
            annotations: csv::lines(&inputs.annotations)?,
        })
    }
}

/// The way of the action, in its order: what fails first is what it fails with.
fn decide(inputs: &MetadataInputs, context: &MetadataContext, report: &mut MetadataReport) -> Step<()> {
    let payload = context::payload(context)?;
    let lists = Lists::parse(inputs)?;
    if !moment::in_range(context.now) {
        return Err(MetadataFailure::new(MetadataFailureCode::InvalidContext, "the time is outside of all calendars"));
    }
    let head = context::head(Source::parse(&inputs.context)?, context, &payload)?;
    let repository = context::repository(context, &payload)?;
    report.export_variables = export_variables(context)?;
    let run = Run {
        event_name: context.event_name.as_deref(),
        reference: head.reference,
        sha: head.sha,
        payload: &payload,
        repository: &repository,
        now: context.now,
        commit_date: head.commit_date,
        local: moment::Place::local(context.local_zone.as_deref()),
        switches: &context.switches,
    };
    report.group("Context info", context_lines(&run));
    let images = images::parse(&lists.images)?;
    report.log.push(images::log(&images));
    let rules = tags::parse(&lists.tags)?;
    report.log.push(rules.log());
    let flavor = flavor::parse(&lists.flavor)?;
    report.log.push(flavor::log(&flavor));
    let version = rules.version(&run, &flavor, &mut report.warnings)?;
    answer(inputs, &lists, &Decided { run, images, flavor, version }, report)
}

/// What is known when the first output is written.
struct Decided<'a> {
    run: Run<'a>,
    images: Vec<images::Image>,
    flavor: flavor::Flavor,
    version: tags::Version,
}

/// Writes the outputs. Labels and annotations are rendered only now, so they may fail after the tags were written.
fn answer(inputs: &MetadataInputs, lists: &Lists, decided: &Decided<'_>, report: &mut MetadataReport) -> Step<()> {
    let Decided { run, images, flavor, version } = decided;
    match &version.main {
        Some(main) => report.group("Docker image version", vec![main.clone()]),
        None => no(report, "Docker image version"),
    }
    report.write("version", version.main.clone().unwrap_or_default());

    let images = output::image_names(images);
    let names = output::tag_names(version, flavor);
    let tags = output::tags(&images, &names)?;
    if tags.is_empty() {
        no(report, "Docker tag");
    } else {
        report.group("Docker tags", tags.clone());
    }
    let separator = separator(&inputs.sep_tags);
    report.write("tags", tags.join(separator));
    report.write("tag-names", names.join(separator));

    let labels = labels::pairs(run, version, &lists.labels)?;
    let lines = labels::lines(&labels);
    report.group("Docker labels", lines.clone());
    report.write("labels", lines.join(self::separator(&inputs.sep_labels)));

    let switch = run.switches.annotations_levels.as_deref();
    let levels = switch.filter(|levels| !levels.is_empty()).unwrap_or("manifest");
    let pairs = labels::pairs(run, version, &lists.annotations)?;
    let lines = labels::lines(&pairs);
    let annotations = labels::at_levels(levels, &lines)?;
    report.group("Annotations", annotations.clone());
    report.write("annotations", annotations.join(self::separator(&inputs.sep_annotations)));

    let labels = output::label_object(&labels);
    let document =
        serde_json::json!({ "tags": tags, "tag-names": names, "labels": labels, "annotations": annotations });
    report.group("JSON output", format!("{document:#}").lines().map(str::to_owned).collect());
    report.write("json", document.to_string());

    let target = Some(js::trim(&inputs.bake_target)).filter(|target| !target.is_empty());
    // The levels reach the bake file in a list of their own that ends at a colon.
    let bake_levels = levels.split(':').next().unwrap_or_default();
    let bake = output::Bake {
        target: target.unwrap_or("docker-metadata-action"),
        images: &images,
        version,
        tags: &tags,
        labels: &labels,
        annotations: &labels::at_levels(bake_levels, &lines)?,
    };
    report.bake_files = bake.files();
    Ok(())
}

fn no(report: &mut MetadataReport, what: &str) {
    report.warnings.push(format!("No {what} has been generated. Check tags input."));
}

/// A separator is taken as it is; only an empty one stands for a line feed.
fn separator(input: &str) -> &str {
    if input.is_empty() { "\n" } else { input }
}

fn context_lines(run: &Run<'_>) -> Vec<String> {
    let text = |value: Option<&str>| value.unwrap_or("undefined").to_owned();
    let date = moment::format(run.commit_date, &moment::Place::utc(), "").unwrap_or_default();
    vec![
        format!("eventName: {}", text(run.event_name)),
        format!("sha: {}", text(run.sha())),
        format!("ref: {}", text(run.reference.as_deref())),
        format!("commitDate: {date}"),
    ]
}

/// Whether the outputs are exported as variables, in the words of Go's `ParseBool`.
fn export_variables(context: &MetadataContext) -> Step<bool> {
    match context.switches.set_output_env.as_deref().unwrap_or_default() {
        "" | "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        other => {
            Err(MetadataFailure::new(MetadataFailureCode::InvalidVariable, format!("parseBool syntax error: {other}")))
        }
    }
}

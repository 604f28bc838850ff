//! The language of docker/metadata-action: its inputs, its rules, its outputs, to the byte.
//!
//! The rules are those of version 6.2.0, with the quirks that workflows have come to rely on: two passes of CSV, a
//! template language with HTML escaping, JavaScript's regular expressions, numbers and order, moment's dates. The
//! action reads the world as it goes and may fail after it has written some of its outputs. Here the host finds out
//! what [`next`] asks for, [`metadata`] decides everything at once, and the report holds both the outputs that
//! were written and the failure that came after them.
//!
//! The stages: lists ([`csv`]), run ([`context`], [`git_ref`]), lines ([`images`], [`tags`], [`flavor`]), values
//! ([`template`], [`moment`], [`regexp`]), answers ([`labels`], [`output`]).

mod answer;
mod api;
mod collation;
mod context;
mod csv;
mod date_text;
mod findings;
mod flavor;
mod from_facts;
mod git_ref;
mod globals;
mod images;
mod labels;
mod limits;
pub(super) mod lines;
mod model;
mod moment;
mod output;
mod regexp;
mod report;
mod tags;
mod template;
mod v8sort;
mod workflow;

pub use from_facts::from_facts;
pub use model::*;
pub use workflow::{Converted, convert_workflow};

use crate::version::ecmascript as js;
use api::Api;
use context::Source;
use globals::Run;
use model::Step;

/// What the host should find out before it calls [`metadata`]: which calls to the forge, and which git command next.
///
/// An input that [`metadata`] refuses anyway asks for nothing.
pub fn next(inputs: &MetadataInputs, context: &MetadataContext) -> MetadataRequests {
    let mut requests = MetadataRequests::default();
    let (Ok(source), Ok(api), Ok(_), Ok(payload), Ok(_)) = (
        Source::parse(&inputs.context),
        Api::parse(inputs),
        strictness(inputs),
        context::payload(context),
        Lists::parse(inputs),
    ) else {
        return requests;
    };
    if source == Source::Git {
        match git_ref::resolve(&context.git) {
            Err(git_ref::Stop::Run(command)) => {
                requests.git = Some(command);
                return requests;
            }
            // The run ends here, so the forge is not asked.
            Err(git_ref::Stop::Failed(_)) => return requests,
            Ok(_) => {}
        }
    }
    requests.api = api::requests(source, api, context, &payload);
    requests
}

/// Decides tags, labels, annotations and bake files.
///
/// ```
/// use buildonce_core::tagging::metadata::{self, MetadataContext, MetadataInputs};
/// let inputs = MetadataInputs { images: "acme/app".into(), api: "none".into(), ..MetadataInputs::default() };
/// let context = MetadataContext {
///     event_name: Some("push".into()),
///     reference: Some("refs/heads/feature/x".into()),
///     repository_name: Some("acme/app".into()),
///     ..MetadataContext::default()
/// };
/// let report = metadata::metadata(&inputs, &context);
/// assert_eq!(report.failure, None);
/// assert_eq!(report.output("tags"), Some("acme/app:feature-x"));
/// ```
pub fn metadata(inputs: &MetadataInputs, context: &MetadataContext) -> MetadataReport {
    let mut report = MetadataReport::default();
    report.failure = decide(inputs, context, &mut report).err();
    if report::exports(context) == Ok(true) {
        report.export();
    }
    report
}

/// Whether findings are errors.
fn strictness(inputs: &MetadataInputs) -> Step<bool> {
    match inputs.strict.as_str() {
        "" | "false" => Ok(false),
        "true" => Ok(true),
        other => Err(MetadataFailure::new(
            MetadataFailureCode::InvalidInput,
            format!("Invalid value for strict: {other}, it is true or false"),
        )),
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
    let (api, strict) = (Api::parse(inputs)?, strictness(inputs)?);
    let payload = context::payload(context)?;
    let lists = Lists::parse(inputs)?;
    if !moment::in_range(context.now) {
        return Err(MetadataFailure::new(MetadataFailureCode::InvalidContext, "the time is outside of all calendars"));
    }
    let head = context::head(Source::parse(&inputs.context)?, context, &payload)?;
    let repository = api::repository(api, context, &payload)?;
    report::exports(context)?;
    let local = moment::Place::local(context.local_zone.as_deref());
    let run = Run::new(context, head, &payload, &repository, local);
    report.group("Context info", report::context_lines(&run));
    let images = images::parse(&lists.images)?;
    report.log.push(images::log(&images));
    let rules = tags::parse(&lists.tags)?;
    report.log.push(rules.log());
    let flavor = flavor::parse(&lists.flavor)?;
    report.log.push(flavor::log(&flavor));
    let version = rules.version(&run, &flavor, &mut report.warnings);
    let answered = version.and_then(|version| {
        answer::answer(inputs, &lists, &answer::Decided { run: &run, images, flavor, version }, report)
    });
    report.findings = run.notes.take();
    answered?;
    if strict { report.refuse_findings() } else { Ok(()) }
}

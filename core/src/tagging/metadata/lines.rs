//! Single lines of the `tags` input, for policies that hold such lines among their own rules.

use super::context::Source;
use super::flavor::{self, Flavor};
use super::globals::Run;
use super::model::{MetadataContext, Step};
use super::tags::{Line, Tag};
use super::{api, context, from_facts, moment, output, tags};
use crate::Diagnostic;
use crate::facts::Facts;

/// What one line came to.
#[derive(Debug)]
pub(in crate::tagging) enum LineTag {
    /// This tag.
    Made {
        name: String,
        /// Whether no other commit gets the same tag.
        fixed: bool,
    },
    /// No tag for this run, with the reason.
    Nothing(String),
    /// The line cannot be read or rendered.
    Refused(String),
}

/// What all lines came to.
#[derive(Debug, Default)]
pub(in crate::tagging) struct Lines {
    /// One for each line, in their order.
    pub(in crate::tagging) tags: Vec<LineTag>,
    /// The lines by their priorities: positions in `tags`.
    pub(in crate::tagging) order: Vec<usize>,
    /// The tag `latest` with its affixes, and the line that it goes with.
    pub(in crate::tagging) latest: Option<(usize, String)>,
    /// What a person should know, and the line that it is about.
    pub(in crate::tagging) findings: Vec<(usize, Diagnostic)>,
}

/// The run that lines are applied to.
#[derive(Debug, Clone, Copy)]
pub(in crate::tagging) struct LineRun<'a> {
    pub(in crate::tagging) facts: &'a Facts,
    /// The commit that names hold instead of the run's own.
    pub(in crate::tagging) commit: Option<&'a str>,
    /// Characters of `{{sha}}` and `type=sha`.
    pub(in crate::tagging) sha_length: usize,
}

/// Applies lines to a run. Fails when the flavor cannot be read.
pub(in crate::tagging) fn apply(lines: &[&str], flavor: &[&str], about: LineRun<'_>) -> Step<Lines> {
    let flavor: Vec<String> = flavor.iter().map(|line| (*line).to_owned()).collect();
    let flavor = flavor::parse(&flavor)?;
    let mut context = from_facts(about.facts);
    context.switches.short_sha_length = Some(about.sha_length.to_string());
    if let Some(commit) = about.commit {
        context.sha = Some(commit.to_owned());
    }
    let mut out = Lines::default();
    let mut parsed = Vec::new();
    for (position, line) in lines.iter().enumerate() {
        match Line::parse(line) {
            Ok(line) => {
                parsed.push((position, line));
                out.tags.push(LineTag::Nothing(String::new()));
            }
            Err(failure) => out.tags.push(LineTag::Refused(failure.message)),
        }
    }
    tags::sort(&mut parsed);
    let other = MetadataContext { sha: context.sha.as_deref().map(another), ..context.clone() };
    let mut first = None;
    with_run(&context, |run| {
        with_run(&other, |elsewhere| {
            for (position, line) in &parsed {
                let (tag, latest) = one(line, &flavor, run, elsewhere);
                if matches!(tag, LineTag::Made { .. }) && first.is_none() {
                    first = Some((*position, flavor.latest.decide(latest)));
                }
                out.findings.extend(run.notes.take().into_iter().map(|finding| (*position, finding)));
                out.order.push(*position);
                if let Some(slot) = out.tags.get_mut(*position) {
                    *slot = tag;
                }
            }
            Ok(())
        })
    })?;
    out.latest = first.filter(|(_, latest)| *latest).map(|(position, _)| (position, output::latest(&flavor)));
    Ok(out)
}

/// The tag of one line, and whether its kind stands for the latest image.
fn one(line: &Line, flavor: &Flavor, run: &Run<'_>, elsewhere: &Run<'_>) -> (LineTag, bool) {
    let mut warnings = Vec::new();
    match line.tag(run, flavor, &mut warnings) {
        Ok(Some(Tag { name, latest })) => {
            // A tag that another commit would get another name for holds the commit.
            let same = line.tag(elsewhere, flavor, &mut Vec::new());
            let holds_commit = !matches!(&same, Ok(Some(other)) if other.name == name);
            elsewhere.notes.take();
            (LineTag::Made { fixed: holds_commit || line.is_whole_version(), name }, latest)
        }
        Ok(None) => (LineTag::Nothing(warnings.join(" ")), false),
        Err(failure) => (LineTag::Refused(failure.message), false),
    }
}

/// A commit that has no digit in common with the given one.
fn another(sha: &str) -> String {
    let digit = |c: char| c.to_digit(16).and_then(|digit| char::from_digit((digit + 1) % 16, 16)).unwrap_or(c);
    sha.chars().map(digit).collect()
}

fn with_run<T>(context: &MetadataContext, with: impl FnOnce(&Run<'_>) -> Step<T>) -> Step<T> {
    let payload = context::payload(context)?;
    let head = context::head(Source::Workflow, context, &payload)?;
    let repository = api::repository(api::Api::Nobody, context, &payload)?;
    with(&Run::new(context, head, &payload, &repository, moment::Place::utc()))
}

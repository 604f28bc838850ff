//! A plan, the most important first.

use buildonce::types::{
    ArchiveFormat, ArchiveMethod, ArchivePlan, Entry, Facts, ImagePlan, PlannedImage, PlannedTag, Reason, RuleOutcome,
    RuleTrace,
};

use super::diagnostics::{Sources, diagnostics};
use super::facts::{commit_line, list, run_line};
use super::printable::one_line;
use super::style::Style;
use super::table::{Cell, lines, table};

/// How much to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// What happens and why.
    Short,
    /// Also what does not happen and why not, with the codes of reasons.
    Full,
}

/// A plan with what belongs beside it.
pub(crate) struct PlanView<'a> {
    /// The plan.
    pub(crate) plan: &'a ImagePlan,
    /// What it was made for.
    pub(crate) facts: &'a Facts,
    /// The policy's file; `None` for the standard policy.
    pub(crate) policy: Option<&'a str>,
    /// How the rules came to their outcomes; empty where nobody asked.
    pub(crate) traces: &'a [RuleTrace],
    /// Documents that warnings point into.
    pub(crate) sources: &'a Sources,
}

/// The plan as text.
pub(crate) fn plan(view: &PlanView<'_>, detail: Detail, style: Style) -> String {
    let page = Page { style, detail };
    let plan = view.plan;
    let mut out = page.head(view);
    if plan.decision.build {
        out.push_str(&page.tags(&plan.tags));
        out.push_str(&page.images(&plan.images));
        out.push_str(&page.delivery(plan));
        out.push_str(&page.entries("Labels", &plan.labels));
        if detail == Detail::Full {
            out.push_str(&page.entries("Annotations", &plan.annotations));
        }
        out.push_str(&page.entries("Build arguments", &plan.build_args));
    }
    out.push_str(&page.lookup(plan));
    out.push_str(&page.concurrency(plan));
    out.push_str(&page.rules(&plan.rules, view.traces));
    if !plan.warnings.is_empty() {
        out.push('\n');
        out.push_str(&diagnostics(&plan.warnings, view.sources, style));
    }
    out
}

struct Page {
    style: Style,
    detail: Detail,
}

impl Page {
    fn head(&self, view: &PlanView<'_>) -> String {
        let (plan, style) = (view.plan, self.style);
        let decision = match (plan.decision.build, plan.decision.force_refresh) {
            (true, false) => style.good("build"),
            (true, true) => style.good("build, without cache"),
            (false, _) => style.caution("nothing to build"),
        };
        let mut rows = vec![self.fact("Run", run_line(view.facts))];
        rows.extend(commit_line(view.facts).map(|line| self.fact("Commit", line)));
        rows.push(self.fact(
            "Policy",
            match view.policy {
                Some(name) => one_line(name),
                None => "the standard one (there is no buildonce.yaml, .yml, .toml or .json here)".to_owned(),
            },
        ));
        rows.push(self.fact("Decision", self.because(decision, &plan.decision.reasons)));
        if let Some(primary) = &plan.primary {
            rows.push(self.fact("Image", style.strong(style.name(one_line(primary)))));
        }
        lines("", &rows)
    }

    fn fact(&self, name: &str, value: String) -> Vec<Cell> {
        vec![Cell::styled(name, |t| self.style.faint(t)), Cell::plain(value)]
    }

    /// The decisive reason; all of them, with their codes, when everything is shown.
    fn because(&self, what: String, reasons: &[Reason]) -> String {
        let text = self.reasons(reasons);
        if text.is_empty() { what } else { format!("{what}: {text}") }
    }

    fn reasons(&self, reasons: &[Reason]) -> String {
        let shown = if self.detail == Detail::Full { reasons.len() } else { 1 };
        let texts: Vec<_> = reasons.iter().take(shown).map(|reason| self.reason(reason)).collect();
        texts.join("; ")
    }

    fn reason(&self, reason: &Reason) -> String {
        let message = one_line(&reason.message);
        if self.detail == Detail::Full {
            format!("{message} {}", self.style.faint(format!("[{}]", one_line(&reason.code))))
        } else {
            message
        }
    }

    fn section(&self, title: &str, rows: &[Vec<Cell>]) -> String {
        if rows.is_empty() { String::new() } else { format!("\n{}\n{}", self.style.heading(title), table(rows)) }
    }

    fn tags(&self, tags: &[PlannedTag]) -> String {
        let kind = |tag: &PlannedTag| match (tag.primary, tag.mutable) {
            (true, false) => self.style.good("primary"),
            (true, true) => self.style.caution("primary, may move"),
            (false, true) => "may move".to_owned(),
            (false, false) => String::new(),
        };
        let rows: Vec<_> = tags
            .iter()
            .map(|tag| {
                let word = match (tag.primary, tag.mutable) {
                    (true, false) => "primary",
                    (true, true) => "primary, may move",
                    (false, true) => "may move",
                    (false, false) => "",
                };
                vec![
                    Cell::styled(&one_line(&tag.name), |t| self.style.name(t)),
                    Cell::styled(word, |_| kind(tag)),
                    Cell::styled(&one_line(&tag.rule), |t| self.style.faint(t)),
                ]
            })
            .collect();
        self.section("Tags", &rows)
    }

    fn images(&self, images: &[PlannedImage]) -> String {
        let rows: Vec<_> = images
            .iter()
            .map(|image| {
                let use_ = match (image.active, image.push) {
                    (true, true) => Cell::styled("push", |t| self.style.good(t)),
                    (true, false) => Cell::styled("no push", |t| self.style.caution(t)),
                    (false, _) => Cell::styled("not used", |t| self.style.faint(t)),
                };
                vec![Cell::plain(one_line(&image.name)), use_, Cell::plain(self.reasons(&image.reasons))]
            })
            .collect();
        self.section("Image names", &rows)
    }

    fn delivery(&self, plan: &ImagePlan) -> String {
        let delivery = &plan.delivery;
        let mut rows = vec![
            self.fact("platforms", list(&delivery.platforms)),
            self.fact("builder", one_line(&plan.builder.join(" "))),
            self.fact("push", yes_no(delivery.push).to_owned()),
            self.fact("load", yes_no(delivery.load).to_owned()),
        ];
        rows.extend(delivery.archive.as_ref().map(|archive| self.fact("archive", archive_line(archive))));
        // Each of these reasons is about another part, so that none decides alone.
        for (index, reason) in delivery.reasons.iter().enumerate() {
            rows.push(self.fact(if index == 0 { "why" } else { "" }, self.reason(reason)));
        }
        self.section("Delivery", &rows)
    }

    fn entries(&self, title: &str, entries: &[Entry]) -> String {
        let rows: Vec<_> =
            entries.iter().map(|entry| self.fact(&one_line(&entry.key), one_line(&entry.value))).collect();
        self.section(title, &rows)
    }

    fn lookup(&self, plan: &ImagePlan) -> String {
        let lookup = &plan.lookup;
        let mut rows: Vec<_> = lookup.references.iter().map(|r| self.fact("name", one_line(r))).collect();
        for (index, accepted) in lookup.accepted.iter().enumerate() {
            let word = if index == 0 { "proof" } else { "or" };
            rows.push(self.fact(word, one_line(&format!("{} = {}", accepted.label, accepted.revision))));
        }
        if !lookup.platforms.is_empty() {
            rows.push(self.fact("platforms", list(&lookup.platforms)));
        }
        self.section("What a later job looks for", &rows)
    }

    fn concurrency(&self, plan: &ImagePlan) -> String {
        if self.detail == Detail::Short && !plan.decision.build {
            return String::new();
        }
        let advice = &plan.concurrency;
        let cancel = if advice.cancel_in_progress { "cancels the older run" } else { "waits for the older run" };
        self.section(
            "Concurrency (advice for the CI engine)",
            &[
                self.fact("group", one_line(&advice.group)),
                self.fact("a newer run", self.because(cancel.to_owned(), std::slice::from_ref(&advice.reason))),
            ],
        )
    }

    fn rules(&self, rules: &[RuleOutcome], traces: &[RuleTrace]) -> String {
        let shown: Vec<_> = rules.iter().filter(|rule| rule.fired || self.detail == Detail::Full).collect();
        let mut rows = Vec::new();
        for rule in &shown {
            let fired = if rule.fired {
                Cell::styled("fired", |t| self.style.good(t))
            } else {
                Cell::styled("did not fire", |t| self.style.faint(t))
            };
            rows.push(vec![Cell::plain(one_line(&rule.rule)), fired, Cell::plain(self.reason(&rule.reason))]);
            if let Some(trace) = traces.iter().find(|trace| trace.outcome.rule == rule.rule) {
                rows.extend(trace_lines(trace).map(|line| vec![Cell::default(), Cell::default(), Cell::plain(line)]));
            }
        }
        let mut out = self.section("Tag rules", &rows);
        let hidden = rules.len() - shown.len();
        if hidden > 0 {
            let title =
                if shown.is_empty() { format!("\n{}\n", self.style.heading("Tag rules")) } else { String::new() };
            let noun = if hidden == 1 { "rule" } else { "rules" };
            put!(out, "{title}  {}\n", self.style.faint(format!("{hidden} {noun} did not fire; --verbose tells why")));
        }
        out
    }
}

/// What the reason does not say: of a rule that did not fire the conditions that were met, of one that did its values.
fn trace_lines(trace: &RuleTrace) -> impl Iterator<Item = String> {
    let met = trace.conditions.iter().filter(|condition| condition.met && !trace.outcome.fired);
    let met = met.map(|c| format!("{} is {}", c.name, c.actual.as_deref().unwrap_or("not told")));
    let values =
        trace.values.iter().filter(|_| trace.outcome.fired).map(|v| format!("{{{{{}}}}} is {}", v.key, v.value));
    met.chain(values).map(|line| one_line(&line))
}

fn archive_line(archive: &ArchivePlan) -> String {
    let format = match archive.format {
        ArchiveFormat::DockerArchive => "Docker archive",
        ArchiveFormat::OciArchive => "OCI archive",
    };
    let method = match archive.method {
        ArchiveMethod::BuilderExport => "written by the builder",
        ArchiveMethod::SaveAfterLoad => "saved after loading",
        ArchiveMethod::SaveAfterPull => "saved after pulling",
    };
    one_line(&format!("{} ({format}, {method}), holds {}", archive.path, archive.reference))
}

fn yes_no(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}

#[cfg(test)]
mod tests {
    use super::super::{sample_facts, sample_plan, sample_skip, sample_traces};
    use super::*;

    fn shown(plan_value: &ImagePlan, policy: Option<&str>, detail: Detail) -> String {
        let sources = Sources::of("buildonce.yaml", "tags: []\n");
        let traces = if detail == Detail::Full { sample_traces() } else { Vec::new() };
        let view = PlanView { plan: plan_value, facts: &sample_facts(), policy, traces: &traces, sources: &sources };
        plan(&view, detail, Style::PLAIN)
    }

    #[test]
    fn a_plan_tells_the_most_important_first() {
        insta::assert_snapshot!(shown(&sample_plan(), Some("buildonce.yaml"), Detail::Short), @r"
        Run       pull request #12 (feature/x → main) in acme/app, github-actions
        Commit    222222222222, the merge of 111111111111 “Add a thing”
        Policy    buildonce.yaml
        Decision  build, without cache: the Dockerfile changed
        Image     ghcr.io/acme/app:pr-12-1111111

        Tags
          pr-12-1111111  primary   tags[0]
          pr-12          may move  tags[1]

        Image names
          ghcr.io/acme/app    push      the run can log in to ghcr.io
          docker.io/acme/app  not used  the policy uses it for push and tag only

        Delivery
          platforms  linux/amd64
          builder    buildx
          push       yes
          load       no
          archive    image.tar (Docker archive, written by the builder), holds ghcr.io/acme/app:pr-12-1111111
          why        pull requests build one platform

        Labels
          org.opencontainers.image.revision     2222222222222222222222222222222222222222
          org.opencontainers.image.description  one two=2

        Build arguments
          VERSION  pr-12-1111111

        What a later job looks for
          name       ghcr.io/acme/app:pr-12-1111111
          proof      org.opencontainers.image.revision = 2222222222222222222222222222222222222222
          platforms  linux/amd64

        Concurrency (advice for the CI engine)
          group        acme/app-pr-12
          a newer run  cancels the older run: only the newest commit of a pull request matters

        Tag rules
          tags[0]  fired  event is pull-request
          1 rule did not fire; --verbose tells why

        warning[mutable-tag]: `pr-12` moves, 100%
         --> buildonce.yaml:1:1
          |
        1 | tags: []
          | ^^^^
          |
          = help: leave it out
        ");
    }

    #[test]
    fn a_plan_in_full_tells_why_not() {
        insta::assert_snapshot!(shown(&sample_plan(), None, Detail::Full), @r"
        Run       pull request #12 (feature/x → main) in acme/app, github-actions
        Commit    222222222222, the merge of 111111111111 “Add a thing”
        Policy    the standard one (there is no buildonce.yaml, .yml, .toml or .json here)
        Decision  build, without cache: the Dockerfile changed [dockerfile-changed]; nothing asks to skip [default]
        Image     ghcr.io/acme/app:pr-12-1111111

        Tags
          pr-12-1111111  primary   tags[0]
          pr-12          may move  tags[1]

        Image names
          ghcr.io/acme/app    push      the run can log in to ghcr.io [can-push]
          docker.io/acme/app  not used  the policy uses it for push and tag only [event-not-listed]

        Delivery
          platforms  linux/amd64
          builder    buildx
          push       yes
          load       no
          archive    image.tar (Docker archive, written by the builder), holds ghcr.io/acme/app:pr-12-1111111
          why        pull requests build one platform [one-platform]

        Labels
          org.opencontainers.image.revision     2222222222222222222222222222222222222222
          org.opencontainers.image.description  one two=2

        Annotations
          org.opencontainers.image.version  pr-12-1111111

        Build arguments
          VERSION  pr-12-1111111

        What a later job looks for
          name       ghcr.io/acme/app:pr-12-1111111
          proof      org.opencontainers.image.revision = 2222222222222222222222222222222222222222
          platforms  linux/amd64

        Concurrency (advice for the CI engine)
          group        acme/app-pr-12
          a newer run  cancels the older run: only the newest commit of a pull request matters [newer-wins]

        Tag rules
          tags[0]  fired         event is pull-request [fired]
                                 {{pr}} is 12
                                 {{sha}} is 1111111
          tags[2]  did not fire  `event` asks for push, but the run has pull-request [condition-unmet]

        warning[mutable-tag]: `pr-12` moves, 100%
         --> buildonce.yaml:1:1
          |
        1 | tags: []
          | ^^^^
          |
          = help: leave it out
        ");
    }

    #[test]
    fn a_plan_that_builds_nothing_is_short() {
        insta::assert_snapshot!(shown(&sample_skip(), None, Detail::Short), @r"
        Run       pull request #12 (feature/x → main) in acme/app, github-actions
        Commit    222222222222, the merge of 111111111111 “Add a thing”
        Policy    the standard one (there is no buildonce.yaml, .yml, .toml or .json here)
        Decision  nothing to build: runs of renovate[bot] build nothing
        ");
    }
}

//! A policy that makes the tags which a docker/metadata-action step of a workflow makes.
//!
//! The step's lines are taken as they are. What a runner fills in before the action sees it (`${{ … }}`) is known here only as
//! far as a policy has a word for it ([`expression`]); anything else is left out and told.

mod convert;
mod expression;

use std::rc::Rc;

use crate::diagnostic::Diagnostics;
use crate::policy::document::{self, Content, Language, Node};
use crate::text::shown;
use crate::version::ecmascript::number_text;
use crate::{Diagnostic, Span};

/// What the steps are called that are read.
const ACTION: &str = "docker/metadata-action";

/// A policy made of a workflow.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Converted {
    /// The policy, in YAML.
    pub policy: String,
    /// What could not be taken over, each at its place in the workflow.
    pub notes: Vec<Diagnostic>,
}

/// One step that uses the action.
struct Step<'a> {
    job: &'a str,
    id: Option<&'a str>,
    node: &'a Node,
    /// The `env` of workflow, job and step, the innermost last.
    env: [Option<&'a Node>; 3],
}

impl Step<'_> {
    fn name(&self) -> String {
        self.id.map_or_else(
            || format!("a step of the job `{}`", self.job),
            |id| format!("the step `{id}` of the job `{}`", self.job),
        )
    }
}

/// Makes a policy of the docker/metadata-action step of a workflow: the one with the identifier `step`, else the only one.
///
/// Errors: the document is no YAML, or has no such step, or has several and none is named.
pub fn convert_workflow(source: &str, name: &str, step: Option<&str>) -> Result<Converted, Diagnostics> {
    let in_file = |error: Diagnostic| error.in_file(name);
    let root = document::read(source, Language::Yaml)
        .map_err(|errors| errors.into_iter().map(in_file).collect::<Diagnostics>())?;
    let steps = steps(&root);
    let chosen = choose(&steps, step).map_err(|error| vec![in_file(*error)])?;
    Ok(convert::policy(chosen, name))
}

fn choose<'s, 'a>(steps: &'s [Step<'a>], wanted: Option<&str>) -> Result<&'s Step<'a>, Box<Diagnostic>> {
    let found: Vec<&Step<'_>> = steps.iter().filter(|step| wanted.is_none() || step.id == wanted).collect();
    match (found.as_slice(), wanted) {
        ([one], _) => Ok(one),
        ([], None) => {
            let error = Diagnostic::error("no-metadata-step", format!("no step of this workflow uses {ACTION}"));
            Err(Box::new(error.help("name a workflow that has one")))
        }
        ([], Some(id)) => {
            let error = Diagnostic::error("no-metadata-step", format!("no {ACTION} step has the id `{}`", shown(id)));
            Err(Box::new(error.help(format!("the steps are {}", names(steps)))))
        }
        ([first, ..], _) => {
            let message = format!("{} steps of this workflow use {ACTION}", found.len());
            let help = format!("choose one with --step: {}", names(steps));
            let error =
                Diagnostic { span: Some(first.node.span), ..Diagnostic::error("several-metadata-steps", message) };
            Err(Box::new(error.help(help)))
        }
    }
}

fn names(steps: &[Step<'_>]) -> String {
    steps.iter().map(Step::name).collect::<Vec<_>>().join(", ")
}

/// Every step of every job that uses the action.
fn steps(root: &Node) -> Vec<Step<'_>> {
    let mut found = Vec::new();
    for (job, node) in pairs(get(root, "jobs")) {
        for step in items(get(node, "steps")) {
            let uses = get(step, "uses").and_then(text).unwrap_or_default();
            if uses.split('@').next() == Some(ACTION) {
                let env = [get(root, "env"), get(node, "env"), get(step, "env")];
                found.push(Step { job, id: get(step, "id").and_then(text), node: step, env });
            }
        }
    }
    found
}

fn pairs(node: Option<&Node>) -> impl Iterator<Item = (&str, &Node)> {
    let list: &[document::Pair] = match node.map(|node| &node.content) {
        Some(Content::Map(pairs)) => pairs,
        _ => &[],
    };
    list.iter().map(|pair| (&*pair.key.name, &pair.value))
}

fn items(node: Option<&Node>) -> &[Node] {
    match node.map(|node| &node.content) {
        Some(Content::List(items)) => items,
        _ => &[],
    }
}

fn get<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    pairs(Some(node)).find(|(name, _)| *name == key).map(|(_, value)| value)
}

fn text(node: &Node) -> Option<&str> {
    match &node.content {
        Content::Text(text) => Some(text),
        _ => None,
    }
}

/// A value as the runner hands it to an action.
fn input(node: &Node) -> Rc<str> {
    match &node.content {
        Content::Text(text) => Rc::clone(text),
        Content::Bool(value) => Rc::from(value.to_string()),
        Content::Int(value) => Rc::from(value.to_string()),
        Content::Float(value) => Rc::from(number_text(*value)),
        Content::Null | Content::List(_) | Content::Map(_) => Rc::from(""),
    }
}

/// A remark at a place of the workflow.
fn remark(name: &str, span: Span, message: String, help: &str) -> Diagnostic {
    Diagnostic::warning("not-converted", message).at(name, span).help(help)
}

#[cfg(test)]
mod tests;

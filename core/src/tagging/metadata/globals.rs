//! What the rules and the templates of a run know: branch, tag, commit, dates.

use serde_json::Value as Json;

use super::api::RepositoryFacts;
use super::context::Head;
use super::findings::Notes;
use super::js;
use super::model::{MetadataContext, MetadataFailure, MetadataFailureCode, MetadataSwitches, Step};
use super::moment::{self, Place};
use super::template::{self, Argument, Function, Functions, Value};

/// The run, as the rules see it.
pub(super) struct Run<'a> {
    pub(super) event_name: Option<&'a str>,
    pub(super) reference: Option<String>,
    pub(super) sha: Option<String>,
    pub(super) payload: &'a Json,
    pub(super) repository: &'a RepositoryFacts,
    /// Milliseconds since the Unix epoch.
    pub(super) now: i64,
    /// The same for the commit; absent when its date is none.
    pub(super) commit_date: Option<i64>,
    pub(super) local: Place,
    pub(super) switches: &'a MetadataSwitches,
    pub(super) notes: Notes,
}

impl<'a> Run<'a> {
    /// What is known of a run before its tags are read.
    pub(super) fn new(
        context: &'a MetadataContext,
        head: Head,
        payload: &'a Json,
        repository: &'a RepositoryFacts,
        local: Place,
    ) -> Self {
        Self {
            event_name: context.event_name.as_deref(),
            reference: head.reference,
            sha: head.sha,
            payload,
            repository,
            now: context.now,
            commit_date: head.commit_date,
            local,
            switches: &context.switches,
            notes: Notes::default(),
        }
    }
}

/// The names that a template may use, in the order in which `each` lists them. A template can write a function out
/// (`{{lookup this 'branch'}}`), so the source texts of the published action are part of the language; where they hold
/// names that only the minifier knows, the body is left empty.
const GLOBALS: [Function; 8] = [
    Function {
        name: "branch",
        arity: 0,
        source: r#"function(){return/^refs\/heads\//.test(r.ref)?r.ref.replace(/^refs\/heads\//g,""):""}"#,
    },
    Function {
        name: "tag",
        arity: 0,
        source: r#"function(){return/^refs\/tags\//.test(r.ref)?r.ref.replace(/^refs\/tags\//g,""):""}"#,
    },
    Function { name: "sha", arity: 0, source: EMPTY },
    Function { name: "base_ref", arity: 0, source: EMPTY },
    Function { name: "commit_date", arity: 2, source: EMPTY },
    Function { name: "is_default_branch", arity: 0, source: EMPTY },
    Function { name: "is_not_default_branch", arity: 0, source: EMPTY },
    Function { name: "date", arity: 2, source: EMPTY },
];

/// The source text of a function whose body is not known.
const EMPTY: &str = "function(){}";

/// The names that the pattern of a schedule may use.
const DATES: [&str; 2] = ["date", "commit_date"];

fn context(functions: impl Iterator<Item = Function>) -> Value {
    Value::object(functions.map(|f| (f.name, Value::Function(f))).collect(), "[object Object]")
}

fn crash(message: &str) -> MetadataFailure {
    MetadataFailure::new(MetadataFailureCode::InvalidContext, message)
}

impl Run<'_> {
    /// Renders a template with all names.
    pub(super) fn render(&self, template: &str) -> Step<String> {
        template::render(template, &context(GLOBALS.into_iter()), self)
    }

    /// Renders a template that knows dates only.
    pub(super) fn render_dates(&self, template: &str) -> Step<String> {
        let dates = DATES.iter().filter_map(|name| GLOBALS.into_iter().find(|global| global.name == *name));
        template::render(template, &context(dates), self)
    }

    fn after(&self, prefix: &str) -> Option<&str> {
        self.reference.as_deref().and_then(|reference| reference.strip_prefix(prefix))
    }

    /// The branch, when the run is about one.
    pub(super) fn branch(&self) -> Option<&str> {
        self.after("refs/heads/")
    }

    /// The tag, when the run is about one.
    pub(super) fn tag(&self) -> Option<&str> {
        self.after("refs/tags/")
    }

    /// The number of the pull request, and the kind of its reference.
    pub(super) fn pull(&self) -> Option<&str> {
        self.after("refs/pull/")
    }

    /// The commit.
    pub(super) fn sha(&self) -> Option<&str> {
        self.sha.as_deref()
    }

    /// Whether the event's name holds this word.
    pub(super) fn event_has(&self, word: &str) -> bool {
        self.event_name.is_some_and(|name| name.contains(word))
    }

    /// The first characters of the commit: 7, or as many as the switch says.
    pub(super) fn short_sha(&self) -> Step<String> {
        let set = self.switches.short_sha_length.as_deref().filter(|text| !text.is_empty());
        let length = set.map_or(7.0, js::to_number);
        if length.is_nan() {
            return Err(MetadataFailure::new(
                MetadataFailureCode::InvalidVariable,
                format!("DOCKER_METADATA_SHORT_SHA_LENGTH is not a valid number: {}", set.unwrap_or_default()),
            ));
        }
        let sha = self.sha().ok_or_else(|| crash("Cannot read properties of undefined (reading 'length')"))?;
        // The first unit at or after the length is the first one that is not taken.
        let taken = (0..js::length(sha)).take_while(|at| below(*at, length)).count();
        Ok(js::prefix(sha, taken))
    }

    /// The branch that a tag or a pull request belongs to.
    fn base_ref(&self) -> Step<Value> {
        let known = |value: Option<&Json>| value.filter(|value| !value.is_null()).cloned();
        if self.tag().is_some()
            && let Some(base) = known(self.payload.get("base_ref"))
        {
            let base = base.as_str().ok_or_else(|| crash("payload.base_ref.replace is not a function"))?;
            return Ok(Value::text(base.strip_prefix("refs/heads/").unwrap_or(base)));
        }
        if self.pull().is_some()
            && let Some(base) = known(self.payload.pointer("/pull_request/base/ref"))
        {
            return Ok(json_value(&base));
        }
        Ok(Value::text(""))
    }

    fn is_default_branch(&self) -> Step<bool> {
        let reference = self.reference.as_deref();
        let reference = reference.ok_or_else(|| crash("Cannot read properties of undefined (reading 'replace')"))?;
        let branch = reference.strip_prefix("refs/heads/").unwrap_or(reference);
        if branch.is_empty() {
            return Ok(false);
        }
        let default = self.payload.pointer("/repository/default_branch").and_then(Json::as_str);
        // These events always run for the last commit of the default branch.
        let events = ["create", "discussion", "issues", "schedule"];
        Ok(default == Some(branch) || events.iter().any(|event| self.event_has(event)))
    }

    fn date(&self, time: Option<i64>, arguments: &[Argument]) -> Step<Value> {
        let (format, options) = match arguments {
            [Argument::Value(format), Argument::Options(options)] => (format, options),
            [_, Argument::Value(value), ..] if value.truthy() => {
                return Err(template_failure("Cannot convert undefined or null to object"));
            }
            _ => return Err(template_failure("Cannot read properties of undefined (reading 'hash')")),
        };
        let mut zone = Value::text("UTC");
        for (key, value) in options {
            if key != "tz" {
                return Err(template_failure(&format!("Unknown {key} attribute")));
            }
            zone = value.clone();
        }
        let place = match &zone {
            Value::Text(name) if !name.is_empty() => {
                // An unknown zone leaves the time where it is: in the zone of the host.
                Place::named(name).unwrap_or_else(|| self.local.clone())
            }
            zone if zone.truthy() => return Err(template_failure("Time zone name must be a string")),
            _ => return Err(template_failure("Cannot read properties of undefined (reading 'format')")),
        };
        let format = match format {
            Value::Text(format) => format.as_ref(),
            format if format.truthy() => return Err(template_failure("format.replace is not a function")),
            _ => "",
        };
        super::limits::check("a date format", format.len(), super::limits::FORMAT_BYTES)?;
        let text = moment::format(time, &place, format);
        text.map(|text| Value::text(&text)).ok_or_else(|| template_failure("a date format without any token"))
    }
}

fn template_failure(message: &str) -> MetadataFailure {
    MetadataFailure::new(MetadataFailureCode::Template, message)
}

/// Whether a position lies before a length that need not be whole.
fn below(at: usize, length: f64) -> bool {
    u32::try_from(at).is_ok_and(|at| f64::from(at) < length.trunc())
}

impl Functions for Run<'_> {
    fn call(&self, function: Function, arguments: &[Argument]) -> Step<Value> {
        let flag = |value: bool| Value::text(if value { "true" } else { "false" });
        Ok(match function.name {
            "branch" => Value::text(self.branch().unwrap_or_default()),
            "tag" => Value::text(self.tag().unwrap_or_default()),
            "sha" => Value::text(&self.short_sha()?),
            "base_ref" => self.base_ref()?,
            "is_default_branch" => flag(self.is_default_branch()?),
            "is_not_default_branch" => flag(!self.is_default_branch()?),
            "date" => self.date(Some(self.now), arguments)?,
            "commit_date" => self.date(self.commit_date, arguments)?,
            _ => Value::Undefined,
        })
    }

    fn notes(&self) -> Option<&Notes> {
        Some(&self.notes)
    }
}

/// For templates whose context holds no function.
pub(super) struct NoFunctions<'a>(pub(super) &'a Notes);

impl Functions for NoFunctions<'_> {
    fn call(&self, _: Function, _: &[Argument]) -> Step<Value> {
        Ok(Value::Undefined)
    }

    fn notes(&self) -> Option<&Notes> {
        Some(self.0)
    }
}

/// A scalar of a payload as a value; lists and objects do not occur where this is used.
fn json_value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Boolean(*value),
        Json::Number(number) => Value::Number(number.as_f64().unwrap_or(f64::NAN)),
        Json::String(text) => Value::text(text),
        Json::Array(_) | Json::Object(_) => Value::text("[object Object]"),
    }
}

//! Everything that the engine gets to know about a run.

use std::path::Path;
use std::{env, fs};

use buildonce::types::{Builder, Diagnostic, Facts, HostFacts, RegistryTags};
use buildonce::{RunFacts, Session, record};
use serde_json::{Value, json};

use super::options::FactsOptions;
use crate::problem::Problem;
use crate::render::Sources;
use crate::{builder, clock, credentials, document, environment, git, tags};

/// The variable that holds a builder, for jobs that call the program more than once.
const BUILDER: &str = "BUILDONCE_BUILDER";

/// What was observed, before the engine looks at it.
#[derive(Debug)]
pub(crate) struct Inputs {
    source: Source,
    host: HostFacts,
    /// What a person should know about how it was observed.
    pub(crate) notes: Vec<Diagnostic>,
}

#[derive(Debug)]
enum Source {
    /// The CI engine's variables and payload.
    Surroundings { env: Vec<(String, String)>, payload: Option<String> },
    /// A document with everything in it.
    Document {
        name: String,
        text: String,
        /// What `--now` says; a document may have a time of its own.
        now: Option<i64>,
    },
}

/// What the engine knows about the run.
#[derive(Debug)]
pub(crate) struct Known {
    /// For its decisions.
    pub(crate) held: RunFacts,
    /// The same for people.
    pub(crate) facts: Facts,
}

/// What takes a while: started first, collected last.
pub(crate) struct Early {
    questions: Option<git::Questions>,
    note: Option<Diagnostic>,
}

/// Starts what takes a while, before the engine is loaded.
pub(crate) fn early(options: &FactsOptions, directory: &Path) -> Early {
    let (questions, note) = if options.facts.is_some() { (None, None) } else { git::ask(directory) };
    Early { questions, note }
}

impl Inputs {
    /// Observes the run, or reads the document that describes one.
    pub(crate) fn observe(options: &FactsOptions, early: Early, session: &mut Session) -> Result<Self, Problem> {
        let now = clock::now(options.now.as_deref())?;
        let mut host = HostFacts {
            now,
            git: None,
            credentials: None,
            builder: given_builder(options)?,
            changed_files: None,
            registry_tags: None,
        };
        host.changed_files = options.changed_files.as_deref().map(changed_files).transpose()?;
        host.registry_tags = options.registry_tags.as_deref().map(registry_tags).transpose()?;
        if let Some(path) = &options.facts {
            let text = document::read("the facts", path, document::FACTS)?;
            let name = if path == Path::new("-") { "stdin".to_owned() } else { path.display().to_string() };
            let source = Source::Document { name, text, now: options.now.is_some().then_some(now) };
            return Ok(Self { source, host, notes: Vec::new() });
        }
        let env = environment::read(&session.variables()?, |name| env::var_os(name))?;
        let payload = payload(options, &env, session)?;
        let mut notes = Vec::new();
        let note;
        (host.credentials, note) = credentials::hosts();
        notes.extend(note);
        notes.extend(early.note);
        if let Some(questions) = early.questions {
            let note;
            (host.git, note) = questions.answers();
            notes.extend(note);
        }
        Ok(Self { source: Source::Surroundings { env, payload }, host, notes })
    }

    /// The normal form, held for decisions and as the record that is shown.
    pub(crate) fn known(&self, session: &mut Session) -> Result<Known, Problem> {
        let held = self.held(session)?;
        let facts = session.facts_record(held)?;
        self.check_time(facts.now)?;
        Ok(Known { held, facts })
    }

    /// Whether `--now` says the time that the facts have.
    fn check_time(&self, own: i64) -> Result<(), Problem> {
        match &self.source {
            Source::Document { now: Some(now), name, .. } if own != *now => {
                let (now, own) = (clock::readable(*now), clock::readable(own));
                let message = format!("--now is {now}, and {name} has {own} as `now`");
                Err(Problem::usage("time-told-twice", message).help("leave one of them out"))
            }
            _ => Ok(()),
        }
    }

    /// The normal form, held for decisions.
    pub(crate) fn held(&self, session: &mut Session) -> Result<RunFacts, Problem> {
        let answer = match &self.source {
            Source::Surroundings { env, payload } => session.detect(env, payload.as_deref(), &self.host)?,
            Source::Document { name, text, .. } => session.parse_facts(text, name, &self.host)?,
        };
        answer.map_err(|findings| Problem::refused(findings, self.sources()))
    }

    /// The normal form as the engine writes it in JSON.
    pub(crate) fn facts_json(&self, session: &mut Session) -> Result<Value, Problem> {
        let host = record::to_json(&self.host);
        let (name, input) = match &self.source {
            Source::Surroundings { env, payload } => {
                let mut input = json!({"env": env, "host": host});
                if let (Some(payload), Some(fields)) = (payload, input.as_object_mut()) {
                    fields.insert("payload".to_owned(), json!(payload));
                }
                ("facts.detect", input)
            }
            Source::Document { name, text, .. } => {
                ("facts.parse", json!({"document": text, "name": name, "host": host}))
            }
        };
        let facts = call(session, name, &input, &self.sources())?;
        facts.get("now").and_then(Value::as_i64).map_or(Ok(()), |own| self.check_time(own))?;
        Ok(facts)
    }

    /// Asks the named builder for its version, unless the run's description settles it.
    pub(crate) fn probe_builder(&mut self, name: &str) -> Option<&Builder> {
        if self.host.builder.is_none() && matches!(self.source, Source::Surroundings { .. }) {
            self.host.builder = builder::probe(name);
            return self.host.builder.as_ref();
        }
        None
    }

    /// Documents that messages about the facts point into.
    pub(crate) fn sources(&self) -> Sources {
        match &self.source {
            Source::Surroundings { .. } => Sources::default(),
            Source::Document { name, text, .. } => Sources::of(name, text),
        }
    }
}

/// Calls a function that answers its value.
pub(crate) fn value(session: &mut Session, name: &str, input: &Value) -> Result<Value, Problem> {
    let answer = session
        .call_json(name, &input.to_string())?
        .map_err(|f| unexpected(name, &format!("refused: {}", f.message)))?;
    serde_json::from_str(&answer).map_err(|e| unexpected(name, &format!("answered no JSON: {e}")))
}

fn unexpected(name: &str, what: &str) -> Problem {
    Problem::usage("wrong-component", format!("the component's {name} {what}"))
        .help("the component and this program are of different versions")
}

/// Calls a function that answers `{"ok": …}` or `{"err": …}`.
pub(crate) fn call(session: &mut Session, name: &str, input: &Value, sources: &Sources) -> Result<Value, Problem> {
    let mut answer = value(session, name, input)?;
    if let Some(ok) = answer.get_mut("ok") {
        return Ok(ok.take());
    }
    match answer.get("err").map(findings) {
        Some(Some(findings)) => Err(Problem::refused(findings, sources.clone())),
        _ => Err(unexpected(name, "answered neither `ok` nor `err`")),
    }
}

/// Findings from their JSON form.
fn findings(value: &Value) -> Option<Vec<Diagnostic>> {
    use buildonce::types::{Severity, Span};
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let number = |value: &Value, key: &str| value.get(key).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
    let one = |value: &Value| {
        Some(Diagnostic {
            severity: match value.get("severity")?.as_str()? {
                "error" => Severity::Error,
                "warning" => Severity::Warning,
                _ => Severity::Note,
            },
            code: text(value, "code")?,
            message: text(value, "message")?,
            file: text(value, "file"),
            span: value.get("span").and_then(|span| {
                Some(Span {
                    start: number(span, "start")?,
                    end: number(span, "end")?,
                    line: number(span, "line")?,
                    column: number(span, "column")?,
                })
            }),
            label: text(value, "label"),
            help: text(value, "help"),
        })
    };
    value.as_array()?.iter().map(one).collect()
}

fn given_builder(options: &FactsOptions) -> Result<Option<Builder>, Problem> {
    if let Some(text) = &options.builder_version {
        return builder::parse(text, "--builder-version").map(Some);
    }
    let variable = environment::one(BUILDER, |name| env::var_os(name))?;
    variable.map(|text| builder::parse(&text, BUILDER)).transpose()
}

fn changed_files(path: &Path) -> Result<Vec<String>, Problem> {
    let text = document::read("the list of changed files", path, document::CHANGED_FILES)?;
    let lines = text.lines().zip(1..).filter(|(line, _)| !line.is_empty());
    let path = |(line, number): (&str, usize)| {
        if !line.starts_with('"') {
            return Ok(line.to_owned());
        }
        git::unquoted(line).ok_or_else(|| {
            let message = format!("the list of changed files, line {number}: `{line}` is no path as git quotes it");
            Problem::usage("invalid-changed-files", message)
                .help("write the path as it is, or as `git diff --name-only` does")
        })
    };
    lines.map(path).collect()
}

/// A list that somebody wrote down is taken for the whole: whoever cuts it cuts it knowingly.
fn registry_tags(path: &Path) -> Result<RegistryTags, Problem> {
    let text = document::read("the registry's tags", path, document::TAGS)?;
    let tags = tags::parse(&text, &document::name(path))?;
    Ok(RegistryTags { tags: tags.into_iter().map(|tag| tag.name).collect(), complete: true })
}

fn payload(options: &FactsOptions, env: &[(String, String)], session: &mut Session) -> Result<Option<String>, Problem> {
    if let Some(path) = &options.payload {
        return document::read("the payload", path, document::PAYLOAD).map(Some);
    }
    let Some(variable) = session.payload_variable(env)? else { return Ok(None) };
    let Some(path) = environment::one(&variable, |name| env::var_os(name))? else { return Ok(None) };
    if fs::metadata(&path).is_err_and(|e| e.kind() == std::io::ErrorKind::NotFound) {
        let message = format!("{variable} names a file that is not there: {path}");
        return Err(Problem::world("missing-payload", message)
            .help("inside a container mount the runner's files, or pass --payload FILE"));
    }
    document::read("the payload", Path::new(&path), document::PAYLOAD).map(Some)
}

#[cfg(test)]
mod tests {
    use buildonce::types::{GitFacts, Severity};

    use super::*;

    #[test]
    fn host_facts_have_the_contracts_shape() {
        let git = GitFacts {
            head: Some("a".to_owned()),
            branch: None,
            tags: vec!["v1".to_owned()],
            references: None,
            remote_url: None,
            default_branch: None,
            dirty: false,
            subject: None,
            timestamp: Some(-1),
            directory: None,
        };
        let host = HostFacts {
            now: 5,
            git: Some(git),
            credentials: Some(vec![]),
            builder: None,
            changed_files: None,
            registry_tags: None,
        };
        assert_eq!(
            record::to_json(&host).to_string(),
            r#"{"now":5,"git":{"head":"a","tags":["v1"],"dirty":false,"timestamp":-1},"credentials":[]}"#
        );
    }

    #[test]
    fn findings_are_read_from_json() {
        let value = json!([{"severity": "warning", "code": "c", "message": "m", "span": {"start": 1, "end": 2, "line": 3, "column": 4}}]);
        let found = findings(&value).unwrap();
        assert_eq!((found[0].severity, found[0].span.unwrap().column), (Severity::Warning, 4));
        assert!(findings(&json!([{"code": "c"}])).is_none());
    }
}

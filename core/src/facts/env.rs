//! Look-ups in the environment.

use std::collections::BTreeMap;

use super::check::{self, Place, Problems};
use super::{Reference, Timestamp};
use crate::diagnostic::Diagnostic;
use crate::limits;

/// The environment variables that some engine reads. An empty value counts as unset.
#[derive(Debug)]
pub(super) struct Env<'a> {
    values: BTreeMap<&'a str, &'a str>,
    problems: &'a Problems,
}

impl<'a> Env<'a> {
    /// Takes over the variables named in `known`, which is sorted; of a name that comes twice the first value counts, as
    /// for C's `getenv`.
    pub(super) fn new(env: &'a [(String, String)], known: &[&str], problems: &'a Problems) -> Self {
        let mut values = BTreeMap::new();
        for (name, value) in env {
            if known.binary_search(&name.as_str()).is_err() {
                continue;
            }
            if value.len() > limits::VARIABLE_BYTES {
                let message = format!("`{name}` has {} bytes", value.len());
                let help = format!("a variable has at most {} bytes", limits::VARIABLE_BYTES);
                problems.push(Diagnostic::error("variable-too-large", message).help(help));
                continue;
            }
            values.entry(name.as_str()).or_insert(value.as_str());
        }
        Self { values, problems }
    }

    /// The value as it stands.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.values.get(name).copied().filter(|value| !value.is_empty())
    }

    /// Whether a variable that works as a switch is on: set to anything but `false` or `0`.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !value.eq_ignore_ascii_case("false") && value != "0")
    }

    /// The value, or an error that names the variable.
    pub(super) fn required(&self, name: &str, engine: &str) -> Option<&'a str> {
        let value = self.get(name);
        if value.is_none() {
            self.problems.push(
                Diagnostic::error("missing-variable", format!("`{name}` is not set")).help(format!(
                    "{engine} sets it in every job; pass it on into the container or shell that runs this"
                )),
            );
        }
        value
    }

    pub(super) fn sha(&self, name: &str) -> Option<String> {
        self.problems.sha(Place::Variable(name), self.get(name)?)
    }

    pub(super) fn name(&self, name: &str) -> Option<String> {
        self.problems.name(Place::Variable(name), self.get(name)?)
    }

    pub(super) fn reference(&self, name: &str) -> Option<Reference> {
        self.problems.reference(Place::Variable(name), self.get(name)?)
    }

    pub(super) fn word(&self, name: &str) -> Option<String> {
        self.problems.word(Place::Variable(name), self.get(name)?)
    }

    /// A URL without a slash at its end.
    pub(super) fn url(&self, name: &str) -> Option<String> {
        self.word(name).map(|url| url.trim_end_matches('/').to_owned()).filter(|url| !url.is_empty())
    }

    pub(super) fn line(&self, name: &str) -> Option<String> {
        check::line(self.get(name)?)
    }

    pub(super) fn number<T: std::str::FromStr + PartialOrd + From<u8>>(&self, name: &str) -> Option<T> {
        self.problems.number(Place::Variable(name), self.get(name)?)
    }

    pub(super) fn time(&self, name: &str) -> Option<Timestamp> {
        self.problems.time(Place::Variable(name), self.get(name)?)
    }

    /// `true` or `false`, in any case; anything else is not an answer.
    pub(super) fn truth(&self, name: &str) -> Option<bool> {
        self.get(name).and_then(|value| value.to_ascii_lowercase().parse().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn an_empty_variable_is_unset_and_an_unlisted_one_invisible() {
        let problems = Problems::default();
        let vars = pairs(&[("A", ""), ("B", "x"), ("B", "y"), ("SECRET", "s")]);
        let env = Env::new(&vars, &["A", "B"], &problems);
        assert_eq!((env.get("A"), env.get("B"), env.get("SECRET")), (None, Some("x"), None));
    }

    #[test]
    fn a_switch_is_off_when_unset_false_or_zero() {
        let problems = Problems::default();
        for (value, on) in [
            ("true", true),
            ("1", true),
            ("woodpecker", true),
            ("false", false),
            ("False", false),
            ("0", false),
            ("", false),
        ] {
            let vars = pairs(&[("CI", value)]);
            assert_eq!(Env::new(&vars, &["CI"], &problems).flag("CI"), on, "{value}");
        }
    }

    #[test]
    fn a_variable_over_the_limit_is_refused_by_its_name() {
        let problems = Problems::default();
        let vars = vec![("A".to_owned(), "x".repeat(limits::VARIABLE_BYTES + 1))];
        assert_eq!(Env::new(&vars, &["A"], &problems).get("A"), None);
        let errors = problems.into_notes().unwrap_err();
        insta::assert_snapshot!(errors[0].message, @"`A` has 4194305 bytes");
    }
}

//! The values of an answer that later steps use, in the forms of every CI engine.

use super::values::Value;
use super::{dotenv, github};
use crate::problem::Problem;

/// Names and values in their documented order.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    values: Vec<(&'static str, Value)>,
    json: Option<String>,
}

impl Answer {
    /// Of single texts.
    pub(super) fn of(values: Vec<(&'static str, Value)>) -> Self {
        Self { values, json: None }
    }

    /// Adds the whole answer as the engine gave it, for forms that can hold it.
    pub(crate) fn with_json(mut self, json: &str) -> Self {
        self.json = Some(json.to_owned());
        self
    }

    /// For `$GITHUB_OUTPUT`.
    pub(crate) fn github(&self) -> String {
        github::of(&self.values, self.json.as_deref())
    }

    /// For GitLab's dotenv report.
    pub(crate) fn dotenv(self) -> Result<String, Problem> {
        dotenv::of(self.values)
    }
}

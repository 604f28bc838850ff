//! Answers in the form that later steps and jobs of a CI engine read.

mod dotenv;
mod file;
mod github;
mod values;

pub(crate) use dotenv::dotenv;
pub(crate) use file::{append, replace};
pub(crate) use github::{commands, outputs, outputs_of_log};

//! Answers in the form that later steps and jobs of a CI engine read.

mod answer;
mod args;
mod bake;
mod build;
mod dotenv;
mod file;
mod github;
mod promotion;
mod selection;
mod values;

pub(crate) use answer::Answer;
pub(crate) use args::{args, command_lines, words};
pub(crate) use bake::bake;
pub(crate) use build::build;
pub(crate) use dotenv::{dotenv, metadata_dotenv};
pub(crate) use file::{append, replace};
pub(crate) use github::{END_GROUP, annotation, block, commands, group, outputs, outputs_of_log, set};
pub(crate) use promotion::promotion;
pub(crate) use selection::{channel, proof, rung, selection};

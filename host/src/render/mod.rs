//! From answers to text. Nothing here decides: a renderer shows every field that it is given, or leaves it out.

/// Adds formatted text to a string.
macro_rules! put {
    ($out:expr, $($text:tt)*) => {
        // Writing into a string cannot fail.
        std::fmt::Write::write_fmt(&mut $out, format_args!($($text)*)).unwrap_or_default()
    };
}
pub(crate) use put;

mod build;
mod channel;
mod classification;
mod diagnostics;
mod explanation;
mod facts;
mod json;
mod markdown;
mod metadata;
mod plan;
mod printable;
mod promotion;
mod receipt;
mod replay;
#[cfg(test)]
mod samples;
mod selection;
mod style;
mod table;

pub(crate) use build::{build, summary as build_summary};
pub(crate) use channel::channel;
pub(crate) use classification::{class, classification};
pub(crate) use diagnostics::{Sources, count_line, diagnostics};
pub(crate) use explanation::explanation;
pub(crate) use facts::{facts, run_line};
pub(crate) use json::pretty;
pub(crate) use markdown::summary;
pub(crate) use metadata::{
    json as metadata_json, log as metadata_log, summary as metadata_summary, text as metadata_text,
};
pub(crate) use plan::{Detail, PlanView, plan};
pub(crate) use printable::{one_line, printable};
pub(crate) use promotion::{promotion, summary as promotion_summary};
pub(crate) use receipt::{receipt, verified};
pub(crate) use replay::replay;
pub(crate) use selection::selection;
pub(crate) use style::{ColorChoice, Style};

#[cfg(test)]
pub(crate) use samples::{sample_facts, sample_plan, sample_skip, sample_traces};

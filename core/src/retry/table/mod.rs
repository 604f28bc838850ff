//! What is recognised: one file per area, one row per rule.
//!
//! Rules are general: they name what a tool, a protocol or an operating system says, never one log. `docs/retry.md` tells how
//! to add one; the table there is checked against this one.

/// A pattern for a status code: the number where the words around it say that it is one, or its page in HTML.
macro_rules! status {
    ($code:literal) => {
        concat!(
            r"\b(?:status[ _-]?code|status|http(?:/[0-9.]+)?|code|response|returned|responded|replied|got|error|",
            "answered|received)",
            r"(?:[^a-z0-9]{1,3}(?:code|status|error|of|is|was|with|a|an|http)){0,3}[^a-z0-9]{1,4}",
            $code,
            r"(?:[^0-9.]|\.?(?:\s|$))"
        )
    };
}

mod auth;
mod build_step;
mod builder;
mod cache;
mod compilers;
mod download;
mod http;
mod input;
mod language;
mod names;
mod network;
mod rate;
mod registry;
mod resource;
mod system;
mod tls;
mod tools;

use super::rule::Rule;

/// The areas in the order of the documentation. Order decides nothing: weights do.
const AREAS: &[&[Rule]] = &[
    rate::RULES,
    resource::RULES,
    input::RULES,
    compilers::RULES,
    auth::RULES,
    tls::RULES,
    names::RULES,
    network::RULES,
    http::RULES,
    registry::RULES,
    builder::RULES,
    cache::RULES,
    download::RULES,
    system::RULES,
    language::RULES,
    tools::RULES,
    build_step::RULES,
];

/// Every rule of the classifier.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    AREAS.iter().copied().flatten()
}

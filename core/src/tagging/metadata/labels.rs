//! Labels and annotations: the base set of the OCI image specification, and what the inputs add.

use super::globals::Run;
use super::model::Step;
use super::tags::Version;
use super::{collation, limits, moment};
use crate::order;

/// Keys with their values, in the order in which they are written.
pub(super) type Pairs = Vec<(String, String)>;

/// The base set and the lines of an input, sorted by key. A later value of the same key counts.
pub(super) fn pairs(run: &Run<'_>, version: &Version, lines: &[String]) -> Step<Pairs> {
    let repository = run.repository;
    let page = repository.html_url.as_deref();
    let created = moment::format(Some(run.now), &moment::Place::utc(), "YYYY-MM-DDTHH:mm:ss.SSS[Z]");
    let base = [
        ("title", repository.name.as_deref()),
        ("description", repository.description.as_deref()),
        ("url", page),
        ("source", page),
        ("version", version.main.as_deref()),
        ("created", created.as_deref()),
        ("revision", run.sha()),
        ("licenses", repository.license.as_deref()),
    ];
    let mut pairs = Collected::default();
    for (name, value) in base {
        pairs.set(format!("org.opencontainers.image.{name}"), value.unwrap_or_default());
    }
    for line in lines {
        run.notes.about(line);
        // What has no `=` once it is rendered is not a label.
        if let Some((key, value)) = run.render(line)?.split_once('=') {
            pairs.set(key.to_owned(), value);
        }
    }
    limits::check("the list of labels", pairs.pairs.len(), limits::LIST_LENGTH + base.len())?;
    let mut pairs: Vec<_> = pairs.pairs.into_iter().map(|pair| (collation::key(&pair.0), pair)).collect();
    order::sort_by(&mut pairs, |(a, _), (b, _)| a.cmp(b));
    Ok(pairs.into_iter().map(|(_, pair)| pair).collect())
}

/// The same as lines.
pub(super) fn lines(pairs: &Pairs) -> Vec<String> {
    pairs.iter().map(|(key, value)| format!("{key}={value}")).collect()
}

/// Every line once for every level.
pub(super) fn at_levels(levels: &str, lines: &[String]) -> Step<Vec<String>> {
    let count = levels.split(',').count().saturating_mul(lines.len());
    limits::check("the list of annotations", count, limits::ANSWER_LENGTH)?;
    Ok(levels.split(',').flat_map(|level| lines.iter().map(move |line| format!("{level}:{line}"))).collect())
}

/// Pairs in the order in which their keys were first set.
#[derive(Default)]
struct Collected {
    pairs: Pairs,
    places: std::collections::BTreeMap<String, usize>,
}

impl Collected {
    fn set(&mut self, key: String, value: &str) {
        let known = self.places.get(&key).and_then(|at| self.pairs.get_mut(*at));
        if let Some((_, old)) = known {
            value.clone_into(old);
            return;
        }
        self.places.insert(key.clone(), self.pairs.len());
        self.pairs.push((key, value.to_owned()));
    }
}

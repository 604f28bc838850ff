//! Habits from other languages, and settings that cost people images.

use super::{conditions_of, warn};
use crate::diagnostic::Diagnostics;
use crate::policy::{Duration, GlobList, Place, Policy, RetentionScope};
use crate::text::shown;

/// Below this age a job that is run again may look for an image that is gone.
const SHORT_AGE: Duration = Duration::from_secs(48 * 3600);

pub(super) fn lint(policy: &Policy, findings: &mut Diagnostics) {
    for when in conditions_of(policy) {
        for list in [&when.branches, &when.head_branches, &when.tags].into_iter().flatten() {
            of_names(list, &when.place, findings);
        }
        if let Some(list) = &when.paths {
            regex_in_glob(list, &when.place, findings);
        }
    }
    for list in [&policy.skip.head_branches, &policy.skip.unless_branches].into_iter().flatten() {
        of_names(list, &policy.skip.place, findings);
    }
    if let Some(list) = &policy.skip.unless_paths {
        regex_in_glob(list, &policy.skip.place, findings);
    }
    for rule in &policy.retention.rules {
        if let RetentionScope::Tags(list) = &rule.scope {
            regex_in_glob(list, &rule.place, findings);
        }
    }
    for rule in &policy.retry.rules {
        if let Some(list) = &rule.when.registry {
            regex_in_glob(list, &rule.place, findings);
        }
    }
    if let Some(list) = &policy.retention.protect {
        regex_in_glob(list, &policy.retention.place, findings);
    }
    if policy.retention.min_age < SHORT_AGE {
        let message = format!("images may be deleted at an age of {}", policy.retention.min_age);
        let help = "a job that is run again a day later looks for them; keep `min-age` at 48h or more";
        warn(findings, &policy.retention.place, "short-min-age", message, help);
    }
}

fn regex_in_glob(list: &GlobList, place: &Place, findings: &mut Diagnostics) {
    check(list, &[], place, findings);
}

/// Globs on names of branches or git tags.
fn of_names(list: &GlobList, place: &Place, findings: &mut Diagnostics) {
    check(list, &["refs/heads/", "refs/tags/"], place, findings);
}

/// Patterns that look like regular expressions, or begin with what is cut off of the names that they are compared with.
fn check(list: &GlobList, cut_off: &[&str], place: &Place, findings: &mut Diagnostics) {
    for pattern in list.patterns() {
        let name = pattern.trim_start_matches('!');
        if let Some(sign) = sign_of_regex(name) {
            let message =
                format!("the glob `{pattern}` looks like a regular expression: here `{sign}` has no such meaning");
            let help = "globs match the whole name: write `v*` for what begins with v, `*-rc` for what ends with -rc";
            warn(findings, place, "regex-in-glob", message, help);
        }
        if let Some(prefix) = cut_off.iter().find(|prefix| name.starts_with(**prefix)) {
            let message = format!("nothing is called `{}`: names are compared without `{prefix}`", shown(name));
            warn(findings, place, "never-holds", message, "leave the prefix out");
        }
    }
}

fn sign_of_regex(pattern: &str) -> Option<&'static str> {
    let anywhere = ["(", "|", "{"].into_iter().find(|sign| pattern.contains(sign));
    // `\d` compiles: it is the letter d, taken as it stands.
    let escapes = [r"\d", r"\w", r"\s", r"\."].into_iter().find(|sign| pattern.contains(sign));
    match pattern {
        _ if pattern.starts_with('^') => Some("^"),
        _ if pattern.ends_with('$') => Some("$"),
        _ if pattern.starts_with(".*") => Some(".*"),
        _ => anywhere.or(escapes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regular_expressions_are_told_from_globs() {
        for pattern in ["^v", "v$", ".*-rc", r"v\d+", "(main|dev)", r"v1\.2"] {
            assert!(sign_of_regex(pattern).is_some(), "{pattern}");
        }
        for pattern in ["v*.*.*", "v[0-9]+", "release-1.*", "feature/**", "**/*.md", r"\!x", ".github/**"] {
            assert_eq!(sign_of_regex(pattern), None, "{pattern}");
        }
    }
}

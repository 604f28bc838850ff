//! What a GitHub workflow's runner tells about the run, as the engine takes it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use buildonce::types::{MetadataContext, MetadataSwitches};

use crate::problem::Problem;
use crate::{document, environment};

/// Where the system keeps its time zone, as a link into the database.
const LOCAL_TIME: &str = "/etc/localtime";

/// Reads the variables and the event. A payload's file that is not there is told to `missing`, and is like no payload.
pub(crate) fn context(
    now: i64,
    lookup: impl Fn(&str) -> Option<OsString>,
    missing: &mut Vec<PathBuf>,
) -> Result<MetadataContext, Problem> {
    let variable = |name| environment::exact(name, &lookup);
    let payload = match variable("GITHUB_EVENT_PATH")?.filter(|path| !path.is_empty()).map(PathBuf::from) {
        Some(path) if fs::exists(&path).is_ok_and(|exists| !exists) => {
            missing.push(path);
            None
        }
        Some(path) => Some(document::read("the payload", &path, document::PAYLOAD)?),
        None => None,
    };
    Ok(MetadataContext {
        event_name: variable("GITHUB_EVENT_NAME")?,
        reference: variable("GITHUB_REF")?,
        sha: variable("GITHUB_SHA")?,
        repository_name: variable("GITHUB_REPOSITORY")?,
        payload,
        server_url: variable("GITHUB_SERVER_URL")?,
        repository: Vec::new(),
        commit: Vec::new(),
        now,
        local_zone: local_zone(variable("TZ")?),
        switches: switches(&lookup)?,
        git: Vec::new(),
    })
}

/// The variables that change the rules.
pub(crate) fn switches(lookup: impl Fn(&str) -> Option<OsString>) -> Result<MetadataSwitches, Problem> {
    let variable = |name| environment::exact(name, &lookup);
    Ok(MetadataSwitches {
        pr_head_sha: variable("DOCKER_METADATA_PR_HEAD_SHA")?,
        short_sha_length: variable("DOCKER_METADATA_SHORT_SHA_LENGTH")?,
        annotations_levels: variable("DOCKER_METADATA_ANNOTATIONS_LEVELS")?,
        set_output_env: variable("DOCKER_METADATA_SET_OUTPUT_ENV")?,
    })
}

/// The name of this machine's time zone, if it has one: of `TZ`, else of the system's link.
fn local_zone(variable: Option<String>) -> Option<String> {
    if let Some(name) = variable.filter(|name| !name.is_empty()) {
        return Some(name.trim_start_matches(':').to_owned());
    }
    zone_of_link(&fs::read_link(LOCAL_TIME).ok()?)
}

fn zone_of_link(link: &Path) -> Option<String> {
    link.to_str()?.split_once("zoneinfo/").map(|(_, name)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_is_not_an_unset_one() {
        let lookup = |name: &str| (name == "DOCKER_METADATA_SHORT_SHA_LENGTH").then(OsString::new);
        let switches = switches(lookup).unwrap();
        assert_eq!((switches.short_sha_length.as_deref(), switches.pr_head_sha), (Some(""), None));
    }

    #[test]
    fn an_event_that_is_not_there_is_told_and_no_failure() {
        let mut missing = Vec::new();
        let lookup = |name: &str| (name == "GITHUB_EVENT_PATH").then(|| OsString::from("/no/such/event.json"));
        let context = context(0, lookup, &mut missing).unwrap();
        assert_eq!(context.payload, None);
        assert_eq!(missing, [PathBuf::from("/no/such/event.json")]);
    }

    #[test]
    fn the_zone_is_told_by_name() {
        assert_eq!(local_zone(Some(":Europe/Paris".to_owned())).as_deref(), Some("Europe/Paris"));
        assert_eq!(zone_of_link(Path::new("/usr/share/zoneinfo/Asia/Tokyo")).as_deref(), Some("Asia/Tokyo"));
        assert_eq!(zone_of_link(Path::new("/elsewhere")), None);
    }
}

//! What a person reads about a bad policy, whole. `BLESS=1` rewrites the texts beside the policies.
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared has failed")]

mod run;

use std::path::Path;
use std::{env, fs};

use run::Run;

#[test]
fn every_bad_policy_is_refused_with_a_text_that_says_what_to_do() {
    let folder = Path::new("../tests/policies/bad");
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| Path::new(name).extension().is_some_and(|end| end != "txt"));
    names.sort();
    assert!(names.len() >= 10, "only {} bad policies", names.len());
    let mut wrong = Vec::new();
    for name in names {
        let done = Run::new("lint").arg(&name).file(&name, fs::read(folder.join(&name)).unwrap()).go();
        assert_eq!(done.code, 2, "{name}: {}", done.stdout);
        let path = folder.join(format!("{name}.txt"));
        if env::var_os("BLESS").is_some() {
            fs::write(&path, &done.stdout).unwrap();
        } else if fs::read_to_string(&path).ok().as_deref() != Some(done.stdout.as_str()) {
            wrong.push(format!("{name}: the text is now\n{}", done.stdout));
        }
    }
    assert!(wrong.is_empty(), "BLESS=1 rewrites the texts\n\n{}", wrong.join("\n"));
}

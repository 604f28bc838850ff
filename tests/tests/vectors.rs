//! Every file of vectors on every front, with a line for each: `cargo test -p buildonce-tests --test vectors`.
//!
//! Words behind `--` choose files whose name holds one of them; the name of a front chooses it, and `native` alone needs no component. The exit status is 1 only when a bar is missed.

#![expect(clippy::print_stdout, reason = "its output is the answer")]
use std::env;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use buildonce_tests::fronts::{self, Front, Native};
use buildonce_tests::vectors::{Files, families, not_run};

fn main() -> Result<ExitCode> {
    // Options of the standard test harness have no meaning here, but for the list that tools ask for.
    let (options, words): (Vec<_>, Vec<_>) = env::args().skip(1).partition(|word| word.starts_with('-'));
    let (only, words): (Vec<_>, Vec<_>) = words.into_iter().partition(|word| fronts::NAMES.contains(&word.as_str()));
    let chosen = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word.as_str()));
    let families = families().iter().filter(|family| chosen(family.file()));
    if options.iter().any(|option| option == "--list") {
        families.for_each(|family| println!("{}: test", family.file()));
        return Ok(ExitCode::SUCCESS);
    }
    let files = Files::find()?;
    let native = only.iter().all(|name| name == "native") && !only.is_empty();
    let mut fronts: Vec<Arc<dyn Front>> = if native { vec![Arc::new(Native)] } else { fronts::all()? };
    fronts.retain(|front| only.is_empty() || only.iter().any(|name| name == front.name()));
    let mut missed = false;
    for family in families {
        let cases = files.cases(family.file())?;
        for front in &fronts {
            let report = family.run(&cases, front.as_ref());
            println!("{}", report.lines(family.file(), front.name()));
            missed |= report.missed;
        }
    }
    not_run(&files).iter().filter(|name| chosen(name)).for_each(|name| println!("{name}: not run"));
    Ok(if missed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

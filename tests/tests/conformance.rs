//! Every case on every front; tests are called `<area>/<case>/<front>`. `BLESS=1` writes `expected.json` down.

use std::process::ExitCode;
use std::sync::Arc;

use buildonce_tests::case::Case;
use buildonce_tests::fronts::{self, Front, Native};
use buildonce_tests::{folder, thread};
use libtest_mimic::{Arguments, Trial};

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::from_args();
    let cases: Vec<Arc<Case>> = Case::all(&folder().join("cases"))?.into_iter().map(Arc::new).collect();
    // Where tests are only listed, nobody waits for a component to be compiled.
    let fronts: Vec<Arc<dyn Front>> = if arguments.list { vec![Arc::new(Native)] } else { fronts::all()? };
    let mut trials = Vec::new();
    for case in &cases {
        for front in fronts.iter().filter(|front| !(case.json_only && front.typed())) {
            let (case, front) = (Arc::clone(case), Arc::clone(front));
            trials.push(Trial::test(format!("{}/{}", case.name, front.name()), move || {
                thread::check(&case, front.as_ref(), &Native).map_err(|error| format!("{error:#}").into())
            }));
        }
    }
    Ok(libtest_mimic::run(&arguments, trials).exit_code())
}

//! The program: it reads what the engine may know, asks it, and carries out what it says.

use buildonce::{Engine, Limits};

fn main() -> anyhow::Result<()> {
    let engine = Engine::embedded()?;
    let mut session = engine.session(Limits::default())?;
    anyhow::ensure!(session.sanitize("Feature/X", None)? == "feature-x");
    Ok(())
}

//! Takes the Rust example out of `docs/embedding.md`, so that the test compiles and runs what people copy.

use std::path::Path;
use std::{env, error, fs};

const DOCUMENT: &str = "../docs/embedding.md";

fn main() -> Result<(), Box<dyn error::Error>> {
    println!("cargo:rerun-if-changed={DOCUMENT}");
    let document = fs::read_to_string(DOCUMENT)?;
    let (_, from) = document.split_once("```rust\n").ok_or("the document has no Rust example")?;
    let (example, _) = from.split_once("\n```\n").ok_or("the Rust example has no end")?;
    let public = example.replacen("fn main()", "pub(crate) fn main()", 1);
    fs::write(Path::new(&env::var("OUT_DIR")?).join("embedding.rs"), public)?;
    Ok(())
}

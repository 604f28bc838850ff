//! Every example of `docs/embedding.md`, run as it stands there and compared with the output that stands below it.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail, ensure};
use buildonce_tests::fronts::{javascript_module, python};
use buildonce_tests::{folder, root};
use libtest_mimic::{Arguments, Trial};

/// The Rust example, taken out of the document when this test is built.
#[allow(clippy::indexing_slicing, clippy::print_stdout, reason = "an example for people is short")]
mod example {
    include!(concat!(env!("OUT_DIR"), "/embedding.rs"));
}

/// With this argument the test is the Rust example.
const RUN_EXAMPLE: &str = "--run-the-rust-example";

/// Languages of which there is an example; each that the document has must be here.
const LANGUAGES: [&str; 4] = ["rust", "js", "python", "sh"];

/// An example and what it prints.
struct Snippet {
    language: String,
    code: String,
    output: String,
}

fn main() -> Result<ExitCode> {
    if std::env::args().any(|argument| argument == RUN_EXAMPLE) {
        return match example::main() {
            Ok(()) => Ok(ExitCode::SUCCESS),
            Err(error) => bail!("{error}"),
        };
    }
    let document = fs::read_to_string(root().join("docs/embedding.md"))?;
    let snippets = snippets(&document)?;
    for language in LANGUAGES {
        ensure!(snippets.iter().any(|s| s.language == language), "the document has no example in {language}");
    }
    let trial = |(number, snippet): (usize, Snippet)| {
        let name = format!("{}/{number}", snippet.language);
        Trial::test(name, move || check(&snippet).map_err(|error| format!("{error:#}").into()))
    };
    let trials = snippets.into_iter().enumerate().map(trial).collect();
    Ok(libtest_mimic::run(&Arguments::from_args(), trials).exit_code())
}

/// Every code block, with the block of `text` that follows it.
fn snippets(document: &str) -> Result<Vec<Snippet>> {
    let mut blocks =
        document.split("\n```").skip(1).step_by(2).map(|block| block.split_once('\n').unwrap_or((block, "")));
    let mut found = Vec::new();
    while let Some((language, code)) = blocks.next() {
        ensure!(LANGUAGES.contains(&language), "nobody runs an example in `{language}`");
        let Some(("text", output)) = blocks.next() else {
            bail!("an example in {language} does not say what it prints")
        };
        found.push(Snippet { language: language.to_owned(), code: code.to_owned(), output: output.to_owned() });
    }
    Ok(found)
}

fn check(snippet: &Snippet) -> Result<()> {
    let place = root().join("target/embedding").join(&snippet.language);
    fs::create_dir_all(&place)?;
    let mut command = match snippet.language.as_str() {
        "rust" => {
            let mut command = Command::new(std::env::current_exe()?);
            command.arg(RUN_EXAMPLE);
            command
        }
        "js" => javascript(&place, &snippet.code)?,
        "python" => {
            fs::write(place.join("example.py"), &snippet.code)?;
            fs::copy(root().join("target/engine/buildonce.wasm"), place.join("buildonce.wasm"))?;
            let mut command = python()?;
            command.arg("example.py");
            command
        }
        "sh" => {
            fs::copy(root().join("target/engine/buildonce-cli.wasm"), place.join("buildonce-cli.wasm"))?;
            // What `npx` would find in a project that has jco.
            let jco = folder().join("node_modules/@bytecodealliance/jco/dist/jco.js");
            let code = snippet.code.replace("npx @bytecodealliance/jco", &format!("node '{}'", jco.display()));
            ensure!(code != snippet.code, "the example does not start jco");
            let mut command = Command::new("sh");
            command.args(["-c", &code]);
            command
        }
        other => bail!("nobody runs an example in `{other}`"),
    };
    let output = command.current_dir(&place).output().context("cannot start it")?;
    let (out, err) = (String::from_utf8(output.stdout)?, String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success(), "it ended with {}: {err}", output.status);
    ensure!(out.trim_end() == snippet.output.trim_end(), "it printed\n{out}\nand not\n{}", snippet.output);
    Ok(())
}

/// The example beside the module that jco makes, in the folder that the document names.
fn javascript(place: &Path, code: &str) -> Result<Command> {
    let module = javascript_module()?;
    let engine = module.parent().context("no folder")?;
    let own = place.join("engine");
    fs::create_dir_all(&own)?;
    for entry in fs::read_dir(engine)? {
        let path = entry?.path();
        if path.is_file() {
            fs::copy(&path, own.join(path.file_name().context("no name")?))?;
        }
    }
    fs::write(place.join("example.mjs"), code)?;
    let mut command = Command::new("node");
    command.arg("example.mjs");
    Ok(command)
}

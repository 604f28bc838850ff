//! The component: core module by cargo, component by wit-component, machine code by wasmtime.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use wit_component::DecodedWasm;

use crate::shell::{cargo, read, root, run};

/// The target of the core module that becomes the component.
pub(crate) const MODULE_TARGET: &str = "wasm32-unknown-unknown";

/// The target of the WASI command, whose linker writes components by itself.
pub(crate) const COMMAND_TARGET: &str = "wasm32-wasip2";

/// Parts of the standard library that are built for more speed than the rest of a component that is built for size: allocating and copying
/// is most of what a call does, and they are small. What copies bytes is worth the most; more for the others gains nothing.
const FAST: [(&str, &str); 5] =
    [("alloc", "\"s\""), ("compiler_builtins", "3"), ("core", "\"s\""), ("dlmalloc", "\"s\""), ("std", "\"s\"")];

/// Where the component's files are.
pub(crate) struct Files {
    /// What any runtime loads.
    pub(crate) wasm: PathBuf,
    /// The same, compiled for this machine's target.
    pub(crate) cwasm: PathBuf,
    /// The same functions as a WASI command.
    pub(crate) command: PathBuf,
}

/// Where the component's files are or will be.
pub(crate) fn files() -> Files {
    let folder = root().join("target/engine");
    let file = |name| folder.join(name);
    Files { wasm: file("buildonce.wasm"), cwasm: file("buildonce.cwasm"), command: file("buildonce-cli.wasm") }
}

/// Builds all of them.
pub(crate) fn build() -> Result<Files> {
    let files = engine()?;
    keep(&files.command, &command()?)?;
    Ok(files)
}

/// Builds what a program carries: the component, and the same compiled.
pub(crate) fn engine() -> Result<Files> {
    let component = wit_component::ComponentEncoder::default()
        .module(&module()?)
        .and_then(|encoder| encoder.validate(true).encode())
        .context("cannot encode the component")?;
    let component = without_names(&component).context("the encoder wrote no component")?;
    let files = files();
    keep(&files.wasm, &component)?;
    let compiled = files.wasm.with_extension("compiled");
    if !is_compiled(&files.cwasm, &compiled, &component) {
        let machine_code = buildonce::precompile(&component, &native_target()?);
        keep(&files.cwasm, &machine_code.context("cannot compile the component")?)?;
        fs::write(&compiled, &component).with_context(|| format!("cannot write {}", compiled.display()))?;
    }
    Ok(files)
}

/// Whether the machine code is of this component and of this very xtask, which has the compiler and its settings in it: compiling takes
/// longer than everything else when nothing changed. `compiled` is a copy of the component that was compiled last.
fn is_compiled(cwasm: &Path, compiled: &Path, component: &[u8]) -> bool {
    let changed = |path: &Path| fs::metadata(path).and_then(|about| about.modified()).ok();
    let xtask = std::env::current_exe().ok().and_then(|path| changed(&path));
    cwasm.exists()
        && matches!((xtask, changed(compiled)), (Some(xtask), Some(compiled)) if xtask < compiled)
        && fs::read(compiled).is_ok_and(|last| last == component)
}

/// A component without the sections that programs step over: what its parts are called inside, and what made it. They are 2 KiB gzipped.
fn without_names(component: &[u8]) -> Option<Vec<u8>> {
    /// The magic number and the version.
    const HEAD: usize = 8;
    /// The kind of section that has a name instead of a meaning.
    const CUSTOM: u8 = 0;
    let (head, mut rest) = component.split_at_checked(HEAD)?;
    let mut kept = head.to_vec();
    while let Some((kind, after)) = rest.split_first() {
        let digits = after.iter().position(|byte| byte & 0x80 == 0)? + 1;
        let number = after.get(..digits)?.iter().rev().fold(0, |number, byte| number << 7 | usize::from(byte & 0x7f));
        let (section, next) = rest.split_at_checked(1 + digits + number)?;
        if *kind != CUSTOM {
            kept.extend_from_slice(section);
        }
        rest = next;
    }
    Some(kept)
}

/// Writes a file, or leaves it alone when nothing changed, so that nothing is rebuilt after it.
fn keep(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::create_dir_all(path.parent().context("no folder")?)?;
    if fs::read(path).ok().as_deref() != Some(bytes) {
        fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// The core module.
///
/// Its standard library is built with it, so that a panic is one instruction: the text of a panic could not leave the component anyway,
/// and without the texts, their formatting and their source locations it is an eighth smaller. Cargo and the compiler
/// call this unstable, so `RUSTC_BOOTSTRAP` is needed; only the component is built so, and every test of it runs on what it makes.
fn module() -> Result<Vec<u8>> {
    let sysroot = read(crate::shell::command("rustc").args(["--print", "sysroot"]))?;
    let flags = [
        "-Zunstable-options".to_owned(),
        "-Cpanic=immediate-abort".to_owned(),
        format!("--remap-path-prefix={}=rust", sysroot.trim()),
    ];
    let build = ["--lib", "--profile", "component", "--target", MODULE_TARGET];
    let mut cargo = plugin(&build, flags)?;
    cargo.arg("-Zbuild-std=std,panic_abort").env("RUSTC_BOOTSTRAP", "1");
    for (name, level) in FAST {
        cargo.args(["--config".to_owned(), format!("profile.component.package.{name}.opt-level={level}")]);
    }
    run(&mut cargo)?;
    made(&format!("{MODULE_TARGET}/component/buildonce_plugin.wasm"))
}

/// The WASI command, with the standard library as it comes: a command can say on standard error why it panicked, so the texts stay.
/// No page downloads it, so it is built in a fraction of the time instead of as small as can be.
fn command() -> Result<Vec<u8>> {
    let build = ["--bin", "buildonce-cli", "--profile", "component", "--target", COMMAND_TARGET];
    let mut cargo = plugin(&build, [])?;
    cargo.env("CARGO_PROFILE_COMPONENT_LTO", "off").env("CARGO_PROFILE_COMPONENT_CODEGEN_UNITS", "16");
    run(&mut cargo)?;
    made(&format!("{COMMAND_TARGET}/component/buildonce-cli.wasm"))
}

/// A build of the plugin. Paths of this machine are kept out of it, so that its bytes depend on the sources and the compiler alone.
fn plugin<const N: usize>(arguments: &[&str], flags: [String; N]) -> Result<Command> {
    let home = std::env::var("CARGO_HOME").or_else(|_| std::env::var("HOME").map(|home| format!("{home}/.cargo")))?;
    let mut flags = Vec::from(flags);
    flags.push(format!("--remap-path-prefix={home}=cargo"));
    flags.push(format!("--remap-path-prefix={}=.", root().display()));
    let mut cargo = cargo();
    cargo.args(["build", "--package", "buildonce-plugin"]).args(arguments);
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    Ok(cargo)
}

fn made(path: &str) -> Result<Vec<u8>> {
    let path = root().join("target").join(path);
    fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
}

/// The target that this machine's programs are built for.
pub(crate) fn native_target() -> Result<String> {
    let version = read(crate::shell::command("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("`rustc -vV` names no host")
}

/// What can be told about a component from its bytes.
pub(crate) struct Facts {
    /// Names of what it asks a host for.
    pub(crate) imports: Vec<String>,
    /// Size in bytes.
    pub(crate) raw: usize,
    /// Size in bytes, gzipped as tightly as gzip does.
    pub(crate) gzipped: usize,
}

impl Facts {
    /// Reads them.
    pub(crate) fn of(wasm: &[u8]) -> Result<Self> {
        let DecodedWasm::Component(resolve, world) = wit_component::decode(wasm)? else {
            bail!("the file is no component");
        };
        let world = resolve.worlds.get(world).context("the component has no world")?;
        let imports = world.imports.keys().map(|key| resolve.name_world_key(key)).collect();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(wasm)?;
        Ok(Self { imports, raw: wasm.len(), gzipped: encoder.finish()?.len() })
    }
}

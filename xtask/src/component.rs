//! The component: core module by cargo, component by wit-component, machine code by wasmtime.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use wit_component::DecodedWasm;

use crate::shell::{cargo, read, root, run};

/// The target of the core module that becomes the component.
pub(crate) const MODULE_TARGET: &str = "wasm32-unknown-unknown";

/// Parts of the standard library that are built for speed in a component that is built for size: allocating and copying is most of what a
/// call does, and they are small.
const FAST: [&str; 5] = ["alloc", "compiler_builtins", "core", "dlmalloc", "std"];

/// Where the component's files are.
pub(crate) struct Files {
    /// What any runtime loads.
    pub(crate) wasm: PathBuf,
    /// The same, compiled for this machine's target.
    pub(crate) cwasm: PathBuf,
}

/// Where the component's files are or will be.
pub(crate) fn files() -> Files {
    let folder = root().join("target/engine");
    Files { wasm: folder.join("buildonce.wasm"), cwasm: folder.join("buildonce.cwasm") }
}

/// Builds both files; leaves them alone when nothing changed, so that nothing is rebuilt after them.
pub(crate) fn build() -> Result<Files> {
    let module = module()?;
    let component = wit_component::ComponentEncoder::default()
        .module(&module)
        .and_then(|encoder| encoder.validate(true).encode())
        .context("cannot encode the component")?;
    let compiled = buildonce::precompile(&component, &native_target()?).context("cannot compile the component")?;

    let files = files();
    fs::create_dir_all(files.wasm.parent().context("no folder")?)?;
    for (path, bytes) in [(&files.wasm, component), (&files.cwasm, compiled)] {
        if fs::read(path).ok().as_ref() != Some(&bytes) {
            fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    Ok(files)
}

/// The core module.
///
/// Its standard library is built with it, so that a panic is one instruction: the text of a panic could not leave the component anyway,
/// and without the texts, their formatting and their source locations it is an eighth smaller. Cargo and the compiler
/// call this unstable, so `RUSTC_BOOTSTRAP` is needed; only the component is built so, and every test of it runs on what it makes.
///
/// Paths of this machine are kept out of it, so that its bytes depend on the sources and the compiler alone.
fn module() -> Result<Vec<u8>> {
    let home = std::env::var("CARGO_HOME").or_else(|_| std::env::var("HOME").map(|home| format!("{home}/.cargo")))?;
    let sysroot = read(crate::shell::command("rustc").args(["--print", "sysroot"]))?;
    let flags = [
        "-Zunstable-options".to_owned(),
        "-Cpanic=immediate-abort".to_owned(),
        format!("--remap-path-prefix={home}=cargo"),
        format!("--remap-path-prefix={}=rust", sysroot.trim()),
        format!("--remap-path-prefix={}=.", root().display()),
    ];
    run(cargo()
        .args(["build", "--package", "buildonce-plugin", "--profile", "component", "--target", MODULE_TARGET])
        .arg("-Zbuild-std=std,panic_abort")
        .args(
            FAST.iter()
                .flat_map(|name| ["--config".to_owned(), format!("profile.component.package.{name}.opt-level=3")]),
        )
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}")))?;
    let path = root().join("target").join(MODULE_TARGET).join("component/buildonce_plugin.wasm");
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

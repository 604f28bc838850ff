//! Finds the component that `cargo xtask component` made, and says so when it did not.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-env-changed=BUILDONCE_COMPONENT_DIR");
    if env::var_os("CARGO_FEATURE_EMBEDDED").is_none() {
        return;
    }
    let folder = env::var_os("BUILDONCE_COMPONENT_DIR").map_or_else(
        || Path::new(&env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../target/engine"),
        PathBuf::from,
    );
    for (variable, file) in [("BUILDONCE_WASM", "buildonce.wasm"), ("BUILDONCE_CWASM", "buildonce.cwasm")] {
        let path = folder.join(file);
        println!("cargo::rerun-if-changed={}", path.display());
        match fs::canonicalize(&path) {
            Ok(path) => println!("cargo::rustc-env={variable}={}", path.display()),
            Err(_) => println!(
                "cargo::error={} is missing: run `cargo xtask component` first, it builds the component that this program carries",
                path.display()
            ),
        }
    }
}

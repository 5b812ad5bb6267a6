//! Puts the packs into the binary: a list of `include_str!`, so that `shimin` runs from anywhere and cargo rebuilds when a
//! pack changes.

use std::{env, fs, io, path::Path};

fn main() -> io::Result<()> {
    let packs = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../../packs");
    let mut files = Vec::new();
    collect(&packs, &packs, &mut files)?;
    files.sort();
    let mut code = String::from("&[\n");
    for (name, path) in &files {
        code.push_str(&format!("    ({name:?}, include_str!({path:?})),\n"));
    }
    code.push_str("]\n");
    fs::write(Path::new(&env::var("OUT_DIR").unwrap_or_default()).join("packs.rs"), code)?;
    Ok(())
}

fn collect(root: &Path, directory: &Path, files: &mut Vec<(String, String)>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", directory.display());
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if name.ends_with(".toml") || (name.starts_with("calendars/") && name.ends_with(".json")) {
            println!("cargo::rerun-if-changed={}", path.display());
            files.push((name, fs::canonicalize(&path)?.to_string_lossy().into_owned()));
        }
    }
    Ok(())
}

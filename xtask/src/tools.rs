//! What the tests need besides Rust, and how to get it: Debian packages when root asks, a plain instruction otherwise.

use std::path::PathBuf;

use crate::shell::{Outcome, command, has, is_root, read, root, run};

/// A directory with `initdb` and `postgres`, installed if missing.
pub fn postgres() -> Outcome<PathBuf> {
    if let Some(found) = postgres_directory() {
        return Ok(found);
    }
    install("PostgreSQL", &["postgresql"])?;
    postgres_directory().ok_or_else(|| "postgresql is installed, but initdb is not under /usr/lib/postgresql".into())
}

fn postgres_directory() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|directory| directory.join("initdb").is_file() && directory.join("postgres").is_file())
        .collect();
    versions.sort_by_key(|path| {
        path.parent().and_then(|v| v.file_name()?.to_str()?.parse::<u32>().ok()).unwrap_or_default()
    });
    versions.pop()
}

/// Chromium with a font that has Chinese, Node, and the packages of `e2e/package-lock.json`.
pub fn browser() -> Outcome<PathBuf> {
    let mut missing = Vec::new();
    if !has("chromium") {
        missing.push("chromium");
    }
    if read("fc-list", &[":lang=zh-cn", "family"]).is_none_or(|fonts| fonts.is_empty()) {
        missing.extend(["fontconfig", "fonts-noto-cjk"]);
    }
    if !has("node") {
        missing.push("nodejs");
    }
    if !has("npm") {
        missing.push("npm");
    }
    if !missing.is_empty() {
        install("the browser tests", &missing)?;
    }
    let version = read("node", &["--version"]).unwrap_or_default();
    let major: u32 = version.trim_start_matches('v').split('.').next().and_then(|n| n.parse().ok()).unwrap_or_default();
    if major < 18 {
        return Err(format!("the browser tests need Node 18 or newer, here is {version}"));
    }
    packages()?;
    Ok(PathBuf::from("/usr/bin/chromium"))
}

/// `npm ci`, unless the lockfile is the one that was installed last.
fn packages() -> Outcome {
    let e2e = root().join("e2e");
    let wanted = std::fs::read(e2e.join("package-lock.json")).map_err(|cause| format!("package-lock.json: {cause}"))?;
    let mark = e2e.join("node_modules/.installed-lock.json");
    if std::fs::read(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    run(command("npm", &["ci", "--no-fund", "--no-audit"])
        .current_dir(&e2e)
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))?;
    std::fs::write(&mark, wanted).map_err(|cause| format!("{}: {cause}", mark.display()))
}

fn install(what: &str, packages: &[&str]) -> Outcome {
    let by_hand = format!("apt-get install --yes --no-install-recommends {}", packages.join(" "));
    if !is_root() || !has("apt-get") {
        return Err(format!("{what}: something is missing here. As root: {by_hand}"));
    }
    run(command("apt-get", &["update", "--quiet"]).env("DEBIAN_FRONTEND", "noninteractive"))?;
    let mut args = vec!["install", "--yes", "--quiet", "--no-install-recommends"];
    args.extend(packages);
    run(command("apt-get", &args).env("DEBIAN_FRONTEND", "noninteractive"))
        .map_err(|cause| format!("{what}: {cause}. By hand: {by_hand}"))
}

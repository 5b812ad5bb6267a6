//! The master key, from which every other key is derived: from the environment, or from a file that only its owner may
//! read, made on the first run. Whoever loses it loses the sealed data; whoever copies it can read them.

use std::{fs, io::Write as _, path::Path};

use base64::{Engine as _, engine::general_purpose};
use kernel::Rng;

use crate::output::Trouble;

pub const VARIABLE: &str = "SHIMIN_MASTER_KEY";
const FILE: &str = "master.key";

/// The key of this installation.
pub fn load_or_create(directory: &Path, rng: &dyn Rng) -> Result<[u8; 32], Trouble> {
    if let Ok(text) = std::env::var(VARIABLE) {
        return parse(&text)
            .ok_or_else(|| Trouble::failed(format!("{VARIABLE}: 32 bytes are needed, as 64 hex digits or base64")));
    }
    let path = directory.join(FILE);
    let trouble = |cause: std::io::Error| Trouble::failed(format!("{}: {cause}", path.display()));
    match fs::read_to_string(&path) {
        Ok(text) => {
            parse(&text).ok_or_else(|| Trouble::failed(format!("{}: not a key of 64 hex digits", path.display())))
        }
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
            let mut key = [0; 32];
            rng.fill(&mut key);
            fs::create_dir_all(directory).map_err(trouble)?;
            let mut options = fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&path).map_err(trouble)?;
            let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
            writeln!(file, "{hex}").and_then(|()| file.sync_all()).map_err(trouble)?;
            // The name must survive a power cut as well as the bytes: data sealed with a lost key is lost.
            fs::File::open(directory).and_then(|directory| directory.sync_all()).map_err(trouble)?;
            Ok(key)
        }
        Err(cause) => Err(trouble(cause)),
    }
}

fn parse(text: &str) -> Option<[u8; 32]> {
    let text = text.trim();
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let mut key = [0; 32];
        for (i, byte) in key.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()?;
        }
        return Some(key);
    }
    [&general_purpose::STANDARD, &general_purpose::URL_SAFE_NO_PAD]
        .into_iter()
        .find_map(|alphabet| alphabet.decode(text).ok()?.try_into().ok())
}

#[cfg(test)]
mod tests {
    use kernel::SeededRng;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_only_its_owner_reads_it() {
        let directory = std::env::temp_dir().join(format!("shimin-key-{}", std::process::id()));
        let first = load_or_create(&directory, &SeededRng::new(1)).expect("made");
        let again = load_or_create(&directory, &SeededRng::new(2)).expect("read");
        assert_eq!(first, again);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(directory.join(FILE)).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        fs::write(directory.join(FILE), "short").expect("written");
        assert!(load_or_create(&directory, &SeededRng::new(3)).is_err(), "a broken key is never replaced");
        fs::remove_dir_all(directory).expect("removed");
    }

    #[test]
    fn hex_and_base64_are_read() {
        assert_eq!(parse(&"0f".repeat(32)), Some([15; 32]));
        assert_eq!(parse(&general_purpose::STANDARD.encode([7; 32])), Some([7; 32]));
        assert_eq!(parse("abc"), None);
    }
}

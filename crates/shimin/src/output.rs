//! How a command speaks and ends: data on standard output, progress on standard error, and an exit code that scripts can
//! rely on.

use std::{fmt, process::ExitCode};

/// How a command ended. The numbers are part of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Well = 0,
    Failed = 1,
    /// The command line makes no sense; clap's own number.
    Usage = 2,
    /// What was given to check has errors.
    Invalid = 3,
    /// A department, a database or an address does not answer.
    Unreachable = 4,
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        Self::from(ending as u8)
    }
}

/// Why a command could not do its work.
#[derive(Debug)]
pub struct Trouble {
    pub ending: Ending,
    pub says: String,
}

impl Trouble {
    pub fn new(ending: Ending, says: impl fmt::Display) -> Self {
        Self { ending, says: says.to_string() }
    }

    pub fn failed(says: impl fmt::Display) -> Self {
        Self::new(Ending::Failed, says)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.says)
    }
}

impl std::error::Error for Trouble {}

/// A line of data.
#[expect(clippy::print_stdout, reason = "standard output is where data goes")]
pub fn data(line: impl fmt::Display) {
    use std::io::Write as _;
    println!("{line}");
    let _ = std::io::stdout().flush();
}

/// A line about what is going on.
pub fn progress(line: impl fmt::Display) {
    eprintln!("{line}");
}

/// Data as JSON, one value.
pub fn json(value: &impl serde::Serialize) -> Result<(), Trouble> {
    data(serde_json::to_string(value).map_err(Trouble::failed)?);
    Ok(())
}

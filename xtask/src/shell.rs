//! Running other programs: loudly, with their output passed through, and with the lines kept when a caller has to count.

use std::{
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

pub type Outcome<T = ()> = Result<T, String>;

/// The root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// A line of data for whoever called this program.
#[expect(clippy::print_stdout, reason = "standard output is where a chore's result goes")]
pub fn say(line: &str) {
    println!("{line}");
}

/// A command that starts in the root of the workspace.
pub fn command(program: impl AsRef<std::ffi::OsStr>, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(root());
    command
}

pub fn cargo(args: &[&str]) -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), args)
}

/// Shows what runs, as a person would type it.
fn announce(command: &Command) {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy();
    let args: Vec<_> = command.get_args().map(|arg| arg.to_string_lossy()).collect();
    eprintln!("\n$ {program} {}", args.join(" "));
}

/// Runs to the end; an exit code other than 0 is an error.
pub fn run(command: &mut Command) -> Outcome {
    announce(command);
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|cause| format!("{name}: {cause}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name} ended with {status}")) }
}

/// Runs to the end, passes both outputs through as they come, and gives them back with whether it ended well.
pub fn run_and_read(command: &mut Command) -> Outcome<(bool, String)> {
    announce(command);
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(|cause| format!("{name}: {cause}"))?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let reader = std::thread::spawn(move || out.map(|pipe| pass_through(pipe, std::io::stdout())).unwrap_or_default());
    let errors = err.map(|pipe| pass_through(pipe, std::io::stderr())).unwrap_or_default();
    let text = reader.join().unwrap_or_default() + &errors;
    let status = child.wait().map_err(|cause| format!("{name}: {cause}"))?;
    Ok((status.success(), text))
}

fn pass_through(pipe: impl Read, mut to: impl Write) -> String {
    let mut text = String::new();
    let mut lines = BufReader::new(pipe);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let _ = to.write_all(&line).and_then(|()| to.flush());
        text.push_str(&String::from_utf8_lossy(&line));
        line.clear();
    }
    text
}

/// What a command prints, without showing it.
pub fn read(program: &str, args: &[&str]) -> Option<String> {
    let output = command(program, args).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Whether a program is on the path.
pub fn has(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|directory| directory.join(program).is_file()))
}

pub fn is_root() -> bool {
    read("id", &["-u"]).as_deref() == Some("0")
}

/// A port that was free a moment ago.
pub fn free_port() -> Outcome<u16> {
    std::net::TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|cause| format!("no free port: {cause}"))
}

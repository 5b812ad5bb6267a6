//! The binary: reads the command line, starts the runtime, and turns the outcome into an exit code.

use std::process::ExitCode;

use clap::Parser as _;
use shimin::{command, output};
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let line = command::Line::parse();
    // Quiet by default: a citizen's question is no news. Whoever asks for another's booking is, and a department that
    // refuses one. RUST_LOG shows more.
    let quiet = || EnvFilter::new("error,engine::booking=warn");
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| quiet());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(true).init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(cause) => {
            output::progress(format_args!("shimin: no runtime: {cause}"));
            return output::Ending::Failed.into();
        }
    };
    match runtime.block_on(command::run(line)) {
        Ok(ending) => ending.into(),
        Err(trouble) => {
            output::progress(format_args!("shimin: {trouble}"));
            trouble.ending.into()
        }
    }
}

//! `cargo xtask shots [DIR]`: every page as a picture, in the sizes and themes that a citizen can choose.

use crate::{
    shell::{self, Outcome, cargo, command, root, say},
    test::binary,
    tools,
};

pub fn run(args: &[String]) -> Outcome {
    let directory = args.first().map_or("target/shots", String::as_str);
    let chromium = tools::browser()?;
    shell::run(&mut cargo(&["build", "--locked", "--package", "shimin"]))?;
    shell::run(
        command("npx", &["playwright", "test", "--config", "shots.config.js"])
            .current_dir(root().join("e2e"))
            .env("SHIMIN_BIN", binary())
            .env("SHIMIN_CHROMIUM", chromium)
            .env("SHIMIN_SHOTS", root().join(directory)),
    )?;
    say(directory);
    Ok(())
}

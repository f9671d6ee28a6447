//! `seawall config check|schema`.

use std::io::{self, Write};
use std::path::PathBuf;

use super::config::Config;
use super::{Failure, Outcome, Result, preflight};

/// What to do with configuration.
#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Read a seawall.toml with all files it names, and say everything that is wrong.
    Check {
        /// The file.
        #[arg(default_value = "seawall.toml")]
        file: PathBuf,
    },
    /// Print the JSON Schema of seawall.toml: every key, its meaning, unit, default and bounds.
    Schema,
}

pub(super) fn run(command: &Command) -> Result {
    match command {
        Command::Check { file } => {
            let config = preflight::read(file).map_err(Failure::Usage)?;
            let problems = preflight::problems(&config);
            if !problems.is_empty() {
                return Err(Failure::Usage(problems));
            }
            preflight::warnings(&config).iter().for_each(|warning| super::warn(warning));
            writeln!(io::stdout(), "{}: fine", file.display())?;
        }
        Command::Schema => {
            let schema = schemars::schema_for!(Config);
            writeln!(
                io::stdout(),
                "{}",
                serde_json::to_string_pretty(&schema).unwrap_or_default()
            )?;
        }
    }
    Ok(Outcome::Fine)
}

//! `seawall coverage`: the coverage statement, from the tables that the parser runs on.

use std::io::{self, Write};

use super::{Format, Outcome, Result};

/// Options of `seawall coverage`.
#[derive(clap::Args)]
pub(super) struct Options {
    /// How to write it.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(options: &Options) -> Result {
    let lines = dialect::coverage();
    let mut out = io::stdout().lock();
    if options.format == Format::Json {
        let rows: Vec<_> = lines
            .iter()
            .map(|line| {
                serde_json::json!({
                    "dialect": line.dialect.name(), "operation": line.operation.name(), "field": line.field,
                    "modality": line.modality.name(), "treatment": line.treatment.name(),
                })
            })
            .collect();
        writeln!(out, "{}", serde_json::to_string_pretty(&rows).unwrap_or_default())?;
        return Ok(Outcome::Fine);
    }
    let widest = lines.iter().map(|line| line.field.len()).max().unwrap_or(0);
    for line in lines {
        writeln!(
            out,
            "{:<20} {:<13} {:<widest$}  {:<8} {}",
            line.dialect.name(),
            line.operation.name(),
            line.field,
            line.modality.name(),
            line.treatment.name()
        )?;
    }
    Ok(Outcome::Fine)
}

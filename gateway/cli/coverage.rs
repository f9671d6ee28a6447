//! `seawall coverage`: the coverage statement, from the tables that the parser runs on.

use std::io::{self, Write};

use super::{Format, Outcome, Result};

/// What stands in the table for a field without a name.
const WHOLE: &str = "(the whole body)";

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
                    "dialect": line.dialect.name(), "operation": line.operation.name(), "side": line.side.name(),
                    "field": line.field, "modality": line.modality.name(), "treatment": line.treatment.name(),
                })
            })
            .collect();
        writeln!(out, "{}", serde_json::to_string_pretty(&rows).unwrap_or_default())?;
        return Ok(Outcome::Fine);
    }
    let heading = ["dialect", "operation", "side", "field", "modality", "treatment"];
    let widest = lines.iter().map(|line| line.field.len()).max().unwrap_or(0).max(WHOLE.len());
    let mut row = |[dialect, operation, side, field, modality, treatment]: [&str; 6]| {
        writeln!(
            out,
            "{dialect:<20} {operation:<13} {side:<8} {field:<widest$}  {modality:<8} {treatment}"
        )
    };
    row(heading)?;
    for line in lines {
        row([
            line.dialect.name(),
            line.operation.name(),
            line.side.name(),
            if line.field.is_empty() { WHOLE } else { &line.field },
            line.modality.name(),
            line.treatment.name(),
        ])?;
    }
    Ok(Outcome::Fine)
}

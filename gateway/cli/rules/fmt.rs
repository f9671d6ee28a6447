//! `seawall rules fmt`: policy files in their one canonical form.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use policy::Source;

use super::super::style::Style;
use super::super::{Failure, Outcome, Result, files};

/// What to format.
#[derive(clap::Args)]
pub(in super::super) struct Options {
    /// Policy folders and .policy files.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Write nothing; exit with 1 if a file is not in canonical form.
    #[arg(long)]
    check: bool,
}

/// Writes the files that are not in canonical form, each whole or not at all, and names them.
///
/// # Errors
/// Files that cannot be read, and mistakes that keep one from being understood: then none is written.
pub(super) fn run(options: &Options) -> Result {
    let (mut problems, mut all, mut changed) = (Vec::new(), 0, Vec::new());
    for path in
        options.paths.iter().flat_map(|path| listed(path, &mut problems)).collect::<Vec<_>>()
    {
        all += 1;
        match formatted(&path) {
            Ok((old, new)) if old != new && !options.check && path.is_symlink() => {
                problems.push(format!(
                    "{}: is a link and not in canonical form; format the file that it leads to",
                    files::name(&path)
                ))
            }
            Ok((old, new)) if old != new => changed.push((path, new)),
            Ok(_) => {}
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(Failure::Usage(problems));
    }
    let mut out = io::stdout().lock();
    for (path, text) in &changed {
        if !options.check {
            files::replace(path, text).map_err(Failure::Broken)?;
        }
        let done = if options.check { "is not in canonical form" } else { "written" };
        writeln!(out, "{}: {done}", files::name(path))?;
    }
    let what = if options.check { "not in canonical form" } else { "written" };
    writeln!(out, "{} of {all} files {what}", changed.len())?;
    Ok(if options.check && !changed.is_empty() { Outcome::No } else { Outcome::Fine })
}

fn listed(path: &Path, problems: &mut Vec<String>) -> Vec<PathBuf> {
    files::list(path, "policy").unwrap_or_else(|problem| {
        problems.push(problem);
        Vec::new()
    })
}

/// The text of a file, and its canonical form.
fn formatted(path: &Path) -> std::result::Result<(String, String), String> {
    let source = Source { path: path.display().to_string(), text: files::read(path)? };
    match policy::format(&source) {
        Ok(new) => Ok((source.text, new)),
        Err(diagnostics) => {
            let told = diagnostics.render(Style::of_stdout().colour());
            Err(format!("{}: has mistakes, so it is left as it is\n{told}", files::name(path)))
        }
    }
}

//! `seawall rules export|import|schema`: the JSON twin of a policy.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use policy::Source;
use serde_json::Value;

use super::super::style::Style;
use super::super::{Failure, Outcome, Result, books, files};

/// What to export.
#[derive(clap::Args)]
pub(in super::super) struct Export {
    /// Policy folder or one policy file; none: the embedded default policy.
    folder: Option<PathBuf>,
}

/// What to import.
#[derive(clap::Args)]
pub(in super::super) struct Import {
    /// The document; `-` for standard input.
    file: PathBuf,
    /// Folder to write the policy files to; none: they are printed one after the other, which is one policy too.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Prints the twin. Only the form of the policy is looked at; `rules check` looks at the rest.
///
/// # Errors
/// What cannot be read, with every mistake and its place.
pub(super) fn export(options: &Export) -> Result {
    let mut sources = books::sources(options.folder.as_deref()).map_err(Failure::Usage)?;
    let folder = options.folder.as_deref().filter(|folder| folder.is_dir());
    for source in &mut sources {
        source.path = inside(folder, &source.path);
    }
    let twin = policy::export(&sources).map_err(|diagnostics| {
        let told = diagnostics.render(Style::of_stdout().colour());
        Failure::Usage(vec![format!("the policy has mistakes\n{told}")])
    })?;
    print(&twin)
}

/// Prints the schema.
pub(super) fn schema() -> Result {
    print(&policy::schema())
}

fn print(value: &Value) -> Result {
    writeln!(io::stdout().lock(), "{}", serde_json::to_string_pretty(value).unwrap_or_default())?;
    Ok(Outcome::Fine)
}

/// The path of a file in its folder; without one, its name.
fn inside(folder: Option<&Path>, path: &str) -> String {
    let path = Path::new(path);
    let inside = folder.and_then(|folder| path.strip_prefix(folder).ok());
    let name = || path.file_name().map_or(path, Path::new);
    inside.unwrap_or_else(name).display().to_string()
}

/// Writes the files of a twin.
///
/// # Errors
/// Every mistake of the document with its path; files that are there already.
pub(super) fn import(options: &Import) -> Result {
    let text = if options.file == Path::new("-") {
        let bytes = files::bounded(io::stdin().lock(), MAX_BYTES)?;
        String::from_utf8(bytes)
            .map_err(|_| Failure::Usage(vec!["standard input: is not UTF-8".to_owned()]))?
    } else {
        files::read(&options.file).map_err(|problem| Failure::Usage(vec![problem]))?
    };
    let sources = policy::import(&text).map_err(|problems| {
        let name = options.file.display();
        Failure::Usage(problems.iter().map(|problem| format!("{name}: {problem}")).collect())
    })?;
    match &options.out {
        Some(folder) => write_to(folder, &sources),
        None => show(&sources),
    }
}

/// Largest document on standard input.
const MAX_BYTES: u64 = 64 << 20;

fn show(sources: &[Source]) -> Result {
    let mut out = io::stdout().lock();
    for (number, source) in sources.iter().enumerate() {
        if sources.len() > 1 {
            let gap = if number > 0 { "\n" } else { "" };
            writeln!(out, "{gap}# {}\n", source.path)?;
        }
        write!(out, "{}", source.text)?;
    }
    Ok(Outcome::Fine)
}

/// What is where a file is to be written: the file, or a link instead of one of its folders, which may lead anywhere.
fn in_the_way(folder: &Path, source: &Source) -> Option<String> {
    let mut path = folder.to_owned();
    for part in Path::new(&source.path).components() {
        path.push(part);
        if path.is_symlink() || path.exists() && !path.is_dir() {
            return Some(format!("{}: is there already; name an empty folder", files::name(&path)));
        }
    }
    None
}

fn write_to(folder: &Path, sources: &[Source]) -> Result {
    let mut there: Vec<String> =
        sources.iter().filter_map(|source| in_the_way(folder, source)).collect();
    there.dedup();
    if !there.is_empty() {
        return Err(Failure::Usage(there));
    }
    let mut out = io::stdout().lock();
    for source in sources {
        let path = folder.join(&source.path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        files::replace(&path, &source.text).map_err(Failure::Broken)?;
        writeln!(out, "{}: written", files::name(&path))?;
    }
    Ok(Outcome::Fine)
}

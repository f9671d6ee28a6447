//! `seawall holdings build|check|scan`: an agency's own data, as files of keyed hashes.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use holdings::{Found, Fuel, Holdings, Key, Level, Scratch};

use super::holding_files::{counted, mapped, told};
use super::secrets::{self, Absent, hex};
use super::style::{Ink, Style};
use super::{Failure, Format, Outcome, Result, files};
use policy::Positions;

mod build;
mod origins;
mod sources;

/// What to do with holdings.
#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Make a file of keyed hashes from terms, records or documents, as docs/holdings.md shows step by step. The sources are not
    /// kept in it.
    #[command(subcommand)]
    Build(build::Command),
    /// Check a file whole (form, key, digest) and print what it says of itself. Exits with 1 if it is refused.
    Check {
        /// The file.
        file: PathBuf,
        #[command(flatten)]
        key: KeyFile,
        /// How to write it.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Find what a file holds in texts.
    Scan {
        /// The file of holdings.
        file: PathBuf,
        /// Texts to read; `-`: standard input.
        #[arg(required = true)]
        texts: Vec<PathBuf>,
        #[command(flatten)]
        key: KeyFile,
        /// How to write findings: lines for people, or one JSON object a finding.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
        /// Exit with 1 if there are findings.
        #[arg(long)]
        fail_on: bool,
    },
}

/// The key that holdings are built and searched with.
#[derive(clap::Args)]
pub(super) struct KeyFile {
    /// File with the key: 64 hex digits.
    #[arg(long, value_name = "FILE")]
    key_file: PathBuf,
}

pub(super) fn run(command: &Command) -> Result {
    match command {
        Command::Build(command) => build::run(command),
        Command::Check { file, key, format } => check(file, key, *format),
        Command::Scan { file, texts, key, format, fail_on } => {
            let holdings =
                open(file, key)?.map_err(|problem| Failure::Usage(told(file, &problem)))?;
            let found = scan(&holdings, texts, *format)?;
            Ok(if *fail_on && found > 0 { Outcome::No } else { Outcome::Fine })
        }
    }
}

impl KeyFile {
    fn key(&self, absent: Absent) -> std::result::Result<Key, Failure> {
        let secret = secrets::secret(&self.key_file, absent);
        let secret = secret.map_err(|problem| Failure::Usage(vec![problem]))?;
        secrets::read_by_others(&self.key_file).iter().for_each(|doubt| super::warn(doubt));
        Ok(Key::new(secret))
    }
}

fn open(
    file: &Path,
    key: &KeyFile,
) -> std::result::Result<std::result::Result<Holdings, holdings::Problem>, Failure> {
    let key = key.key(Absent::Refuse)?;
    let bytes = mapped(file).map_err(|problem| Failure::Usage(vec![problem]))?;
    Ok(Holdings::open(bytes, &key))
}

fn check(file: &Path, key: &KeyFile, format: Format) -> Result {
    let holdings = match open(file, key)? {
        Ok(holdings) => holdings,
        Err(problem) => {
            told(file, &problem).iter().for_each(|line| super::complain(line));
            return Ok(Outcome::No);
        }
    };
    let (facts, digest) = (holdings.facts(), hex(&holdings.digest()));
    let mut out = io::stdout().lock();
    if format == Format::Json {
        let mut said = serde_json::json!(facts);
        said["digest"] = digest.into();
        writeln!(out, "{}", serde_json::to_string_pretty(&said).unwrap_or_default())?;
    } else {
        let (file, kind, count) = (file.display(), facts.kind(), counted(facts));
        writeln!(out, "{file}: fine: {kind} `{}` of {count}, digest {digest}", facts.name)?;
    }
    Ok(Outcome::Fine)
}

/// Scans each text by itself and writes its findings; never the text. One with too many is named, and the others are scanned.
fn scan(
    holdings: &Holdings,
    texts: &[PathBuf],
    format: Format,
) -> std::result::Result<usize, Failure> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let (mut scratch, mut total, mut problems) = (Scratch::default(), 0, Vec::new());
    for path in texts {
        let (name, text) = read(path)?;
        match holdings.scan(&mut scratch, &[&text], &mut Fuel::new(u64::MAX)) {
            Ok(found) => {
                total += found.findings().len();
                tell(&mut out, holdings, (&name, &text), found, format)?;
            }
            Err(spent) => problems.push(format!("{name}: {spent}; scan it in parts")),
        }
    }
    out.flush()?;
    super::broken(problems)?;
    Ok(total)
}

fn tell(
    out: &mut impl Write,
    holdings: &Holdings,
    (name, text): (&str, &str),
    found: Found<'_>,
    format: Format,
) -> io::Result<()> {
    let (places, style) = (Positions::of(text), Style::of_stdout());
    for finding in found.findings() {
        let title = holdings.title(finding.subject);
        let pieces = found.pieces(finding);
        if format == Format::Json {
            let spans: Vec<_> = pieces.iter().map(|piece| [piece.start, piece.end]).collect();
            writeln!(
                out,
                "{}",
                serde_json::json!({
                    "file": name, "holdings": holdings.facts().name, "found": title, "level": finding.level,
                    "share": finding.share, "spans": spans,
                })
            )?;
            continue;
        }
        let start = pieces.iter().map(|piece| piece.start).min().unwrap_or(0);
        let end = pieces.iter().map(|piece| piece.end).max().unwrap_or(0);
        let level = if finding.level == Level::Confirmed { "confirmed" } else { "likely" };
        let (line, column) = places.line(start);
        let said = format!("({level}, {} bytes, {} %)", end - start, finding.share);
        writeln!(
            out,
            "{}:{line}:{column}: {} {}",
            style.paint(Ink::Bold, name),
            style.paint(Ink::Yellow, &title),
            style.paint(Ink::Faint, &said),
        )?;
    }
    Ok(())
}

fn read(path: &Path) -> std::result::Result<(String, String), Failure> {
    if path != Path::new("-") {
        let text = files::read(path).map_err(|problem| Failure::Usage(vec![problem]))?;
        return Ok((path.display().to_string(), text));
    }
    let bytes = files::bounded(io::stdin().lock(), 1 << 30)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::Usage(vec![format!("standard input: byte {at} is not UTF-8")])
    })?;
    Ok(("<stdin>".to_owned(), text))
}

//! `seawall journal verify|export|prove|points`: the auditor's and the SOC's tools, offline.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use journal::note::{Checkpoint, PublicKey};
use journal::reader::{Position, Reader};

use super::{Failure, Format, Outcome, Result, files};

/// How the entries begin that the journal writes about itself.
pub(super) const OF_THE_JOURNAL: &str = "{\"schema\":\"seawall.epoch/";

/// Bytes read from the journal at a time.
const CHUNK: usize = 4 << 20;

/// What to do with a journal.
#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Recompute every hash, tile and signature; find any change, gap or truncation.
    Verify {
        #[command(flatten)]
        place: Place,
        /// How to write it.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Print all signed records as JSON, one a line.
    Export {
        /// Folder of the journal.
        #[arg(long, value_name = "DIR", default_value = "seawall-journal")]
        folder: PathBuf,
        /// Also what the journal writes about itself.
        #[arg(long)]
        all: bool,
    },
    /// Print the proof that one record is in the journal (C2SP tlog-proof).
    Prove {
        #[command(flatten)]
        place: Place,
        /// The epoch of the record, as `export` shows it.
        #[arg(long)]
        epoch: u64,
        /// The index of the record, as `export` shows it.
        #[arg(long)]
        index: u64,
    },
    /// Print the names of the points at which SEAWALL_CRASH_AT can end the process, for fault tests.
    Points,
}

/// A journal and the keys to check it with.
#[derive(clap::Args)]
pub(super) struct Place {
    /// Folder of the journal.
    #[arg(long, value_name = "DIR", default_value = "seawall-journal")]
    folder: PathBuf,
    /// File with a public key: 64 hex digits, base64 or a note verifier key. May be given more than once.
    #[arg(long = "key", value_name = "FILE", default_value = "seawall-keys/journal.pem.pub")]
    keys: Vec<PathBuf>,
    /// A checkpoint kept elsewhere, which the journal must still contain. May be given more than once.
    #[arg(long = "kept", value_name = "FILE")]
    kept: Vec<PathBuf>,
}

pub(super) fn run(command: &Command) -> Result {
    match command {
        Command::Verify { place, format } => verify(place, *format),
        Command::Export { folder, all } => export(folder, *all),
        Command::Prove { place, epoch, index } => {
            let keys = place.keys()?;
            let proof =
                journal::proof::prove(&place.folder, &keys, *epoch, *index).map_err(|problem| {
                    Failure::Usage(vec![format!("{}: {problem}", place.folder.display())])
                })?;
            write!(io::stdout(), "{proof}")?;
            Ok(Outcome::Fine)
        }
        Command::Points => {
            let mut out = io::stdout().lock();
            for point in journal::POINTS.iter().chain(proxy::POINTS) {
                writeln!(out, "{point}")?;
            }
            Ok(Outcome::Fine)
        }
    }
}

impl Place {
    fn keys(&self) -> std::result::Result<Vec<PublicKey>, Failure> {
        let read = |path: &PathBuf| {
            let text = files::read(path)?;
            PublicKey::parse(text.trim())
                .map_err(|problem| format!("{}: {problem}", path.display()))
        };
        self.keys
            .iter()
            .map(read)
            .collect::<std::result::Result<_, _>>()
            .map_err(|problem| Failure::Usage(vec![problem]))
    }

    fn kept(&self, keys: &[PublicKey]) -> std::result::Result<Vec<Checkpoint>, Failure> {
        let read = |path: &PathBuf| {
            Checkpoint::open(&files::read(path)?, keys)
                .map_err(|problem| format!("{}: {problem}", path.display()))
        };
        self.kept
            .iter()
            .map(read)
            .collect::<std::result::Result<_, _>>()
            .map_err(|problem| Failure::Usage(vec![problem]))
    }
}

fn verify(place: &Place, format: Format) -> Result {
    let keys = place.keys()?;
    let report = journal::verify::verify(&place.folder, &keys, &place.kept(&keys)?)
        .map_err(|error| Failure::Broken(format!("{}: {error}", place.folder.display())))?;
    let mut out = io::stdout().lock();
    if format == Format::Json {
        let json = serde_json::json!({
            "sound": report.is_sound(), "signed": report.signed(),
            "problems": report.problems.iter().map(|p| serde_json::json!({ "file": p.file, "what": p.what })).collect::<Vec<_>>(),
        });
        writeln!(out, "{json}")?;
    } else {
        write!(out, "{report}")?;
    }
    Ok(if report.is_sound() { Outcome::Fine } else { Outcome::No })
}

fn export(folder: &Path, all: bool) -> Result {
    let broken = |error: io::Error| Failure::Broken(format!("{}: {error}", folder.display()));
    let reader = Reader::open(folder).map_err(broken)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut at = Position::default();
    loop {
        let (entries, next) = reader.next(at, CHUNK).map_err(broken)?;
        if entries.is_empty() && next == at {
            break;
        }
        for entry in entries
            .iter()
            .filter(|entry| all || !entry.bytes.starts_with(OF_THE_JOURNAL.as_bytes()))
        {
            out.write_all(&entry.bytes)?;
            out.write_all(b"\n")?;
        }
        at = next;
    }
    out.flush()?;
    Ok(Outcome::Fine)
}

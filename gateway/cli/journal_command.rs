//! `seawall journal verify|export|prove|points`: the auditor's and the SOC's tools, offline.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use incident::{Body, Record};
use journal::note::{Checkpoint, PublicKey};
use journal::reader::{Entry, Position};

use super::{Failure, Format, Outcome, Result, entries, files, records};

/// How the entries begin that the journal writes about itself.
pub(super) const OF_THE_JOURNAL: &str = "{\"schema\":\"seawall.epoch/";

/// What to do with a journal.
#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Recompute every hash, tile and signature; find any change, gap or truncation.
    ///
    /// That the newest part was rolled back as a whole, checkpoint included, shows only against a checkpoint that was
    /// kept elsewhere (--kept).
    Verify {
        #[command(flatten)]
        place: Place,
        /// A checkpoint kept elsewhere, which the journal must still contain. May be given more than once.
        #[arg(long = "kept", value_name = "FILE")]
        kept: Vec<PathBuf>,
        /// The gateway ended in good order, so what is not signed or torn is a no, too.
        #[arg(long)]
        closed: bool,
        /// How to write it.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Print all signed records as JSON, one a line; verified first, if there is a key to do it with.
    Export {
        #[command(flatten)]
        place: Place,
        /// Also what the journal writes about itself.
        #[arg(long)]
        all: bool,
        /// With the place of each: {"epoch": …, "index": …, "record": …}.
        #[arg(long)]
        positions: bool,
    },
    /// Print the proof that one record is in the journal (C2SP tlog-proof).
    Prove {
        #[command(flatten)]
        place: Place,
        /// The `id` of the record, or what a refusal tells as `record`: the id of an exchange, whose last decision is proved then.
        #[arg(long, required_unless_present = "index", conflicts_with_all = ["epoch", "index"])]
        id: Option<String>,
        /// The epoch of the record, as `export --positions` shows it.
        #[arg(long, requires = "index")]
        epoch: Option<u64>,
        /// The index of the record, as `export --positions` shows it.
        #[arg(long, requires = "epoch")]
        index: Option<u64>,
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
    /// File with a public key: 64 hex digits, base64 or a note verifier key. May be given more than once, for a journal
    /// whose key was replaced. Default: seawall-keys/journal.pem.pub.
    #[arg(long = "key", value_name = "FILE")]
    keys: Vec<PathBuf>,
}

/// Where the public key stands unless the configuration says otherwise.
const DEFAULT_KEY: &str = "seawall-keys/journal.pem.pub";

pub(super) fn run(command: &Command) -> Result {
    match command {
        Command::Verify { place, kept, closed, format } => verify(place, kept, *closed, *format),
        Command::Export { place, all, positions } => export(place, *all, *positions),
        Command::Prove { place, id, epoch, index } => {
            let position = match (id, epoch, index) {
                (Some(id), ..) => place.find(id)?,
                (None, epoch, index) => {
                    Position { epoch: epoch.unwrap_or_default(), index: index.unwrap_or_default() }
                }
            };
            let proof = journal::proof::prove(
                &place.folder,
                &place.keys()?,
                position.epoch,
                position.index,
            )
            .map_err(|problem| {
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
        let default = [PathBuf::from(DEFAULT_KEY)];
        let paths = if self.keys.is_empty() { default.as_slice() } else { self.keys.as_slice() };
        let keys: std::result::Result<_, String> =
            paths.iter().map(|path| records::public_key(path)).collect();
        keys.map_err(|problem| Failure::Usage(vec![problem]))
    }

    fn broken(&self) -> impl Fn(io::Error) -> Failure {
        move |error| Failure::Broken(format!("{}: {error}", self.folder.display()))
    }

    /// Hands every signed entry to `each`, in order.
    fn read(
        &self,
        mut each: impl FnMut(&Entry) -> std::result::Result<(), Failure>,
    ) -> std::result::Result<(), Failure> {
        entries::of_folder(&self.folder, &mut each)
    }

    /// Where the record with an id stands, or the last decision of the exchange with it.
    fn find(&self, id: &str) -> std::result::Result<Position, Failure> {
        let mut found = None;
        let mut of_the_exchange: Vec<(Position, Record)> = Vec::new();
        self.read(|entry| {
            match Record::parse(&entry.bytes) {
                Some(record) if record.id == id => found = Some(entry.position),
                Some(record) if is_of(&record, id) => {
                    of_the_exchange.push((entry.position, record));
                }
                _ => {}
            }
            Ok(())
        })?;
        found.or_else(|| last_decision(&of_the_exchange)).ok_or_else(|| {
            let place = self.folder.display();
            let what = "holds no signed record with this id, nor one of an exchange with it";
            Failure::Usage(vec![format!("{place}: {what}")])
        })
    }
}

/// Whether a record is of the exchange with an id.
fn is_of(record: &Record, exchange: &str) -> bool {
    record.id.strip_prefix(exchange).is_some_and(|rest| rest.starts_with('-'))
}

/// Where the last decision of an exchange stands; all its records are listed for whoever asked.
fn last_decision(records: &[(Position, Record)]) -> Option<Position> {
    let is_decision = |(_, record): &&(Position, Record)| matches!(record.body, Body::Decision(_));
    let (position, proved) = records.iter().rfind(is_decision)?;
    let ids: Vec<&str> = records.iter().map(|(_, record)| record.id.as_str()).collect();
    // Standard output holds the proof alone.
    let _ = writeln!(
        io::stderr(),
        "note: this exchange has the records {}; proved is {}",
        ids.join(", "),
        proved.id
    );
    Some(*position)
}

fn checkpoint(path: &Path, keys: &[PublicKey]) -> std::result::Result<Checkpoint, Failure> {
    files::read(path)
        .and_then(|note| {
            Checkpoint::open(&note, keys)
                .map_err(|problem| format!("{}: {problem}", path.display()))
        })
        .map_err(|problem| Failure::Usage(vec![problem]))
}

fn verify(place: &Place, kept: &[PathBuf], closed: bool, format: Format) -> Result {
    let keys = place.keys()?;
    let kept: Vec<Checkpoint> =
        kept.iter().map(|path| checkpoint(path, &keys)).collect::<std::result::Result<_, _>>()?;
    let report = journal::verify::verify(&place.folder, &keys, &kept).map_err(place.broken())?;
    let unsigned: u64 = report.epochs.iter().map(|epoch| epoch.unsigned).sum();
    let torn: u64 = report.epochs.iter().map(|epoch| epoch.torn_bytes).sum();
    let live = report.epochs.iter().any(|epoch| epoch.live);
    let sound = report.is_sound() && !(closed && (unsigned > 0 || torn > 0 || live));
    let mut out = io::stdout().lock();
    if format == Format::Json {
        let json = serde_json::json!({
            "sound": sound, "signed": report.signed(), "unsigned": unsigned, "torn_bytes": torn, "live": live,
            "problems": report.problems.iter().map(|p| serde_json::json!({ "file": p.file, "what": p.what })).collect::<Vec<_>>(),
        });
        writeln!(out, "{json}")?;
    } else {
        write!(out, "{report}")?;
        if unsigned > 0 && !live {
            writeln!(
                out,
                "{unsigned} entries are not signed yet: whoever can write here could have changed them. The gateway \
                 signs them when it starts again; after an end in good order there are none (--closed)."
            )?;
        }
        writeln!(out, "{}", if sound { "sound" } else { "NOT sound" })?;
    }
    Ok(if sound { Outcome::Fine } else { Outcome::No })
}

/// Prints what is there also when it is not sound, for whoever has to look into it, but says so.
fn export(place: &Place, all: bool, positions: bool) -> Result {
    let mut sound = true;
    if place.keys.is_empty() && !Path::new(DEFAULT_KEY).exists() {
        writeln!(io::stderr(), "note: not verified; name the public key with --key")?;
    } else {
        let report =
            journal::verify::verify(&place.folder, &place.keys()?, &[]).map_err(place.broken())?;
        sound = report.is_sound();
        report.problems.iter().for_each(|problem| super::complain(&problem.to_string()));
    }
    let mut out = io::BufWriter::new(io::stdout().lock());
    place.read(|entry| {
        if !all && entry.bytes.starts_with(OF_THE_JOURNAL.as_bytes()) {
            return Ok(());
        }
        if positions {
            let Position { epoch, index } = entry.position;
            write!(out, "{{\"epoch\":{epoch},\"index\":{index},\"record\":")?;
        }
        out.write_all(&entry.bytes)?;
        out.write_all(if positions { b"}\n" } else { b"\n" })?;
        Ok(())
    })?;
    out.flush()?;
    Ok(if sound { Outcome::Fine } else { Outcome::No })
}

//! Opening the journal as the configuration says.

use std::io;
use std::path::Path;

use journal::note::{NoteError, PublicKey, SigningKey};
use journal::reader::{Position, Reader};
use journal::{Journal, OpenError, Options};
use serde_json::Value;

use super::config::Config;
use super::{files, secrets};

/// Bytes read from the journal at a time.
const CHUNK: usize = 1 << 20;

/// Opens the journal and repairs a torn tail. A signing key is made only for a journal that begins with it.
///
/// # Errors
/// A sentence that says what is wrong with the folder or the keys, and what to do.
pub(crate) fn open(config: &Config) -> Result<(Journal, journal::Recovery), String> {
    let keys = &config.keys;
    may_begin(config)?;
    if !keys.signing.exists() {
        secrets::make_signing_key(&keys.signing)?;
    }
    let key = signing_key(&keys.signing)?;
    let public = secrets::public_path(&keys.signing);
    if !public.exists() {
        let text = format!("{}\n", secrets::hex(&key.public().to_bytes()));
        std::fs::write(&public, text)
            .map_err(|error| format!("{}: cannot be written ({error})", public.display()))?;
    }
    let mut options = Options::new(config.origin(), key);
    options.previous_keys = previous_keys(config).map_err(|problems| problems.join("\n"))?;
    options.max_bytes = config.journal.max_bytes;
    options.checkpoint_interval = config.journal.checkpoint.get();
    options.append_deadline = config.journal.append_deadline.get();
    options.reserve_bytes = options.reserve_bytes.min(config.journal.max_bytes / 8);
    let folder = &config.journal.folder;
    Journal::open(folder, options).map_err(|error| {
        let mend = match error {
            OpenError::Checkpoint { error: NoteError::Unsigned, .. } => ROTATION,
            _ => "",
        };
        format!("{}: {error}{mend}", folder.display())
    })
}

/// What to do about a journal that another key signed.
const ROTATION: &str = "; restore that key, or name the public key that signed it in keys.previous";

/// What is wrong with the journal's keys, as far as it shows without making or changing anything.
pub(crate) fn problems(config: &Config) -> Vec<String> {
    let mut problems = previous_keys(config).err().unwrap_or_default();
    let own =
        if config.keys.signing.exists() { signing_key(&config.keys.signing).err() } else { None };
    // Whether a key may be made follows from where the journal is and which keys it had.
    let known = ["journal.folder", "keys.previous"].iter().all(|key| !config.places.is_lost(key));
    let problem = own.or_else(|| may_begin(config).err().filter(|_| known));
    problems.extend(problem.and_then(|problem| config.places.named("keys.signing", problem)));
    problems
}

/// Whether the key in use and the public key beside it belong together, and a missing key may be made.
///
/// The public key is what auditors verify by, so it is never replaced: a lost or changed key would go unseen.
fn may_begin(config: &Config) -> Result<(), String> {
    let path = &config.keys.signing;
    let public = secrets::public_path(path);
    let expected = if path.exists() { Some(signing_key(path)?.public()) } else { None };
    if public.exists() && expected != Some(public_key(&public)?) {
        return Err(format!(
            "{}: is not the public half of {}; restore that key from its backup, or to go on with a new one \
             move the public key elsewhere and name it in keys.previous",
            public.display(),
            path.display()
        ));
    }
    let begun =
        std::fs::read_dir(&config.journal.folder).is_ok_and(|mut items| items.next().is_some());
    if expected.is_none() && begun && config.keys.previous.is_empty() {
        return Err(format!(
            "{}: is missing, but {} holds records that it signed; restore the key from its backup, or to go on \
             with a new one name the public key of the old in keys.previous",
            path.display(),
            config.journal.folder.display()
        ));
    }
    Ok(())
}

fn signing_key(path: &Path) -> Result<SigningKey, String> {
    SigningKey::from_pem(&files::read(path)?)
        .map_err(|problem| format!("{}: {problem}", path.display()))
}

/// The public keys that signed earlier epochs.
fn previous_keys(config: &Config) -> Result<Vec<PublicKey>, Vec<String>> {
    let (mut keys, mut problems) = (Vec::new(), Vec::new());
    for (at, path) in config.keys.previous.iter().enumerate() {
        match public_key(path) {
            Ok(key) => keys.push(key),
            Err(problem) => {
                problems.extend(config.places.problem(&format!("keys.previous[{at}]"), problem));
            }
        }
    }
    if problems.is_empty() { Ok(keys) } else { Err(problems) }
}

/// Reads a file with a public key.
///
/// # Errors
/// A sentence that names the file and what is wrong with it.
pub(crate) fn public_key(path: &Path) -> Result<PublicKey, String> {
    let text = files::read(path)?;
    PublicKey::parse(text.trim()).map_err(|problem| format!("{}: {problem}", path.display()))
}

/// At most `limit` records of an epoch with an index below `before`, newest first, each with its `epoch` and `index`.
///
/// # Errors
/// What the journal says when it cannot be read.
pub(crate) fn newest(
    reader: &Reader,
    epoch: u64,
    before: Option<u64>,
    limit: usize,
) -> io::Result<Vec<Value>> {
    let later = reader.lag(Position { epoch: epoch + 1, index: 0 })?;
    let size = reader.lag(Position { epoch, index: 0 })?.saturating_sub(later);
    let end = before.unwrap_or(size).min(size);
    let mut at = Position { epoch, index: end.saturating_sub(limit as u64) };
    let mut found = Vec::new();
    while at.epoch == epoch && at.index < end {
        let (entries, next) = reader.next(at, CHUNK)?;
        if entries.is_empty() {
            break;
        }
        for entry in entries.into_iter().filter(|entry| entry.position.index < end) {
            let mut record: Value = serde_json::from_slice(&entry.bytes).unwrap_or_default();
            if let Some(fields) = record.as_object_mut() {
                fields.insert("epoch".to_owned(), entry.position.epoch.into());
                fields.insert("index".to_owned(), entry.position.index.into());
            }
            found.push(record);
        }
        at = next;
    }
    found.reverse();
    Ok(found)
}

/// How many of the newest records are asked what the clock had shown.
const ASKED: usize = 256;

/// The latest time that the journal of a node tells, in nanoseconds since 1970-01-01 UTC; 0 if there is no journal yet. Whoever
/// judges by the clock starts from it: what had expired does not come alive again with a clock that was set back.
///
/// # Errors
/// A sentence that names the folder and the mend.
pub(crate) fn latest_on_record(config: &Config) -> Result<u64, String> {
    let folder = &config.journal.folder;
    let told = match Reader::open(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        reader => reader.and_then(|reader| latest_time(&reader)),
    };
    told.map_err(|error| {
        format!(
            "{}: the newest records cannot be read: {error}; see what is wrong with `seawall journal verify`, then \
             restore the folder or set it aside and begin a new journal",
            folder.display()
        )
    })
}

/// The newest epoch that holds records; 0 if none does.
///
/// # Errors
/// What the journal says when it cannot be read.
pub(crate) fn newest_epoch(reader: &Reader) -> io::Result<u64> {
    let mut epoch = 0;
    while reader.lag(Position { epoch: epoch + 1, index: 0 })? > 0 {
        epoch += 1;
    }
    Ok(epoch)
}

/// The latest time that the newest records tell, in nanoseconds since 1970-01-01 UTC; 0 if there are none.
fn latest_time(reader: &Reader) -> io::Result<u64> {
    for epoch in (1..=newest_epoch(reader)?).rev() {
        let found = newest(reader, epoch, None, ASKED)?;
        let times = found.iter().flat_map(|record| [&record["time"], &record["latest"]]);
        if let Some(latest) = times.filter_map(Value::as_u64).max() {
            return Ok(latest);
        }
    }
    Ok(0)
}

/// All records of one exchange, in their order. For short journals: it reads from the beginning.
///
/// # Errors
/// What the journal says when it cannot be read.
pub(crate) fn of_exchange(reader: &Reader, exchange: &str) -> io::Result<Vec<Value>> {
    let mut at = Position::default();
    let mut found = Vec::new();
    loop {
        let (entries, next) = reader.next(at, CHUNK)?;
        if entries.is_empty() && next == at {
            return Ok(found);
        }
        let parsed =
            entries.iter().filter_map(|entry| serde_json::from_slice::<Value>(&entry.bytes).ok());
        found.extend(parsed.filter(|record| record["exchange"] == exchange));
        at = next;
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

    use std::path::Path;

    use incident::{Body, Lifecycle, Record};

    use super::*;

    /// Opens the journal, writes lifecycle records and closes it again; gives what was told before, and the epoch.
    fn run(folder: &Path, seed: u8, records: &[(u64, u64)]) -> (u64, u64) {
        let mut options = Options::new("gw.example/n", SigningKey::from_seed(&[seed; 32]));
        options.previous_keys =
            (1..seed).map(|n| SigningKey::from_seed(&[n; 32]).public()).collect();
        let (journal, _) = Journal::open(folder, options).unwrap();
        let before = latest_time(&Reader::open(folder).unwrap()).unwrap();
        for (time, latest) in records {
            let event = Body::Lifecycle(Lifecycle::Stop { reason: "test".to_owned() });
            let line = Record::new("01", *time, "n", "b", event).after(*latest).to_line();
            journal.append(line).unwrap().wait().unwrap();
        }
        let epoch = journal.epoch();
        journal.close().unwrap();
        (before, epoch)
    }

    #[test]
    fn the_latest_time_is_that_of_the_newest_records() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(run(folder.path(), 1, &[]), (0, 1));
        assert_eq!(run(folder.path(), 1, &[(10, 0), (30, 0), (20, 30)]), (0, 1));
        // The clock went back by one run; every record says what it had shown.
        let behind: Vec<(u64, u64)> = (0..600).map(|n| (n % 9, 30)).collect();
        assert_eq!(run(folder.path(), 1, &behind), (30, 1));
        assert_eq!(run(folder.path(), 1, &[]), (30, 1));
        // A new key begins a new epoch, with nothing in it yet.
        assert_eq!(run(folder.path(), 2, &[]), (30, 2));
        assert_eq!(run(folder.path(), 2, &[(40, 0)]), (30, 2));
        assert_eq!(run(folder.path(), 2, &[]), (40, 2));
    }
}

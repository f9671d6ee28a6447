//! Opening the journal as the configuration says.

use std::io;

use journal::note::SigningKey;
use journal::reader::{Position, Reader};
use journal::{Journal, Options, Recovery};
use serde_json::Value;

use super::config::Config;
use super::{files, secrets};

/// Bytes read from the journal at a time.
const CHUNK: usize = 1 << 20;

/// Opens the journal and repairs a torn tail.
///
/// # Errors
/// A sentence that says what is wrong with the folder or the key, and what to do.
pub(crate) fn open(config: &Config) -> Result<(Journal, Recovery), String> {
    let key = signing_key(config)?;
    let origin = config
        .journal
        .origin
        .clone()
        .unwrap_or_else(|| format!("seawall.invalid/{}", config.node()));
    let mut options = Options::new(origin, key);
    options.max_bytes = config.journal.max_bytes;
    options.checkpoint_interval = config.journal.checkpoint.get();
    options.append_deadline = config.journal.append_deadline.get();
    options.reserve_bytes = options.reserve_bytes.min(config.journal.max_bytes / 8);
    Journal::open(&config.journal.folder, options)
        .map_err(|error| format!("{}: {error}", config.journal.folder.display()))
}

/// Reads or makes the key that signs checkpoints; beside it stands the public key, for auditors.
fn signing_key(config: &Config) -> Result<SigningKey, String> {
    let path = &config.keys.signing;
    let pem = secrets::signing_pem(path)?;
    let key =
        SigningKey::from_pem(&pem).map_err(|problem| format!("{}: {problem}", path.display()))?;
    let public = secrets::public_path(path);
    let text = format!("{}\n", secrets::hex(&key.public().to_bytes()));
    if !public.exists() || files::read(&public)? != text {
        std::fs::write(&public, text)
            .map_err(|error| format!("{}: cannot be written ({error})", public.display()))?;
    }
    Ok(key)
}

/// At most `limit` records of an epoch with an index below `before`, newest first, each with its `index`.
///
/// # Errors
/// What the journal says when it cannot be read.
pub(crate) fn newest(
    reader: &Reader,
    epoch: u64,
    before: Option<u64>,
    limit: usize,
) -> io::Result<Vec<Value>> {
    let size = reader.lag(Position { epoch, index: 0 })?;
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
                fields.insert("index".to_owned(), entry.position.index.into());
            }
            found.push(record);
        }
        at = next;
    }
    found.reverse();
    Ok(found)
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

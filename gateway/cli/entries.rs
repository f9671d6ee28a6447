//! The records of a journal one by one, from its folder or from what `journal export` wrote: in memory that does not grow with it.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use journal::reader::{Entry, Position, Reader};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Failure;
use super::journal_command::OF_THE_JOURNAL;

/// Bytes read from a journal at a time.
const CHUNK: usize = 4 << 20;
/// Most bytes of one line; a record is shorter.
const MOST_BYTES: u64 = 1 << 20;

/// Where a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    /// In a journal.
    Entry(Position),
    /// In a file, from 1.
    Line(u64),
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Entry(Position { epoch, index }) => write!(f, "entry {epoch}/{index}"),
            At::Line(number) => write!(f, "line {number}"),
        }
    }
}

/// A line of `journal export --positions`.
#[derive(Deserialize)]
struct Positioned<'l> {
    epoch: u64,
    index: u64,
    #[serde(borrow)]
    record: &'l RawValue,
}

/// Hands every record to `each`, in order: of the folder of a journal those that are signed, of a file its lines, of `-` those of
/// standard input. What the journal writes about itself is left out; that a line is a record is for `each` to see.
///
/// # Errors
/// What cannot be read, and what `each` gives.
pub(super) fn each(
    path: &Path,
    mut each: impl FnMut(At, &[u8]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut one = |at, bytes: &[u8]| {
        let is_record =
            !bytes.starts_with(OF_THE_JOURNAL.as_bytes()) && !bytes.trim_ascii().is_empty();
        if is_record { each(at, bytes) } else { Ok(()) }
    };
    if path.is_dir() {
        return of_folder(path, &mut |entry| one(At::Entry(entry.position), &entry.bytes));
    }
    let unreadable = |error: io::Error| {
        Failure::Usage(vec![format!("{}: cannot be read ({error})", path.display())])
    };
    let mut reader: Box<dyn BufRead> = if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(BufReader::new(File::open(path).map_err(unreadable)?))
    };
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let mut bounded = Read::take(&mut reader, MOST_BYTES);
        if bounded.read_until(b'\n', &mut line).map_err(unreadable)? == 0 {
            break;
        }
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        match serde_json::from_slice::<Positioned<'_>>(positioned(line)) {
            Ok(Positioned { epoch, index, record }) => {
                one(At::Entry(Position { epoch, index }), record.get().as_bytes())?;
            }
            Err(_) => one(At::Line(number), line)?,
        }
    }
    Ok(())
}

/// A line if it may bear its position: so that others are not parsed for it.
fn positioned(line: &[u8]) -> &[u8] {
    if line.starts_with(br#"{"epoch":"#) { line } else { b"" }
}

/// Hands every signed entry of a journal to `each`, in order.
///
/// # Errors
/// What cannot be read, and what `each` gives.
pub(super) fn of_folder(
    folder: &Path,
    each: &mut impl FnMut(&Entry) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let broken = |error: io::Error| Failure::Broken(format!("{}: {error}", folder.display()));
    let reader = Reader::open(folder).map_err(broken)?;
    let mut at = Position::default();
    loop {
        let (entries, next) = reader.next(at, CHUNK).map_err(broken)?;
        if entries.is_empty() && next == at {
            return Ok(());
        }
        entries.iter().try_for_each(&mut *each)?;
        at = next;
    }
}

//! The one form of the file: an uncompressed ustar archive (POSIX.1-1988) of regular files, in one spelling.
//!
//! Each entry is a header block, the bytes, zeros up to 512; two blocks of zeros end the file and nothing stands behind them. A
//! header block is compared with the one that would be written for its name and size, so there is nothing in it to be read in
//! two ways: no owner, mode, time, prefix, link, extension. INVARIANT: `read(bytes)` is `Ok(files)` only if `write(&files) == bytes`.

use std::collections::HashMap;
use std::fmt;

use tar::{EntryType, Header};

use crate::Refused;
use crate::name::{MAX_ENTRY_NAME, wrong_in_entry};

/// The largest bundle, in bytes. More is refused before anything is hashed.
pub const MAX_BUNDLE: usize = 64 << 20;

/// The largest file in a bundle, in bytes.
pub const MAX_FILE: usize = 16 << 20;

/// The most files in a bundle, with header and proof.
pub const MAX_FILES: usize = 4096;

/// The unit of a tar file, in bytes.
const BLOCK: usize = 512;

/// A file in a bundle.
#[derive(Clone, PartialEq, Eq)]
pub struct File {
    /// Its name in the bundle, parts separated by `/`.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

impl File {
    /// A file of this name.
    pub fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), bytes: bytes.into() }
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "File({}, {} bytes)", self.name, self.bytes.len())
    }
}

/// Writes files in the order given. Names and sizes must be ones that [`read`] takes; what is written otherwise is refused there.
pub(crate) fn write(files: &[File]) -> Vec<u8> {
    let size = files.iter().map(|file| BLOCK + padded(file.bytes.len())).sum::<usize>() + 2 * BLOCK;
    let mut out = Vec::with_capacity(size);
    for file in files {
        out.extend(head(file.name.as_bytes(), file.bytes.len()));
        out.extend(&file.bytes);
        out.resize(out.len().next_multiple_of(BLOCK), 0);
    }
    out.resize(out.len() + 2 * BLOCK, 0);
    out
}

/// The header block of a file: mode 0644, owner 0, time 0. A longer name is cut, which [`read`] then refuses as another file's.
fn head(name: &[u8], size: usize) -> [u8; BLOCK] {
    let mut header = Header::new_ustar();
    for (to, from) in header.as_old_mut().name.iter_mut().zip(name) {
        *to = *from;
    }
    header.set_entry_type(EntryType::Regular);
    header.set_size(size as u64);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_cksum();
    *header.as_bytes()
}

fn padded(size: usize) -> usize {
    size.next_multiple_of(BLOCK)
}

/// Reads the files of an archive and tells everything that is wrong with it.
///
/// # Errors
/// All problems of form and names that can be seen; after a size that cannot be believed nothing further is looked at.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<File>, Vec<Refused>> {
    let mut reader = Reader { bytes, at: 0, found: Vec::new(), problems: Vec::new() };
    reader.walk();
    reader.tell_duplicates();
    if !reader.problems.is_empty() {
        return Err(reader.problems);
    }
    let file = |(name, bytes): (&[u8], &[u8])| {
        // INVARIANT: names were checked to be ASCII.
        File::new(String::from_utf8_lossy(name), bytes)
    };
    Ok(reader.found.into_iter().map(file).collect())
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    found: Vec<(&'b [u8], &'b [u8])>,
    problems: Vec<Refused>,
}

impl<'b> Reader<'b> {
    /// Entry after entry up to the end.
    fn walk(&mut self) {
        loop {
            let Some(block) = self.take(BLOCK) else {
                return self.broken("the end is missing");
            };
            if block.iter().all(|b| *b == 0) {
                return self.end();
            }
            if self.found.len() == MAX_FILES {
                return self.problems.push(Refused::TooManyEntries);
            }
            if self.entry(block).is_none() {
                return;
            }
        }
    }

    /// One entry; `None` if what is behind it cannot be found.
    fn entry(&mut self, block: &'b [u8]) -> Option<()> {
        let number = self.found.len() + 1;
        let header = Header::from_byte_slice(block);
        let stated = header.cksum().ok();
        let sum: u32 = block.iter().map(|b| u32::from(*b)).sum();
        let own: u32 = block.iter().skip(148).take(8).map(|b| u32::from(*b)).sum();
        let (Ok(size), true) = (header.entry_size(), stated == Some(sum - own + 8 * 32)) else {
            self.at -= BLOCK;
            self.broken("is no header of an entry, or its checksum is wrong");
            return None;
        };
        let size = match usize::try_from(size) {
            Ok(size) if size <= MAX_FILE => size,
            _ => {
                self.problems.push(Refused::EntryTooLarge { entry: number, bytes: size });
                return None;
            }
        };
        let Some(content) = self.take(padded(size)) else {
            self.broken("an entry begins that claims more bytes than there are");
            return None;
        };
        let (content, padding) = content.split_at(size);
        let name = block.get(..MAX_ENTRY_NAME).unwrap_or(block);
        let name = name.split(|b| *b == 0).next().unwrap_or(name);
        let spelled = block == head(name, size).as_slice() && padding.iter().all(|byte| *byte == 0);
        if header.entry_type() != EntryType::Regular {
            self.problems.push(Refused::NotAFile { entry: number });
        } else if let Some(what) = wrong_in_entry(name) {
            self.problems.push(Refused::EntryName { entry: number, what });
        } else if !spelled {
            self.problems.push(Refused::Spelling { entry: number });
        }
        self.found.push((name, content));
        Some(())
    }

    /// The second block of zeros, and nothing behind it.
    fn end(&mut self) {
        match self.take(BLOCK) {
            Some(block) if block.iter().all(|b| *b == 0) => match self.bytes.len() - self.at {
                0 => {}
                bytes => self.problems.push(Refused::Trailing { bytes }),
            },
            Some(_) => {
                self.problems.push(Refused::Trailing { bytes: self.bytes.len() - self.at + BLOCK })
            }
            None => self.broken("the second block of zeros is missing"),
        }
    }

    /// Two names that are one where case does not count, or where one would have to be a folder.
    fn tell_duplicates(&mut self) {
        let folded: Vec<Vec<u8>> =
            self.found.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
        let mut first: HashMap<&[u8], usize> = HashMap::new();
        for (n, name) in folded.iter().enumerate() {
            match first.get(name.as_slice()) {
                Some(of) => self.problems.push(Refused::Duplicate { entry: n + 1, of: *of }),
                None => _ = first.insert(name, n + 1),
            }
        }
        for (n, name) in folded.iter().enumerate() {
            let folders = name.iter().enumerate().filter(|(_, b)| **b == b'/');
            let file = folders.filter_map(|(at, _)| first.get(name.get(..at)?)).next();
            self.problems.extend(file.map(|of| Refused::Duplicate { entry: n + 1, of: *of }));
        }
    }

    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let end = self.at.checked_add(count)?;
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn broken(&mut self, what: &'static str) {
        self.problems.push(Refused::Form { at: self.at, what });
    }
}

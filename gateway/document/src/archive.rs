//! Archives and compressed files: ZIP, tar, gzip, xz, Zstandard. Entries are read as files of their own.

mod entry;
mod packed;
mod tar;

use std::io::{Cursor, Read};
use std::ops::Range;

use memchr::memmem;
use zip::{CompressionMethod, ZipArchive};

use crate::kind::Kind;
use crate::piece::{Hints, Role, Why};
use crate::reading::Reading;
use crate::{glean, odf, office};

pub(crate) use self::tar::{is_tar, read as tar};
use entry::Listed;
pub(crate) use packed::{gzip, is_skipped, xz, zstd};

/// Shortest run of characters that is told from the extra field of gzip.
const EXTRA: usize = 4;

/// Tells bytes that belong to no entry, unless they only fill up.
fn stray(reading: &mut Reading<'_>, bytes: &[u8], place: &str) {
    if bytes.iter().any(|byte| *byte != 0) {
        reading.unread(place, Why::Broken);
        glean::read(reading, bytes);
        if has_directory_at_end(bytes) && reading.entry() {
            reading.inner(place, bytes, &Hints::default());
        }
    }
}

/// Whether a directory of a ZIP archive stands at the end of something else.
pub(crate) fn has_directory_at_end(bytes: &[u8]) -> bool {
    let from = bytes.len().saturating_sub(66_000);
    let tail = bytes.get(from..).unwrap_or(bytes);
    memmem::rfind(tail, b"PK\x05\x06").is_some()
        && ZipArchive::new(Cursor::new(bytes)).is_ok_and(|archive| !archive.is_empty())
}

/// An opened ZIP archive, for the readers of the formats that stand in one.
pub(crate) struct Package<'b> {
    bytes: &'b [u8],
    archive: ZipArchive<Cursor<&'b [u8]>>,
    /// The names of the entries, by index.
    pub(crate) names: Vec<String>,
    /// Where the packed data of each stands.
    data: Vec<Range<usize>>,
}

impl Package<'_> {
    /// The unpacked bytes of an entry, or `None` with the reason told.
    ///
    /// What stands behind the end of packed data is passed over by readers, and told here.
    pub(crate) fn bytes(&mut self, reading: &mut Reading<'_>, index: usize) -> Option<Vec<u8>> {
        let place = format!("/{}", self.names.get(index)?);
        if let Some(why) = self.obstacle(index) {
            reading.unread(&place, why);
            return None;
        }
        let listed = self.archive.by_index_raw(index).ok();
        let (stored, crc) =
            listed.map(|file| (file.compression() == CompressionMethod::Stored, file.crc32()))?;
        let Some(data) = self.data.get(index).and_then(|data| self.bytes.get(data.clone())) else {
            reading.unread(&place, Why::Broken);
            return None;
        };
        let unpacked = if stored {
            reading.unpack(&place, data, data.len())?
        } else {
            let mut decoder = flate2::bufread::DeflateDecoder::new(data);
            let unpacked = reading.unpack(&place, &mut decoder, data.len())?;
            let used = usize::try_from(decoder.total_in()).unwrap_or(usize::MAX);
            let behind = data.get(used..).unwrap_or_default();
            reading.within(&place, |reading| stray(reading, behind, "bytes behind packed data"));
            unpacked
        };
        let mut sum = flate2::Crc::new();
        sum.update(&unpacked);
        if sum.sum() != crc {
            reading.unread(&place, Why::Broken);
        }
        Some(unpacked)
    }

    /// Why an entry cannot be unpacked, if its header says so.
    fn obstacle(&mut self, index: usize) -> Option<Why> {
        let file = self.archive.by_index_raw(index).ok()?;
        let known =
            matches!(file.compression(), CompressionMethod::Stored | CompressionMethod::Deflated);
        match (file.encrypted(), known) {
            (true, _) => Some(Why::Encrypted),
            (false, true) => None,
            (false, false) => Some(Why::Unsupported),
        }
    }

    /// An entry by name, as text.
    pub(crate) fn text(&mut self, reading: &mut Reading<'_>, name: &str) -> Option<String> {
        let index = self.names.iter().position(|entry| entry == name)?;
        let bytes = self.bytes(reading, index)?;
        Some(crate::text::of_xml(reading, &format!("/{name}"), &bytes))
    }

    /// Tells the names of all entries; those of a document may say something too.
    pub(crate) fn tell_names(&self, reading: &mut Reading<'_>) {
        reading.text(Role::Metadata, "file names", "", self.names.join("\n"));
    }

    /// Whether there is an entry of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|entry| entry == name)
    }
}

/// Reads a ZIP archive, or the document that it is.
pub(crate) fn zip(reading: &mut Reading<'_>, bytes: &[u8]) -> Kind {
    let Ok(archive) = ZipArchive::new(Cursor::new(bytes)) else {
        reading.unread("", Why::Broken);
        loose(reading, bytes);
        return Kind::Zip;
    };
    if archive.len() > reading.limits().entries {
        reading.unread("", Why::TooMany);
        return Kind::Zip;
    }
    let mut package = Package { bytes, archive, names: Vec::new(), data: Vec::new() };
    let (mut taken, mut packed) = (Vec::new(), 0_u64);
    for index in 0..package.archive.len() {
        let Ok(file) = package.archive.by_index_raw(index) else {
            reading.unread(&format!("entry {}", index + 1), Why::Broken);
            package.names.push(format!("entry {}", index + 1));
            package.data.push(usize::MAX..usize::MAX);
            continue;
        };
        let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX);
        let start = at(file.header_start());
        let data = file.data_start().map_or(start, at);
        let size = at(file.compressed_size());
        taken.push(Taken { start, end: data.saturating_add(size), size });
        packed = packed.saturating_add(file.compressed_size());
        let name = file
            .name()
            .map_or_else(|_| String::from_utf8_lossy(file.name_raw()).into_owned(), String::from);
        let comment = file.comment().to_owned();
        let listed = Listed {
            name: file.name_raw().to_vec(),
            stored: file.compression() == CompressionMethod::Stored,
            encrypted: file.encrypted(),
            crc: file.crc32(),
            packed: file.compressed_size(),
            unpacked: file.size(),
            extra: file.extra_data().unwrap_or_default(),
        };
        drop(file);
        let place = format!("/{name}");
        reading.text(Role::Metadata, "comment", &place, comment);
        entry::read(reading, &place, bytes, start, &listed);
        package.data.push(data..data.saturating_add(size));
        package.names.push(name);
    }
    if memmem::find(package.archive.comment(), b"PK\x05\x06").is_some() {
        // An archive in the comment of another: which of them is read depends on who reads.
        reading.unread("comment", Why::Broken);
    }
    let comment = String::from_utf8_lossy(package.archive.comment()).into_owned();
    reading.text(Role::Metadata, "comment", "", comment);
    taken.sort_unstable_by_key(|entry| entry.start);
    // Entries that share their packed bytes are a bomb (Fifield, WOOT 2019); no writer makes them.
    let shared = taken.windows(2).any(|two| matches!(two, [one, other] if one.end > other.start));
    let start = usize::try_from(package.archive.central_directory_start()).unwrap_or(usize::MAX);
    taken.push(Taken { start, end: end_of_directory(bytes), size: usize::MAX });
    gaps(reading, bytes, &taken);
    if packed > bytes.len() as u64 || shared {
        reading.unread("", Why::Ratio);
        return Kind::Zip;
    }
    if let Some(kind) = office::read(reading, &mut package) {
        return kind;
    }
    if let Some(kind) = odf::read(reading, &mut package) {
        return kind;
    }
    plain(reading, &mut package);
    Kind::Zip
}

fn plain(reading: &mut Reading<'_>, package: &mut Package<'_>) {
    for index in 0..package.names.len() {
        if !reading.entry() {
            return;
        }
        let name = package.names.get(index).cloned().unwrap_or_default();
        let place = format!("/{name}");
        reading.text(Role::Metadata, "file name", &place, name.clone());
        if let Some(unpacked) = package.bytes(reading, index)
            && !(unpacked.is_empty() && name.ends_with('/'))
        {
            reading.inner(&place, &unpacked, &Hints { name: &name, media_type: "" });
        }
    }
}

/// Where an archive ends: behind the last record that says so, with its comment (APPNOTE 4.3.16).
fn end_of_directory(bytes: &[u8]) -> usize {
    let from = bytes.len().saturating_sub(22 + 65_535);
    let tail = bytes.get(from..).unwrap_or(bytes);
    let ends = memmem::find_iter(tail, b"PK\x05\x06").filter_map(|at| {
        let comment = tail.get(at + 20..at + 22)?;
        Some(from + at + 22 + usize::from(u16::from_le_bytes([comment[0], comment[1]])))
    });
    ends.filter(|end| *end <= bytes.len()).last().unwrap_or(bytes.len())
}

/// The bytes of an entry with its header, or of the directory, and how many of them are packed data.
struct Taken {
    start: usize,
    end: usize,
    /// `usize::MAX` where no data stands.
    size: usize,
}

/// Looks at what stands before, between and behind the listed entries (`taken`, ascending): entries that the directory does not
/// list are passed over by most readers and found by some.
fn gaps(reading: &mut Reading<'_>, bytes: &[u8], taken: &[Taken]) {
    // What another kind of file has in front of an archive is read as that file.
    let foreign = !bytes.starts_with(b"PK");
    let (mut end, mut size) = (0, usize::MAX);
    for next in taken.iter().chain([&Taken { start: bytes.len(), end: bytes.len(), size: 0 }]) {
        let gap = bytes.get(end..next.start.min(bytes.len())).unwrap_or_default();
        if let Some(at) = memmem::find(gap, b"PK\x03\x04") {
            reading.unread("entries that the directory does not list", Why::Broken);
            loose(reading, gap.get(at..).unwrap_or_default());
        } else if !(is_descriptor(gap, size) || foreign && end == 0) {
            stray(reading, gap, "bytes between the entries");
        }
        (end, size) = (end.max(next.end), next.size);
    }
}

/// Whether bytes behind packed data say once more how long it is (APPNOTE 4.3.9).
fn is_descriptor(gap: &[u8], size: usize) -> bool {
    let fields = gap.strip_prefix(b"PK\x07\x08").unwrap_or(gap);
    let written =
        fields.get(4..8).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]));
    matches!(fields.len(), 12 | 20) && written.map(|size| size as usize) == Some(size)
}

/// Reads entries one after the other by their own headers, where there is no directory.
fn loose(reading: &mut Reading<'_>, bytes: &[u8]) {
    let mut rest = bytes;
    while reading.entry() {
        let before = rest.len();
        let Ok(Some(file)) = zip::read::read_zipfile_from_stream(&mut rest) else { return };
        let name = file.name().map_or_else(|_| "entry".to_owned(), String::from);
        let place = format!("/{name}");
        let mut packed = before;
        packed = packed.min(usize::try_from(file.compressed_size()).unwrap_or(before).max(1));
        let Some(unpacked) = reading.unpack(&place, file.take(u64::MAX), packed) else { return };
        reading.inner(&place, &unpacked, &Hints { name: &name, media_type: "" });
    }
}

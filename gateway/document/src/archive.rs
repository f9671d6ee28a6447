//! Archives and compressed files: ZIP, tar, gzip, xz, Zstandard. Entries are read as files of their own.

use std::io::{Cursor, Read};

use lzma_rust2::XzReader;
use memchr::memmem;
use zip::{CompressionMethod, ZipArchive};

use crate::kind::Kind;
use crate::piece::{Hints, Role, Why};
use crate::reading::Reading;
use crate::{odf, office};

/// What an xz or Zstandard decoder may hold as its window.
const WINDOW_LOG: u32 = 26;

/// Reads gzip: one file, and the name that its header gives it.
pub(crate) fn gzip(reading: &mut Reading<'_>, bytes: &[u8], hints: &Hints<'_>) {
    let mut decoder = flate2::read::MultiGzDecoder::new(bytes);
    let unpacked = reading.unpack("", &mut decoder, bytes.len());
    let header = flate2::read::GzDecoder::new(bytes).header().cloned();
    let name = header.as_ref().and_then(|header| header.filename());
    let name = name.map(|name| String::from_utf8_lossy(name).into_owned());
    if let Some(comment) = header.as_ref().and_then(|header| header.comment()) {
        let comment = String::from_utf8_lossy(comment).into_owned();
        reading.text(Role::Metadata, "comment", "", comment);
    }
    if let Some(name) = &name {
        reading.text(Role::Metadata, "file name", "", name.clone());
    }
    single(reading, unpacked, name.as_deref().unwrap_or(stem(hints)));
}

/// Reads xz.
pub(crate) fn xz(reading: &mut Reading<'_>, bytes: &[u8], hints: &Hints<'_>) {
    let reader = XzReader::new_mem_limit(bytes, true, 1 << (WINDOW_LOG - 10));
    let unpacked = reading.unpack("", reader, bytes.len());
    single(reading, unpacked, stem(hints));
}

/// Reads Zstandard.
pub(crate) fn zstd(reading: &mut Reading<'_>, bytes: &[u8], hints: &Hints<'_>) {
    let decoder = zstd::stream::read::Decoder::with_buffer(bytes).and_then(|mut decoder| {
        decoder.window_log_max(WINDOW_LOG)?;
        Ok(decoder)
    });
    let Ok(decoder) = decoder else { return reading.unread("", Why::Broken) };
    let unpacked = reading.unpack("", decoder, bytes.len());
    single(reading, unpacked, stem(hints));
}

fn single(reading: &mut Reading<'_>, unpacked: Option<Vec<u8>>, name: &str) {
    if let Some(unpacked) = unpacked
        && reading.entry()
    {
        reading.inner(&format!("/{name}"), &unpacked, &Hints { name, media_type: "" });
    }
}

/// The name without the extension of the compression.
fn stem<'h>(hints: &Hints<'h>) -> &'h str {
    hints.name.rsplit_once('.').map_or("", |(stem, _)| stem)
}

/// Whether the first block is the header of a tar archive: its checksum says so (POSIX.1, ustar).
pub(crate) fn is_tar(bytes: &[u8]) -> bool {
    let (Some(header), Some(field)) = (bytes.get(..512), bytes.get(148..156)) else { return false };
    let written = std::str::from_utf8(field).unwrap_or("").trim_matches(['\0', ' ']);
    let Ok(written) = u64::from_str_radix(written, 8) else { return false };
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    header.iter().any(|byte| *byte != 0) && sum(header) - sum(field) + 8 * 32 == written
}

/// Reads a tar archive.
pub(crate) fn tar(reading: &mut Reading<'_>, bytes: &[u8]) {
    let mut archive = tar::Archive::new(bytes);
    let Ok(entries) = archive.entries() else { return reading.unread("", Why::Broken) };
    for entry in entries {
        let Ok(entry) = entry else { return reading.unread("", Why::Broken) };
        if !reading.entry() {
            return;
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let place = format!("/{name}");
        reading.text(Role::Metadata, "file name", &place, name.clone());
        if !entry.header().entry_type().is_file() {
            continue;
        }
        // A tar does not pack; what an entry says of its size cannot exceed the archive, except for sparse files.
        if let Some(unpacked) = reading.unpack(&place, entry, bytes.len()) {
            reading.inner(&place, &unpacked, &Hints { name: &name, media_type: "" });
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
    archive: ZipArchive<Cursor<&'b [u8]>>,
    /// The names of the entries, by index.
    pub(crate) names: Vec<String>,
}

impl Package<'_> {
    /// The unpacked bytes of an entry, or `None` with the reason told.
    pub(crate) fn bytes(&mut self, reading: &mut Reading<'_>, index: usize) -> Option<Vec<u8>> {
        let place = format!("/{}", self.names.get(index)?);
        if let Some(why) = self.obstacle(index) {
            reading.unread(&place, why);
            return None;
        }
        match self.archive.by_index(index) {
            Ok(file) => {
                let packed = usize::try_from(file.compressed_size()).unwrap_or(usize::MAX);
                reading.unpack(&place, file, packed)
            }
            Err(_) => {
                reading.unread(&place, Why::Broken);
                None
            }
        }
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
        Some(crate::text::decode_as(&bytes, "utf-8"))
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
    let mut package = Package { archive, names: Vec::new() };
    let (mut starts, mut packed) = (Vec::new(), 0_u64);
    for index in 0..package.archive.len() {
        let Ok(file) = package.archive.by_index_raw(index) else {
            reading.unread(&format!("entry {}", index + 1), Why::Broken);
            package.names.push(format!("entry {}", index + 1));
            continue;
        };
        starts.push(usize::try_from(file.header_start()).unwrap_or(usize::MAX));
        packed = packed.saturating_add(file.compressed_size());
        let name = file
            .name()
            .map_or_else(|_| String::from_utf8_lossy(file.name_raw()).into_owned(), String::from);
        let comment = file.comment().to_owned();
        drop(file);
        reading.text(Role::Metadata, "comment", &format!("/{name}"), comment);
        package.names.push(name);
    }
    let comment = String::from_utf8_lossy(package.archive.comment()).into_owned();
    reading.text(Role::Metadata, "comment", "", comment);
    hidden_entries(reading, bytes, &starts);
    // Entries that share their packed bytes are a bomb (Fifield, WOOT 2019); no writer makes them.
    starts.sort_unstable();
    if packed > bytes.len() as u64 || starts.windows(2).any(|two| two.first() == two.last()) {
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
        if name.ends_with('/') {
            continue;
        }
        if let Some(unpacked) = package.bytes(reading, index) {
            reading.inner(&place, &unpacked, &Hints { name: &name, media_type: "" });
        }
    }
}

/// Entries that the directory does not list are passed over by most readers and found by some.
///
/// An archive that is stored within this one has entries of its own; those stand inside the bytes of a listed entry and are
/// read with it, so only what stands before the first listed entry is looked at.
fn hidden_entries(reading: &mut Reading<'_>, bytes: &[u8], starts: &[usize]) {
    let first = starts.iter().min().copied().unwrap_or(0);
    let before = bytes.get(..first.min(bytes.len())).unwrap_or_default();
    if memmem::find(before, b"PK\x03\x04").is_some() {
        reading.unread("entries that the directory does not list", Why::Broken);
        loose(reading, before);
    }
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

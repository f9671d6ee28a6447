//! tar: entries, and what their headers say beside them.

use crate::glean;
use crate::piece::{Hints, Role, Why};
use crate::reading::Reading;

use super::{EXTRA, stray};

/// Bytes of a block.
const BLOCK: usize = 512;

/// Whether the first block is the header of a tar archive: its checksum says so (POSIX.1, ustar).
pub(crate) fn is_tar(bytes: &[u8]) -> bool {
    let (Some(header), Some(field)) = (bytes.get(..512), bytes.get(148..156)) else { return false };
    let written = std::str::from_utf8(field).unwrap_or("").trim_matches(['\0', ' ']);
    let Ok(written) = u64::from_str_radix(written, 8) else { return false };
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    header.iter().any(|byte| *byte != 0) && sum(header) - sum(field) + 8 * 32 == written
}

/// Reads a tar archive. Behind its end stand zeros, or what no reader of archives shows.
pub(crate) fn read(reading: &mut Reading<'_>, bytes: &[u8]) {
    let end = blocks(reading, bytes);
    let mut archive = ::tar::Archive::new(bytes);
    let Ok(entries) = archive.entries() else { return reading.unread("", Why::Broken) };
    for entry in entries {
        let Ok(mut entry) = entry else { return reading.unread("", Why::Broken) };
        if !reading.entry() {
            return;
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let place = format!("/{name}");
        reading.text(Role::Metadata, "file name", &place, name.clone());
        reading.text(Role::Metadata, "", &place, owners(&mut entry));
        if entry.size() == 0 {
            continue;
        }
        // A tar does not pack; what an entry says of its size cannot exceed the archive, except for sparse files.
        if let Some(unpacked) = reading.unpack(&place, entry, bytes.len()) {
            reading.inner(&place, &unpacked, &Hints { name: &name, media_type: "" });
        }
    }
    stray(reading, bytes.get(end..).unwrap_or_default(), "bytes behind the end");
}

/// Tells what the headers of a tar archive hold behind the ends of their fields, and what fills up the blocks of files.
fn blocks(reading: &mut Reading<'_>, bytes: &[u8]) -> usize {
    let (mut at, mut told) = (0_usize, Vec::new());
    while let Some(header) = bytes.get(at..at.saturating_add(BLOCK)).filter(|one| is_tar(one)) {
        told.extend(beside_numbers(header));
        told.push(0);
        let global = header[156] == b'g';
        at += BLOCK;
        // Sparse files of GNU go on in further blocks, each of which says whether one more follows.
        let mut more = header[156] == b'S' && header[482] != 0;
        while more && let Some(block) = bytes.get(at..at.saturating_add(BLOCK)) {
            more = block[504] != 0;
            at += BLOCK;
        }
        let mut fields = ::tar::Header::new_old();
        fields.as_mut_bytes().copy_from_slice(header);
        let size = usize::try_from(fields.entry_size().unwrap_or(0)).unwrap_or(usize::MAX);
        let end = at.saturating_add(size).min(bytes.len());
        if global {
            // Readers take what it says for all entries, and show none of it.
            let said = String::from_utf8_lossy(bytes.get(at..end).unwrap_or_default()).into_owned();
            reading.text(Role::Metadata, "headers", "", said);
        }
        at = end.next_multiple_of(BLOCK).min(bytes.len());
        told.extend(bytes.get(end..at).unwrap_or_default());
        told.push(0);
    }
    reading.text(Role::Metadata, "headers", "", glean::runs_from(EXTRA, &told));
    at
}

/// The bytes of a header without its numbers (POSIX.1, ustar): modes, owners, size, time and sum.
fn beside_numbers(header: &[u8]) -> Vec<u8> {
    let mut rest = header.to_vec();
    for field in [100..108, 108..116, 116..124, 124..136, 136..148, 148..156, 329..345] {
        let field = rest.get_mut(field).unwrap_or_default();
        if field.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, 0 | b' ')) {
            field.fill(0);
        }
    }
    if let Some(mark) = rest.get_mut(257..265)
        && matches!(&*mark, b"ustar\x0000" | b"ustar  \0")
    {
        mark.fill(0);
    }
    rest
}

/// Where a link leads, who owns an entry, and what extended headers say of it.
fn owners(entry: &mut ::tar::Entry<'_, &[u8]>) -> String {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    lines.extend(entry.link_name_bytes().map(|name| name.into_owned()));
    let owners = [entry.header().username_bytes(), entry.header().groupname_bytes()];
    lines.extend(owners.into_iter().flatten().map(<[u8]>::to_vec));
    if let Ok(Some(extensions)) = entry.pax_extensions() {
        for one in extensions.filter_map(Result::ok) {
            lines.push([one.key_bytes(), b": ", one.value_bytes()].concat());
        }
    }
    String::from_utf8_lossy(&lines.join(&b'\n')).into_owned()
}

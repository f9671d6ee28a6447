//! What stands about the entry of a ZIP archive beside its data: its own header, extra fields, bytes behind what unpacks.
//!
//! The directory says what most readers go by. The header before the data can say something else, and others go by that one.

use crate::glean;
use crate::piece::{Role, Why};
use crate::reading::Reading;

/// Bytes of the header before the data, without name and extra fields (APPNOTE 4.3.7).
const HEADER: usize = 30;
/// Shortest run of characters that is told from a field that nothing here knows, and from one that holds numbers.
const UNKNOWN: usize = 4;
const NUMBERS: usize = 8;

/// What the directory says of an entry.
pub(super) struct Listed {
    pub(super) name: Vec<u8>,
    pub(super) stored: bool,
    pub(super) encrypted: bool,
    pub(super) crc: u32,
    pub(super) packed: u64,
    pub(super) unpacked: u64,
    pub(super) extra: Vec<u8>,
}

/// Tells the extra fields of an entry and what its own header says otherwise; `start` is where that stands.
pub(super) fn read(
    reading: &mut Reading<'_>,
    place: &str,
    bytes: &[u8],
    start: usize,
    listed: &Listed,
) {
    fields(reading, place, &listed.extra);
    let Some(header) = bytes.get(start..start.saturating_add(HEADER)) else { return };
    let short = |at: usize| {
        header.get(at..at + 2).map_or(0, |two| usize::from(two[0]) | usize::from(two[1]) << 8)
    };
    let long = |at: usize| short(at) | short(at + 2) << 16;
    let name = start + HEADER;
    let extra = name + short(26);
    let own = bytes.get(name..extra).unwrap_or_default();
    if own != listed.name.as_slice() {
        let own = String::from_utf8_lossy(own).into_owned();
        reading.text(Role::Metadata, "name in its header", place, own);
    }
    let own = bytes.get(extra..extra + short(28)).unwrap_or_default();
    if own != listed.extra.as_slice() {
        fields(reading, place, own);
    }
    // Sizes that were not known when the header was written stand behind the data; large ones in an extra field.
    let later = short(6) & 8 != 0;
    let same = |at: usize, listed: u64| {
        let own = long(at) as u64;
        own == listed || own == 0xffff_ffff || later && own == 0
    };
    let fits =
        same(14, u64::from(listed.crc)) && same(18, listed.packed) && same(22, listed.unpacked);
    if !fits || (short(8) == 0) != listed.stored || (short(6) & 1 != 0) != listed.encrypted {
        reading.unread(&format!("{place}, header"), Why::Broken);
    }
}

/// Tells what can be read in extra fields (APPNOTE 4.5).
fn fields(reading: &mut Reading<'_>, place: &str, mut rest: &[u8]) {
    let mut told = String::new();
    while let [a, b, low, high, behind @ ..] = rest {
        let length = usize::from(*low) | usize::from(*high) << 8;
        let Some((data, next)) = behind.split_at_checked(length) else { break };
        told.push_str(&field(u16::from_le_bytes([*a, *b]), data));
        rest = next;
    }
    told.push_str(&glean::runs_from(UNKNOWN, rest));
    reading.text(Role::Metadata, "extra field", place, told);
}

fn field(id: u16, data: &[u8]) -> String {
    match (id, data) {
        // Sizes, times and owners.
        (0x0001 | 0x5455 | 0x7875 | 0x5855 | 0x7855 | 0x000a | 0x9901, _) => {
            glean::runs_from(NUMBERS, data)
        }
        // Names and comments in Unicode, behind a version and a sum.
        (0x7075 | 0x6375, [_, _, _, _, _, text @ ..]) => {
            format!("{}\n", String::from_utf8_lossy(text))
        }
        _ => match std::str::from_utf8(data) {
            Ok(text) if !text.contains(char::is_control) => format!("{text}\n"),
            _ => glean::runs_from(UNKNOWN, data),
        },
    }
}

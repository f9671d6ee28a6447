//! Runs of readable characters in a format that no reader understands. What is gleaned does not make the file read.

use crate::piece::Role;
use crate::reading::Reading;

/// Shortest run that is told, in characters. Shorter ones are mostly chance.
const RUN: usize = 8;

/// Tells the runs of 8-bit and of 16-bit characters.
pub(crate) fn read(reading: &mut Reading<'_>, bytes: &[u8]) {
    narrow(reading, Role::Content, bytes);
    for (shift, place) in
        [(0, "readable wide characters"), (1, "readable wide characters, shifted")]
    {
        let pairs = bytes.get(shift..).unwrap_or_default().as_chunks::<2>().0;
        let units = pairs.iter().map(|pair| u16::from_le_bytes(*pair));
        // Latin, Greek, Cyrillic, Hebrew and Arabic letters; the rest of the plane is what compressed data looks like.
        let wide = runs(units, |c| (0x20..0x7f).contains(&c) || (0xa0..0x700).contains(&c));
        reading.text(Role::Content, "", place, wide);
    }
}

/// Tells the runs of 8-bit characters.
pub(crate) fn narrow(reading: &mut Reading<'_>, role: Role, bytes: &[u8]) {
    reading.text(role, "", "readable characters", runs_from(RUN, bytes));
}

/// The runs of 8-bit characters that are at least so many long, a line each.
pub(crate) fn runs_from(least: usize, bytes: &[u8]) -> String {
    runs_of(least, bytes.iter().map(|byte| u16::from(*byte)), |c| (0x20..0x7f).contains(&c))
}

/// The runs, a line each.
pub(crate) fn runs(units: impl Iterator<Item = u16>, readable: impl Fn(u16) -> bool) -> String {
    runs_of(RUN, units, readable)
}

fn runs_of(
    least: usize,
    units: impl Iterator<Item = u16>,
    readable: impl Fn(u16) -> bool,
) -> String {
    let mut out = String::new();
    let (mut run, mut length) = (out.len(), 0);
    for unit in units.chain([0]) {
        if readable(unit) {
            out.extend(char::from_u32(u32::from(unit)));
            length += 1;
            continue;
        }
        if length >= least {
            out.push('\n');
        } else {
            out.truncate(run);
        }
        (run, length) = (out.len(), 0);
    }
    out
}

//! gzip, xz, Zstandard: one file, and what stands beside its data.

use std::io::Read;

use lzma_rust2::XzReader;

use crate::glean;
use crate::piece::{Hints, Role, Why};
use crate::reading::Reading;

use super::{EXTRA, stray};

/// What an xz or Zstandard decoder may hold as its window.
const WINDOW_LOG: u32 = 26;

/// Reads gzip: members that are one file together, and what their headers say.
pub(crate) fn gzip(reading: &mut Reading<'_>, bytes: &[u8], hints: &Hints<'_>) {
    let (mut rest, mut whole, mut first) = (bytes, Vec::new(), None);
    // Other bytes behind a member are left out by programs, most of them without a word.
    while rest.starts_with(b"\x1f\x8b") && (first.is_none() || reading.entry()) {
        let mut decoder = flate2::bufread::GzDecoder::new(rest);
        let (unpacked, ended) = reading.drain(&mut decoder, rest.len());
        if whole.is_empty() {
            // Nearly all files are one member, and may be large.
            whole = unpacked;
        } else {
            whole.extend(unpacked);
        }
        let header = decoder.header().cloned();
        rest = decoder.into_inner();
        let name = header.as_ref().map_or_else(String::new, |header| about(reading, header));
        first.get_or_insert(name);
        if let Err(why) = ended {
            reading.unread("", why);
            if why != Why::Broken {
                // What follows is the rest of this member.
                rest = &[];
            }
            break;
        }
    }
    stray(reading, rest, "bytes behind the end");
    let name = first.unwrap_or_default();
    single(reading, whole, if name.is_empty() { stem(hints) } else { &name });
}

/// Tells what the header of a member says; gives the name of the file.
fn about(reading: &mut Reading<'_>, header: &flate2::GzHeader) -> String {
    let text =
        |bytes: Option<&[u8]>| String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned();
    let name = text(header.filename());
    reading.text(Role::Metadata, "comment", "", text(header.comment()));
    reading.text(Role::Metadata, "file name", "", name.clone());
    let extra = glean::runs_from(EXTRA, header.extra().unwrap_or_default());
    reading.text(Role::Metadata, "extra field", "", extra);
    name
}

/// Reads xz.
pub(crate) fn xz(reading: &mut Reading<'_>, bytes: &[u8], hints: &Hints<'_>) {
    let reader = XzReader::new_mem_limit(bytes, true, 1 << (WINDOW_LOG - 10));
    let unpacked = partly(reading, reader, bytes.len());
    single(reading, unpacked, stem(hints));
}

/// Reads Zstandard. Frames that decoders skip (RFC 8878, 3.1.2) are told.
pub(crate) fn zstd(reading: &mut Reading<'_>, bytes: &[u8], hints: &Hints<'_>) {
    let (mut rest, mut skipped) = (bytes, Vec::new());
    while let [kind, 0x2a, 0x4d, 0x18, ..] | [kind, 0xb5, 0x2f, 0xfd, ..] = rest {
        let Ok(length) = zstd::zstd_safe::find_frame_compressed_size(rest) else { break };
        let Some((frame, behind)) = rest.split_at_checked(length) else { break };
        if (0x50..0x60).contains(kind) {
            skipped.extend(frame.get(8..).unwrap_or_default());
            skipped.push(b'\n');
        }
        rest = behind;
    }
    if !skipped.is_empty() {
        reading.unread("skipped frames", Why::Unsupported);
        glean::read(reading, &skipped);
    }
    let decoder = zstd::stream::read::Decoder::with_buffer(bytes).and_then(|mut decoder| {
        decoder.window_log_max(WINDOW_LOG)?;
        Ok(decoder)
    });
    let Ok(decoder) = decoder else { return reading.unread("", Why::Broken) };
    let unpacked = partly(reading, decoder, bytes.len());
    single(reading, unpacked, stem(hints));
}

/// Whether the bytes begin with a frame of Zstandard that decoders skip.
pub(crate) fn is_skipped(bytes: &[u8]) -> bool {
    matches!(bytes, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

/// What a decoder gives, also before it fails.
fn partly(reading: &mut Reading<'_>, decoder: impl Read, packed: usize) -> Vec<u8> {
    let (unpacked, ended) = reading.drain(decoder, packed);
    if let Err(why) = ended {
        reading.unread("", why);
    }
    unpacked
}

fn single(reading: &mut Reading<'_>, unpacked: Vec<u8>, name: &str) {
    if !unpacked.is_empty() && reading.entry() {
        reading.inner(&format!("/{name}"), &unpacked, &Hints { name, media_type: "" });
    }
}

/// The name without the extension of the compression.
fn stem<'h>(hints: &Hints<'h>) -> &'h str {
    hints.name.rsplit_once('.').map_or("", |(stem, _)| stem)
}

//! Content encodings undone, in the reverse of the order they were applied, under a size and a ratio bound.
//!
//! Source: RFC 9110 §8.4. `deflate` is the zlib format, and the raw format that some clients send instead.
//! INVARIANT: a decoder's whole input is used; bytes after its end are refused, because another reader might see them.

use std::io::{ErrorKind, Read};

use bytes::Bytes;
use http::{HeaderMap, header};

use super::BodyProblem;
use crate::budget::Hold;
use crate::config::Limits;

/// One content encoding that is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// The encodings of a body, in the order they were applied.
pub(super) fn codings(headers: &HeaderMap, most: u8) -> Result<Vec<Coding>, BodyProblem> {
    let mut found = Vec::new();
    for line in headers.get_all(header::CONTENT_ENCODING) {
        let line = line.to_str().map_err(|_| BodyProblem::UnknownEncoding)?;
        for name in line.split(',') {
            match name.trim().to_ascii_lowercase().as_str() {
                "" | "identity" => {}
                "gzip" | "x-gzip" => found.push(Coding::Gzip),
                "deflate" => found.push(Coding::Deflate),
                "br" => found.push(Coding::Brotli),
                "zstd" => found.push(Coding::Zstd),
                _ => return Err(BodyProblem::UnknownEncoding),
            }
        }
    }
    if found.len() > usize::from(most) { Err(BodyProblem::UnknownEncoding) } else { Ok(found) }
}

/// Undoes all encodings. Larger bodies are decoded off the worker thread.
pub(super) async fn undo(
    codings: Vec<Coding>,
    wire: Bytes,
    limits: Limits,
    hold: Hold,
) -> Result<(Bytes, Hold), BodyProblem> {
    if wire.len() <= INLINE_BYTES {
        return undo_here(&codings, wire, &limits, hold);
    }
    let task = tokio::task::spawn_blocking(move || undo_here(&codings, wire, &limits, hold));
    task.await.unwrap_or(Err(BodyProblem::Corrupt))
}

fn undo_here(
    codings: &[Coding],
    wire: Bytes,
    limits: &Limits,
    mut hold: Hold,
) -> Result<(Bytes, Hold), BodyProblem> {
    let sent = wire.len();
    let mut bytes = wire;
    for coding in codings.iter().rev() {
        bytes = undo_one(*coding, &bytes, sent, limits, &mut hold)?;
    }
    Ok((bytes, hold))
}

fn undo_one(
    coding: Coding,
    data: &[u8],
    sent: usize,
    limits: &Limits,
    hold: &mut Hold,
) -> Result<Bytes, BodyProblem> {
    let mut input = data;
    let bounds = Bounds { size: limits.body.get(), sent, ratio: limits.decode_ratio as usize };
    let decoded = match coding {
        Coding::Gzip => drain(flate2::bufread::MultiGzDecoder::new(&mut input), &bounds, hold)?,
        Coding::Deflate if is_zlib(data) => {
            drain(flate2::bufread::ZlibDecoder::new(&mut input), &bounds, hold)?
        }
        Coding::Deflate => drain(flate2::bufread::DeflateDecoder::new(&mut input), &bounds, hold)?,
        Coding::Brotli => brotli_decoded(&mut input, &bounds, hold)?,
        Coding::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(&mut input)
                .map_err(|_| BodyProblem::Corrupt)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG).map_err(|_| BodyProblem::Corrupt)?;
            drain(decoder, &bounds, hold)?
        }
    };
    if input.is_empty() { Ok(decoded) } else { Err(BodyProblem::Corrupt) }
}

/// Brotli's reader takes its input in blocks of its own; asked once more at the end, it reports an unused rest.
fn brotli_decoded(
    input: &mut &[u8],
    bounds: &Bounds,
    hold: &mut Hold,
) -> Result<Bytes, BodyProblem> {
    let mut decoder = brotli::Decompressor::new(input, BROTLI_BLOCK_BYTES);
    let decoded = drain(&mut decoder, bounds, hold)?;
    match decoder.read(&mut [0_u8]) {
        Ok(0) => Ok(decoded),
        _ => Err(BodyProblem::Corrupt),
    }
}

struct Bounds {
    size: usize,
    sent: usize,
    ratio: usize,
}

/// Reads a decoder to its end, one step at a time, each step paid for before it is kept.
fn drain(mut decoder: impl Read, bounds: &Bounds, hold: &mut Hold) -> Result<Bytes, BodyProblem> {
    let mut all = Vec::new();
    let mut step = vec![0_u8; STEP_BYTES];
    loop {
        let count = match decoder.read(&mut step) {
            Ok(0) => return Ok(Bytes::from(all)),
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(_) => return Err(BodyProblem::Corrupt),
        };
        let length = all.len() + count;
        if length > bounds.size {
            return Err(BodyProblem::DecodedTooLarge { limit: bounds.size });
        }
        if length > RATIO_FREE_BYTES && length / bounds.sent.max(1) > bounds.ratio {
            return Err(BodyProblem::RatioTooHigh);
        }
        if !hold.grow(count) {
            return Err(BodyProblem::Busy);
        }
        all.extend_from_slice(step.get(..count).unwrap_or_default());
    }
}

/// RFC 1950 §2.2: the low four bits of the first byte are 8, and the first two bytes are a multiple of 31.
fn is_zlib(data: &[u8]) -> bool {
    match data {
        [first, second, ..] => {
            first & 0x0f == 8 && (u16::from(*first) << 8 | u16::from(*second)).is_multiple_of(31)
        }
        _ => false,
    }
}

const INLINE_BYTES: usize = 64 * 1024;
const BROTLI_BLOCK_BYTES: usize = 4096;
const STEP_BYTES: usize = 32 * 1024;
const RATIO_FREE_BYTES: usize = 1024 * 1024;
/// 8 MiB, what RFC 8878 §3.1.1.1.2 asks decoders to support.
const ZSTD_WINDOW_LOG: u32 = 23;

#[cfg(test)]
mod tests;

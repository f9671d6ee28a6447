//! Filters of streams (ISO 32000-2, 7.4), each within the bounds of the reading.

mod coded;
mod lzw;
mod rows;

use std::borrow::Cow;
use std::io::{ErrorKind, Read};

use flate2::bufread::DeflateDecoder;

use crate::glean;
use crate::piece::Why;
use crate::reading::Reading;

use super::file::File;
use super::lexer::is_space;
use super::object::{Dict, Object};

/// Filters one after the other.
const CHAIN: usize = 6;
/// Bytes of the sum behind what is deflated.
const SUM: usize = 4;

/// What one filter gives.
struct Unpacked<'b> {
    bytes: Vec<u8>,
    ended: Result<(), Why>,
    /// What stands behind the end of the data; all of it, if it is not packed as it should be.
    rest: &'b [u8],
}

/// What the stream decodes to, and how it ended; after a failure the bytes are those that came before.
pub(super) fn decode(
    reading: &mut Reading<'_>,
    file: &File<'_>,
    dict: &Dict,
    raw: &[u8],
) -> (Vec<u8>, Result<(), Why>) {
    let listed = |long: &[u8], short: &[u8]| {
        let value = dict
            .get(long)
            .or_else(|| dict.get(short))
            .map_or(Object::Null, |object| file.resolve(object));
        match value {
            Object::Array(items) => items.iter().map(|item| file.resolve(item)).collect(),
            Object::Null => Vec::new(),
            one => vec![one],
        }
    };
    let filters = listed(b"Filter", b"F");
    let parameters = listed(b"DecodeParms", b"DP");
    if filters.len() > CHAIN {
        return (Vec::new(), Err(Why::TooDeep));
    }
    if !reading.spend(if filters.is_empty() { raw.len() } else { 0 }) {
        return (Vec::new(), Err(Why::TooLarge));
    }
    // A stream may be asked for from many places; each time it is gone through anew.
    if !file.spend(raw.len()) {
        return (Vec::new(), Err(Why::TooMany));
    }
    let mut bytes = Cow::Borrowed(raw);
    for (at, filter) in filters.iter().enumerate() {
        let Object::Name(name) = filter else { return (Vec::new(), Err(Why::Broken)) };
        let parameters = match parameters.get(at) {
            Some(Object::Dict(dict)) => dict.clone(),
            _ => Dict::default(),
        };
        let unpacked = apply(reading, name, &parameters, &bytes);
        if is_behind(&unpacked) && file.is_first(raw, at) {
            behind(reading, unpacked.rest);
        }
        if unpacked.ended.is_err() {
            return (unpacked.bytes, unpacked.ended);
        }
        bytes = Cow::Owned(unpacked.bytes);
    }
    (bytes.into_owned(), Ok(()))
}

/// Whether something stands behind the data; writers leave ends of lines and fill up with blanks.
fn is_behind(unpacked: &Unpacked<'_>) -> bool {
    matches!(unpacked.ended, Ok(()) | Err(Why::Broken))
        && !unpacked.rest.iter().all(|byte| is_space(*byte))
}

/// Tells what viewers pass over: bytes behind the end of packed data, or data that is not packed as it should be.
fn behind(reading: &mut Reading<'_>, rest: &[u8]) {
    reading.unread("bytes behind the end of a stream", Why::Broken);
    glean::read(reading, rest);
}

fn apply<'b>(
    reading: &mut Reading<'_>,
    name: &[u8],
    parameters: &Dict,
    bytes: &'b [u8],
) -> Unpacked<'b> {
    let mut unpacked = match name {
        b"FlateDecode" | b"Fl" => flate(reading, bytes),
        b"LZWDecode" | b"LZW" => {
            let early = parameters.get(b"EarlyChange").and_then(Object::integer) != Some(0);
            lzw::unpack(reading, early, bytes)
        }
        b"ASCII85Decode" | b"A85" => spent(reading, coded::ascii_85(bytes)),
        b"ASCIIHexDecode" | b"AHx" => spent(reading, coded::ascii_hex(bytes)),
        b"RunLengthDecode" | b"RL" => {
            let most = reading.unpacked_left();
            spent(reading, coded::run_length(bytes, most))
        }
        b"Crypt" => failed(bytes.to_vec(), Why::Encrypted),
        _ => failed(Vec::new(), Why::Unsupported),
    };
    let of = |key: &[u8], or: usize| parameters.get(key).and_then(Object::integer).unwrap_or(or);
    match of(b"Predictor", 1) {
        0 | 1 => {}
        10..=15 => {
            let pixel =
                (of(b"Colors", 1).min(64) * of(b"BitsPerComponent", 8).min(32)).div_ceil(8).max(1);
            let bits = of(b"Columns", 1).min(1 << 24)
                * of(b"Colors", 1).min(64)
                * of(b"BitsPerComponent", 8).min(32);
            unpacked.bytes = rows::undo_png(&unpacked.bytes, pixel, bits.div_ceil(8).max(1));
        }
        _ => return failed(Vec::new(), Why::Unsupported),
    }
    unpacked
}

fn failed(bytes: Vec<u8>, why: Why) -> Unpacked<'static> {
    Unpacked { bytes, ended: Err(why), rest: &[] }
}

/// Deflate behind two bytes of a header and before a sum, which viewers do not check.
fn flate<'b>(reading: &mut Reading<'_>, packed: &'b [u8]) -> Unpacked<'b> {
    let data = match packed {
        [method, check, data @ ..]
            if method & 15 == 8
                && check & 32 == 0
                && u16::from_be_bytes([*method, *check]).is_multiple_of(31) =>
        {
            data
        }
        _ => return Unpacked { bytes: Vec::new(), ended: Err(Why::Broken), rest: packed },
    };
    let mut decoder = DeflateDecoder::new(data);
    let (bytes, ended) = reading.drain(&mut decoder, packed.len());
    // Of data with a fault the decoder keeps back the last it made; data that only ends too early is whole until there.
    let fault = ended == Err(Why::Broken)
        && decoder.read(&mut [0]).is_err_and(|error| error.kind() != ErrorKind::UnexpectedEof);
    let rest = decoder.into_inner();
    let rest = if fault { packed } else { rest.get(SUM..).unwrap_or_default() };
    Unpacked { bytes, ended, rest }
}

fn spent<'b>(reading: &mut Reading<'_>, (bytes, rest): (Vec<u8>, &'b [u8])) -> Unpacked<'b> {
    if !reading.spend(bytes.len()) {
        return failed(Vec::new(), Why::TooLarge);
    }
    Unpacked { bytes, ended: Ok(()), rest }
}

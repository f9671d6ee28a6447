//! Filters of streams (ISO 32000-2, 7.4), each within the bounds of the reading.

use std::borrow::Cow;

use flate2::read::ZlibDecoder;
use weezl::{BitOrder, LzwStatus, decode::Decoder};

use crate::piece::Why;
use crate::reading::Reading;

use super::file::File;
use super::lexer::{Dict, Object, is_space};

/// Filters one after the other.
const CHAIN: usize = 6;

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
        let (decoded, ended) = apply(reading, name, &parameters, &bytes);
        if ended.is_err() {
            return (decoded, ended);
        }
        bytes = Cow::Owned(decoded);
    }
    (bytes.into_owned(), Ok(()))
}

fn apply(
    reading: &mut Reading<'_>,
    name: &[u8],
    parameters: &Dict,
    bytes: &[u8],
) -> (Vec<u8>, Result<(), Why>) {
    let (decoded, ended) = match name {
        b"FlateDecode" | b"Fl" => reading.drain(ZlibDecoder::new(bytes), bytes.len()),
        b"LZWDecode" | b"LZW" => lzw(reading, parameters, bytes),
        b"ASCII85Decode" | b"A85" => spent(reading, ascii_85(bytes)),
        b"ASCIIHexDecode" | b"AHx" => spent(reading, ascii_hex(bytes)),
        b"RunLengthDecode" | b"RL" => {
            let most = reading.unpacked_left();
            spent(reading, run_length(bytes, most))
        }
        b"Crypt" => (bytes.to_vec(), Err(Why::Encrypted)),
        _ => (Vec::new(), Err(Why::Unsupported)),
    };
    let of = |key: &[u8], or: usize| parameters.get(key).and_then(Object::integer).unwrap_or(or);
    match of(b"Predictor", 1) {
        0 | 1 => (decoded, ended),
        10..=15 => {
            let pixel =
                (of(b"Colors", 1).min(64) * of(b"BitsPerComponent", 8).min(32)).div_ceil(8).max(1);
            let bits = of(b"Columns", 1).min(1 << 24)
                * of(b"Colors", 1).min(64)
                * of(b"BitsPerComponent", 8).min(32);
            (undo_png(&decoded, pixel, bits.div_ceil(8).max(1)), ended)
        }
        _ => (Vec::new(), Err(Why::Unsupported)),
    }
}

fn spent(reading: &mut Reading<'_>, decoded: Vec<u8>) -> (Vec<u8>, Result<(), Why>) {
    if reading.spend(decoded.len()) { (decoded, Ok(())) } else { (Vec::new(), Err(Why::TooLarge)) }
}

fn lzw(reading: &mut Reading<'_>, parameters: &Dict, bytes: &[u8]) -> (Vec<u8>, Result<(), Why>) {
    let early = parameters.get(b"EarlyChange").and_then(Object::integer) != Some(0);
    let mut decoder = if early {
        Decoder::with_tiff_size_switch(BitOrder::Msb, 8)
    } else {
        Decoder::new(BitOrder::Msb, 8)
    };
    let (mut out, mut rest, mut block) = (Vec::new(), bytes, vec![0; 16 << 10]);
    let most = bytes.len().saturating_mul(reading.limits().ratio).max(256 << 10);
    loop {
        let result = decoder.decode_bytes(rest, &mut block);
        rest = rest.get(result.consumed_in..).unwrap_or_default();
        out.extend_from_slice(block.get(..result.consumed_out).unwrap_or_default());
        if !reading.spend(result.consumed_out) {
            return (out, Err(Why::TooLarge));
        }
        if out.len() > most {
            return (out, Err(Why::Ratio));
        }
        match result.status {
            Ok(LzwStatus::Done | LzwStatus::NoProgress) => return (out, Ok(())),
            Ok(LzwStatus::Ok) => {}
            Err(_) => return (out, Err(Why::Broken)),
        }
    }
}

fn ascii_85(bytes: &[u8]) -> Vec<u8> {
    let (mut out, mut group, mut digits) = (Vec::new(), 0_u32, 0_usize);
    for byte in bytes.iter().copied().filter(|byte| !is_space(*byte)) {
        match byte {
            b'z' if digits == 0 => out.extend([0; 4]),
            b'!'..=b'u' => {
                group = group.wrapping_mul(85).wrapping_add(u32::from(byte - b'!'));
                digits += 1;
                if digits == 5 {
                    out.extend(group.to_be_bytes());
                    (group, digits) = (0, 0);
                }
            }
            _ => break,
        }
    }
    if digits > 1 {
        for _ in digits..5 {
            group = group.wrapping_mul(85).wrapping_add(84);
        }
        out.extend(group.to_be_bytes().into_iter().take(digits - 1));
    }
    out
}

fn ascii_hex(bytes: &[u8]) -> Vec<u8> {
    let end = bytes.iter().position(|byte| *byte == b'>').unwrap_or(bytes.len());
    let digits: Vec<u8> = bytes
        .iter()
        .take(end)
        .filter_map(|byte| {
            char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
        })
        .collect();
    digits
        .chunks(2)
        .map(|two| two.iter().fold(0, |sum, digit| sum << 4 | digit) << (4 * (2 - two.len())))
        .collect()
}

fn run_length(bytes: &[u8], most: usize) -> Vec<u8> {
    let (mut out, mut at) = (Vec::new(), 0);
    // One more than may be tells that there is more.
    while let Some(length) =
        bytes.get(at).copied().filter(|length| *length != 128 && out.len() <= most)
    {
        let length = usize::from(length);
        if length < 128 {
            out.extend_from_slice(
                bytes.get(at + 1..(at + 2 + length).min(bytes.len())).unwrap_or_default(),
            );
            at += length + 2;
        } else {
            let Some(byte) = bytes.get(at + 1) else { break };
            out.extend(std::iter::repeat_n(*byte, 257 - length));
            at += 2;
        }
    }
    out
}

/// Rows that were filtered as in PNG (ISO/IEC 15948, 9): the first byte of each says how.
fn undo_png(bytes: &[u8], pixel: usize, row: usize) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut above = vec![0; row.min(bytes.len())];
    for line in bytes.chunks(row + 1) {
        let Some((kind, line)) = line.split_first() else { break };
        let mut current: Vec<u8> = Vec::with_capacity(line.len());
        for (at, byte) in line.iter().enumerate() {
            let left = at.checked_sub(pixel).and_then(|at| current.get(at)).copied().unwrap_or(0);
            let up = above.get(at).copied().unwrap_or(0);
            let corner = at.checked_sub(pixel).and_then(|at| above.get(at)).copied().unwrap_or(0);
            let guess = match kind {
                1 => left,
                2 => up,
                3 => u8::try_from((u16::from(left) + u16::from(up)) / 2).unwrap_or(0),
                4 => paeth(left, up, corner),
                _ => 0,
            };
            current.push(byte.wrapping_add(guess));
        }
        out.extend_from_slice(&current);
        above = current;
    }
    out
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let guess = i16::from(left) + i16::from(up) - i16::from(corner);
    let far = |byte: u8| (guess - i16::from(byte)).abs();
    if far(left) <= far(up) && far(left) <= far(corner) {
        left
    } else if far(up) <= far(corner) {
        up
    } else {
        corner
    }
}

//! LZW (ISO 32000-2, 7.4.4).

use weezl::{BitOrder, LzwStatus, decode::Decoder};

use crate::piece::Why;
use crate::reading::Reading;

use super::Unpacked;

/// The codes that empty the table and that end the data.
const CLEAR: u32 = 256;
const END: u32 = 257;

/// Unpacks; with `early`, codes widen one entry before the table is full.
pub(super) fn unpack<'b>(reading: &mut Reading<'_>, early: bool, bytes: &'b [u8]) -> Unpacked<'b> {
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
        let ended = match result.status {
            _ if !reading.spend(result.consumed_out) => Err(Why::TooLarge),
            _ if out.len() > most => Err(Why::Ratio),
            Ok(LzwStatus::Done) => {
                // The decoder takes bytes ahead of what it needs.
                rest = end(early, bytes).and_then(|end| bytes.get(end..)).unwrap_or(rest);
                Ok(())
            }
            Ok(LzwStatus::NoProgress) => Ok(()),
            Ok(LzwStatus::Ok) => continue,
            Err(_) => Err(Why::Broken),
        };
        return Unpacked { bytes: out, ended, rest };
    }
}

/// Where the data ends: behind the byte that holds the last bit of the code that says so.
fn end(early: bool, bytes: &[u8]) -> Option<usize> {
    let (mut bits, mut held, mut width, mut codes) = (0_u32, 0_u32, 9_u32, 0_u32);
    for (at, byte) in bytes.iter().enumerate() {
        bits = bits << 8 | u32::from(*byte);
        held += 8;
        if held < width {
            continue;
        }
        held -= width;
        match bits >> held & ((1 << width) - 1) {
            END => return Some(at + 1),
            CLEAR => (width, codes) = (9, 0),
            _ => {
                codes += 1;
                // The first code makes no entry.
                let next = END + codes + u32::from(early);
                width += u32::from(width < 12 && next >= 1 << width);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use weezl::encode::Encoder;

    use crate::limits::Limits;

    use super::*;

    #[test]
    fn the_end_is_found_to_the_byte() {
        let noise: Vec<u8> =
            (0..20_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        for length in (0..600).chain([1_000, 1_789, 4_000, 20_000]) {
            for early in [false, true] {
                let mut encoder = if early {
                    Encoder::with_tiff_size_switch(BitOrder::Msb, 8)
                } else {
                    Encoder::new(BitOrder::Msb, 8)
                };
                let plain = noise.get(..length).unwrap_or_default();
                let packed = encoder.encode(plain).unwrap_or_default();
                let whole = [packed.as_slice(), b"behind"].concat();
                let limits = Limits::default();
                let unpacked = unpack(&mut Reading::new(&limits), early, &whole);
                assert_eq!(unpacked.bytes, plain, "{length} {early}");
                assert_eq!(unpacked.rest, b"behind", "{length} {early}");
            }
        }
    }
}

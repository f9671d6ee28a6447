//! Any text, and any text written in one of the ways that the normal form reads: findings lie on boundaries of characters, in order; the
//! work is bounded by the fuel; what is settled stays within its bound.
#![no_main]

#[path = "../shipped.rs"]
mod shipped;

use std::cell::RefCell;
use std::io::Write;
use std::sync::LazyLock;

use detect::{Detector, Fuel, LOOK_BEHIND, Scratch, Text};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use libfuzzer_sys::fuzz_target;

static DETECTOR: LazyLock<Detector> = LazyLock::new(shipped::detector);

thread_local!(static SCRATCH: RefCell<Scratch> = RefCell::default());

/// The digits of bytes in a base of `2^bits` (RFC 4648), without padding, in lines of 64 if they are to be.
fn based(bytes: &[u8], bits: u32, digits: &[u8], lines: bool) -> String {
    let (mut out, mut held, mut n) = (String::new(), 0u32, 0);
    let mut put = |digit: u32| {
        if lines && out.len() % 65 == 64 {
            out.push('\n');
        }
        out.push(char::from(digits[(digit & ((1 << bits) - 1)) as usize]));
    };
    for byte in bytes {
        (held, n) = (held << 8 | u32::from(*byte), n + 8);
        while n >= bits {
            n -= bits;
            put(held >> n);
        }
        held &= (1 << n) - 1;
    }
    if n > 0 {
        put(held << (bits - n));
    }
    out
}

const SIXTY_FOUR: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const THIRTY_TWO: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn gzip(text: &str) -> Vec<u8> {
    let mut to = GzEncoder::new(Vec::new(), Compression::fast());
    to.write_all(text.as_bytes()).unwrap();
    to.finish().unwrap()
}

fn zlib(text: &str) -> Vec<u8> {
    let mut to = ZlibEncoder::new(Vec::new(), Compression::fast());
    to.write_all(text.as_bytes()).unwrap();
    to.finish().unwrap()
}

/// The text written in a way that a number chooses; a high number: twice.
fn written(way: u8, text: &str) -> String {
    let once = written_once(way % 15, text);
    if way >= 128 { written_once(way / 15 % 15, &once) } else { once }
}

fn written_once(way: u8, text: &str) -> String {
    let each = |f: fn(char) -> String| text.chars().map(f).collect();
    match way {
        0 => each(|c| format!("&#{};", u32::from(c))),
        1 => each(|c| format!("\\u{{{:x}}}", u32::from(c))),
        2 => text.bytes().map(|b| format!("%{b:02X}")).collect(),
        3 => text.bytes().map(|b| format!("{b:02x}")).collect(),
        4 => text.bytes().map(|b| format!("{b:02x} ")).collect(),
        5 => each(|c| format!("{c} ")),
        6 => each(|c| format!("{c}\u{200b}")),
        7 => based(text.as_bytes(), 6, SIXTY_FOUR, false),
        8 => based(text.as_bytes(), 6, SIXTY_FOUR, true),
        9 => based(text.as_bytes(), 5, THIRTY_TWO, false),
        10 => based(&gzip(text), 6, SIXTY_FOUR, true),
        11 => based(&zlib(text), 6, SIXTY_FOUR, false),
        12 => text.bytes().map(|b| format!("={b:02X}")).collect(),
        13 => {
            let sixteen: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            based(&sixteen, 6, SIXTY_FOUR, true)
        }
        _ => text.to_owned(),
    }
}

fuzz_target!(|input: (u8, &str)| {
    let text = written(input.0, input.1);
    SCRATCH.with_borrow_mut(|scratch| {
        let texts = [Text::alone("", &text)];
        let mut fuel = Fuel::new(1_000_000 + 4096 * text.len() as u64);
        let found = DETECTOR.scan(scratch, &texts, &mut fuel).expect("ran out of fuel");
        let pieces: Vec<_> = found.iter().flat_map(|finding| finding.pieces()).collect();
        let inside = |start: usize, end: usize| start < end && text.get(start..end).is_some();
        assert!(pieces.iter().all(|piece| inside(piece.span.start, piece.span.end)));
        assert!(pieces.is_sorted_by_key(|piece| piece.span.start));
        assert!(found.unread.iter().all(|piece| inside(piece.span.start, piece.span.end)));
    });
    let mark = DETECTOR.settled(&text);
    assert!(text.is_char_boundary(mark) && text.len() - mark <= LOOK_BEHIND);
});

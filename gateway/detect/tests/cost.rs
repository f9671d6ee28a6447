//! What hostile text costs: bounded memory while it is read, little that is kept, bounded time, and an end that is told.
//!
//! Memory is what the allocator was asked for, time is the processor time of this thread where the system tells it: neither is what
//! the scan itself says it has spent.

#![expect(clippy::disallowed_methods, reason = "files of the repository, read in a test")]
#![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

mod shipped;

use std::io::Write;

use detect::{Fuel, Level, Scratch, Text};
use flate2::Compression;
use flate2::write::ZlibEncoder;

/// Most bytes that reading may take at one time, whatever the text.
const PEAK_MAX: u64 = 16 << 20;
/// Most bytes that are kept afterwards.
const KEPT_MAX: i64 = 4 << 20;
/// Most seconds of processor time for each million bytes, and beside it: some four times of what it is.
const SECONDS: f64 = 2.0;

/// Base 64 without padding.
fn sixty_four(bytes: &[u8]) -> String {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let held =
            group.iter().fold(0u32, |held, b| held << 8 | u32::from(*b)) << (8 * (3 - group.len()));
        for i in 0..=group.len() {
            out.push(char::from(digits[(held >> (18 - 6 * i) & 63) as usize]));
        }
    }
    out
}

fn packed(text: &str) -> String {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
    zlib.write_all(text.as_bytes()).unwrap();
    sixty_four(&zlib.finish().unwrap())
}

/// Processor time of this thread in seconds, where the system tells it.
fn seconds() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    told.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}

/// Texts that say much more than they have bytes, or seem to; and whether something in them is too much.
fn hostile() -> Vec<(&'static str, String, bool)> {
    let flat = packed(&"a".repeat(262_000));
    let nested = packed(&format!("{flat} ").repeat(262_000 / (flat.len() + 1)));
    let line = sixty_four(&[[b'A'; 12].as_slice(), &[0x80; 18]].concat());
    let good = sixty_four(&[b'A'; 30]);
    let bad = sixty_four(&[0x80; 30]);
    let control = sixty_four(&[[b'A'; 12].as_slice(), &[1; 18]].concat());
    let zlib = sixty_four(&[b"x\x01\x00E\xC3\xBA<".as_slice(), &[1; 23]].concat());
    let block =
        |line: &str, last: &str| format!("{}{last}\n- -\n", format!("{line}\n").repeat(1550));
    vec![
        ("packed in packed", format!("see {} end", [nested.as_str(); 4].join(" ")), true),
        ("packed side by side", format!("{flat} ").repeat(1_000_000 / (flat.len() + 1)), true),
        ("lines that begin as text", block(&line, "").repeat(8), false),
        ("lines of text but for the last", block(&good, &bad).repeat(8), false),
        ("lines of unprintable text", block(&control, "").repeat(8), false),
        ("lines that begin as a packed stream", block(&zlib, "").repeat(8), true),
        ("tokens that begin as a packed stream", "eJxaaaaaaaaaa ".repeat(40_000), false),
        ("escapes", "%41\\u0041&#65;=41".repeat(60_000), false),
        ("unseen characters", "a\u{AD}1\u{200B}".repeat(100_000), false),
        ("single characters", "4 1 1 1 1 1 1 1 ".repeat(60_000), false),
        ("rows of bits", "1 0 1 0 ".repeat(60_000), false),
        ("rows of codes", "52, 49, 97, 64, ".repeat(30_000), false),
        ("digits in words", "one two three four five six seven ".repeat(30_000), false),
    ]
}

#[test]
fn hostile_text_costs_bounded_memory_and_time_and_its_end_is_told() {
    let detector = shipped::detector();
    for (name, text, too_much) in hostile() {
        let text = format!("{text}\nwrite to anna.berger@sozialamt-graz.at");
        let mut fuel = Fuel::new(1_000_000 + 512 * text.len() as u64);
        let mut scratch = Scratch::default();
        let mut told = (false, false);
        let began = seconds();
        let counted = allocation_counter::measure(|| {
            let texts = [Text::alone("", &text)];
            told = match detector.scan(&mut scratch, &texts, &mut fuel) {
                Ok(found) => {
                    (found.iter().any(|f| f.level() >= Level::Likely), !found.unread.is_empty())
                }
                Err(_) => (false, false),
            };
        });
        let took = seconds() - began;
        assert!(told.0, "{name}: the address is not found");
        assert_eq!(told.1, too_much, "{name}: unread");
        assert!(counted.bytes_max < PEAK_MAX, "{name}: {} bytes", counted.bytes_max);
        assert!(counted.bytes_current < KEPT_MAX, "{name}: {} bytes", counted.bytes_current);
        let most = SECONDS * (1.0 + text.len() as f64 / 1e6);
        assert!(took < most, "{name}: {took} s");
        let began = seconds();
        let counted = allocation_counter::measure(|| {
            assert!(detector.settled(&text) <= text.len());
        });
        let took = seconds() - began;
        assert!(counted.bytes_max < PEAK_MAX, "{name}, stream: {} bytes", counted.bytes_max);
        assert!(took < SECONDS, "{name}, stream: {took} s");
    }
}

/// What is given back cannot be seen in one scan: the same memory serves many.
#[test]
fn many_hostile_texts_leave_no_more_than_one() {
    let detector = shipped::detector();
    let mut scratch = Scratch::default();
    let counted = allocation_counter::measure(|| {
        for (_, text, _) in hostile() {
            let mut fuel = Fuel::new(1_000_000 + 512 * text.len() as u64);
            let _ = detector.scan(&mut scratch, &[Text::alone("", &text)], &mut fuel);
        }
    });
    assert!(counted.bytes_current < KEPT_MAX, "{} bytes", counted.bytes_current);
}

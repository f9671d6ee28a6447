//! Runs over lines, plain and packed.

use super::scan;
use crate::Text;
use crate::tests::shipped;

/// Base 64 in lines of 60 digits.
fn lines(bytes: &[u8]) -> String {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for (i, group) in bytes.chunks(3).enumerate() {
        if i > 0 && i % 15 == 0 {
            out.push('\n');
        }
        let held = group.iter().fold(0u32, |held, b| held << 8 | u32::from(*b));
        let held = held << (8 * (3 - group.len()));
        out.extend(
            (0..=group.len())
                .map(|i| char::from(digits[usize::try_from(held >> (18 - 6 * i) & 63).unwrap()])),
        );
    }
    out
}

fn packed(text: &str, gzip: bool) -> Vec<u8> {
    use std::io::Write;
    let level = flate2::Compression::best();
    if gzip {
        let mut to = flate2::write::GzEncoder::new(Vec::new(), level);
        to.write_all(text.as_bytes()).unwrap();
        to.finish().unwrap()
    } else {
        let mut to = flate2::write::ZlibEncoder::new(Vec::new(), level);
        to.write_all(text.as_bytes()).unwrap();
        to.finish().unwrap()
    }
}

/// Which texts of one encoded value are found, and whether something is unread.
fn told(text: &str) -> (bool, bool) {
    let (found, unread) = scan(&[Text::alone("", text)]);
    let email = shipped().find("contact.email").unwrap();
    (found.iter().any(|f| f.detector() == email), !unread.is_empty())
}

#[test]
fn a_packed_text_is_read_as_far_as_it_goes() {
    let words = "The road should be mended before winter, said the committee on Tuesday. ";
    let text = format!("{words}Write to anna.berger@sozialamt-graz.at; {words}");
    for gzip in [false, true] {
        let whole = packed(&text, gzip);
        for cut in [0, 1, 5, 9] {
            let run = lines(&whole[..whole.len() - cut]);
            assert_eq!(told(&run), (true, false), "cut by {cut}");
            assert_eq!(told(&format!("see {} there", run.replace('\n', ""))), (true, false));
        }
        let large = text.repeat(3_000);
        assert_eq!(told(&lines(&packed(&large, gzip))), (false, true));
    }
    let two = [packed(words, true), packed(&text, true)].concat();
    assert_eq!(told(&lines(&two).replace('\n', "")), (true, false));
}

#[test]
fn lines_that_say_no_text_do_not_hide_those_around_them() {
    let words = "the road should be mended before winter, said the committee";
    let text =
        lines(format!("{words}; write to anna.berger@sozialamt-graz.at; {words}").as_bytes());
    let noise = lines(&[[b'A'; 12].as_slice(), &[0x80; 33]].concat());
    assert_eq!(noise.len(), 60);
    for block in [
        format!("{noise}\n{noise}\n{text}"),
        format!("{text}\n{noise}\n{noise}"),
        format!("{text}\nthanks"),
    ] {
        assert_eq!(told(&block), (true, false), "{block}");
    }
}

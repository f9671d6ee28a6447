//! Spelling.

use sha2::{Digest, Sha256};

use super::*;

fn check_class(class: &str, expect: &str) {
    assert_eq!(class_word(class), expect);
}

#[test]
fn classes_become_words() {
    check_class("email", "EMAIL");
    check_class("national-id", "NATIONALID");
    check_class("icd10_code", "ICDCODE");
    check_class("", "DATA");
    check_class("個人", "DATA");
    check_class("a-very-long-name-of-a-class-of-data", "AVERYLONGNAMEOFACLAS");
}

#[test]
fn bits_become_digits() {
    // 00001 00010 11111 0…
    let mut hash = [0u8; 32];
    (hash[0], hash[1]) = (0b0000_1000, 0b1011_1110);
    assert_eq!(&base32(&hash)[..4], b"12Z0");
    assert_eq!(base32(&[0xff; 32]), [b'Z'; 51]);
}

#[test]
fn codes_avoid_the_look_of_numbers() {
    assert_eq!(cut(&[0; 32], 10), "0000000000", "there is no better place to cut at");
    for seed in 0..=u8::MAX {
        let hash: [u8; 32] = Sha256::digest([seed]).into();
        for length in CODE_LENGTHS {
            let code = cut(&hash, length);
            assert_eq!(code.len(), length);
            assert!(code.bytes().all(|b| DIGITS.contains(&b)));
        }
        let code = cut(&hash, 10);
        assert!(code.bytes().filter(u8::is_ascii_alphabetic).count() >= 3, "{code}");
        let longest = code.split(|c: char| c.is_ascii_alphabetic()).map(str::len).max();
        assert!(longest < Some(4), "{code}");
    }
}

#[test]
fn folding_undoes_misreadings() {
    for (read, meant) in
        [('o', '0'), ('O', '0'), ('i', '1'), ('L', '1'), ('l', '1'), ('a', 'A'), ('7', '7')]
    {
        assert_eq!(fold(read), fold(meant));
    }
    let digits: std::collections::BTreeSet<u8> =
        DIGITS.iter().map(|d| fold(char::from(*d))).collect();
    assert_eq!(digits.len(), 32, "no two digits fold to one");
}

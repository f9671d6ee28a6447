//! Codes, room and what the vault calls its own.

use super::*;

fn keep(vault: &mut Vault, word: &str, value: &str, codes: &[&str]) -> Option<String> {
    vault.keep(word, value, codes.iter().map(|code| (*code).to_owned()))
}

#[test]
fn a_taken_code_gives_way_to_a_longer_one() {
    let mut vault = Vault::default();
    let codes = ["7F3K9Q2MXA", "7F3K9Q2MXA00PQRS"];
    assert_eq!(keep(&mut vault, "EMAIL", "a", &codes).as_deref(), Some(codes[0]));
    assert_eq!(
        keep(&mut vault, "EMAIL", "a", &codes).as_deref(),
        Some(codes[0]),
        "the same value again"
    );
    assert_eq!(keep(&mut vault, "EMAIL", "b", &codes).as_deref(), Some(codes[1]));
    assert_eq!(keep(&mut vault, "EMAIL", "c", &codes), None);
    assert_eq!((vault.len(), vault.refused()), (2, 1));
    assert_eq!(vault.restore("[EMAIL-7F3K9Q2MXA] [EMAIL-7F3K9Q2MXA00PQRS]").text, "a b");
    assert_eq!(
        vault.restore("EMAIL-7F3K9Q2MXA-00PQRS, EMAIL-7F3K9Q2MXA 00PQRX").text,
        "b, a 00PQRX"
    );
}

#[test]
fn one_value_in_two_classes_has_one_code() {
    let mut vault = Vault::default();
    keep(&mut vault, "EMAIL", "a", &["7F3K9Q2MXA"]);
    keep(&mut vault, "PERSONAL", "a", &["7F3K9Q2MXA"]);
    assert_eq!(vault.len(), 1);
    assert_eq!(vault.restore("[EMAIL-7F3K9Q2MXA][PERSONAL-7F3K9Q2MXA]").text, "aa");
}

#[test]
fn a_full_vault_refuses() {
    let mut vault = Vault::with_limit(64);
    assert!(keep(&mut vault, "EMAIL", "short", &["7F3K9Q2MXA"]).is_some());
    assert!(keep(&mut vault, "EMAIL", &"long".repeat(16), &["8F3K9Q2MXA"]).is_none());
    assert!(keep(&mut vault, "EMAIL", "short", &["7F3K9Q2MXA"]).is_some(), "what is held stays");
    assert_eq!(vault.refused(), 1);
    assert!(vault.bytes <= 64);
}

#[test]
fn debug_shows_counts() {
    let mut vault = Vault::default();
    keep(&mut vault, "EMAIL", "ann@example.org", &["7F3K9Q2MXA"]);
    assert_eq!(format!("{vault:?}"), "Vault { values: 1, bytes: 40, refused: 0 }");
}

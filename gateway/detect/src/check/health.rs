//! Codes of medicine.

use super::arithmetic::{luhn, verhoeff};

/// The last run of digits and hyphens.
fn code(value: &str) -> &str {
    value.rsplit(|c: char| !(c.is_ascii_digit() || c == '-')).next().unwrap_or(value)
}

/// SNOMED CT identifier (SNOMED International, Technical Implementation Guide): 6 to 18 digits, a partition that exists, Verhoeff.
pub(super) fn sctid(value: &str) -> bool {
    let id = code(value).as_bytes();
    let partition = id.len().checked_sub(3).and_then(|at| id.get(at..at + 2));
    (6..=18).contains(&id.len())
        && matches!(partition, Some(b"00" | b"01" | b"02" | b"10" | b"11" | b"12"))
        && id.first() != Some(&b'0')
        && verhoeff(id)
}

/// LOINC code (Regenstrief Institute): digits, a hyphen, a Luhn digit.
pub(super) fn loinc(value: &str) -> bool {
    let Some((body, check)) = code(value).split_once('-') else { return false };
    let mut all = [0u8; 8];
    let length = body.len() + 1;
    for (place, b) in all.iter_mut().zip(body.bytes().chain(check.bytes())) {
        *place = b;
    }
    check.len() == 1 && (2..=8).contains(&length) && all.get(..length).is_some_and(luhn)
}

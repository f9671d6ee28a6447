//! National identifiers, one function each, by country code. The value comes without separators, upper case.
//!
//! Each says what the authority publishes: length, embedded date, check digits, numbers never issued.

mod americas;
mod eastern;
mod elsewhere;
mod europe;
mod latin;
mod northern;
mod orient;
mod pacific;
mod southern;

pub(super) use americas::*;
pub(super) use eastern::*;
pub(super) use elsewhere::*;
pub(super) use europe::*;
pub(super) use latin::*;
pub(super) use northern::*;
pub(super) use orient::*;
pub(super) use pacific::*;
pub(super) use southern::*;

fn letter_at(value: &[u8], at: usize, of: &[u8]) -> bool {
    value.get(at).is_some_and(|b| of.contains(b))
}

fn has_digits(value: &[u8]) -> bool {
    value.iter().all(u8::is_ascii_digit)
}

fn mod11_descending(digits: &[u32], first_weight: u32) -> u32 {
    let sum: u32 = digits.iter().enumerate().map(|(i, d)| d * (first_weight - i as u32)).sum();
    match 11 - sum % 11 {
        10 | 11 => 0,
        check => check,
    }
}

/// Eleven minus the sum mod 11, 0 for eleven; nothing where it is ten, which is not issued.
fn mod11_complement(sum: u32) -> Option<u32> {
    let check = (11 - sum % 11) % 11;
    (check < 10).then_some(check)
}

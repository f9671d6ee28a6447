//! Names: of policies, agencies and roles, of entries in a bundle, and of the files it is carried in.
//!
//! INVARIANT: names are ASCII without white space or control characters, so no two that look alike differ, and any may be told.

/// The longest name of an entry, in bytes: what the name field of a tar header holds, so its prefix field stays empty.
pub(crate) const MAX_ENTRY_NAME: usize = 100;

/// Whether a policy, a role or a key can have this name: a small letter, then small letters, digits and hyphens; at most 64.
pub(crate) fn is_word(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Whether an agency can have this id: words as of [`is_word`] with dots between them; at most 100 bytes in all.
pub(crate) fn is_agency(text: &str) -> bool {
    text.len() <= 100 && text.split('.').all(is_word)
}

/// What is wrong with the name of an entry, if anything.
///
/// Letters, digits, `.`, `-`, `_` and `/` between parts; no part empty or beginning with a dot or hyphen (so neither absolute, nor
/// `..`, nor hidden, nor an option), none ending in a dot (some file systems drop it); `.policy` or `.toml` at the end.
pub(crate) fn wrong_in_entry(name: &[u8]) -> Option<&'static str> {
    let allowed = |b: &u8| b.is_ascii_alphanumeric() || b".-_/".contains(b);
    let part_is_wrong =
        |part: &[u8]| matches!(part.first(), None | Some(b'.' | b'-')) || part.ends_with(b".");
    if name.is_empty() || name.len() > MAX_ENTRY_NAME {
        Some("has a name of no or more than 100 bytes")
    } else if name.starts_with(b"/") {
        Some("has an absolute name")
    } else if name.contains(&b'\\') {
        Some("has a backslash in its name")
    } else if name.split(|b| *b == b'/').any(|part| part == b"..") {
        Some("has a name that leads out of its folder")
    } else if !name.iter().all(allowed) {
        Some("has a name with other characters than letters, digits, `.`, `-`, `_` and `/`")
    } else if name.split(|b| *b == b'/').any(part_is_wrong) {
        Some("has a name with a part that is empty, begins with `.` or `-`, or ends in `.`")
    } else {
        None
    }
}

/// Whether a source can have this name: a policy file, or detectors and allow-lists in TOML.
pub(crate) fn is_source(name: &str) -> bool {
    [".policy", ".toml"].iter().any(|end| name.ends_with(end))
}

/// A name as problems tell it: as it is when it is short and plain, else `?`.
pub(crate) fn shown(name: &str) -> &str {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if !name.is_empty() && name.len() <= 64 && name.bytes().all(plain) { name } else { "?" }
}

/// What a bundle's file is called: `NAME-000043.policy-bundle`. For people and mirrors; nothing is decided by it.
pub fn file_name(name: &str, version: u64) -> String {
    format!("{name}-{version:06}.policy-bundle")
}

/// What a signer's file beside `file` is called: `FILE.SIGNER.minisig`. Nothing is decided by it.
pub fn signature_name(file: &str, signer: &str) -> String {
    format!("{file}.{signer}.minisig")
}

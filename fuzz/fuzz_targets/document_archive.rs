//! Archives: ZIP, tar, gzip, xz, Zstandard, with the beginning that each must have.
#![no_main]

#[path = "../document.rs"]
mod document_check;

use document_check::check;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let magics: [&[u8]; 5] = [b"PK\x03\x04", b"\x1f\x8b\x08", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b""];
    let mut file = magics[usize::from(*kind) % magics.len()].to_vec();
    file.extend(bytes);
    if usize::from(*kind) % magics.len() == 4 && file.len() >= 512 {
        // A tar archive is known by a checksum that no fuzzer guesses.
        file[148..156].copy_from_slice(b"        ");
        let sum: u64 = file[..512].iter().map(|byte| u64::from(*byte)).sum();
        file[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes().get(..8).unwrap_or(b"        "));
    }
    check("a.txt.gz", &file);
});

//! A PDF file: its objects as they come, or one page with the bytes as its contents, or a map of characters.
#![no_main]

#[path = "../document.rs"]
mod document_check;

use document_check::check;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let mut file = b"%PDF-1.7\n".to_vec();
    if *kind % 3 == 0 {
        file.extend(bytes);
        return check("", &file);
    }
    let content: &[u8] = if *kind % 3 == 1 { bytes } else { b"BT /F 9 Tf (abc\\001\\002) Tj [<0001ffff>] TJ ET" };
    let map: &[u8] = if *kind % 3 == 1 { b"1 beginbfrange <00> <ff> <0041> endbfrange" } else { bytes };
    file.extend(b"1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj 2 0 obj <</Kids[3 0 R]>> endobj\n");
    file.extend(b"3 0 obj <</Type/Page/Contents 4 0 R/Resources<</Font<</F 5 0 R>>/XObject<</X 4 0 R>>>>>> endobj\n");
    file.extend(b"5 0 obj <</Type/Font/Subtype/Type0/Encoding/Identity-H/ToUnicode 6 0 R>> endobj\n");
    for (number, stream) in [(4, content), (6, map)] {
        file.extend(format!("{number} 0 obj <</Subtype/Form/Length {}>> stream\n", stream.len()).into_bytes());
        file.extend(stream);
        file.extend(b"\nendstream endobj\n");
    }
    check("", &file);
});

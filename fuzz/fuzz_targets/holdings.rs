//! A file of holdings with foreign bytes under a good digest: opened or refused, searched within the fuel and without a panic, and
//! what is found lies in the text.
#![no_main]

use std::sync::{Arc, LazyLock};

use holdings::{
    DictionaryBuilder, DictionaryRules, DocumentRules, DocumentsBuilder, Fuel, Holdings, Key,
    RecordRules, RecordsBuilder, Scratch,
};
use libfuzzer_sys::fuzz_target;

const TEXT: &str = "Anna Berg, Konto DE11 2222 3333, geboren am 1.3.1980; anna@example.org wrote that the quick brown fox jumps over the lazy dog while seven wise men watch the river run \u{5317}\u{4eac}\u{8ba1}\u{5212}";

const RULES: &str = r#"
name = "people"
column = [{ name = "a", kind = "name" }, { name = "b", kind = "number" }, { name = "c", kind = "date" }, { name = "d", kind = "e-mail" }]
rule = [{ id = "r", all = ["a", "b"] }, { id = "s", least = 2, of = ["a", "c", "d"] }]
"#;

const SECRET: [u8; 32] = [1; 32];

fn key() -> Key {
    Key::new(SECRET)
}

/// Puts a good header and digest around whatever a file holds, as `gateway/holdings/src/file.rs` and `key.rs` describe them.
fn seal(file: &mut [u8]) {
    let (seed, length) = (&SEEDS[0], file.len());
    if length < 256 + 32 {
        return;
    }
    file[..12].copy_from_slice(&seed[..12]);
    file[16..24].copy_from_slice(&(length as u64).to_le_bytes());
    file[24..40].copy_from_slice(&seed[24..40]);
    let (content, digest) = file.split_at_mut(length - 32);
    let key = blake3::derive_key("seawall 2026 holdings v1", &SECRET);
    let mut hasher = blake3::Hasher::new_keyed(&key);
    hasher.update(b"digest of a file").update(content);
    digest.copy_from_slice(hasher.finalize().as_bytes());
}

/// Good files of each kind, as a beginning.
static SEEDS: LazyLock<[Vec<u8>; 3]> = LazyLock::new(|| {
    let (mut spill, key) = (Vec::new(), key());
    let mut files = [const { Vec::new() }; 3];
    let [dictionary, records, documents] = &mut files;
    let mut builder =
        DictionaryBuilder::new(DictionaryRules::named("x"), &key, 1 << 16, &mut spill);
    for (number, term) in
        ["Anna Berg", "quick brown fox", "\u{5317}\u{4eac}"].into_iter().enumerate()
    {
        builder.term(number as u32, term).unwrap();
    }
    builder.finish(dictionary, &mut |_| ()).unwrap();
    let mut builder =
        RecordsBuilder::new(RecordRules::parse("r", RULES).unwrap(), &key, 1 << 16, &mut spill);
    for _ in 0..3 {
        builder.row(1, &["Anna Berg", "DE1122223333", "1980-03-01", "anna@example.org"]).unwrap();
    }
    builder.finish(records, &mut |_| ()).unwrap();
    let mut builder = DocumentsBuilder::new(DocumentRules::named("x"), &key, 1 << 16, &mut spill);
    builder.document("one", TEXT).unwrap();
    builder.document("two", TEXT).unwrap();
    builder.finish(documents, &mut |_| ()).unwrap();
    files
});

/// The first byte chooses a good file; then come changes of four bytes each: where (two), how many zeros or bytes, what. A first byte
/// above that takes the rest as a whole file.
fn file(bytes: &[u8]) -> Option<Vec<u8>> {
    let (first, rest) = bytes.split_first()?;
    let Some(seed) = SEEDS.get(usize::from(*first)) else { return Some(rest.to_vec()) };
    let mut file = seed.clone();
    for change in rest.chunks_exact(4) {
        let at = usize::from(u16::from_le_bytes([change[0], change[1]])) % file.len();
        let end = (at + usize::from(change[2] % 9) + 1).min(file.len());
        file[at..end].fill(change[3]);
    }
    Some(file)
}

fuzz_target!(|bytes: &[u8]| {
    let Some(mut file) = file(bytes) else { return };
    seal(&mut file);
    let Ok(holdings) = Holdings::open(Arc::new(file), &key()) else { return };
    let (mut scratch, texts) = (Scratch::default(), [TEXT, "Berg", TEXT]);
    let Ok(found) = holdings.scan(&mut scratch, &texts, &mut Fuel::new(1_000_000)) else { return };
    for finding in found.findings() {
        let _ = holdings.title(finding.subject);
        for piece in found.pieces(finding) {
            assert!(texts[piece.text as usize].get(piece.start..piece.end).is_some());
        }
    }
});

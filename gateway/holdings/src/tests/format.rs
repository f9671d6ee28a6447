//! The format: what is refused, that builds repeat, that nothing is in clear, that hostile bytes do no harm.

use proptest::prelude::*;

use super::*;
use crate::file::seal;

fn small() -> Vec<u8> {
    let (mut spill, mut file) = (Vec::new(), Vec::new());
    let mut builder =
        DictionaryBuilder::new(DictionaryRules::named("small"), &key(), 1 << 20, &mut spill);
    for number in 0..500 {
        builder.term(number, &format!("term{number} of mine")).unwrap();
    }
    builder.finish(&mut file, &mut |_| ()).unwrap();
    file
}

fn refusal(bytes: Vec<u8>, key: &Key) -> String {
    Holdings::open(Arc::new(bytes), key).unwrap_err().to_string()
}

#[test]
fn broken_files_are_refused() {
    let file = small();
    assert!(Holdings::open(Arc::new(file.clone()), &key()).is_ok());
    assert!(refusal(file.clone(), &Key::new([8; 32])).contains("another key"));
    assert!(refusal(file[..file.len() - 1].to_vec(), &key()).contains("cut"));
    assert!(refusal(file[..100].to_vec(), &key()).contains("header"));
    assert!(refusal(Vec::new(), &key()).contains("header"));
    assert!(refusal(b"PK\x03\x04".repeat(100), &key()).contains("does not begin"));
    let mut other = file.clone();
    other[8] = 9;
    assert!(refusal(other.clone(), &key()).contains("version 9"));
    other[8] = 1;
    assert!(refusal(other, &key()).contains("build it again"));
    let both = refusal(file[..file.len() - 1].to_vec(), &Key::new([8; 32]));
    assert!(both.contains("cut") && both.contains("another key"), "{both}");
}

#[test]
fn every_changed_byte_is_seen() {
    let file = small();
    for at in (0..file.len()).step_by(7).chain(0..300) {
        let mut changed = file.clone();
        changed[at] ^= 1;
        assert!(Holdings::open(Arc::new(changed), &key()).is_err(), "byte {at}");
    }
}

#[test]
fn builds_repeat_and_keep_nothing_in_clear() {
    let file = small();
    assert_eq!(file, small());
    assert!(!file.windows(5).any(|bytes| bytes == b"term1" || bytes == b"mine\0"));
}

/// A build that sorts in pieces gives the same file as one that sorts at once.
#[test]
fn memory_does_not_change_the_file() {
    let build = |memory| {
        let (mut spill, mut file) = (Vec::new(), Vec::new());
        let mut builder =
            DictionaryBuilder::new(DictionaryRules::named("m"), &key(), memory, &mut spill);
        for number in 0..30_000u32 {
            builder
                .term(
                    number,
                    &format!("w{} v{}", number.wrapping_mul(2_654_435_761) % 9973, number % 77),
                )
                .unwrap();
        }
        builder.finish(&mut file, &mut |_| ()).unwrap();
        (file, spill.len())
    };
    let (small, spilled) = build(64 << 10);
    assert!(spilled > 900_000);
    assert!(small == build(1 << 30).0);
}

/// Also where something is found: memory that has grown is used again.
#[test]
fn a_scan_allocates_nothing_once_it_has_grown() {
    let records = records::people(&[("Anna Berg", "DE11 2222 3333", "1980-03-01"); 3]).0;
    let text = "Anna Berg, DE1122223333, 1.3.1980, anna@example.org. ".repeat(20);
    let documents = documents::documents(
        &[("one", &(0..200).map(|n| format!("w{n} ")).collect::<String>())],
        &[],
    );
    let quoted: String = (50..100).map(|n| format!("W{n}, ")).collect();
    for (holdings, text) in [(records, text), (documents, quoted)] {
        let mut scratch = Scratch::default();
        let mut scan = || {
            let found = holdings.scan(&mut scratch, &[&text], &mut Fuel::new(10_000_000)).unwrap();
            assert!(!found.findings().is_empty());
        };
        scan();
        assert_eq!(allocation_counter::measure(scan).count_total, 0, "{holdings:?}");
    }
}

/// Memory that is no power of two, of which the last piece is small.
#[test]
fn any_memory_is_enough() {
    for memory in [16 * 1500, 16 * 2049] {
        let (mut spill, mut file) = (Vec::new(), Vec::new());
        let rules = DictionaryRules::named("small");
        let mut builder = DictionaryBuilder::new(rules, &key(), memory, &mut spill);
        for number in 0..5000 {
            builder.term(number, &format!("w{number}")).unwrap();
        }
        assert_eq!(builder.finish(&mut file, &mut |_| ()).unwrap().taken, 5000);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever a file holds under a good digest, it is opened or refused, and searched without a panic.
    #[test]
    fn hostile_content(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40), facts in any::<bool>()) {
        let mut file = records::people(&[("Anna Berg", "DE11 2222 3333", "1980-03-01"); 3]).1;
        let first = if facts { 0 } else { 600 };
        for (at, byte) in changes {
            let at = first + at.index(file.len() - first);
            file[at] = byte;
        }
        seal(&mut file, &key());
        if let Ok(holdings) = Holdings::open(Arc::new(file), &key()) {
            let _ = holdings.scan(
                &mut Scratch::default(), &["Anna Berg DE11 2222 3333 born 1.3.1980", "anna berg, DE1122223333"], &mut Fuel::new(100_000),
            );
        }
    }
}

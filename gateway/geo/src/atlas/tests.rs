//! The atlas on databases that the tests write themselves, whole and damaged.

#![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

mod writer;

use std::panic::catch_unwind;

use proptest::prelude::*;

use super::*;
use writer::{Record, Writer};

/// A database of both address families in the flat form.
fn flat() -> Vec<u8> {
    Writer::new(6, 24, 1_780_000_000)
        .entry("5.0.0.0/8", Record::flat("DE"))
        .entry("6.0.0.0/7", Record::flat("US"))
        .entry("9.9.9.9/32", Record::flat("CH"))
        .entry("11.0.0.0/8", Record::flat("EU"))
        .entry("12.0.0.0/8", Record::flat("XK"))
        .entry("13.0.0.0/8", Record::flat("de"))
        .entry("14.0.0.0/8", Record::flat("a long text that is no code"))
        .entry("15.0.0.0/8", Record::Anycast)
        .entry("16.0.0.0/8", Record::Empty)
        .entry("10.0.0.0/8", Record::flat("US"))
        .entry("104.16.0.0/13", Record::flat("CA"))
        .entry("2a01::/16", Record::flat("FR"))
        .finish()
}

fn nested(record_size: u16) -> Vec<u8> {
    Writer::new(6, record_size, 1_700_000_000)
        .entry("5.0.0.0/8", Record::nested("AT"))
        .entry("17.0.0.0/8", Record::nested("JP"))
        .entry("18.0.0.0/8", Record::TraitAnycast)
        .entry("2a02::/16", Record::nested("SE"))
        .finish()
}

fn check(atlas: &Atlas, address: &str, expect: Result<&str, Standing>) {
    let site = atlas.locate(address.parse().unwrap());
    let says = site.country.map(|c| c.as_str().to_owned());
    match expect {
        Ok(code) => assert_eq!(
            (site.standing, says.as_deref()),
            (Standing::Country, Some(code)),
            "{address}"
        ),
        Err(standing) => assert_eq!((site.standing, says), (standing, None), "{address}"),
    }
}

#[test]
fn reads_the_flat_form() {
    let atlas = Atlas::from_mmdb(flat()).unwrap();
    check(&atlas, "5.1.2.3", Ok("DE"));
    check(&atlas, "7.255.255.255", Ok("US"));
    check(&atlas, "9.9.9.9", Ok("CH"));
    check(&atlas, "2a01:4f8::1", Ok("FR"));
    check(&atlas, "::ffff:5.1.2.3", Ok("DE"));
    check(&atlas, "64:ff9b::5.1.2.3", Ok("DE"));
    assert_eq!(atlas.build(), Some(1_780_000_000));
}

#[test]
fn reads_the_nested_form_in_every_record_size() {
    for record_size in [24, 28, 32] {
        let atlas = Atlas::from_mmdb(nested(record_size)).unwrap();
        check(&atlas, "17.1.1.1", Ok("JP"));
        check(&atlas, "2a02::1", Ok("SE"));
        check(&atlas, "18.1.1.1", Err(Standing::Anycast));
    }
}

#[test]
fn every_doubt_has_its_value() {
    let atlas = Atlas::from_mmdb(flat()).unwrap();
    check(&atlas, "9.9.9.8", Err(Standing::NotListed));
    check(&atlas, "2a03::1", Err(Standing::NotListed));
    check(&atlas, "11.1.1.1", Err(Standing::NotACountry));
    check(&atlas, "12.1.1.1", Err(Standing::NotACountry));
    check(&atlas, "13.1.1.1", Err(Standing::NotACountry));
    check(&atlas, "14.1.1.1", Err(Standing::NotACountry));
    check(&atlas, "15.1.1.1", Err(Standing::Anycast));
    check(&atlas, "16.1.1.1", Err(Standing::NotACountry));
    check(&Atlas::empty(), "5.1.2.3", Err(Standing::NoDatabase));
    assert_eq!(
        atlas.locate([14, 1, 1, 1].into()).evidence.first().and_then(|e| e.says.clone()),
        None
    );
}

#[test]
fn what_is_known_before_overrides_the_database() {
    let atlas = Atlas::from_mmdb(flat()).unwrap();
    check(&atlas, "10.1.2.3", Err(Standing::Local));
    check(&atlas, "127.0.0.1", Err(Standing::Local));
    check(&atlas, "fe80::1", Err(Standing::Local));
    check(&atlas, "224.0.0.1", Err(Standing::Reserved));
    check(&atlas, "104.18.1.1", Err(Standing::Anycast));
}

#[test]
fn an_ipv4_database_knows_no_ipv6() {
    let bytes = Writer::new(4, 24, 1).entry("5.0.0.0/8", Record::flat("DE")).finish();
    let atlas = Atlas::from_mmdb(bytes).unwrap();
    check(&atlas, "5.0.0.0", Ok("DE"));
    check(&atlas, "4.255.255.255", Err(Standing::NotListed));
    check(&atlas, "2a01::1", Err(Standing::NotListed));
}

#[test]
fn the_strongest_database_decides_and_the_others_testify() {
    let mut atlas = Atlas::from_mmdb(flat()).unwrap();
    atlas.add(Source::RangeFile, nested(28)).unwrap();
    check(&atlas, "5.1.2.3", Ok("AT"));
    check(&atlas, "6.1.1.1", Ok("US"));
    check(&atlas, "18.1.1.1", Err(Standing::Anycast));
    let said: Vec<_> = atlas
        .locate([5, 1, 2, 3].into())
        .evidence
        .into_iter()
        .map(|e| (e.source, e.says))
        .collect();
    let expect = [(Source::RangeFile, "AT"), (Source::CountryDatabase, "DE")]
        .map(|(s, c)| (s, Some(c.to_owned())));
    assert_eq!(said, expect);
    assert_eq!(atlas.build(), Some(1_700_000_000), "as old as its oldest part");
}

#[test]
fn wrong_types_are_unreadable() {
    let bytes = Writer::new(4, 24, 1)
        .entry("5.0.0.0/8", Record::CodeIsNumber)
        .entry("6.0.0.0/8", Record::NotAMap)
        .entry("7.0.0.0/8", Record::flat("DE"))
        .finish();
    let atlas = Atlas::from_mmdb(bytes).unwrap();
    check(&atlas, "5.0.0.1", Err(Standing::Unreadable));
    check(&atlas, "6.0.0.1", Err(Standing::Unreadable));
    check(&atlas, "7.0.0.1", Ok("DE"));
}

#[test]
fn a_broken_range_file_does_not_fall_back_to_an_opinion() {
    let mut atlas = Atlas::from_mmdb(flat()).unwrap();
    atlas
        .add(Source::RangeFile, Writer::new(4, 24, 1).entry("5.0.0.0/8", Record::NotAMap).finish())
        .unwrap();
    check(&atlas, "5.1.1.1", Err(Standing::Unreadable));
}

#[test]
fn other_bytes_are_refused() {
    for bytes in
        [Vec::new(), b"MaxMind.com".to_vec(), b"\xab\xcd\xefMaxMind.com".to_vec(), vec![0; 4096]]
    {
        let error = Atlas::from_mmdb(bytes).unwrap_err();
        assert!(error.to_string().contains("fetch it again"));
    }
}

/// Looks up enough to walk through every part of a small database.
fn walk(bytes: Vec<u8>) {
    let Ok(atlas) = Atlas::from_mmdb(bytes) else { return };
    for address in
        ["5.1.1.1", "9.9.9.9", "14.0.0.1", "15.0.0.1", "200.0.0.1", "2a01::1", "ffff::1", "4000::"]
    {
        atlas.locate(address.parse().unwrap());
    }
    let _ = (atlas.build(), format!("{atlas:?}"));
}

#[test]
fn truncation_does_not_panic() {
    let whole = flat();
    for length in 0..whole.len() {
        assert!(catch_unwind(|| walk(whole[..length].to_vec())).is_ok(), "cut at {length}");
    }
}

#[test]
fn one_changed_byte_does_not_panic() {
    // Every byte behind the tree (separator, data, metadata) in every value that changes its meaning.
    let whole = nested(24);
    let tail = whole.len().saturating_sub(400);
    for at in tail..whole.len() {
        for value in [0x00, 0x01, 0x1d, 0x20, 0x3f, 0x40, 0x5f, 0x7f, 0xe0, 0xe1, 0xe9, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = value;
            assert!(catch_unwind(|| walk(bytes)).is_ok(), "byte {at} set to {value:#x}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn mutations_do_not_panic(
        size in prop::sample::select(vec![24u16, 28, 32]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
        shorten in any::<bool>(),
    ) {
        let mut bytes = nested(size);
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if shorten {
            bytes.truncate(cut.index(bytes.len()));
        }
        walk(bytes);
    }

    #[test]
    fn noise_between_head_and_tail_does_not_panic(noise in prop::collection::vec(any::<u8>(), 0..600)) {
        let mut bytes = noise;
        bytes.extend(Writer::new(6, 24, 1).metadata(40));
        walk(bytes);
    }
}

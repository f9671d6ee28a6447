//! Whatever is changed is refused: every byte of a bundle, every byte of a signature; and any bytes at all are taken without a panic.

use proptest::prelude::*;

use super::support::*;
use crate::signature::prehash;
use crate::{Bundle, File, Header, PROOF, Refused, Required, Root, Signature, State, pack};

/// Where the text of the untrusted comment stands, which is not signed and not read.
fn untrusted(signature: &[u8]) -> std::ops::Range<usize> {
    "untrusted comment: ".len()..signature.iter().position(|b| *b == b'\n').unwrap()
}

#[test]
fn every_changed_byte_of_a_signature_is_refused() {
    let delivery = Delivery::good();
    let (signature, key, file) =
        (&delivery.signatures[0], key("anna").public(), prehash(&delivery.bytes));
    let verdict = |bytes: &[u8]| {
        let signature = Signature::parse(bytes, 1)?;
        if signature.key() == key.id() {
            signature.verify(&key, &file, 1)
        } else {
            Err(Refused::NoHeader)
        }
    };
    assert_eq!(verdict(signature), Ok(()));
    for at in 0..signature.len() {
        let mut changed = signature.clone();
        changed[at] ^= 1;
        let same = untrusted(signature).contains(&at);
        assert_eq!(verdict(&changed).is_ok(), same, "byte {at}");
    }
}

#[test]
fn every_changed_byte_of_a_bundle_leaves_the_one_form_or_is_another_content() {
    let good = Delivery::good();
    let bundle = Bundle::read(&good.bytes).unwrap();
    for at in 0..good.bytes.len() {
        let mut changed = good.bytes.clone();
        changed[at] ^= 1;
        // Even signed anew it is either refused, or another content in its own one form.
        if let Ok(read) = Bundle::read(&changed) {
            assert_ne!((&read.header, &read.files), (&bundle.header, &bundle.files), "byte {at}");
            assert_eq!(pack(&read.header, &read.files).ok().map(|b| b.len()), Some(changed.len()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_changed_byte_of_a_bundle_is_refused(at in any::<prop::sample::Index>(), flip in 1..=255_u8) {
        let mut delivery = Delivery::good();
        let at = at.index(delivery.bytes.len());
        delivery.bytes[at] ^= flip;
        delivery.signatures.truncate(1);
        let codes: Vec<_> = delivery.install().unwrap_err().iter().map(Refused::code).collect();
        prop_assert_eq!(codes, ["signature-wrong"]);
    }

    #[test]
    fn a_cut_or_grown_bundle_is_refused(length in 0..12_000_usize) {
        let mut bytes = Delivery::good().bytes;
        prop_assume!(length != bytes.len());
        bytes.resize(length, 0);
        prop_assert!(Bundle::read(&bytes).is_err());
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..3000)) {
        prop_assert!(Bundle::read(&bytes).is_err());
        prop_assert!(Signature::parse(&bytes, 1).is_err());
        prop_assert!(Header::read(&bytes).is_err());
        prop_assert!(Root::read(&bytes).is_err());
        prop_assert!(Required::read(&bytes).is_err());
        prop_assert!(State::read(&bytes).is_err());
    }

    #[test]
    fn changed_and_signed_anew_it_has_one_form_or_is_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = Delivery::good().bytes;
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(bundle) = Bundle::read(&bytes) {
            prop_assert_eq!(bundle.files.last().map(|f| f.name.as_str()), Some(PROOF));
        }
    }

    #[test]
    fn what_is_packed_is_read_whatever_the_order(
        contents in prop::collection::btree_map("[a-z]{1,8}/[a-z0-9]{1,20}", prop::collection::vec(any::<u8>(), 0..1500), 0..20),
        turn in any::<prop::sample::Index>(),
    ) {
        let mut files: Vec<File> =
            contents.into_iter().map(|(name, bytes)| File::new(format!("{name}.policy"), bytes)).collect();
        files.push(File::new(PROOF, "report"));
        let header = header(&files);
        let bytes = pack(&header, &files).unwrap();
        let read = Bundle::read(&bytes).unwrap();
        prop_assert_eq!((&read.header, &read.files), (&header, &files));
        let turn = turn.index(files.len());
        files.rotate_left(turn);
        prop_assert_eq!(pack(&header, &files).unwrap(), bytes);
    }
}

//! A policy file: compiled or refused with diagnostics that can be shown, never a panic; the digest depends on the text alone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use policy::{Catalogue, Rulebook, Source};

fuzz_target!(|text: &str| {
    let detectors = [("email".to_owned(), "contact".to_owned()), ("iban".to_owned(), "bank-account".to_owned())];
    let catalogue = Catalogue { detectors: &detectors };
    let compile = |path: &str| {
        Rulebook::compile(&[Source { path: path.to_owned(), text: text.to_owned() }], &catalogue)
    };
    match (compile("a.policy"), compile("b.policy")) {
        (Ok(one), Ok(other)) => assert_eq!(one.digest(), other.digest()),
        (Err(one), Err(_)) => assert!(!one.render(false).is_empty()),
        _ => panic!("the name of a file changed what it means"),
    }
});

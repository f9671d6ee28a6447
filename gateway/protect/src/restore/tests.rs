//! Tokens as models write them, whole and cut, and the promise that what was protected comes back.

#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a failed test should stop here")]

mod addresses;
mod held;
mod json;
mod properties;
mod spelling;

use std::borrow::Cow;

use super::*;
use crate::seen::HOLD_MAX;
use crate::source::Target;

/// A vault with the code 7F3K9Q2MXA for `Ann`, class EMAIL, and 0B1R8S6TVW for `two "words"`, class NATIONALID.
fn vault() -> Vault {
    let mut vault = Vault::default();
    vault.keep("EMAIL", "Ann", ["7F3K9Q2MXA".to_owned()].into_iter()).unwrap();
    vault.keep("NATIONALID", "two \"words\"", ["0B1R8S6TVW".to_owned()].into_iter()).unwrap();
    vault
}

/// A whole text with its values put back.
pub(crate) struct Restored<'t> {
    pub(crate) text: Cow<'t, str>,
    restored: usize,
    unrestorable: usize,
}

impl Vault {
    pub(crate) fn restore<'t>(&self, text: &'t str) -> Restored<'t> {
        self.restore_in(Target::Plain, text)
    }

    fn restore_in<'t>(&self, target: Target, text: &'t str) -> Restored<'t> {
        let mut seen = Seen::new(target);
        let found = self.find(&seen, text, true);
        let passed = self.pass(&mut seen, text);
        let (restored, unrestorable) = (passed.restored, passed.unrestorable);
        assert_eq!((found.hits.len(), found.decided), (restored, text.len()));
        if restored == 0 {
            return Restored { text: Cow::Borrowed(text), restored, unrestorable };
        }
        let (mut out, mut at) = (String::new(), 0);
        for hit in &found.hits {
            out.extend([&text[at..hit.start], &hit.with]);
            at = hit.end;
        }
        out.push_str(&text[at..]);
        Restored { text: Cow::Owned(out), restored, unrestorable }
    }
}

/// A stream that restores as far as is decided and holds the rest.
#[derive(Default)]
struct Held {
    seen: Seen,
    text: String,
    counts: Passed,
}

impl Held {
    fn new(target: Target) -> Self {
        Self { seen: Seen::new(target), ..Self::default() }
    }

    fn step(&mut self, vault: &Vault, piece: &str, out: &mut String) {
        self.text.push_str(piece);
        self.advance(vault, false, out);
    }

    fn finish(&mut self, vault: &Vault, out: &mut String) {
        self.advance(vault, true, out);
        self.seen = Seen::new(self.seen.target);
    }

    fn advance(&mut self, vault: &Vault, last: bool, out: &mut String) {
        let found = vault.find(&self.seen, &self.text, last);
        let mut at = 0;
        for hit in &found.hits {
            out.push_str(&self.text[at..hit.start]);
            out.push_str(&hit.with);
            at = hit.end;
        }
        out.push_str(&self.text[at..found.decided]);
        let passed = vault.pass(&mut self.seen, &self.text[..found.decided]);
        self.counts.restored += passed.restored;
        self.counts.unrestorable += passed.unrestorable;
        self.text.drain(..found.decided);
    }
}

/// Restores a text whole and cut after every character, and compares.
fn check(text: &str, expect: &str) {
    check_in(Target::Plain, text, expect);
}

fn check_in(target: Target, text: &str, expect: &str) {
    let vault = vault();
    let whole = vault.restore_in(target, text);
    assert_eq!(whole.text, expect, "whole: {text}");
    let each: Vec<&str> = text.split_inclusive(|_: char| true).collect();
    assert_eq!(
        stream(&vault, target, each),
        (whole.text.clone().into_owned(), whole.restored, whole.unrestorable)
    );
    for (at, _) in text.char_indices() {
        let (head, tail) = text.split_at(at);
        assert_eq!(stream(&vault, target, vec![head, tail]).0, expect, "cut at {at}: {text}");
    }
}

fn stream(vault: &Vault, target: Target, pieces: Vec<&str>) -> (String, usize, usize) {
    let (mut held, mut out) = (Held::new(target), String::new());
    for piece in pieces {
        held.step(vault, piece, &mut out);
        assert!(held.text.len() <= HOLD_MAX, "{} bytes held", held.text.len());
    }
    held.finish(vault, &mut out);
    (out, held.counts.restored, held.counts.unrestorable)
}

#[test]
fn lost_tokens_are_counted() {
    fn check_lost(text: &str, restored: usize, unrestorable: usize) {
        let whole = vault().restore(text);
        assert_eq!((whole.restored, whole.unrestorable), (restored, unrestorable), "{text}");
        let each = text.split_inclusive(|_: char| true).collect();
        let (_, r, u) = stream(&vault(), Target::Plain, each);
        assert_eq!((r, u), (restored, unrestorable), "in pieces: {text}");
        let none = Vault::default().restore(text);
        assert_eq!((none.restored, none.unrestorable), (0, tokens(text)), "empty vault: {text}");
    }
    fn tokens(text: &str) -> usize {
        crate::shape::tokens_in(text).count()
    }
    check_lost("[EMAIL-7F3K9Q2MXA] [EMAIL-ZZZZZZZZZZ]", 1, 1);
    check_lost("[EMAIL-ZZZZZZZZZZ][EMAIL-YYYYYYYYYY", 0, 1);
    check_lost("email-zzzzzzzzzz", 0, 0);
    check_lost("[EMAIL-[EMAIL-7F3K9Q2MXA]", 1, 0);
}

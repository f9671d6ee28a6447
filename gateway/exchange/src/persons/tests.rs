//! Who is counted, and who leaves.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed test should stop here")]

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use detect::{Detector, RuleFile};
use policy::{Action, Catalogue, Rulebook, Source};

use super::*;
use crate::candidate::Candidate;
use crate::ledger::{self, Appended, Durability, LedgerFailure};
use crate::register::{self, Kept, Uncounted};
use crate::{
    Book, Bounds, Case, Code, Draft, Keys, Ledger, Permit, Received, Register, Scratch, Search,
};

const DETECTORS: &str = r#"
[[detector]]
id = "card"
family = "card"
title = "Number of a person"
country = "CN"
patterns = ['ID-[0-9]{3}[- ][0-9]{3}']
level = { bare = "confirmed" }
source = "invented for this test"
examples = ['{{ID-123-456}}']
counter_examples = ['none']

[[detector]]
id = "code"
family = "code"
title = "A code"
patterns = ['ZX-[0-9]{4}']
level = { bare = "confirmed" }
source = "invented for this test"
examples = ['the code {{ZX-1234}}']
counter_examples = ['none']
"#;

const POLICY: &str = r#"policy p

class person
  detect card

class secret
  detect code

counter all
  counts person, secret
  within twelve months
  bands  3

counter chinese
  counts person
  about  residents of CN
  since  1 January
  bands  2, 10

destination d
  url http://d.test/v1
  speaks openai-chat
  operator Firm, answers to US
  tier market
  processed in US

rule go
  when data includes person, secret
  then allow

rule codes-out
  when data includes secret
  then redact secret as mask

rule enough
  when data includes person
  and  the counter chinese has reached 2
  then block
"#;

fn book() -> Arc<Book> {
    let detector = Detector::compile(&[RuleFile { name: "d.toml", text: DETECTORS }])
        .unwrap_or_else(|problems| panic!("{problems:?}"));
    let names: Vec<_> =
        detector.infos().iter().map(|info| (info.id.clone(), info.family.clone())).collect();
    let sources = [Source { path: "p.policy".to_owned(), text: POLICY.to_owned() }];
    let rulebook = Rulebook::compile(&sources, &Catalogue { detectors: &names })
        .unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    let keys = Keys { tokens: [7; 32], pseudonyms: incident::Key::new("test", [7; 32]) };
    let atlas = geo::Atlas::empty();
    let search = Search::new(detector);
    Arc::new(Book::new(search, rulebook, atlas, keys, BTreeMap::new(), Bounds::default()).unwrap())
}

fn inspected(book: &Arc<Book>, said: &str) -> Inspected {
    let body =
        serde_json::json!({ "model": "m", "messages": [{ "role": "user", "content": said }] });
    let case = Case::sample(book, "d");
    let parsed = Received::new(case, Bytes::from(body.to_string())).parse().unwrap();
    parsed.inspect(&mut Scratch::default()).unwrap()
}

fn located(book: &Arc<Book>, said: &str, counts: &[Option<u64>]) -> (Located, Arc<Candidate>) {
    let destination = book.rulebook.destination("d").unwrap();
    let candidate = Candidate::new(book, destination, &[]);
    (inspected(book, said).with_counts(counts).locate(Arc::clone(&candidate)), candidate)
}

/// How many persons each counter sees.
fn check(said: &str, all: usize, chinese: usize) {
    let persons = inspected(&book(), said).persons();
    assert_eq!(persons.iter().map(Vec::len).collect::<Vec<_>>(), [all, chinese], "{said}");
}

#[test]
fn each_person_counts_once_however_it_is_written_and_only_for_what_counts_it() {
    check("nothing here", 0, 0);
    check("ID-123-456 and again ID-123-456", 1, 1);
    check("ID-123-456 is ID-123 456", 1, 1);
    check("ID-123-456 and ID-123-457", 2, 2);
    check("ID-123-456 with the code ZX-1234", 2, 1);
}

#[test]
fn a_person_is_the_same_in_every_request_and_under_no_other_key() {
    let person = |book: &Arc<Book>, said: &str| inspected(book, said).persons()[1][0];
    let one = person(&book(), "ID-123-456");
    assert_eq!(person(&book(), "about ID-123 456, please"), one);
    assert_ne!(person(&book(), "ID-123-457"), one);
    assert!(one.iter().any(|byte| *byte != 0));
}

#[test]
fn who_was_taken_out_does_not_leave() {
    let book = book();
    let (located, candidate) =
        located(&book, "ID-123-456 with the code ZX-1234", &[Some(2), Some(1)]);
    let (_, decision) = located.situation_for(&candidate);
    assert_eq!(decision.action, Action::Redact);
    let leaving: Vec<usize> = located.leaving(&decision).iter().map(Vec::len).collect();
    assert_eq!(leaving, [1, 1], "the code is masked");
}

#[test]
fn the_reading_is_judged_and_what_nobody_knows_stops() {
    let book = book();
    for (counts, action) in [
        (&[Some(1), Some(1)][..], Action::Allow),
        (&[Some(1), Some(2)], Action::Block),
        (&[Some(1), None], Action::Block),
        (&[], Action::Block),
    ] {
        let (located, candidate) = located(&book, "ID-123-456", counts);
        assert_eq!(located.situation_for(&candidate).1.action, action, "{counts:?}");
    }
}

/// Keeps everybody, or nobody.
struct Keeps(Result<(), Uncounted>);

impl Register for Keeps {
    fn keep(&self, leaving: Vec<Vec<Person>>) -> Kept<'_> {
        assert_eq!(leaving.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1]);
        Box::pin(std::future::ready(self.0))
    }
}

/// A ledger that takes everything.
impl Ledger for Keeps {
    fn append(&self, _: Vec<u8>, _: Durability) -> Appended<'_> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn close(&self, _: Vec<u8>) -> Result<(), LedgerFailure> {
        Ok(())
    }
}

fn at_once<T>(future: impl Future<Output = T>) -> T {
    match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("what answers at once waits"),
    }
}

#[test]
fn nobody_leaves_who_is_not_kept() {
    let book = book();
    let destination = book.rulebook.destination("d").unwrap();
    let address = std::net::IpAddr::from([203, 0, 113, 7]);
    let candidate = Candidate::new(&book, destination, &[address]);
    let said = inspected(&book, "ID-123-456 with the code ZX-1234");
    let located = said.with_counts(&[Some(2), Some(1)]).locate(Arc::clone(&candidate));
    let (_, decision) = located.situation_for(&candidate);
    let mut draft = located.draft(&candidate, decision, 1, &mut Scratch::default()).unwrap();
    let permit = |draft: &Draft| {
        let recorded = ledger::record(&Keeps(Ok(())), Durability::Async, &located, draft);
        Permit::new(draft, address, at_once(recorded).unwrap()).map_err(|refusal| refusal.code)
    };
    assert!(matches!(permit(&draft), Err(Code::JudgementFailed)), "nobody was asked");
    let failed = at_once(register::count(&Keeps(Err(Uncounted)), &mut draft));
    assert_eq!(failed.map_err(|refusal| refusal.code), Err(Code::Uncounted));
    assert!(permit(&draft).is_err());
    at_once(register::count(&Keeps(Ok(())), &mut draft)).unwrap();
    assert!(permit(&draft).is_ok());
    // For another attempt with the same bytes nobody is asked again.
    at_once(register::count(&Keeps(Err(Uncounted)), &mut draft)).unwrap();
}

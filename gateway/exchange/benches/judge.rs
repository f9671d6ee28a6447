//! What judging a request costs, stage by stage: from the bytes of a chat to the line of the journal and the permit.
//!
//! `cargo bench -p exchange`: microseconds a request and stage, the best of five rounds, so that other work on the
//! machine shows as little as it can. Nothing leaves memory; the expected outcome of each request is asserted.

#![expect(clippy::disallowed_methods, reason = "measures time")]
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints, and stops at the first surprise"
)]

use std::collections::BTreeMap;
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use bytes::Bytes;
use detect::{Detector, RuleFile};
use exchange::ledger::{self, Appended, Durability, Ledger, LedgerFailure};
use exchange::{
    Book, Bounds, Candidate, Case, Course, Keys, Permit, Received, Scratch, Search, Trace,
};
use policy::{Catalogue, Day, Identity, Rulebook, Source};

const ROUNDS: usize = 5;
const REQUESTS: u32 = 400;
const SENTENCE: &str =
    "The tides of the North Sea follow the moon, and the marshes follow the tides. ";
const ADDRESS: &str = "anna.berger@example.org";
const STAGES: [&str; 5] = ["read", "inspect", "decide", "draft", "record"];

fn main() {
    let book = book();
    println!(
        "{:22}{}{:>10}",
        "microseconds",
        STAGES.map(|stage| format!("{stage:>10}")).concat(),
        "all"
    );
    for kib in [1, 4, 32] {
        for (what, planted) in [("clean", ""), ("with an address", ADDRESS)] {
            let body = chat(kib << 10, planted);
            let best = (0..ROUNDS).map(|_| round(&book, &body, !planted.is_empty()));
            let best = best.min_by_key(|stages| stages.iter().sum::<Duration>()).unwrap();
            let all: Duration = best.iter().sum();
            let told = |time: Duration| {
                format!("{:>10.1}", time.as_secs_f64() * 1e6 / f64::from(REQUESTS))
            };
            println!("{:22}{}{}", format!("{kib} KiB, {what}"), best.map(told).concat(), told(all));
        }
    }
}

/// How long each stage took, over many requests.
fn round(book: &Arc<Book>, body: &Bytes, redacted: bool) -> [Duration; 5] {
    let mut scratch = Scratch::default();
    let kept = Kept::default();
    let mut spent = [Duration::ZERO; 5];
    for number in 0..REQUESTS {
        let case = case(book, number);
        let mut watch = Watch { since: Instant::now(), spent: &mut spent };
        let parsed = Received::new(Arc::clone(&case), body.clone()).parse().unwrap();
        watch.lap(0);
        let inspected = parsed.inspect(&mut scratch).unwrap();
        watch.lap(1);
        let place = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));
        let candidate = Candidate::new(book, case.requested.unwrap(), &[place]);
        let located = inspected.locate(Arc::clone(&candidate));
        let Course::Send(decision) = located.decide(&candidate) else {
            unreachable!("it is licensed")
        };
        watch.lap(2);
        let draft = located.draft(&candidate, decision, 1, &mut scratch).unwrap();
        watch.lap(3);
        let receipt = now(ledger::record(&kept, Durability::Async, &located, &draft)).unwrap();
        let permit = Permit::new(&draft, place, receipt).unwrap();
        watch.lap(4);
        let sent = permit.open().body;
        assert_eq!(sent != *body, redacted);
        assert!(!String::from_utf8_lossy(&sent).contains(ADDRESS));
    }
    let kept = kept.0.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert_eq!(kept.len(), REQUESTS as usize);
    spent
}

struct Watch<'w> {
    since: Instant,
    spent: &'w mut [Duration; 5],
}

impl Watch<'_> {
    fn lap(&mut self, stage: usize) {
        let now = Instant::now();
        self.spent[stage] += now - self.since;
        self.since = now;
    }
}

/// A ledger in memory: what the journal itself costs is in its own bench.
#[derive(Default)]
struct Kept(Mutex<Vec<Vec<u8>>>);

impl Ledger for Kept {
    fn append(&self, entry: Vec<u8>, _: Durability) -> Appended<'_> {
        let kept = self.close(entry);
        Box::pin(std::future::ready(kept))
    }

    fn close(&self, entry: Vec<u8>) -> Result<(), LedgerFailure> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
        Ok(())
    }
}

/// The value of a future that never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("memory does not wait"),
    }
}

/// A chat of about so many bytes, with `planted` in its last turn.
fn chat(bytes: usize, planted: &str) -> Bytes {
    let frame = |text: &str| {
        format!(
            r#"{{"model":"gpt-4o","messages":[{{"role":"system","content":"Answer in one sentence."}},{{"role":"user","content":"{text}{planted}"}}]}}"#
        )
    };
    let room = bytes.saturating_sub(frame("").len());
    let text: String = SENTENCE.chars().cycle().take(room).collect();
    Bytes::from(frame(&text))
}

fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules").join(folder);
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    let read =
        |path: std::path::PathBuf| (path.display().to_string(), fs::read_to_string(&path).unwrap());
    paths.into_iter().map(read).collect()
}

/// The shipped rules.
fn book() -> Arc<Book> {
    let texts = files("detectors", "toml");
    let sources: Vec<_> = texts.iter().map(|(name, text)| RuleFile { name, text }).collect();
    let detector = Detector::compile(&sources).unwrap();
    let names: Vec<_> =
        detector.infos().iter().map(|info| (info.id.clone(), info.family.clone())).collect();
    let sources = files("default", "policy").into_iter();
    let sources: Vec<_> = sources.map(|(path, text)| Source { path, text }).collect();
    let rulebook = Rulebook::compile(&sources, &Catalogue { detectors: &names }).unwrap();
    let keys = Keys { tokens: [7; 32], pseudonyms: incident::Key::new("bench", [7; 32]) };
    let book = Book::new(
        Search::new(detector),
        rulebook,
        geo::Atlas::empty(),
        keys,
        BTreeMap::new(),
        Bounds::default(),
    );
    Arc::new(book.unwrap())
}

fn case(book: &Arc<Book>, number: u32) -> Arc<Case> {
    let identity = Identity::default();
    let day = Day::parse("2026-11-21").unwrap();
    let source = incident::Domain::Source;
    Arc::new(Case {
        id: format!("01BENCH{number:019}"),
        arrived: 0,
        day,
        minute: None,
        latest: day,
        latest_reading: 0,
        presented: exchange::Presented::default(),
        stated: exchange::Stated::default(),
        period: "2026-11".to_owned(),
        book: Arc::clone(book),
        listener: "main".to_owned(),
        client: book.rulebook.client(&identity),
        people: book.rulebook.people_of(&identity),
        identity,
        address_pseudonym: incident::pseudonym(&book.keys.pseudonyms, source, "2026-11", b"x"),
        caller_pseudonym: None,
        person: None,
        not_believed: None,
        node: "bench".to_owned(),
        boot: "bench".to_owned(),
        method: "POST".to_owned(),
        path: "/v1/chat/completions".to_owned(),
        query: None,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        credential: None,
        requested: book.rulebook.destination("openai"),
        trace: Trace::default(),
    })
}

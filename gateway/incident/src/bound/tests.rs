//! Whatever is put into a record, its line is short enough, reads back, and counts what it does not list.
#![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

use serde_json::json;

use super::*;
use crate::part_path::PartPath;
use crate::pseudonym::Pseudonym;
use crate::record::{
    Address, Allowed, Asked, BodyDigest, Candidate, Client, Keyed, Rule, Trace, Unread, Verdict,
};

fn found(class: &str, level: &str, count: u64) -> Found {
    Found {
        detector: format!("detector.{class}"),
        class: class.to_owned(),
        level: level.to_owned(),
        path: PartPath::new("messages[0].content"),
        role: "user".to_owned(),
        count,
        value: Some("00112233445566778899aabbccddeeff".to_owned()),
        lengths: vec![11; 40],
        gave_way: false,
    }
}

fn ordinary() -> Record {
    let decision = Decision {
        exchange: "01JDEXCHANGE".into(),
        attempt: 1,
        action: "redact".into(),
        requested: "openai".into(),
        candidate: Candidate {
            destination: "openai".into(),
            grade: "declared".into(),
            ..Candidate::default()
        },
        findings: Findings { listed: vec![found("email", "likely", 2)], counted: Vec::new() },
        situation: Verbatim::of(&json!({ "classes": { "email": "likely" }, "day": "2026-11-21" })),
        ..Decision::default()
    };
    Record::new(
        "01JDRECORD",
        1_795_000_000_000_000_000,
        "n1",
        "b1",
        Body::Decision(Box::new(decision)),
    )
}

fn asked(text: &str, items: usize) -> Asked {
    let t = || text.to_owned();
    let verdict = Verdict { verdict: t(), by: t(), role: t(), until: u64::MAX, signature: t() };
    Asked {
        state: t(),
        id: t(),
        until: u64::MAX,
        asks: vec![t(); items],
        matter: t(),
        findings: t(),
        actor: Some(t()),
        why: Some(t()),
        justification: Some(t()),
        verdicts: vec![verdict; items],
    }
}

/// A record with the same hostile text in every text and every list of this length.
fn monster(text: &str, items: usize) -> Record {
    let t = || text.to_owned();
    let p = || Some(Pseudonym { key: t(), period: t(), mac: t() });
    let class = |n: usize| format!("{n}{text}");
    let one = |n: usize| Found {
        detector: t(),
        class: class(n),
        level: t(),
        path: PartPath::new(text),
        role: t(),
        count: 3,
        value: Some(t()),
        lengths: vec![u64::MAX; 1000],
        gave_way: true,
    };
    let rule = Rule { id: t(), law: t() };
    let address = Address { address: t(), country: Some(t()), evidence: vec![t(); items.min(20)] };
    let decision = Decision {
        allowed: vec![Allowed { entry: t(), until: t(), count: u64::MAX }; items],
        unread: vec![
            Unread { path: PartPath::new(text), kind: t(), why: t(), count: u64::MAX };
            items
        ],
        exchange: t(),
        attempt: u32::MAX,
        client: Client {
            agency: Some(t()),
            department: Some(t()),
            application: Some(t()),
            identity: p(),
            source: p(),
        },
        listener: t(),
        dialect: t(),
        operation: t(),
        model: Some(t()),
        requested: t(),
        candidate: Candidate {
            destination: t(),
            grade: t(),
            addresses: vec![address; items],
            contradicted: Some(t()),
            unresolved: Some(t()),
            database: Some(u64::MAX),
            facts: Verbatim::of(&json!(vec![t(); items])),
        },
        findings: Findings { listed: (0..items).map(one).collect(), counted: Vec::new() },
        situation: Verbatim::of(&json!(vec![t(); items])),
        action: t(),
        refusal: Some(t()),
        decision: Verbatim::of(&json!({ "x": vec![t(); items] })),
        asked: Some(asked(text, items)),
        rules: vec![rule; items],
        explained: vec![t(); items],
        policy: t(),
        detectors: t(),
        received: Some(BodyDigest { bytes: u64::MAX, mac: t() }),
        sent: Some(BodyDigest { bytes: u64::MAX, mac: t() }),
        keyed: Some(Keyed { key: t(), period: t() }),
        lost: vec![PartPath::new(text); items],
        trace: Some(Trace { trace: t(), span: t() }),
    };
    Record::new(t(), u64::MAX, t(), t(), Body::Decision(Box::new(decision)))
}

fn total(record: &Record) -> u64 {
    match &record.body {
        Body::Decision(decision) => decision.findings.total(),
        Body::Outcome(outcome) => outcome.findings.total(),
        Body::Lifecycle(_) => 0,
    }
}

#[test]
fn what_fits_is_written_whole() {
    let record = ordinary();
    let line = record.to_line();
    assert!(!line.contains(&b'\n'));
    assert_eq!(Record::parse(&line), Some(record));
}

#[test]
fn no_record_exceeds_the_bound() {
    let control = "\u{1}".repeat(2000);
    let quotes = "\"\\".repeat(2000);
    let wide = "\u{1F30A}".repeat(1000);
    let separators = ".".repeat(2000);
    for text in [control, quotes, wide, separators, "abc".to_owned()] {
        let most = if text.len() < 10 { 3000 } else { 60 };
        for items in [0, 1, 5, most] {
            let record = monster(&text, items);
            let line = record.to_line();
            assert!(line.len() <= MAX_BYTES, "{} bytes with {items} items", line.len());
            let read = Record::parse(&line).unwrap();
            assert_eq!(total(&read), total(&record), "{items} findings are not all counted");
            assert_eq!(read.shortened.is_empty(), read == record);
        }
    }
}

#[test]
fn findings_beyond_the_bound_are_counted_by_class_at_their_highest_level() {
    let mut record = ordinary();
    if let Body::Decision(decision) = &mut record.body {
        decision.findings.listed = (0..3000)
            .map(|n| {
                found(
                    if n % 2 == 0 { "email" } else { "phone" },
                    if n == 2999 { "confirmed" } else { "likely" },
                    1,
                )
            })
            .collect();
    }
    let line = record.to_line();
    assert!(line.len() <= MAX_BYTES);
    let read = Record::parse(&line).unwrap();
    assert_eq!(read.shortened, ["findings", "findings.lengths"]);
    let Body::Decision(decision) = &read.body else { return };
    let counted = &decision.findings.counted;
    assert_eq!(decision.findings.total(), 3000);
    assert_eq!(counted.iter().find(|g| g.class == "phone").unwrap().level, "confirmed");
    assert_eq!(counted.iter().find(|g| g.class == "email").unwrap().level, "likely");
}

#[test]
fn every_kind_survives_the_way_through_json() {
    let outcome = Outcome {
        exchange: "01JD".into(),
        ending: crate::record::Ending::ClientAbort,
        status: 200,
        ..Outcome::default()
    };
    let failed =
        Lifecycle::PolicyReloadFailed { policy: "ab".into(), problems: 5, first: "x".into() };
    let beside = Lifecycle::ReloadFailed { policy: "ab".into(), problems: 1, first: "x".into() };
    let torn = Lifecycle::TornTailRepaired { epoch: 1, bytes: 77, kept: 1 };
    let events = [failed, beside, torn].map(Body::Lifecycle);
    for body in std::iter::once(Body::Outcome(Box::new(outcome))).chain(events) {
        let record = Record::new("01JD", 5, "n", "b", body);
        assert_eq!(Record::parse(&record.to_line()), Some(record));
    }
    assert_eq!(Record::parse(br#"{"schema":"seawall.record/2"}"#), None);
}

#[test]
fn the_summary_is_one_line_for_people() {
    let shown = ordinary().to_string();
    assert_eq!(shown, "01JDEXCHANGE #1 redact: anonymous   to openai (declared), 2 found: email");
}

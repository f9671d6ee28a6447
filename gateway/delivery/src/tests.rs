//! Stores that are broken off at each step, and servers that lie: what each can do is keep something new away, and nothing else.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed test should stop here")]

mod registry;
mod server;
mod store;
mod support;
mod web;

use std::time::Duration;

use crate::{Access, Pace, Source};

#[test]
fn the_pace_is_the_interval_and_doubles_from_ten_seconds_after_failures() {
    let mut pace = Pace::every(Duration::from_secs(60));
    let seconds = |pause: Duration| pause.as_secs();
    assert_eq!(seconds(pace.next(true, 0.5)), 60);
    let failures = [0; 5].map(|_| seconds(pace.next(false, 1.0)));
    assert_eq!(failures, [10, 20, 40, 60, 60]);
    assert_eq!(seconds(pace.next(true, 0.0)), 54);
    assert_eq!(seconds(pace.next(false, 0.0)), 5, "by chance down to the half");
}

#[test]
fn addresses_that_cannot_be_asked_are_told() {
    let s3 = Access { endpoint: Some("http://example.net".into()), ..Access::default() };
    let plain = Access::default();
    let cases = [
        ("http://mirror.example/policy/", &plain, "https://"),
        ("ftp://mirror.example/policy/", &plain, "https://"),
        ("https://me:word@mirror.example/policy/", &plain, "credentials"),
        ("https://mirror.example/policy/?a=b", &plain, "query"),
        ("s3://bucket/policy", &plain, "policy.bundle.endpoint"),
        ("s3://bucket/policy", &s3, "https://"),
        ("oci://registry.example/policy", &plain, "tag"),
        ("oci://registry.example/../policy:1", &plain, "tag"),
        ("oci+http://registry.example/policy:1", &plain, "https://"),
    ];
    for (from, access, expected) in cases {
        let problem = Source::new(from, access).unwrap_err();
        assert!(problem.contains(expected), "{from}: {problem}");
        assert!(!problem.contains("word"), "{problem}");
    }
}

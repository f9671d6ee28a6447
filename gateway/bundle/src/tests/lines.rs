//! Versions form a line, and time goes forward only.

use semver::Version;

use super::support::*;
use crate::{Digest, Header, MAX_GAP, Mark, Refused, State, Time};

/// A delivery of this version to a gateway on which version 43 is installed.
fn after_43(change: impl FnOnce(&mut Header)) -> Delivery {
    let installed = Digest::of(b"43");
    let mut header = Header { version: 44, previous: Some(installed), ..header(&files()) };
    change(&mut header);
    let mut delivery = Delivery::of(&header);
    delivery.state.policy = Some(Mark { version: 43, digest: installed });
    delivery
}

#[test]
fn the_next_version_is_taken_and_becomes_the_highest() {
    let delivery = after_43(|_| {});
    let state = delivery.install().unwrap().state;
    assert_eq!(state.policy, Some(Mark { version: 44, digest: Digest::of(&delivery.bytes) }));
    assert_eq!(State::read(&state.to_json()), Ok(state));
}

#[test]
fn an_old_version_is_refused_also_the_installed_one() {
    for version in [2, 42, 43] {
        after_43(|h| h.version = version).check(&["old"]);
    }
    let mut delivery = Delivery::good();
    delivery.state = delivery.install().unwrap().state;
    delivery.check(&["old"]);
}

#[test]
fn the_very_next_version_follows_from_the_installed_one() {
    after_43(|h| h.previous = Some(Digest::of(b"other"))).check(&["previous"]);
}

#[test]
fn versions_in_between_may_be_missing_but_not_a_thousand() {
    let other = Some(Digest::of(b"45"));
    let gap = |n| after_43(|h| (h.version, h.previous) = (43 + n, other));
    assert!(gap(2).install().is_ok());
    assert!(gap(MAX_GAP).install().is_ok());
    gap(MAX_GAP + 1).check(&["jump"]);
}

#[test]
fn a_new_gateway_takes_any_version() {
    let mut delivery = after_43(|_| {});
    delivery.state.policy = None;
    assert!(delivery.install().is_ok());
}

#[test]
fn a_bundle_holds_from_its_first_second_up_to_its_last() {
    let mut delivery = Delivery::good();
    let Header { not_before, expires, .. } = header(&files());
    for (now, expected) in [
        (not_before.plus(-1), Some("early")),
        (not_before, None),
        (expires.plus(-1), None),
        (expires, Some("expired")),
        (Time::from_unix(i64::MAX), Some("expired")),
        (Time::from_unix(i64::MIN), Some("early")),
    ] {
        delivery.now = now;
        delivery.state.last_seen_time = Time::from_unix(0);
        let expected: Vec<&str> = expected.into_iter().collect();
        delivery.check(&expected);
    }
}

#[test]
fn a_clock_that_was_set_back_brings_no_bundle_back() {
    let mut delivery = Delivery::good();
    delivery.state = delivery.state.seen(header(&files()).expires);
    let Err(problems) = delivery.install() else { panic!("an expired bundle was taken") };
    assert_eq!(problems[0].code(), "expired");
    assert!(problems[0].to_string().ends_with("25920000 seconds ahead of the clock"));
    assert_eq!(delivery.state.seen(noon()), delivery.state);
}

#[test]
fn the_latest_time_is_kept_with_what_is_installed() {
    let mut delivery = Delivery::good();
    delivery.now = noon().plus(days(3));
    assert_eq!(delivery.install().unwrap().state.last_seen_time, delivery.now);
    delivery.state.last_seen_time = noon().plus(days(5));
    assert_eq!(delivery.install().unwrap().state.last_seen_time, noon().plus(days(5)));
}

#[test]
fn what_is_for_others_is_refused_and_everything_is_told_at_once() {
    let mut delivery = after_43(|h| {
        h.name = "hospital".into();
        h.audience = "xm.health".into();
        h.min_gateway = Version::new(0, 2, 0);
        h.version = 41;
        h.expires = noon().plus(-1);
    });
    delivery.check(&["name", "audience", "gateway", "old", "expired"]);
    delivery.gateway = Version::parse("0.2.0-rc.1").unwrap();
    delivery.check(&["name", "audience", "gateway", "old", "expired"]);
    delivery.gateway = Version::new(0, 2, 0);
    delivery.check(&["name", "audience", "old", "expired"]);
}

#[test]
fn to_go_back_the_old_content_gets_a_new_higher_version() {
    let old = header(&files());
    let newest = Digest::of(b"43");
    let now = noon().plus(days(10));
    let header = old.revert(44, newest, now).unwrap();
    assert_eq!((header.version, header.previous, header.created), (44, Some(newest), now));
    assert_eq!(header.expires.since(header.not_before), old.expires.since(old.not_before));
    assert_eq!((header.proof, header.required_invariants), (old.proof, old.required_invariants));
    let mut delivery = after_43(|h| *h = header.clone());
    delivery.now = now;
    let taken = delivery.install().unwrap();
    assert_eq!(taken.bundle.files, Delivery::good().install().unwrap().bundle.files);
    assert_eq!(old.revert(1, newest, now).unwrap_err().code(), "old");
}

#[test]
fn what_is_installed_opens_again_also_when_it_has_expired() {
    let mut delivery = Delivery::good();
    check(delivery.open(), &["not-installed"]);
    let taken = delivery.install().unwrap();
    delivery.state = taken.state.clone();
    assert_eq!(delivery.open(), Ok(taken));
    delivery.now = header(&files()).expires;
    assert!(delivery.open().unwrap().bundle.header.left(delivery.now) <= 0);
    let other = Delivery::of(&Header { created: noon().plus(days(-3)), ..header(&files()) });
    let mut swapped = other.clone();
    swapped.state = delivery.state.clone();
    check(swapped.open(), &["not-installed"]);
    delivery.signatures.clear();
    check(delivery.open(), &["too-few-signers", "too-few-signers"]);
}

#[test]
fn a_state_that_cannot_be_read_is_no_fresh_one() {
    let good = Delivery::good().install().unwrap().state.to_json();
    for bytes in [&b""[..], b"{}", b"null", good.split_last().unwrap().1.split_last().unwrap().1] {
        assert!(State::read(bytes).is_err());
    }
    let text = String::from_utf8(good).unwrap();
    check(State::read(text.replace("\"policy\"", "\"polity\"").as_bytes()), &["state", "state"]);
    let problems =
        State::read(text.replace("\"version\": 1", "\"version\": 0").as_bytes()).unwrap_err();
    let paths: Vec<String> = problems.iter().map(Refused::to_string).collect();
    assert!(
        paths[0].starts_with("state.json $.root.version: expected a whole number"),
        "{paths:?}"
    );
}

#[test]
fn times_have_one_spelling() {
    assert_eq!(noon().to_string(), "2026-11-22T10:00:00Z");
    for text in [
        "2026-11-22",
        "2026-11-22T10:00:00+00:00",
        "2026-11-22t10:00:00z",
        "2026-11-22T10:00:00.5Z",
        "1969-12-31T23:59:59Z",
        "2026-02-30T00:00:00Z",
        "+012026-11-22T10:00:00Z",
        "",
    ] {
        assert_eq!(Time::parse(text), None, "{text}");
    }
}

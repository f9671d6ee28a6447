//! Desks as nodes and commands use them.

#![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

use ask::{APPROVAL_TERM, Asked, Matter};

use super::folder::{MOST_OF_ONE, MOST_REQUESTS};
use super::*;

const NOW: u64 = 1_795_219_200;

fn id(n: u8) -> String {
    format!("01KABCDEFGHJKMNPQRSTVWXY{n:02}")
}

fn desk() -> (tempfile::TempDir, Folder) {
    let folder = tempfile::tempdir().unwrap();
    FolderDesk::open(folder.path()).unwrap();
    let at = Folder::at(folder.path());
    (folder, at)
}

fn request(n: u8, since: u64, findings: &str) -> Request {
    let asks = vec![Asked::Approval("dpo".to_owned())];
    Request {
        schema: Request::SCHEMA.to_owned(),
        id: id(n),
        since,
        until: since + APPROVAL_TERM,
        node: "n".to_owned(),
        matter: Matter { asks, findings: findings.to_owned(), ..Matter::default() },
    }
}

#[test]
fn a_challenge_is_spent_once_also_by_another_process() {
    let (kept, folder) = desk();
    let challenge = Challenge { id: id(1), until: NOW + 900 };
    assert!(folder.spend(&challenge, NOW).unwrap());
    assert!(!folder.spend(&challenge, NOW).unwrap());
    assert!(!Folder::at(kept.path()).spend(&challenge, NOW).unwrap());
}

#[test]
fn what_a_process_saw_used_is_used_though_its_mark_is_gone() {
    let mut spent = Spent::default();
    let challenge = Challenge { id: id(1), until: NOW + 900 };
    assert!(spent.add(&challenge, NOW));
    assert!(!spent.add(&challenge, NOW + 900));
    assert!(spent.add(&Challenge { id: id(2), until: NOW + 9000 }, NOW + 1000));
    assert_eq!(spent.until.len(), 1, "its term is over, so it is forgotten");
}

#[test]
fn what_was_forgotten_is_not_good_again_when_the_clock_is_set_back() {
    let (_kept, folder) = desk();
    let old = Challenge { id: id(1), until: NOW + 900 };
    assert!(folder.spend(&old, NOW).unwrap());
    let later = Challenge { id: id(2), until: NOW + 9000 };
    assert!(folder.spend(&later, NOW + 8000).unwrap());
    assert!(!folder.is_used(&old.id), "its mark is gone");
    assert!(!folder.spend(&old, NOW).unwrap(), "and it is not good for that");
}

#[test]
fn a_matter_waits_once() {
    let (_kept, folder) = desk();
    assert_eq!(folder.register(request(1, NOW, "a")).unwrap().unwrap().id, id(1));
    assert_eq!(folder.register(request(2, NOW + 5, "a")).unwrap().unwrap().id, id(1));
    assert_eq!(folder.register(request(3, NOW, "b")).unwrap().unwrap().id, id(3));
    assert_eq!(folder.requests().0.len(), 2);
    assert!(folder.spend(&request(1, NOW, "a").challenge(), NOW).unwrap());
    assert_eq!(
        folder.register(request(4, NOW, "a")).unwrap().unwrap().id,
        id(4),
        "the first was used"
    );
    let late = NOW + 2 * APPROVAL_TERM;
    assert_eq!(
        folder.register(request(5, late, "b")).unwrap().unwrap().id,
        id(5),
        "the other is over"
    );
}

#[test]
fn one_caller_does_not_take_the_places_of_others() {
    let (_kept, folder) = desk();
    let by = |actor: &str, n: usize, since: u64| {
        let mut request = request(1, since, &n.to_string());
        request.matter.actor = Some(actor.to_owned());
        request.id = format!("01KABCDEFGHJKMNPQRSTVW{n:04}");
        request
    };
    for n in 0..MOST_OF_ONE {
        assert!(folder.register(by("anna", n, NOW)).unwrap().is_some(), "{n}");
    }
    assert!(folder.register(by("anna", MOST_OF_ONE, NOW + 1)).unwrap().is_none());
    assert!(folder.register(by("anna", 0, NOW + 1)).unwrap().is_some(), "it waits already");
    assert!(folder.register(by("bert", 0, NOW + 1)).unwrap().is_some());
    let used = by("anna", 3, NOW).challenge();
    assert!(folder.spend(&used, NOW + 2).unwrap());
    let later = NOW + 2 * CLEARED_EVERY;
    assert!(folder.register(by("anna", MOST_OF_ONE, later)).unwrap().is_some(), "one was used");
}

#[test]
fn all_callers_together_are_bounded_too() {
    let (_kept, folder) = desk();
    for n in 0..MOST_REQUESTS {
        let other = folder.path.join("requests").join(format!("other.{n}"));
        fs::write(other, "{}").unwrap();
    }
    assert!(folder.register(request(1, NOW, "a")).unwrap().is_none());
}

#[test]
fn a_planted_request_does_not_lengthen_a_term() {
    let (_kept, folder) = desk();
    let planted = Request { until: u64::MAX, ..request(1, NOW, "a") };
    folder.register(planted).unwrap();
    assert_eq!(folder.register(request(2, NOW, "a")).unwrap().unwrap().id, id(2));
}

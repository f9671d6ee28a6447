//! A store that is broken off at each of its steps.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bundle::{State, Time};

use super::support::{noon, root};
use crate::{Delivery, Kept, POINTS, SignedFile, Store};

thread_local! {
    /// At which point of [`POINTS`] the process is to end.
    static ENDS_AT: Cell<Option<&'static str>> = const { Cell::new(None) };
}

fn pass(point: &'static str) {
    assert!(POINTS.contains(&point));
    assert!(ENDS_AT.get() != Some(point), "ended here");
}

fn kept(version: &str) -> Kept {
    let file = |name: &str, signatures: usize| SignedFile {
        bytes: format!("{name} {version}").into_bytes(),
        signatures: (0..signatures)
            .map(|n| format!("signature {n} {version}").into_bytes())
            .collect(),
    };
    let delivery = Delivery { bundle: file("bundle", 3), required: Some(file("statement", 1)) };
    let bytes = |name: &str| format!("{name} {version}").into_bytes();
    Kept { root: bytes("root"), state: bytes("state"), delivery: Some(delivery) }
}

#[test]
fn what_is_kept_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path().join("store"), pass);
    assert!(!store.is_begun());
    assert_eq!(store.read().unwrap_err().code, "absent");
    for version in ["1", "2", "3"] {
        store.lock().unwrap().replace(&kept(version)).unwrap();
        assert_eq!(store.read().unwrap(), kept(version));
    }
    let none = Kept { delivery: None, ..kept("4") };
    store.lock().unwrap().replace(&none).unwrap();
    assert_eq!(store.read().unwrap(), none, "nothing of the slot's earlier content is left");
}

#[test]
fn ended_at_any_step_it_is_as_before_or_as_it_was_to_be() {
    for point in POINTS {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path(), pass);
        store.lock().unwrap().replace(&kept("1")).unwrap();
        ENDS_AT.set(Some(point));
        let ended = catch_unwind(AssertUnwindSafe(|| store.lock().unwrap().replace(&kept("2"))));
        ENDS_AT.set(None);
        assert!(ended.is_err(), "{point} is never passed");
        let found = store.read().unwrap();
        let swapped = *point == "bundle.current.renamed";
        assert_eq!(found, kept(if swapped { "2" } else { "1" }), "{point}");
        store.lock().unwrap().replace(&kept("3")).unwrap();
        assert_eq!(store.read().unwrap(), kept("3"), "after {point}");
    }
}

#[test]
fn two_do_not_write_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path(), pass);
    let first = store.lock().unwrap();
    assert_eq!(store.lock().unwrap_err().code, "busy");
    drop(first);
    store.lock().unwrap();
}

#[test]
fn a_later_time_is_noted_beside_all_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path(), pass);
    store.lock().unwrap().replace(&kept("1")).unwrap();
    let state = State::new(&root(), noon()).seen(Time::parse("2027-01-01T00:00:00Z").unwrap());
    store.lock().unwrap().note(&state).unwrap();
    assert_eq!(store.read().unwrap(), Kept { state: state.to_json(), ..kept("1") });
}

#[test]
fn a_store_that_lost_its_pointer_is_not_taken_for_new() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path(), pass);
    store.lock().unwrap().replace(&kept("1")).unwrap();
    let pointer = folder.path().join("current");
    let refused = |store: &Store| {
        assert!(store.is_begun());
        assert!(store.lock().unwrap().replace(&kept("0")).is_err());
        store.read().unwrap_err()
    };
    std::fs::remove_file(&pointer).unwrap();
    let told = refused(&store);
    assert_eq!(told.code, "absent");
    assert!(told.message.contains("backup") && !told.message.contains("trust"), "{told:?}");
    std::os::unix::fs::symlink("nowhere", &pointer).unwrap();
    assert_eq!(refused(&store).code, "form");
    // Either slot tells that there was a store, once something was installed.
    std::fs::remove_file(&pointer).unwrap();
    std::fs::write(&pointer, "a\n").unwrap();
    store.lock().unwrap().replace(&kept("2")).unwrap();
    std::fs::remove_file(&pointer).unwrap();
    std::fs::rename(folder.path().join("a"), folder.path().join("away")).unwrap();
    assert_eq!(refused(&store).code, "absent");
}

#[test]
fn a_first_beginning_that_was_broken_off_is_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path(), pass);
    let first = Kept { delivery: None, ..kept("1") };
    ENDS_AT.set(Some("bundle.slot.synced"));
    let ended = catch_unwind(AssertUnwindSafe(|| store.lock().unwrap().replace(&first)));
    ENDS_AT.set(None);
    assert!(ended.is_err() && !store.is_begun());
    store.lock().unwrap().replace(&first).unwrap();
    assert_eq!(store.read().unwrap(), first);
}

#[test]
fn a_store_that_lost_a_file_or_holds_a_link_is_not_taken_for_new() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path(), pass);
    store.lock().unwrap().replace(&kept("1")).unwrap();
    let state = folder.path().join("a/state.json");
    std::fs::remove_file(&state).unwrap();
    assert_eq!(store.read().unwrap_err().code, "absent");
    std::os::unix::fs::symlink("/etc/hostname", &state).unwrap();
    assert_eq!(store.read().unwrap_err().code, "form");
    std::fs::write(folder.path().join("current"), "../a\n").unwrap();
    assert_eq!(store.read().unwrap_err().code, "store");
}

//! Two processes that overlap, and keys that change.

#![expect(clippy::disallowed_methods, reason = "measures time")]

use std::time::{Duration, Instant};

use super::{entry, fill, keys, on_disk, open, options, root, verify_sim};
use crate::disk::simulated::{Dice, SimDisk};
use crate::note::SigningKey;
use crate::reader::Position;
use crate::verify::verify;
use crate::{Journal, Options};

fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < end, "{what} did not happen");
        std::thread::sleep(Duration::from_millis(3));
    }
}

#[test]
fn an_overlapping_start_begins_an_epoch_and_closes_the_old_one() {
    let dir = tempfile::tempdir().unwrap();
    let (old, _) = Journal::open(dir.path(), options()).unwrap();
    fill(&old, 0, 30);
    let (new, recovery) = Journal::open(dir.path(), options()).unwrap();
    assert_eq!((recovery.epoch, recovery.created), (2, true));
    fill(&new, 100, 130);
    fill(&old, 30, 40);
    let report = verify(dir.path(), &keys(), &[]).unwrap();
    assert!(report.is_sound(), "{report}");
    assert!(report.epochs.iter().all(|epoch| epoch.live && !epoch.closed));
    old.close().unwrap();
    wait_until("closing the old epoch", || dir.path().join("000001/closed").exists());
    fill(&new, 130, 140);
    new.close().unwrap();
    let report = verify(dir.path(), &keys(), &[]).unwrap();
    assert!(report.is_sound(), "{report}");
    assert!(report.epochs[0].closed && !report.epochs[1].closed);
    let read = on_disk(dir.path());
    let old: Vec<_> = read.iter().filter(|e| e.position.epoch == 1).skip(1).collect();
    assert_eq!(old.len(), 40);
    assert!(old.iter().zip(0..).all(|(e, n)| e.bytes == entry(n)));
    // Opening, forty entries, the closing of epoch 1.
    assert_eq!(read.iter().filter(|e| e.position.epoch == 2).count(), 42);
    // The next start without overlap goes on in the newest epoch.
    let (journal, recovery) = Journal::open(dir.path(), options()).unwrap();
    assert_eq!((recovery.epoch, recovery.created), (2, false));
    let appended = journal.append(entry(1)).unwrap().wait().unwrap();
    assert_eq!(
        Position { epoch: 2, index: 42 },
        Position { epoch: appended.epoch, index: appended.index }
    );
}

#[test]
fn an_epoch_that_died_is_recovered_and_closed_by_the_next() {
    // With and without a last checkpoint of the old epoch, and with luck of every kind at the power cut.
    for (luck, rest) in (1..40).zip([0, 20].into_iter().cycle()) {
        let disk = SimDisk::new(&root());
        let (old, _) = open(&disk, options()).unwrap();
        fill(&old, 0, 30);
        std::thread::sleep(Duration::from_millis(rest));
        let (new, _) = open(&disk, options()).unwrap();
        fill(&new, 100, 110);
        // Both processes die with the machine.
        let after = disk.after_power_cut(&mut Dice(luck));
        drop((old, new));
        check_recovered(&after);
    }
}

#[test]
fn an_epoch_keeps_its_name_when_the_node_gets_another() {
    let disk = SimDisk::new(&root());
    let slow = || Options { checkpoint_interval: Duration::from_secs(3600), ..options() };
    let renamed = || Options { origin: "gw.example/renamed".into(), ..options() };
    let (old, _) = open(&disk, slow()).unwrap();
    fill(&old, 0, 30);
    let (new, _) = open(&disk, renamed()).unwrap();
    let after = disk.after_power_cut(&mut Dice(5));
    drop((old, new));
    check_recovered_with(&after, renamed());
}

fn check_recovered(after: &SimDisk) {
    check_recovered_with(after, options());
}

fn check_recovered_with(after: &SimDisk, options: Options) {
    let (journal, recovery) = open(after, options).unwrap();
    assert_eq!(recovery.epoch, 2);
    wait_until("closing the dead epoch", || {
        after.files().iter().any(|(path, _)| path.ends_with("000001/closed"))
    });
    journal.close().unwrap();
    let report = verify_sim(after);
    assert!(report.is_sound() && report.epochs[0].closed, "{report}");
}

#[test]
fn a_closed_epoch_can_neither_vanish_nor_shrink_nor_grow() {
    let dir = tempfile::tempdir().unwrap();
    let first = dir.path().join("000001");
    let snapshot = dir.path().join("../snapshot-of-epoch");
    let (old, _) = Journal::open(dir.path(), options()).unwrap();
    fill(&old, 0, 20);
    let (new, _) = Journal::open(dir.path(), options()).unwrap();
    // A complete, correctly signed, earlier state of the old epoch.
    wait_until("a checkpoint", || {
        verify(dir.path(), &keys(), &[]).unwrap().epochs[0].unsigned == 0
    });
    let earlier = tempfile::tempdir().unwrap();
    copy(&first, earlier.path());
    fill(&old, 20, 300);
    old.close().unwrap();
    wait_until("closing", || first.join("closed").exists());
    new.close().unwrap();
    assert!(verify(dir.path(), &keys(), &[]).unwrap().is_sound());
    let later = tempfile::tempdir().unwrap();
    copy(&first, later.path());

    std::fs::remove_dir_all(&first).unwrap();
    let report = verify(dir.path(), &keys(), &[]).unwrap();
    assert!(!report.is_sound(), "a vanished epoch was not seen");

    copy(earlier.path(), &first);
    let report = verify(dir.path(), &keys(), &[]).unwrap();
    assert!(!report.is_sound(), "an epoch that shrank was not seen");

    std::fs::remove_dir_all(&first).unwrap();
    copy(later.path(), &first);
    assert!(verify(dir.path(), &keys(), &[]).unwrap().is_sound());
    // Even with the key: what is added after closing shows.
    let forged = tempfile::tempdir().unwrap();
    copy(&first, &forged.path().join("000001"));
    let (journal, _) = Journal::open(forged.path(), options()).unwrap();
    fill(&journal, 1000, 1001);
    journal.close().unwrap();
    std::fs::remove_dir_all(&first).unwrap();
    copy(&forged.path().join("000001"), &first);
    let report = verify(dir.path(), &keys(), &[]).unwrap();
    assert!(!report.is_sound(), "an epoch that grew was not seen");
    drop(snapshot);
}

#[test]
fn a_checkpoint_kept_elsewhere_shows_a_roll_back_of_the_newest_epoch() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open(dir.path(), options()).unwrap();
    fill(&journal, 0, 10);
    journal.close().unwrap();
    let earlier = tempfile::tempdir().unwrap();
    copy(&dir.path().join("000001"), earlier.path());
    let (journal, _) = Journal::open(dir.path(), options()).unwrap();
    fill(&journal, 10, 20);
    journal.close().unwrap();
    let kept = verify(dir.path(), &keys(), &[]).unwrap().epochs[0].checkpoint.clone().unwrap();
    assert!(verify(dir.path(), &keys(), std::slice::from_ref(&kept)).unwrap().is_sound());
    std::fs::remove_dir_all(dir.path().join("000001")).unwrap();
    copy(earlier.path(), &dir.path().join("000001"));
    assert!(verify(dir.path(), &keys(), &[]).unwrap().is_sound());
    assert!(!verify(dir.path(), &keys(), &[kept]).unwrap().is_sound());
}

#[test]
fn a_new_key_begins_a_new_epoch() {
    let dir = tempfile::tempdir().unwrap();
    Journal::open(dir.path(), options()).unwrap().0.close().unwrap();
    let next = SigningKey::from_seed(&[77; 32]);
    let rotated = Options { key: next.clone(), previous_keys: keys().to_vec(), ..options() };
    let (journal, recovery) = Journal::open(dir.path(), rotated).unwrap();
    assert_eq!((recovery.epoch, recovery.created), (2, true));
    wait_until("closing", || dir.path().join("000001/closed").exists());
    journal.close().unwrap();
    let both = [keys()[0], next.public()];
    let report = verify(dir.path(), &both, &[]).unwrap();
    assert!(report.is_sound(), "{report}");
    assert!(!verify(dir.path(), &[next.public()], &[]).unwrap().is_sound());
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for item in std::fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let target = to.join(item.file_name());
        if item.file_type().unwrap().is_dir() {
            copy(&item.path(), &target);
        } else {
            std::fs::copy(item.path(), target).unwrap();
        }
    }
}

//! What must hold when the power fails, a sync fails, or the disk is full.

use std::sync::Mutex;

use super::{entry, fill, open, options, read_sim, root, verify_sim};
use crate::disk::simulated::{Dice, Faults, SimDisk};
use crate::{AppendError, Appended, Options};

/// Threads append until the journal refuses; gives what was acknowledged as durable, with its entry.
fn load(disk: &SimDisk, base: u64, each: u64) -> Vec<(Appended, Vec<u8>)> {
    let acked = Mutex::new(Vec::new());
    let Ok((journal, _)) = open(disk, options()) else { return Vec::new() };
    std::thread::scope(|scope| {
        for thread in 0..4_u64 {
            let (journal, acked) = (&journal, &acked);
            scope.spawn(move || {
                for n in 0..each {
                    let bytes = entry(base + thread * 1000 + n);
                    if n % 3 == 0 {
                        if journal.enqueue(bytes).is_err() {
                            break;
                        }
                        continue;
                    }
                    match journal.append(bytes.clone()).and_then(crate::Pending::wait) {
                        Ok(appended) => acked.lock().unwrap().push((appended, bytes)),
                        Err(_) => break,
                    }
                }
            });
        }
    });
    drop(journal);
    acked.into_inner().unwrap()
}

fn check_contains(disk: &SimDisk, acked: &[(Appended, Vec<u8>)], note: &str) {
    let read = read_sim(disk);
    for (appended, bytes) in acked {
        let place = usize::try_from(appended.index).unwrap();
        let found = read.get(place).unwrap_or_else(|| panic!("{note}: entry {place} is lost"));
        assert_eq!(&found.bytes, bytes, "{note}: entry {place}");
        assert_eq!(found.position.index, appended.index, "{note}");
    }
}

/// The power fails at a random moment, again during recovery, and again: nothing acknowledged is lost, entries keep
/// their places, and after each recovery the journal verifies.
#[test]
fn what_was_acknowledged_survives_power_cuts() {
    let runs = std::env::var("SEAWALL_JOURNAL_RUNS").ok().and_then(|n| n.parse().ok());
    for seed in 0..runs.unwrap_or(150_u64) {
        let mut dice = Dice(seed);
        let mut disk = SimDisk::new(&root());
        let mut acked = Vec::new();
        for life in 0..3_u64 {
            let power_off_at = Some(1 + dice.below(if life == 0 { 900 } else { 400 }) as u64);
            disk.set_faults(Faults { power_off_at, ..Faults::default() });
            acked.extend(load(&disk, life * 10_000, 120));
            disk = disk.after_power_cut(&mut dice);
            // A cut during the recovery from a cut.
            let power_off_at = Some(1 + dice.below(60) as u64);
            disk.set_faults(Faults { power_off_at, ..Faults::default() });
            drop(open(&disk, options()));
            disk = disk.after_power_cut(&mut dice);
            let note = format!("seed {seed}, life {life}");
            let (journal, recovery) =
                open(&disk, options()).unwrap_or_else(|error| panic!("{note}: {error}"));
            journal.close().unwrap_or_else(|error| panic!("{note}: {error}"));
            let report = verify_sim(&disk);
            assert!(report.is_sound(), "{note}: {report}");
            assert_eq!(report.epochs.iter().map(|e| e.torn_bytes).sum::<u64>(), 0, "{note}");
            assert!(recovery.size > acked.len() as u64, "{note}");
            check_contains(&disk, &acked, &note);
        }
    }
}

#[test]
fn a_failed_sync_ends_the_journal() {
    let clean = SimDisk::new(&root());
    let (journal, _) = open(&clean, options()).unwrap();
    fill(&journal, 0, 5);
    journal.close().unwrap();
    for fails_at in 8..14 {
        let disk = SimDisk::new(&root());
        let faults = Faults { sync_fails_at: Some(fails_at), ..Faults::default() };
        let slow = Options { checkpoint_interval: std::time::Duration::from_secs(60), ..options() };
        disk.set_faults(faults);
        let (journal, _) = open(&disk, slow).unwrap();
        let mut acked = 0;
        let error = loop {
            let answer = journal.append(entry(acked)).and_then(crate::Pending::wait);
            match answer {
                Ok(_) => acked += 1,
                Err(error) => break error,
            }
            assert!(acked < 100, "sync {fails_at} never failed");
        };
        assert_eq!(error, AppendError::Poisoned);
        let syncs = disk.syncs();
        // The disk works again, but no one can know what it kept: there is no second try.
        let again = journal.append(entry(1)).map(|_| ());
        assert_eq!(again, Err(AppendError::Poisoned));
        assert_eq!(journal.refusal(), Some(AppendError::Poisoned));
        assert_eq!(journal.close(), Err(AppendError::Poisoned));
        assert_eq!(disk.syncs(), syncs, "there was a sync after one had failed");
    }
}

#[test]
fn a_full_disk_refuses_and_loses_nothing() {
    let disk = SimDisk::new(&root());
    let (journal, _) = open(&disk, options()).unwrap();
    fill(&journal, 0, 50);
    disk.set_faults(Faults { full_after: Some(disk.written() + 2000), ..Faults::default() });
    let mut kept = 50;
    let error = loop {
        let answer = journal.append(entry(kept)).and_then(crate::Pending::wait);
        match answer {
            Ok(_) => kept += 1,
            Err(error) => break error,
        }
    };
    assert!(
        matches!(error, AppendError::DiskFull | AppendError::Stalled),
        "a full disk was reported as {error}"
    );
    // Space comes back: so does the journal, without a restart.
    disk.set_faults(Faults::default());
    let mut tries = 0;
    while journal.append(entry(kept)).and_then(crate::Pending::wait).is_err() {
        tries += 1;
        assert!(tries < 1000, "the journal did not come back");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    fill(&journal, kept + 1, kept + 10);
    journal.close().unwrap();
    let report = verify_sim(&disk);
    assert!(report.is_sound(), "{report}");
    let read: Vec<Vec<u8>> = read_sim(&disk).into_iter().skip(1).map(|e| e.bytes).collect();
    assert_eq!(read, (0..kept + 10).map(entry).collect::<Vec<_>>());
}

#[test]
fn what_nobody_waits_for_is_kept_until_a_full_disk_has_room() {
    let disk = SimDisk::new(&root());
    let (journal, _) = open(&disk, options()).unwrap();
    fill(&journal, 0, 50);
    disk.set_faults(Faults { full_after: Some(disk.written() + 300), ..Faults::default() });
    // They end what had begun, so they are taken although the disk is full.
    (50..70).for_each(|n| journal.enqueue_closing(entry(n)).unwrap());
    let pause = || std::thread::sleep(std::time::Duration::from_millis(5));
    let refused = (0..1000).any(|n| {
        pause();
        // What nobody waits for must not begin while the end of something else cannot be written.
        journal.enqueue(entry(100 + n)).is_err()
    });
    assert!(refused, "entries were taken that nobody could write");
    disk.set_faults(Faults::default());
    let back = (0..1000).any(|_| {
        pause();
        journal.append(entry(99)).and_then(crate::Pending::wait).is_ok()
    });
    assert!(back, "the journal did not come back");
    journal.close().unwrap();
    assert!(verify_sim(&disk).is_sound());
    let read: Vec<Vec<u8>> = read_sim(&disk).into_iter().map(|e| e.bytes).collect();
    let lost: Vec<u64> = (0..70).filter(|n| !read.contains(&entry(*n))).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

/// On a real directory: a file that was removed takes no more entries.
#[test]
fn a_removed_journal_acknowledges_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("journal");
    let slow = Options { checkpoint_interval: std::time::Duration::from_secs(60), ..options() };
    let (journal, _) = crate::Journal::open(&dir, slow).unwrap();
    fill(&journal, 0, 3);
    std::fs::remove_dir_all(&dir).unwrap();
    let answer = journal.append(entry(4)).and_then(crate::Pending::wait);
    assert_eq!(answer.map(|_| ()), Err(AppendError::Poisoned));
    assert_eq!(journal.refusal(), Some(AppendError::Poisoned));
}

#[test]
fn the_quota_keeps_a_reserve_for_closing_entries() {
    let disk = SimDisk::new(&root());
    // Nothing is signed meanwhile: how much the tiles take would depend on how fast this runs.
    let checkpoint_interval = std::time::Duration::from_secs(3600);
    let small =
        Options { max_bytes: 60_000, reserve_bytes: 20_000, checkpoint_interval, ..options() };
    let (journal, _) = open(&disk, small).unwrap();
    let append = |closing: bool| {
        let bytes = vec![b'x'; 500];
        let queued = if closing { journal.append_closing(bytes) } else { journal.append(bytes) };
        queued.and_then(crate::Pending::wait)
    };
    let mut ordinary = 0;
    while append(false).is_ok() {
        ordinary += 1;
    }
    assert_eq!(append(false), Err(AppendError::OverQuota));
    assert!(append(true).is_ok(), "the reserve could not be used");
    while append(true).is_ok() {
        ordinary += 1;
    }
    assert_eq!(append(true), Err(AppendError::OverQuota));
    assert!((10..120).contains(&ordinary), "{ordinary}");
    journal.close().unwrap();
    assert!(verify_sim(&disk).is_sound());
}

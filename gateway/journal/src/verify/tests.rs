//! Any change of one bit, and any record removed, moved or cut, must be found.
#![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::Options;
use crate::disk::SharedDisk;
use crate::disk::simulated::SimDisk;
use crate::tests::{entry, fill, keys, open, options, root, verify_sim};
use crate::verify::verify_on;

/// A closed journal of two epochs with full and partial tiles and several segments.
fn small() -> SimDisk {
    let disk = SimDisk::new(&root());
    let slow = || Options { checkpoint_interval: Duration::from_millis(20), ..options() };
    let (old, _) = open(&disk, slow()).unwrap();
    fill(&old, 0, 280);
    let (new, _) = open(&disk, slow()).unwrap();
    fill(&new, 0, 3);
    old.close().unwrap();
    let marker = root().join("000001/closed");
    while !disk.files().iter().any(|(path, _)| *path == marker) {
        std::thread::sleep(Duration::from_millis(1));
    }
    new.close().unwrap();
    disk
}

#[test]
fn every_changed_bit_of_every_file_is_found() {
    let disk = small();
    let report = verify_sim(&disk);
    assert!(report.is_sound(), "{report}");
    let files = disk.files();
    assert!(files.iter().any(|(path, _)| path.ends_with("tile/0/000")));
    assert!(files.iter().any(|(path, _)| path.ends_with("tile/entries/000")));
    // Of a long file the first bits and then one in so many, which touches every bit position of a byte. 1 asks for all
    // of them, which takes more than five minutes; `tests/run --long` asks for one in 7.
    let every = std::env::var("SEAWALL_JOURNAL_BITS").ok().and_then(|n| n.parse().ok());
    let every: usize = every.unwrap_or(499);
    let mut flips = 0;
    for (path, length) in files {
        for bit in 0..length * 8 {
            if bit > 64 && !bit.is_multiple_of(if length < 400 { every.min(3) } else { every }) {
                continue;
            }
            disk.flip(&path, bit);
            let report = verify_sim(&disk);
            assert!(!report.is_sound(), "{}: bit {bit} is not found", path.display());
            disk.flip(&path, bit);
            flips += 1;
        }
    }
    assert!(flips > 2_000, "{flips}");
    assert!(verify_sim(&disk).is_sound());
}

#[test]
fn a_key_that_was_not_given_is_told_once_for_an_epoch() {
    let disk = small();
    let shared: SharedDisk = Arc::new(disk);
    let other = crate::note::SigningKey::from_seed(&[7; 32]).public();
    let report = verify_on(&shared, &root(), &[other], &[]).unwrap();
    let told: Vec<&str> = report.problems.iter().map(|problem| problem.what.as_str()).collect();
    assert_eq!(told.len(), report.epochs.len(), "{report}");
    assert!(told.iter().all(|what| what.contains("a key that was not given")), "{report}");
    assert!(report.epochs.iter().all(|epoch| epoch.refused && epoch.unsigned == 0), "{report}");
}

/// A segment of the hot log that waits for its removal: the next one begins at or below the end of the full bundles,
/// so that each of its entries stands in a bundle too.
fn is_bundled(disk: &SimDisk, segment: &std::path::Path) -> bool {
    let first = |path: &std::path::Path| -> Option<u64> {
        path.file_name()?.to_str()?.strip_suffix(".seg")?.parse().ok()
    };
    let files = disk.files();
    let beside = |dir: Option<PathBuf>| {
        files.iter().map(|(path, _)| path).filter(move |path| path.parent() == dir.as_deref())
    };
    let Some(own) = first(segment) else { return false };
    let wal = segment.parent().unwrap();
    let next = beside(Some(wal.to_owned())).filter_map(|path| first(path)).find(|next| *next > own);
    let bundles = beside(wal.parent().map(|epoch| epoch.join("tile/entries"))).count() as u64;
    next.is_some_and(|next| next <= bundles * 256)
}

#[test]
fn every_file_is_needed_or_superseded() {
    let disk = small();
    let shared: SharedDisk = Arc::new(disk.clone());
    for (path, _) in disk.files() {
        let name = path.to_string_lossy().into_owned();
        let bytes = shared.read(&path).unwrap();
        shared.remove(&path).unwrap();
        let found = !verify_sim(&disk).is_sound();
        let marker = name.ends_with("/lock") || name.ends_with("/closed");
        // A wider one stands in for it.
        let partial = path.parent().filter(|dir| dir.extension().is_some_and(|p| p == "p"));
        let superseded = partial.is_some_and(|dir| {
            let width = |path: &std::path::Path| -> Option<u64> {
                path.file_name()?.to_str()?.parse().ok()
            };
            let beside = disk.files();
            let mut beside = beside.iter().filter(|(other, _)| other.parent() == Some(dir));
            beside.any(|(other, _)| width(other) > width(&path))
        });
        assert!(found || marker || superseded || is_bundled(&disk, &path), "{name} can vanish");
        shared.write(&path, &bytes, false).unwrap();
    }
    assert!(verify_sim(&disk).is_sound());
}

#[test]
fn files_cut_or_added_are_found() {
    let disk = small();
    let shared: SharedDisk = Arc::new(disk.clone());
    for (path, length) in disk.files().into_iter().filter(|(_, length)| *length > 0) {
        let bytes = shared.read(&path).unwrap();
        for keep in [0, 1, length / 2, length - 1] {
            shared.write(&path, &bytes[..keep], false).unwrap();
            assert!(!verify_sim(&disk).is_sound(), "{} cut to {keep}", path.display());
        }
        let longer = [bytes.as_slice(), b"x"].concat();
        shared.write(&path, &longer, false).unwrap();
        let report = verify_sim(&disk);
        let torn: u64 = report.epochs.iter().map(|epoch| epoch.torn_bytes).sum();
        assert!(!report.is_sound() || torn == 1, "{} with a byte more", path.display());
        shared.write(&path, &bytes, false).unwrap();
    }
    for name in
        ["000001/extra", "000001/tile/0/001", "000001/wal/x", "000001/tile/entries/007.p/3", "y"]
    {
        let path = root().join(name);
        shared.make_dir(path.parent().unwrap()).unwrap();
        shared.write(&path, b"00000000000000000000000000000000", false).unwrap();
        assert!(!verify_sim(&disk).is_sound(), "{name} was added unseen");
        shared.remove(&path).unwrap();
    }
    assert!(verify_sim(&disk).is_sound());
}

/// Entries swapped, repeated or left out, with the bundle itself well-formed.
#[test]
fn records_moved_or_removed_are_found() {
    let disk = small();
    let shared: SharedDisk = Arc::new(disk.clone());
    let bundle: PathBuf = root().join("000001/tile/entries/000");
    let bytes = shared.read(&bundle).unwrap();
    let entries = crate::tile::entries_in(&bytes).unwrap();
    let mut swapped = entries.clone();
    swapped.swap(10, 11);
    let mut repeated = entries.clone();
    repeated[20] = entries[21];
    let mut removed = entries.clone();
    removed.remove(30);
    for changed in [swapped, repeated, removed] {
        let mut bundle_bytes = Vec::new();
        changed.iter().for_each(|entry| crate::tile::push_entry(&mut bundle_bytes, entry));
        shared.write(&bundle, &bundle_bytes, false).unwrap();
        assert!(!verify_sim(&disk).is_sound());
    }
    shared.write(&bundle, &bytes, false).unwrap();
    assert!(verify_sim(&disk).is_sound());
}

/// What a crash leaves is not called tampering, and what lies under it still is.
#[test]
fn a_torn_tail_is_told_from_damage() {
    let disk = SimDisk::new(&root());
    let slow = Options { checkpoint_interval: Duration::from_secs(3600), ..options() };
    let (journal, _) = open(&disk, slow).unwrap();
    for n in 0..5 {
        journal.append(entry(n)).unwrap().wait().unwrap();
    }
    // The process dies here: nothing behind the first checkpoint is signed.
    let dead = SimDisk::new(&root());
    let (from, to): (SharedDisk, SharedDisk) = (Arc::new(disk.clone()), Arc::new(dead.clone()));
    for (path, _) in disk.files() {
        let parents: Vec<_> = path.ancestors().skip(1).collect();
        parents.iter().rev().for_each(|dir| drop(to.make_dir(dir)));
        to.write(&path, &from.read(&path).unwrap(), true).unwrap();
    }
    drop(journal);
    let report = verify_sim(&dead);
    assert!(report.is_sound(), "{report}");
    assert_eq!((report.epochs[0].unsigned, report.epochs[0].torn_bytes), (5, 0));
    let mut hot =
        dead.files().into_iter().filter(|(path, _)| path.to_string_lossy().contains("/wal/"));
    let (segment, length) = hot.next_back().unwrap();
    // The last batch is bad: a crash may have done that, and it is reported as such.
    dead.flip(&segment, length * 8 - 1);
    let report = verify_on(&to, &root(), &keys(), &[]).unwrap();
    assert!(report.is_sound(), "{report}");
    assert_eq!(report.epochs[0].unsigned, 4);
    assert!(report.epochs[0].torn_bytes > 0);
    dead.flip(&segment, length * 8 - 1);
    // The batch before it is bad: the last one says that it was synced.
    let batch = 48 + 12 + entry(4).len();
    dead.flip(&segment, (length - batch - 1) * 8);
    let report = verify_sim(&dead);
    assert!(!report.is_sound(), "{report}");
    assert!(open(&dead, options()).is_err());
}

/// Nothing is not a journal, and an epoch that nobody signed or writes proves nothing.
#[test]
fn what_is_gone_is_not_sound() {
    let disk = SimDisk::new(&root());
    let shared: SharedDisk = Arc::new(disk.clone());
    assert!(!verify_on(&shared, &root(), &keys(), &[]).unwrap().is_sound());
    shared.make_dir(&root().join("000001")).unwrap();
    assert!(!verify_sim(&disk).is_sound());
}

//! Partial tiles: how many stay, and that what was superseded is found in what came after it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{entry, fill, key, keys, on_disk, options, root};
use crate::disk::SharedDisk;
use crate::disk::simulated::SimDisk;
use crate::edge::Edge;
use crate::hash::Hash;
use crate::metrics::Metrics;
use crate::recovery::size_of;
use crate::seal::{Identity, Seal};
use crate::tile::{self, Kind, Tile};
use crate::verify::verify;
use crate::{Journal, Options};

fn partials(disk: &SimDisk) -> BTreeMap<String, usize> {
    let mut count = BTreeMap::new();
    for (path, _) in disk.files() {
        let dir = path.parent().unwrap().to_string_lossy().into_owned();
        if dir.ends_with(".p") {
            *count.entry(dir).or_default() += 1;
        }
    }
    count
}

/// A checkpoint after every entry, which is the worst case.
#[test]
fn only_those_of_two_checkpoints_stay() {
    let (sim, metrics) = (SimDisk::new(&root()), Arc::new(Metrics::default()));
    let disk: SharedDisk = Arc::new(sim.clone());
    let dir = root().join("000001");
    disk.make_dir(&dir).unwrap();
    let identity = Identity { dir: dir.clone(), origin: "gw/000001".into(), key: key() };
    let mut seal = Seal::new(Arc::clone(&disk), identity, Edge::default(), Arc::clone(&metrics));
    for n in 0..600_u64 {
        seal.push(Hash::of_leaf(&entry(n)), &entry(n));
        seal.publish().unwrap();
        assert!(partials(&sim).values().all(|count| *count <= 2), "{:?}", partials(&sim));
        let used = metrics.used_bytes.load(Ordering::Relaxed);
        assert_eq!(used, size_of(&disk, &dir.join("tile")).unwrap(), "after {n}");
        check_found(&disk, &dir, n + 1);
    }
}

/// Whatever checkpoint a reader holds, it finds every tile of it.
fn check_found(disk: &SharedDisk, dir: &Path, size: u64) {
    for older in [1, size / 2, size.saturating_sub(3), size - 1, size] {
        for tile in tile::partials_of(older) {
            let bytes = tile::read(disk, dir, &tile).unwrap();
            let first = tile.number * 256;
            match tile.kind {
                Kind::Entries => {
                    let entries = tile::entries_in(&bytes).unwrap();
                    assert!(entries.len() as u64 >= tile.width);
                    assert_eq!(entries[0], entry(first));
                }
                Kind::Hashes(0) => {
                    let last = entry(first + tile.width - 1);
                    let at = usize::try_from(tile.width).unwrap() - 1;
                    assert_eq!(tile::hashes_in(&bytes).unwrap()[at], Hash::of_leaf(&last));
                }
                Kind::Hashes(_) => assert!(bytes.len() as u64 >= 32 * tile.width),
            }
        }
    }
    let missing = Tile { kind: Kind::Entries, number: size / 256 + 1, width: 3 };
    assert!(tile::read(disk, dir, &missing).is_err());
}

/// One entry at a time and a checkpoint every 2 ms: tiles are superseded as fast as they can be.
#[test]
fn a_live_journal_is_sound_while_tiles_are_superseded() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) =
        Journal::open(dir.path(), Options { segment_bytes: 30_000, ..options() }).unwrap();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| (0..1500).for_each(|n| fill(&journal, n, n + 1)));
        let mut seen = 0;
        while !writer.is_finished() {
            let report = verify(dir.path(), &keys(), &[]).unwrap();
            assert!(report.is_sound(), "{report}");
            let read = on_disk(dir.path()).len();
            assert!(read >= seen);
            seen = read;
        }
    });
    journal.close().unwrap();
    assert!(verify(dir.path(), &keys(), &[]).unwrap().is_sound());
    assert_eq!(on_disk(dir.path()).len(), 1501);
}

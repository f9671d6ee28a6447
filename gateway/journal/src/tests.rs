//! The journal as a whole: on a real directory, and on a disk that forgets and fails.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed test should stop here")]

mod epochs;
mod faults;
mod partials;
mod sink;
mod threads;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::disk::SharedDisk;
use crate::disk::simulated::SimDisk;
use crate::note::{PublicKey, SigningKey};
use crate::proof::{check, prove};
use crate::reader::{Entry, Position, Reader};
use crate::verify::{Report, verify, verify_on};
use crate::{Journal, OpenError, Options, Recovery};

pub(crate) fn key() -> SigningKey {
    SigningKey::from_seed(&[42; 32])
}

pub(crate) fn keys() -> [PublicKey; 1] {
    [key().public()]
}

/// Small segments and frequent checkpoints, so that little data passes through everything.
pub(crate) fn options() -> Options {
    Options {
        checkpoint_interval: Duration::from_millis(2),
        async_delay: Duration::from_millis(1),
        segment_bytes: 3000,
        ..Options::new("gw.example/test", key())
    }
}

pub(crate) fn entry(number: u64) -> Vec<u8> {
    format!("{{\"record\":{number},\"fill\":\"{}\"}}", "x".repeat((number % 50) as usize))
        .into_bytes()
}

pub(crate) fn root() -> PathBuf {
    PathBuf::from("/journal")
}

pub(crate) fn open(disk: &SimDisk, options: Options) -> Result<(Journal, Recovery), OpenError> {
    Journal::open_on(Arc::new(disk.clone()), &root(), options)
}

pub(crate) fn verify_sim(disk: &SimDisk) -> Report {
    let disk: SharedDisk = Arc::new(disk.clone());
    verify_on(&disk, &root(), &keys(), &[]).unwrap()
}

pub(crate) fn read_all(reader: &Reader) -> Vec<Entry> {
    let (mut position, mut all) = (Position::default(), Vec::new());
    loop {
        let (entries, next) = reader.next(position, 10_000).unwrap();
        if entries.is_empty() && next == position {
            return all;
        }
        all.extend(entries);
        position = next;
    }
}

pub(crate) fn read_sim(disk: &SimDisk) -> Vec<Entry> {
    read_all(&Reader::on(Arc::new(disk.clone()), &root()))
}

/// Appends entries `from..to`, all durable, and checks where they went.
pub(crate) fn fill(journal: &Journal, from: u64, to: u64) {
    let pending: Vec<_> = (from..to).map(|n| journal.append(entry(n)).unwrap()).collect();
    for pending in pending {
        pending.wait().unwrap();
    }
}

fn on_disk(dir: &Path) -> Vec<Entry> {
    read_all(&Reader::open(dir).unwrap())
}

#[test]
fn entries_come_back_in_order_over_restarts() {
    let dir = tempfile::tempdir().unwrap();
    let mut expected: Vec<Vec<u8>> = Vec::new();
    for run in 0..4_u64 {
        let (journal, recovery) = Journal::open(dir.path(), options()).unwrap();
        assert_eq!((recovery.created, recovery.epoch), (run == 0, 1));
        assert_eq!((recovery.torn_bytes, recovery.unsigned), (0, 0));
        fill(&journal, run * 300, run * 300 + 300);
        expected.extend((run * 300..run * 300 + 300).map(entry));
        journal.close().unwrap();
        let read = on_disk(dir.path());
        let bytes: Vec<Vec<u8>> = read.iter().skip(1).map(|entry| entry.bytes.clone()).collect();
        assert_eq!(bytes, expected, "run {run}");
        let report = verify(dir.path(), &keys(), &[]).unwrap();
        assert!(report.is_sound(), "{report}");
        assert_eq!(report.signed(), run * 300 + 301);
    }
    // The hot log was pruned: most of the twelve hundred entries are in bundles only.
    let hot = std::fs::read_dir(dir.path().join("000001/wal")).unwrap().count();
    assert!(hot < 15, "{hot} segments");
}

#[test]
fn every_entry_has_a_proof_that_holds_for_it_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open(dir.path(), options()).unwrap();
    fill(&journal, 0, 600);
    journal.close().unwrap();
    for index in [1, 2, 255, 256, 257, 511, 512, 599, 600] {
        let proof = prove(dir.path(), &keys(), 1, index).unwrap();
        let (checkpoint, at) = check(&proof, &entry(index - 1), &keys()).unwrap();
        assert_eq!((checkpoint.size, at), (601, index));
        assert!(check(&proof, &entry(index), &keys()).is_err());
        let other = proof.replace(&format!("index {index}"), &format!("index {}", index - 1));
        assert!(check(&other, &entry(index - 1), &keys()).is_err());
        let stranger = [SigningKey::from_seed(&[1; 32]).public()];
        assert!(check(&proof, &entry(index - 1), &stranger).is_err());
    }
    assert!(prove(dir.path(), &keys(), 1, 601).is_err());
}

#[test]
fn the_largest_entries_fit_and_larger_ones_do_not() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open(dir.path(), options()).unwrap();
    let append = |length: usize| journal.append(vec![b'x'; length]).and_then(crate::Pending::wait);
    assert_eq!(append(65_535).unwrap().index, 1);
    assert_eq!(append(65_536).unwrap_err().code(), "too-large");
    assert_eq!(append(0).unwrap_err().code(), "empty");
    assert_eq!(append(1).unwrap().index, 2);
    journal.close().unwrap();
    assert!(verify(dir.path(), &keys(), &[]).unwrap().is_sound());
}

#[test]
fn a_pending_append_is_a_future() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open(dir.path(), options()).unwrap();
    let mut pending = Box::pin(journal.append(entry(1)).unwrap());
    let woken = Arc::new(Woken(std::sync::atomic::AtomicBool::new(false)));
    let waker = std::task::Waker::from(Arc::clone(&woken));
    let mut context = std::task::Context::from_waker(&waker);
    let mut polls = 0;
    let answer = loop {
        match Future::poll(pending.as_mut(), &mut context) {
            std::task::Poll::Ready(answer) => break answer,
            std::task::Poll::Pending => {
                polls += 1;
                while !woken.0.swap(false, std::sync::atomic::Ordering::SeqCst) {
                    std::thread::yield_now();
                }
            }
        }
    };
    assert_eq!(answer.unwrap().index, 1);
    assert!(polls <= 1);
}

struct Woken(std::sync::atomic::AtomicBool);
impl std::task::Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, std::sync::atomic::Ordering::SeqCst);
    }
}

#[test]
fn a_live_journal_can_be_verified_and_read() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open(dir.path(), options()).unwrap();
    let writer = std::thread::spawn(move || {
        (0..40).for_each(|n| fill(&journal, n * 50, n * 50 + 50));
        journal
    });
    let mut seen = 0;
    while !writer.is_finished() {
        let report = verify(dir.path(), &keys(), &[]).unwrap();
        assert!(report.is_sound(), "{report}");
        let read = on_disk(dir.path());
        assert!(read.len() >= seen);
        seen = read.len();
    }
    writer.join().unwrap().close().unwrap();
    assert_eq!(on_disk(dir.path()).len(), 2001);
}

#[test]
fn wrong_options_and_strange_keys_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let spaced = Options { origin: "gw example".into(), ..options() };
    assert!(matches!(Journal::open(dir.path(), spaced), Err(OpenError::Option(_))));
    Journal::open(dir.path(), options()).unwrap().0.close().unwrap();
    let stranger = Options { key: SigningKey::from_seed(&[9; 32]), ..options() };
    assert!(matches!(Journal::open(dir.path(), stranger), Err(OpenError::Checkpoint { .. })));
}

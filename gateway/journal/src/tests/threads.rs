//! What must hold when a thread of the journal hangs or panics: nobody waits for ever.

#![expect(clippy::disallowed_methods, reason = "measures time")]

use std::time::{Duration, Instant};

use exchange::Ledger;
use exchange::ledger::Durability;

use super::{entry, fill, open, options, root, verify_sim};
use crate::disk::simulated::{Faults, SimDisk};
use crate::{AppendError, Journal, Options, Pending};

const WRITER: &str = "journal-write";
const SEALER: &str = "journal-seal";

fn hang(disk: &SimDisk, thread: &'static str) {
    disk.set_faults(Faults { hangs_on: Some(thread), ..Faults::default() });
}

fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < end, "{what} did not happen");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_thread_that_panics_leaves_nobody_waiting() {
    for thread in [WRITER, SEALER] {
        let disk = SimDisk::new(&root());
        let (journal, _) = open(&disk, options()).unwrap();
        fill(&journal, 0, 5);
        disk.set_faults(Faults { panics_on: Some(thread), ..Faults::default() });
        std::thread::scope(|scope| {
            for n in 0..8 {
                let journal = &journal;
                scope.spawn(move || {
                    while journal.append(entry(n)).and_then(Pending::wait).is_ok() {
                        std::thread::sleep(Duration::from_millis(1));
                    }
                });
            }
        });
        wait_until("poisoning", || journal.refusal() == Some(AppendError::Poisoned));
        assert_eq!(journal.append(entry(1)).map(drop), Err(AppendError::Poisoned), "{thread}");
        assert_eq!(journal.enqueue_closing(entry(1)), Err(AppendError::Poisoned), "{thread}");
        assert_eq!(journal.close(), Err(AppendError::Poisoned), "{thread}");
        disk.set_faults(Faults::default());
        open(&disk, options()).unwrap().0.close().unwrap();
        assert!(verify_sim(&disk).is_sound());
    }
}

#[test]
fn a_disk_slow_with_tiles_does_not_keep_the_writer_waiting() {
    let disk = SimDisk::new(&root());
    let small = Options { backlog_bytes: 20_000, ..options() };
    let (journal, _) = open(&disk, small).unwrap();
    hang(&disk, SEALER);
    let mut taken = 0;
    let refused = loop {
        match journal.append(entry(taken)).and_then(Pending::wait) {
            Ok(_) => taken += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(refused, AppendError::Backlog);
    assert!(taken > 200, "{taken}");
    assert_eq!(journal.refusal(), Some(AppendError::Backlog));
    // What has begun is told to its end, within a bound too.
    let mut told = taken;
    while journal.append_closing(entry(told)).and_then(Pending::wait).is_ok() {
        told += 1;
    }
    assert!(told > taken + 50, "{told} after {taken}");
    disk.set_faults(Faults::default());
    wait_until("sealing", || journal.refusal().is_none());
    fill(&journal, told, told + 20);
    journal.close().unwrap();
    let report = verify_sim(&disk);
    assert!(report.is_sound(), "{report}");
    assert_eq!(report.signed(), told + 21);
}

/// What an exchange sees of the journal.
fn record(journal: &Journal, number: u64) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let recorded = Ledger::append(journal, entry(number), Durability::Durable);
    runtime.block_on(recorded).map_err(|failure| failure.to_string())
}

#[test]
fn the_ledger_refuses_when_the_disk_hangs() {
    let disk = SimDisk::new(&root());
    let impatient = Options { append_deadline: Duration::from_secs(2), ..options() };
    let (journal, _) = open(&disk, impatient).unwrap();
    record(&journal, 0).unwrap();
    hang(&disk, WRITER);
    let began = Instant::now();
    assert_eq!(record(&journal, 1), Err(AppendError::Late.to_string()));
    assert!((Duration::from_secs(2)..Duration::from_secs(20)).contains(&began.elapsed()));
    assert_eq!(journal.refusal(), Some(AppendError::Late));
    // Nobody else waits that long, and what has begun is still told to its end.
    let began = Instant::now();
    assert_eq!(record(&journal, 2), Err(AppendError::Late.to_string()));
    assert!(began.elapsed() < Duration::from_secs(1));
    Ledger::close(&journal, entry(3)).unwrap();
    disk.set_faults(Faults::default());
    wait_until("an answer", || journal.refusal().is_none());
    record(&journal, 4).unwrap();
    journal.close().unwrap();
    let report = verify_sim(&disk);
    assert!(report.is_sound(), "{report}");
    // The first entry, and all but the one that was refused at once.
    assert_eq!(report.signed(), 5);
}

#[test]
fn what_is_enqueued_is_on_disk_after_the_delay() {
    let disk = SimDisk::new(&root());
    let delay = Duration::from_millis(40);
    let (journal, _) = open(&disk, Options { async_delay: delay, ..options() }).unwrap();
    let durable = || journal.metrics().durable_size.load(std::sync::atomic::Ordering::Relaxed);
    let (before, syncs, began) = (durable(), disk.syncs(), Instant::now());
    (0..50).for_each(|n| journal.enqueue(entry(n)).unwrap());
    if began.elapsed() < delay / 2 {
        assert_eq!((durable(), disk.syncs()), (before, syncs), "the writer was woken");
    }
    wait_until("writing", || durable() == before + 50);
    journal.close().unwrap();
}

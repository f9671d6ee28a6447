//! Durable appends a second with 1, 16, 64 and 256 waiting writers, on the disk of a directory.
//!
//! `cargo bench -p journal --bench append -- [directory]`; without one, below the target directory.
#![expect(clippy::disallowed_methods, reason = "measures time")]
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement for a person at a terminal"
)]

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use journal::Journal;

mod frame;

const TIME: Duration = Duration::from_secs(2);

fn main() {
    let base = frame::base();
    println!("writers  appends/s  batch  fdatasync ms mean/max  p50 ms  p99 ms");
    for writers in [1, 16, 64, 256] {
        run(&base, writers);
    }
}

fn run(base: &std::path::Path, writers: usize) {
    let (_dir, journal) = frame::open(base);
    let (stop, count) = (AtomicBool::new(false), AtomicU64::new(0));
    let began = Instant::now();
    let mut times: Vec<Duration> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..writers).map(|_| scope.spawn(|| write(&journal, &stop, &count))).collect();
        std::thread::sleep(TIME);
        stop.store(true, Ordering::Relaxed);
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let took = began.elapsed();
    let metrics = journal.metrics();
    let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed) as f64;
    journal.close().unwrap();
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!(
        "{writers:7}  {:9.0}  {:5.1}  {:9.2} / {:6.2}  {:6.2}  {:6.2}",
        count.load(Ordering::Relaxed) as f64 / took.as_secs_f64(),
        read(&metrics.appends) / read(&metrics.batches).max(1.0),
        read(&metrics.sync_nanos) / read(&metrics.syncs).max(1.0) / 1e6,
        read(&metrics.sync_nanos_max) / 1e6,
        at(0.5),
        at(0.99),
    );
}

fn write(journal: &Journal, stop: &AtomicBool, count: &AtomicU64) -> Vec<Duration> {
    let mut times = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let began = Instant::now();
        journal.append(frame::entry()).unwrap().wait().unwrap();
        times.push(began.elapsed());
        count.fetch_add(1, Ordering::Relaxed);
    }
    times
}

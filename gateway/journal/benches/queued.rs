//! Processor time and context switches of a queued append, beside the same load without one.
//!
//! `cargo bench -p journal --bench queued -- [directory]`; without one, below the target directory. The load is that of
//! a gateway that is not saturated: threads that pause between appends, so that whoever has to be woken is asleep.
#![expect(clippy::disallowed_methods, reason = "measures time")]
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement for a person at a terminal"
)]

use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use exchange::Ledger;
use exchange::ledger::Durability;
use journal::Journal;

mod frame;

const TIME: Duration = Duration::from_secs(3);
const THREADS: u64 = 2;
const PAUSE: Duration = Duration::from_micros(100);
const ROUNDS: usize = 5;

fn main() {
    let base = frame::base();
    println!("appends/s  µs of processor time an append  context switches an append");
    for _ in 0..ROUNDS {
        let (pauses, idle) = load(None);
        let (_dir, journal) = frame::open(&base);
        let (appends, busy) = load(Some(&journal));
        journal.close().unwrap();
        let each = |of: fn(&Used) -> f64| of(&busy) / appends - of(&idle) / pauses;
        println!(
            "{:9.0}  {:8.2}  {:6.3}",
            appends / TIME.as_secs_f64(),
            each(|used| used.micros),
            each(|used| used.switches),
        );
    }
}

/// What the process has used up.
struct Used {
    micros: f64,
    switches: f64,
}

/// Runs the load; gives how often it came round and what that took.
fn load(journal: Option<&Journal>) -> (f64, Used) {
    std::thread::scope(|scope| {
        let before = used();
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(move || pace(journal))).collect();
        // Read before the threads end, because what they used is counted with them.
        std::thread::sleep(TIME);
        let after = used();
        let count: u64 = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        let used = Used {
            micros: after.micros - before.micros,
            switches: after.switches - before.switches,
        };
        (count as f64, used)
    })
}

fn pace(journal: Option<&Journal>) -> u64 {
    let (began, mut count) = (Instant::now(), 0);
    while began.elapsed() < TIME {
        if let Some(journal) = journal {
            let mut queued = Ledger::append(journal, frame::entry(), Durability::Async);
            let mut context = Context::from_waker(Waker::noop());
            assert_eq!(Pin::as_mut(&mut queued).poll(&mut context), Poll::Ready(Ok(())));
        }
        count += 1;
        std::thread::sleep(PAUSE);
    }
    // Alive until its time was read.
    std::thread::sleep(TIME / 10);
    count
}

fn used() -> Used {
    let (mut micros, mut switches) = (0.0, 0.0);
    for task in std::fs::read_dir("/proc/self/task").unwrap() {
        let task = task.unwrap().path();
        micros += first_number(&task.join("schedstat")) / 1e3;
        let status = std::fs::read_to_string(task.join("status")).unwrap();
        let lines = status.lines().filter(|line| line.contains("_ctxt_switches"));
        switches +=
            lines.filter_map(|line| line.split('\t').nth(1)?.parse::<f64>().ok()).sum::<f64>();
    }
    Used { micros, switches }
}

fn first_number(file: &Path) -> f64 {
    let text = std::fs::read_to_string(file).unwrap();
    text.split(' ').next().and_then(|number| number.parse().ok()).unwrap()
}

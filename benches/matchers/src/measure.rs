//! Interleaved rounds on one core, medians, and whether the answers are right.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Seconds and nanoseconds, as Linux has them on 64 bits.
#[repr(C)]
struct TimeSpec {
    seconds: i64,
    nanoseconds: i64,
}

unsafe extern "C" {
    fn clock_gettime(clock: i32, time: *mut TimeSpec) -> i32;
}

/// The processor time of this thread, in seconds: what others run on the machine does not count.
pub fn now() -> f64 {
    const THREAD_CPUTIME: i32 = 3;
    let mut time = TimeSpec { seconds: 0, nanoseconds: 0 };
    // SAFETY: writes the structure that it is given.
    assert_eq!(unsafe { clock_gettime(THREAD_CPUTIME, &raw mut time) }, 0, "clock_gettime");
    time.seconds as f64 + time.nanoseconds as f64 / 1e9
}

/// Counts allocations.
pub struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: passes everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.realloc(place, layout, size) }
    }
}

/// Allocations while something runs.
pub fn allocations(run: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    run();
    ALLOCATIONS.load(Ordering::Relaxed) - before
}

/// What is measured: a name, and a scan that tells how much it found.
pub struct Engine<'e> {
    pub name: String,
    pub run: Box<dyn FnMut(&str) -> u64 + 'e>,
}

/// The times of one engine on one text, in seconds, one a round; and what it counted.
#[derive(Clone, Default)]
pub struct Times {
    pub rounds: Vec<f64>,
    pub count: u64,
}

/// Median, smallest, largest.
pub fn middle(values: &[f64]) -> (f64, f64, f64) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.as_slice() {
        [] => (0.0, 0.0, 0.0),
        all => (all[all.len() / 2], all[0], all[all.len() - 1]),
    }
}

/// Runs every engine over the pieces, round by round, each round beginning with another engine. A count that changes between rounds stops it.
pub fn rounds(engines: &mut [Engine<'_>], pieces: &[&str], rounds: usize) -> Vec<Times> {
    let mut times = vec![Times::default(); engines.len()];
    for round in 0..=rounds {
        for i in 0..engines.len() {
            let which = (i + round) % engines.len();
            let (engine, times) = (&mut engines[which], &mut times[which]);
            let start = now();
            let count = pieces.iter().map(|p| (engine.run)(p)).sum();
            let seconds = now() - start;
            // The first round warms up.
            if round > 0 {
                assert_eq!(times.count, count, "{}: the count changed", engine.name);
                times.rounds.push(seconds);
            }
            times.count = count;
        }
    }
    times
}

/// The times of single pieces in microseconds: median and 99th percentile, over all rounds.
pub fn latencies(engine: &mut Engine<'_>, pieces: &[&str], rounds: usize) -> (f64, f64) {
    let mut times = Vec::with_capacity(pieces.len() * rounds);
    for _ in 0..rounds {
        for piece in pieces {
            let start = now();
            std::hint::black_box((engine.run)(piece));
            times.push((now() - start) * 1e6);
        }
    }
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    (at(0.5), at(0.99))
}

//! The one place where the clock is read. Readings go inwards as values and are recorded.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Nanoseconds since 1970-01-01 UTC; 0 if the system clock stands before that.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub fn unix_nanos() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// The latest of all readings that this was ever asked about, `reading` included. It is not `reading` if the clock ran
/// backwards since; readings of the past, such as those of records, may be put in at the start.
#[must_use]
pub fn latest(reading: u64) -> u64 {
    static LATEST: AtomicU64 = AtomicU64::new(0);
    LATEST.fetch_max(reading, Ordering::Relaxed).max(reading)
}

/// Measures how long something takes, on the monotonic clock.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[must_use]
    pub fn start() -> Self {
        Self(now())
    }

    /// Time since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    /// Whole microseconds since the start.
    #[must_use]
    pub fn micros(&self) -> u64 {
        u64::try_from(self.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

/// A new ULID for a moment: 26 characters of Crockford base32.
#[must_use]
pub fn ulid(unix_nanos: u64) -> String {
    let random = (u128::from(random()) << 64) | u128::from(random());
    ulid::Ulid::from_parts(unix_nanos / 1_000_000, random).to_string()
}

/// 64 random bits, for identifiers; not for keys.
#[must_use]
pub fn random() -> u64 {
    fastrand::u64(..)
}

/// Now on the monotonic clock, for deadlines.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::latest;

    #[test]
    fn the_latest_reading_is_kept_when_the_clock_runs_backwards() {
        let far = u64::MAX - 10;
        assert!(latest(1) >= 1);
        assert_eq!(latest(far), far);
        assert_eq!(latest(2), far, "an hour back, a year back: it was later before");
        assert_eq!(latest(far + 1), far + 1);
    }
}

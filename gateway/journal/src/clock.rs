//! The one place where the journal reads clocks: durations on the monotonic one, sink delays on the system's.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Now, for measuring durations.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Nanoseconds since 1970-01-01 UTC; 0 if the system clock stands before that.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub(crate) fn unix_nanos() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

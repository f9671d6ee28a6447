//! When to ask a source again: at its interval while it answers, sooner and then ever later while it does not; never all gateways at
//! the same moment.

use std::time::Duration;

/// The first pause after a failure.
const FIRST: Duration = Duration::from_secs(10);

/// The pace of one source.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    interval: Duration,
    failures: u32,
}

impl Pace {
    /// Every `interval`, give or take a tenth.
    pub fn every(interval: Duration) -> Self {
        Self { interval, failures: 0 }
    }

    /// Notes how the last time went, and says how long to wait now. `chance` is a random number from 0 to 1.
    ///
    /// After failures in a row: 10 s, doubled each time, never more than the interval, and by chance down to half of that, so
    /// that a mirror that comes back is not met by everybody at once.
    pub fn next(&mut self, answered: bool, chance: f64) -> Duration {
        if answered {
            self.failures = 0;
            return self.interval.mul_f64(0.9 + 0.2 * chance);
        }
        self.failures = self.failures.saturating_add(1);
        let doubled = FIRST.saturating_mul(2_u32.saturating_pow(self.failures - 1));
        doubled.min(self.interval).mul_f64(0.5 + 0.5 * chance)
    }
}

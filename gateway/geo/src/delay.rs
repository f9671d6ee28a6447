//! How far away an answer can have come from, by the time it took.
//!
//! A signal that went and came back in the time `rtt` was at most `rtt / 2 × v` away. So a *short* delay proves that the
//! other end is near, and cannot be faked by adding delay; a *long* one proves nothing, since queues, detours and intent
//! all lengthen it. What answered may be a relay: the bound is for whoever produced the bytes that were timed.
//!
//! Two speeds, because one is a law and the other a habit. Light in glass fibre goes at about two thirds of its speed in
//! vacuum, which is the usual figure for estimates (Gueye and others, IEEE/ACM Transactions on Networking 14(6), 2006).
//! Microwave links, satellites and hollow fibre beat that, so only the speed in vacuum supports a verdict.
//!
//! Units: kilometres, and `Duration` for time. All functions are pure; who measures the delay is not known here.

use std::time::Duration;

/// What the signal is taken to have travelled through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// Glass fibre, 200 km a millisecond: for hints.
    Fibre,
    /// Vacuum, 299.8 km a millisecond (299.792458, rounded up so that the bound stays one): for verdicts.
    Vacuum,
}

impl Medium {
    /// The speed of the signal in kilometres a millisecond.
    pub const fn km_per_ms(self) -> f64 {
        match self {
            Self::Fibre => 200.0,
            Self::Vacuum => 299.8,
        }
    }
}

/// The farthest that whoever answered within `rtt` can have been, in kilometres.
///
/// ```
/// use std::time::Duration;
/// use geo::{Medium, farthest_km};
///
/// // An answer after 5 ms: from inside 750 km whatever the line, so not from across the Atlantic.
/// assert!(farthest_km(Duration::from_millis(5), Medium::Vacuum) < 750.0);
/// ```
pub fn farthest_km(rtt: Duration, medium: Medium) -> f64 {
    rtt.as_secs_f64() * 1000.0 / 2.0 * medium.km_per_ms()
}

/// The shortest delay there and back that a place `km` away allows. Distances below zero or not a number count as zero,
/// distances beyond reason as the longest time there is.
pub fn least_rtt(km: f64, medium: Medium) -> Duration {
    let seconds = km.max(0.0) * 2.0 / medium.km_per_ms() / 1000.0;
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

/// Whether an answer within `rtt` is impossible from a place at least `km` away. `false` says nothing.
pub fn refutes(rtt: Duration, km: f64) -> bool {
    farthest_km(rtt, Medium::Vacuum) < km
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ms: f64, fibre: f64, vacuum: f64) {
        let rtt = Duration::from_secs_f64(ms / 1000.0);
        assert!((farthest_km(rtt, Medium::Fibre) - fibre).abs() < 0.5, "{ms} ms in fibre");
        assert!((farthest_km(rtt, Medium::Vacuum) - vacuum).abs() < 0.5, "{ms} ms in vacuum");
    }

    #[test]
    fn time_bounds_distance() {
        check(0.0, 0.0, 0.0);
        check(1.0, 100.0, 149.9);
        check(5.0, 500.0, 749.5);
        check(20.0, 2000.0, 2998.0);
    }

    #[test]
    fn distance_bounds_time() {
        // Frankfurt to Ashburn is 6,550 km: 65.5 ms in fibre, 43.7 ms at the limit.
        let tenths = |medium| (least_rtt(6550.0, medium).as_secs_f64() * 10_000.0).round();
        assert_eq!((tenths(Medium::Fibre), tenths(Medium::Vacuum)), (655.0, 437.0));
        assert!(refutes(Duration::from_millis(43), 6550.0));
        assert!(!refutes(Duration::from_millis(44), 6550.0));
        assert!(!refutes(Duration::from_secs(9), 6550.0), "a long delay proves nothing");
        for odd in [f64::NAN, -1.0] {
            assert_eq!(least_rtt(odd, Medium::Fibre), Duration::ZERO);
            assert!(!refutes(Duration::ZERO, odd));
        }
        assert_eq!(least_rtt(f64::INFINITY, Medium::Fibre), Duration::MAX);
    }
}

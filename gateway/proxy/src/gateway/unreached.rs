//! A short memory of addresses that could not be connected, so that not every request waits for them again.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long an address is tried only after all others.
const FOR: Duration = Duration::from_secs(10);
/// Most addresses that are remembered.
const MOST: usize = 1024;

/// Addresses that could not be connected lately. They are put last, never left out: if nothing else is left, they are
/// tried.
#[derive(Debug, Default)]
pub struct Unreached {
    since: Mutex<HashMap<SocketAddr, Instant>>,
    /// PERF: while nothing is remembered, nothing is locked.
    count: AtomicUsize,
}

impl Unreached {
    /// Remembers that an address could not be connected.
    pub(super) fn failed(&self, address: SocketAddr, now: Instant) {
        let mut since = self.lock();
        if since.len() >= MOST {
            since.retain(|_, at| is_recent(*at, now));
        }
        if since.len() < MOST || since.contains_key(&address) {
            since.insert(address, now);
        }
        self.count.store(since.len(), Ordering::Relaxed);
    }

    /// Forgets an address that was connected.
    pub(super) fn reached(&self, address: SocketAddr) {
        if self.count.load(Ordering::Relaxed) > 0 {
            let mut since = self.lock();
            since.remove(&address);
            self.count.store(since.len(), Ordering::Relaxed);
        }
    }

    /// Whether an address could not be connected lately.
    pub(super) fn holds(&self, address: SocketAddr, now: Instant) -> bool {
        self.count.load(Ordering::Relaxed) > 0
            && self.lock().get(&address).is_some_and(|at| is_recent(*at, now))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SocketAddr, Instant>> {
        self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_recent(at: Instant, now: Instant) -> bool {
    now.saturating_duration_since(at) < FOR
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_remembered_for_a_while() {
        let unreached = Unreached::default();
        let address = SocketAddr::from(([192, 0, 2, 1], 443));
        let now = crate::clock::now();
        assert!(!unreached.holds(address, now));
        unreached.failed(address, now);
        assert!(unreached.holds(address, now + FOR / 2));
        assert!(!unreached.holds(address, now + FOR));
        unreached.reached(address);
        assert!(!unreached.holds(address, now));
    }

    #[test]
    fn the_memory_is_bounded() {
        let unreached = Unreached::default();
        let now = crate::clock::now();
        for port in 0..2 * MOST {
            unreached.failed(SocketAddr::from(([192, 0, 2, 1], port as u16)), now);
        }
        assert_eq!(unreached.lock().len(), MOST);
        unreached.failed(SocketAddr::from(([192, 0, 2, 2], 1)), now + FOR);
        assert_eq!(unreached.lock().len(), 1);
    }
}

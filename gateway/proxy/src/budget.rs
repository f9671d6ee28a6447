//! One memory budget over all buffered bodies of the node.
//!
//! Units are bytes. INVARIANT: the sum of all live [`Hold`]s equals [`Budget::in_use`] and never exceeds the capacity.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// The budget; shared by all connections.
#[derive(Debug)]
pub struct Budget {
    capacity: usize,
    in_use: AtomicUsize,
    peak: AtomicUsize,
    refused: AtomicU64,
}

impl Budget {
    /// A budget of `bytes`.
    pub fn new(bytes: usize) -> Arc<Budget> {
        Arc::new(Budget {
            capacity: bytes,
            in_use: AtomicUsize::new(0),
            peak: AtomicUsize::new(0),
            refused: AtomicU64::new(0),
        })
    }

    /// Takes `bytes` from the budget, or nothing (and counts it) when they are not there.
    pub fn hold(self: &Arc<Self>, bytes: usize) -> Option<Hold> {
        let mut hold = Hold { budget: Arc::clone(self), bytes: 0 };
        hold.grow(bytes).then_some(hold)
    }

    /// All bytes there are.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Bytes held now.
    pub fn in_use(&self) -> usize {
        self.in_use.load(Ordering::Relaxed)
    }

    /// The most bytes ever held at once.
    pub fn peak(&self) -> usize {
        self.peak.load(Ordering::Relaxed)
    }

    /// How often bytes were asked for that were not there.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    fn take(&self, bytes: usize) -> bool {
        let taken = self.in_use.fetch_update(Ordering::AcqRel, Ordering::Relaxed, |used| {
            used.checked_add(bytes).filter(|sum| *sum <= self.capacity)
        });
        match taken {
            Ok(before) => {
                self.peak.fetch_max(before.saturating_add(bytes), Ordering::Relaxed);
                true
            }
            Err(_) => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                false
            }
        }
    }
}

/// Bytes taken from a [`Budget`]; given back when dropped.
#[derive(Debug)]
pub struct Hold {
    budget: Arc<Budget>,
    bytes: usize,
}

impl Hold {
    /// Takes `bytes` more; false, and nothing taken, when they are not there.
    pub fn grow(&mut self, bytes: usize) -> bool {
        let taken = self.budget.take(bytes);
        if taken {
            self.bytes = self.bytes.saturating_add(bytes);
        }
        taken
    }

    /// Holds so many bytes, more or fewer than before; false, and nothing changed, when more are not there.
    pub fn set(&mut self, bytes: usize) -> bool {
        if bytes > self.bytes {
            return self.grow(bytes - self.bytes);
        }
        self.budget.in_use.fetch_sub(self.bytes - bytes, Ordering::AcqRel);
        self.bytes = bytes;
        true
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.budget.in_use.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test should stop here")]

    use super::Budget;

    #[test]
    fn holds_are_given_back_and_never_exceed_the_capacity() {
        let budget = Budget::new(100);
        let mut first = budget.hold(60).unwrap();
        assert!(budget.hold(41).is_none());
        assert!(first.grow(40));
        assert!(!first.grow(1));
        assert_eq!((budget.in_use(), budget.peak(), budget.refused()), (100, 100, 2));
        assert!(first.set(70) && !first.set(101));
        assert_eq!((budget.in_use(), first.bytes()), (70, 70));
        drop(first);
        assert_eq!((budget.in_use(), budget.peak()), (0, 100));
        assert!(budget.hold(usize::MAX).is_none());
    }
}

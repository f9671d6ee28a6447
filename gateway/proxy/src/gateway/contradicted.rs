//! Destinations that have said in an answer that they are elsewhere than the policy says.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use policy::DestinationInfo;

/// What destinations have said against their places. A place stays refuted until the policy says something else of the destination, or the
/// gateway is started anew: one answer from elsewhere shows that the place is not kept, and no later one that it is.
#[derive(Debug, Default)]
pub struct Contradicted {
    /// By name: what the policy said of the destination then, and what the answer said.
    said: Mutex<HashMap<String, (DestinationInfo, String)>>,
    /// PERF: while there are none, nothing is locked.
    any: AtomicBool,
}

impl Contradicted {
    /// Notes what an answer said against the place of its destination.
    pub(super) fn note(&self, destination: &DestinationInfo, said: &str) {
        if self.said(destination).is_some() {
            return;
        }
        log::error!(
            "destination `{}` has answered from elsewhere ({said}); its place is refuted until its lines in the policy change",
            destination.name
        );
        let held = (destination.clone(), said.to_owned());
        self.lock().insert(destination.name.clone(), held);
        self.any.store(true, Ordering::Release);
    }

    /// What an answer of this destination has said against its place.
    pub(super) fn said(&self, destination: &DestinationInfo) -> Option<String> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        let all = self.lock();
        let (known, said) = all.get(&destination.name)?;
        (known == destination).then(|| said.clone())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, (DestinationInfo, String)>> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

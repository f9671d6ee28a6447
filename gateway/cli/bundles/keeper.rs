//! A running gateway and its bundles: asks the source, tries what it gives, keeps it and puts it in force.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwapOption;
use bundle::{Digest, State};
use delivery::{Delivery, Fetched, Kept, Source, Store, Wanted};
use exchange::Search;

use super::super::config::{BundleConfig, Config};
use super::super::secrets::Absent;
use super::trial::{self, Passed};
use super::{Card, Rejection, latest, now, trusted};

/// How asking for bundles went.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// There was nothing new.
    pub(crate) same: AtomicU64,
    /// A new one was installed.
    pub(crate) installed: AtomicU64,
    /// One was refused, or none could be had.
    pub(crate) refused: AtomicU64,
}

/// What a node needs for its bundles.
#[derive(Debug)]
pub(crate) struct Keeper {
    store: Store,
    source: Option<Source>,
    /// What is in force.
    pub(crate) card: Arc<ArcSwapOption<Card>>,
    pub(crate) counts: Arc<Counts>,
    memory: Mutex<Memory>,
    /// Two parts of this process write to the store; each waits for the other here, since the store's lock waits for nobody.
    writing: Mutex<()>,
}

/// What is remembered from one time to the next.
#[derive(Debug, Default)]
struct Memory {
    /// The tag under which the source gave what is installed. After a refusal all is fetched again: a signature may have come.
    tag: Option<String>,
    /// Whether the store holds another bundle than the one in force: somebody installed it by hand, or it could not be recorded.
    lags: bool,
    /// What the source gave last that is no news: it was in force, or in the store, when the source gave it. A mirror that still has
    /// it after a newer one was installed by hand is behind, and no attack.
    known: Option<Digest>,
    /// What was offered last.
    offered: Option<Digest>,
    /// The last rejection, which is on record already: of what, and the word for why.
    told: Option<(Option<Digest>, &'static str)>,
}

impl Keeper {
    /// # Errors
    /// What is wrong with the configured source.
    pub(crate) fn new(
        config: &BundleConfig,
        card: Arc<ArcSwapOption<Card>>,
    ) -> Result<Self, String> {
        let source = super::source(config)?;
        let (counts, memory, writing) = (Arc::default(), Mutex::default(), Mutex::default());
        Ok(Self { store: super::store(config), source, card, counts, memory, writing })
    }

    /// Whether there is a source to ask.
    pub(crate) fn asks(&self) -> bool {
        self.source.is_some()
    }

    /// Whether the store held another bundle than the one in force when it was last looked at.
    pub(crate) fn lags(&self) -> bool {
        self.memory().lags
    }

    /// Asks the source for something new and tries it. Nothing is written yet.
    ///
    /// # Errors
    /// Why there is none, or why it is not taken.
    pub(crate) fn candidate(
        &self,
        config: &Config,
        look: impl FnOnce(&Search) -> Vec<String>,
    ) -> Result<Option<New>, Rejection> {
        let Some(source) = &self.source else { return Ok(None) };
        let kept = self.store.read()?;
        let (root, state) =
            trusted(&kept).map_err(|problems| Rejection { code: "store", problems })?;
        let in_force = self.card.load().as_ref().map(|card| card.digest);
        self.memory().lags = state.policy.map(|mark| mark.digest) != in_force;
        let tag = self.memory().tag.clone();
        let wanted = Wanted { root: &root, known: tag.as_deref(), now: latest().unix() };
        let (delivery, tag) = match source.fetch(wanted)? {
            Fetched::Same => return Ok(None),
            Fetched::Delivery(delivery, tag) => (*delivery, tag),
        };
        let digest = Digest::of(&delivery.bundle.bytes);
        let mut memory = self.memory();
        let known = [state.policy.map(|mark| mark.digest), in_force, memory.known];
        if known.contains(&Some(digest)) {
            (memory.known, memory.tag) = (Some(digest), tag);
            return Ok(None);
        }
        memory.offered = Some(digest);
        drop(memory);
        let passed = trial::install(config, (&root, &state), &delivery, Absent::Refuse, look)?;
        Ok(Some(New { passed, delivery, tag }))
    }

    /// Keeps what passed, durably: from here on it is what the node judges by after a start.
    ///
    /// # Errors
    /// What the disk said, or that another process was faster; then all is as it was.
    pub(crate) fn keep(&self, new: &New) -> Result<(), Rejection> {
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        keep(&self.store, new)?;
        let mut memory = self.memory();
        memory.tag.clone_from(&new.tag);
        memory.known = None;
        Ok(())
    }

    /// Counts a success.
    pub(crate) fn went_well(&self, installed: bool) {
        let counted = if installed { &self.counts.installed } else { &self.counts.same };
        counted.fetch_add(1, Ordering::Relaxed);
        self.memory().told = None;
    }

    /// Counts a rejection, when it is on record.
    pub(crate) fn count_refused(&self) {
        self.counts.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes a rejection; says whether it is another one than the last and is to be recorded.
    pub(crate) fn is_new(&self, rejection: &Rejection) -> bool {
        let mut memory = self.memory();
        memory.tag = None;
        let told = Some((memory.offered.take(), rejection.code));
        let is_new = memory.told != told;
        memory.told = told;
        is_new
    }

    /// Writes the latest time ever seen into the state, so that a clock set back while the gateway is down wins nothing.
    ///
    /// # Errors
    /// What is wrong with the store, or that another process writes to it.
    pub(crate) fn note_time(&self) -> Result<(), String> {
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let locked = self.store.lock().map_err(|fault| fault.message)?;
        let kept = self.store.read().map_err(|fault| fault.message)?;
        let state = State::read(&kept.state).map_err(|refused| super::told(&refused).join("; "))?;
        let seen = state.seen(latest());
        if seen.last_seen_time.since(state.last_seen_time) >= NOTED_EVERY {
            locked.note(&seen).map_err(|fault| fault.message)?;
        }
        Ok(())
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// So many seconds pass between two notes of the time.
pub(crate) const NOTED_EVERY: i64 = 600;

/// A bundle that passed its trial, and what is to be kept of it.
#[derive(Debug)]
pub(crate) struct New {
    pub(crate) passed: Passed,
    pub(crate) delivery: Delivery,
    pub(crate) tag: Option<String>,
}

/// Writes a bundle that passed its trial into a store, unless the store has changed since.
///
/// # Errors
/// What the disk said, or that another process was faster; then all is as it was.
pub(crate) fn keep(store: &Store, new: &New) -> Result<(), Rejection> {
    let locked = store.lock()?;
    let there = store.read()?;
    let (root, state) =
        trusted(&there).map_err(|problems| Rejection { code: "store", problems })?;
    // What was verified a moment ago is verified against what is there now: two may have installed at once.
    let gateway = super::release()
        .map_err(|problem| Rejection { code: "broken", problems: vec![problem] })?;
    let trust =
        bundle::Trust { root: &root, state: &state.seen(latest()), now: now(), gateway: &gateway };
    let verified = new.delivery.install(&trust)?;
    let kept = Kept {
        root: there.root,
        state: verified.state.to_json(),
        delivery: Some(new.delivery.clone()),
    };
    Ok(locked.replace(&kept)?)
}

//! Connections kept for the next request to an equal peer.
//!
//! HTTP/1 connections are taken last in, first out, and looked at before use; HTTP/2 connections are shared.
//! INVARIANT: a connection is only ever handed out for a [`Peer`] equal to the one it was made for.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use pingora_core::connectors::http::v2::ConnectionRef;
use pingora_core::protocols::Stream;
use pingora_core::protocols::http::v2::client::Http2Session;
use tokio::io::{AsyncRead, ReadBuf};

use super::Peer;
use crate::config::PoolConfig;

/// What the pool has counted since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EngineCounters {
    /// Connections made.
    pub opened: u64,
    /// Requests sent on a kept or shared connection.
    pub reused: u64,
    /// Kept connections found dead by a request.
    pub stale: u64,
    /// Kept connections closed for age or because the provider closed them.
    pub expired: u64,
    /// Connections kept now.
    pub idle: u64,
}

/// A way to send a request.
pub(super) enum Lease {
    H1(Stream),
    H2(Box<Http2Session>),
}

pub(super) struct Pool {
    slots: Mutex<HashMap<Peer, Slot>>,
    most_idle: usize,
    idle_age: Duration,
    opened: AtomicU64,
    reused: AtomicU64,
    stale: AtomicU64,
    expired: AtomicU64,
}

#[derive(Default)]
struct Slot {
    idle: Vec<Idle>,
    shared: Vec<Shared>,
}

struct Idle {
    stream: Stream,
    since: Instant,
}

struct Shared {
    connection: ConnectionRef,
    /// When it was last used or seen in use.
    since: Instant,
}

impl Pool {
    pub(super) fn new(config: &PoolConfig) -> Pool {
        Pool {
            slots: Mutex::default(),
            most_idle: config.idle_per_peer as usize,
            idle_age: config.idle_age.get(),
            opened: AtomicU64::new(0),
            reused: AtomicU64::new(0),
            stale: AtomicU64::new(0),
            expired: AtomicU64::new(0),
        }
    }

    /// A kept or shared connection, if there is a live one.
    pub(super) async fn take(&self, peer: &Peer) -> Option<Lease> {
        while let Some(connection) = self.shared(peer) {
            match connection.spawn_stream().await {
                Ok(Some(session)) => {
                    self.reused.fetch_add(1, Ordering::Relaxed);
                    return Some(Lease::H2(Box::new(session)));
                }
                // Full or ending: it must not be offered again now, and finishes its streams on its own.
                Ok(None) | Err(_) => self.forget(peer, &connection),
            }
        }
        loop {
            let mut idle = self.lock().get_mut(peer)?.idle.pop()?;
            if idle.since.elapsed() < self.idle_age && is_quiet(&mut idle.stream) {
                self.reused.fetch_add(1, Ordering::Relaxed);
                return Some(Lease::H1(idle.stream));
            }
            self.expired.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Keeps an HTTP/1 connection that has nothing more to say.
    pub(super) fn put(&self, peer: &Peer, stream: Stream) {
        let idle = Idle { stream, since: crate::clock::now() };
        let mut slots = self.lock();
        let slot = match slots.get_mut(peer) {
            Some(slot) => slot,
            None => slots.entry(peer.clone()).or_default(),
        };
        if slot.idle.len() < self.most_idle {
            slot.idle.push(idle);
        }
    }

    /// Offers an HTTP/2 connection to other requests.
    pub(super) fn share(&self, peer: &Peer, connection: ConnectionRef) {
        if self.most_idle > 0 {
            let mut slots = self.lock();
            slots
                .entry(peer.clone())
                .or_default()
                .shared
                .push(Shared { connection, since: crate::clock::now() });
        }
    }

    /// Closes what is too old or was closed by the provider.
    pub(super) fn sweep(&self, now: Instant) {
        let mut closed = Vec::new();
        let mut slots = self.lock();
        for slot in slots.values_mut() {
            for mut idle in std::mem::take(&mut slot.idle) {
                if now.saturating_duration_since(idle.since) < self.idle_age
                    && is_quiet(&mut idle.stream)
                {
                    slot.idle.push(idle);
                } else {
                    closed.push(idle);
                }
            }
            slot.shared.retain_mut(|shared| {
                if !shared.connection.is_idle() {
                    shared.since = now;
                }
                !shared.connection.is_closed()
                    && now.saturating_duration_since(shared.since) < self.idle_age
            });
        }
        slots.retain(|_, slot| !slot.idle.is_empty() || !slot.shared.is_empty());
        drop(slots);
        self.expired.fetch_add(closed.len() as u64, Ordering::Relaxed);
    }

    pub(super) fn count_opened(&self) {
        self.opened.fetch_add(1, Ordering::Relaxed);
    }

    /// A kept connection to this peer was dead, so the others may be too: the next request is to connect anew.
    /// Requests that are under way on a shared connection go on.
    pub(super) fn give_up(&self, peer: &Peer) {
        self.stale.fetch_add(1, Ordering::Relaxed);
        let given_up = self.lock().remove(peer);
        // Closing happens after the lock is free.
        drop(given_up);
    }

    pub(super) fn counters(&self) -> EngineCounters {
        let idle: usize =
            self.lock().values().map(|slot| slot.idle.len() + slot.shared.len()).sum();
        EngineCounters {
            opened: self.opened.load(Ordering::Relaxed),
            reused: self.reused.load(Ordering::Relaxed),
            stale: self.stale.load(Ordering::Relaxed),
            expired: self.expired.load(Ordering::Relaxed),
            idle: idle as u64,
        }
    }

    fn shared(&self, peer: &Peer) -> Option<ConnectionRef> {
        let mut slots = self.lock();
        let slot = slots.get_mut(peer)?;
        let shared =
            slot.shared.iter_mut().find(|shared| shared.connection.can_accept_streams(1))?;
        shared.since = crate::clock::now();
        Some(shared.connection.clone())
    }

    fn forget(&self, peer: &Peer, gone: &ConnectionRef) {
        if let Some(slot) = self.lock().get_mut(peer) {
            slot.shared.retain(|shared| shared.connection.id() != gone.id());
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Peer, Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether an idle connection is still open and has said nothing. PERF: costs no system call while nothing arrived.
fn is_quiet(stream: &mut Stream) -> bool {
    let mut byte = [0_u8; 1];
    let mut buffer = ReadBuf::new(&mut byte);
    let mut context = Context::from_waker(Waker::noop());
    Pin::new(stream).poll_read(&mut context, &mut buffer).is_pending()
}
